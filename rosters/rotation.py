"""Turns that come round by themselves: a rule becomes duties, in any window, always the same.

A rule counts on the wall: its turns, their windows and its ends are minutes of local time, and only
what comes out is turned into instants. So 08:00 stays 08:00 in summer; where the clock is put back
a handover may overlap, and where it jumps there is no hole (`rosters.clocks`).

A version of a unit's rules holds from one instant to another, with the holiday table of its time in
it. A new one never changes what the old one said of the past.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rosters.clocks import Clock, occurrences
from rosters.daykinds import EVERY_KIND, DayKind, DayTable
from rosters.model import Duty

#: Minutes of local time since the year 1: a date and a clock without a zone.
Wall = int

_HOUR, _DAY = 60, 24 * 60
#: A window may reach this far beyond the day it counts from.
_OVERNIGHT = 1
_EVERY_DAY = frozenset(range(7))
#: A version that ended this long before a window may have begun a turn that reaches into it.
REACH = timedelta(days=40)


class Step(StrEnum):
    """What turns are counted in."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


_MINUTES = {Step.HOURS: _HOUR, Step.DAYS: _DAY, Step.WEEKS: 7 * _DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rotation: groups that take turns in a role."""

    name: str
    role: str
    layer: int
    #: The people of each turn, by id; all of a group serve together.
    groups: tuple[tuple[str, ...], ...]
    every: int
    step: Step
    #: When the turn of group ``first`` begins; its clock is every handover's.
    anchor: Wall
    first: int = 0
    since: Wall | None = None
    until: Wall | None = None
    #: Monday is 0; none is never.
    weekdays: frozenset[int] = _EVERY_DAY
    #: The hours of a day in which anybody serves; none given means the whole turn.
    hours: tuple[Clock, ...] = ()
    days: frozenset[DayKind] = EVERY_KIND

    @property
    def handover(self) -> int:
        """The clock of the handover, in minutes after midnight."""
        return self.anchor % _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """All rotations of a unit, as they held from ``since`` up to, but not including, ``until``."""

    unit: str
    zone: ZoneInfo
    rules: tuple[Rule, ...]
    since: datetime
    until: datetime | None = None
    table: DayTable = field(default_factory=DayTable)


def wall(day: date, minutes: int) -> Wall:
    """A date and the minutes after its midnight as one number."""
    return day.toordinal() * _DAY + minutes


def layers(versions: Iterable[Version], start: datetime, end: datetime) -> list[list[Duty]]:
    """The duties that touch [start, end), lowest layer first; of any number of units.

    Turns come whole, except where a version began or ended in their middle.
    """
    found: dict[int, list[Duty]] = {}
    by_unit: dict[str, list[Version]] = {}
    for version in versions:
        by_unit.setdefault(version.unit, []).append(version)
    for own in by_unit.values():
        own.sort(key=lambda version: version.since)
        first = start - REACH if len(own) > 1 else start
        cut: dict[tuple[int, str, str, datetime], Duty] = {}
        for version in own:
            cut = _add(found, version, first, end, cut)
    touching = {
        layer: [duty for duty in duties if duty.end > start] for layer, duties in found.items()
    }
    return [touching[layer] for layer in sorted(touching)]


def turns(version: Version, start: datetime, end: datetime) -> Iterator[tuple[int, Duty]]:
    """(layer, duty) by every rule, as if it had always held: what touches [start, end), whole."""
    face = _Face(version.zone)
    low, high = face.walls(start, end)
    for rule in version.rules:
        for begin, finish, group in _turns(rule, low, high):
            for one, other in _served(rule, version.table, begin, finish):
                first, last = face.instants(one)[0], face.instants(other)[1]
                # A turn that lies wholly in a hole of the clock has no time of its own.
                if first < last and first < end and last > start:
                    for person in group:
                        yield (
                            rule.layer,
                            Duty(
                                unit=version.unit,
                                role=rule.role,
                                person=person,
                                start=first,
                                end=last,
                                source=f"rotation {rule.name}",
                            ),
                        )


def moved(
    versions: Sequence[Version], person: str, start: datetime, end: datetime
) -> dict[tuple[str, str, datetime], set[datetime]]:
    """(unit, role, start of a turn) -> the instants at which a change of rules moved, made or
    ended that turn of a person; only the first where nothing ever did."""
    found: dict[tuple[str, str, datetime], set[datetime]] = {}
    before: dict[str, dict[tuple[str, datetime], datetime]] = {}
    for version in sorted(versions, key=lambda one: one.since):
        had = before.get(version.unit, {})
        has = {
            (duty.role, duty.start): duty.end
            for _, duty in turns(version, start, end)
            if duty.person == person
        }
        for role, begin in {*had, *has}:
            if had.get((role, begin)) != has.get((role, begin)):
                found.setdefault((version.unit, role, begin), set()).add(version.since)
        before[version.unit] = has
    return found


# -- versions ------------------------------------------------------------------------------


def _add(
    found: dict[int, list[Duty]],
    version: Version,
    start: datetime,
    end: datetime,
    cut: dict[tuple[int, str, str, datetime], Duty],
) -> dict[tuple[int, str, str, datetime], Duty]:
    """Add what a version gives while it holds; gives back the turns its end cut.

    ``cut`` are those the version before left unfinished: who goes on serving has one duty.
    """
    low = max(start, version.since)
    high = end if version.until is None else min(end, version.until)
    left: dict[tuple[int, str, str, datetime], Duty] = {}
    if low >= high:
        return left
    for layer, duty in turns(version, low, high):
        own = found.setdefault(layer, [])
        piece = duty
        if duty.start < version.since:
            piece = replace(duty, start=version.since, cut_from=duty.whole)
            begun = cut.get((layer, duty.role, duty.person, version.since))
            if begun is not None:
                own.remove(begun)
                piece = _joined(begun, duty)
        if version.until is not None and piece.end > version.until:
            piece = replace(piece, end=version.until, cut_from=piece.whole)
            left[layer, duty.role, duty.person, version.until] = piece
        own.append(piece)
    return left


def _joined(begun: Duty, duty: Duty) -> Duty:
    start, whole = begun.start, begun.whole[0]
    return replace(duty, start=start, cut_from=None if start == whole else (whole, duty.end))


# -- turns on the wall ---------------------------------------------------------------------


def _turns(rule: Rule, low: Wall, high: Wall) -> Iterator[tuple[Wall, Wall, tuple[str, ...]]]:
    """The turns that touch [low, high) between the rule's own ends, each with its group."""
    low = low if rule.since is None else max(low, rule.since)
    high = high if rule.until is None else min(high, rule.until)
    number = _number(rule, low)
    begin = _begin(rule, number)
    while begin < high:
        finish = _begin(rule, number + 1)
        if finish > low:
            group = rule.groups[(rule.first + number) % len(rule.groups)]
            one = begin if rule.since is None else max(begin, rule.since)
            other = finish if rule.until is None else min(finish, rule.until)
            yield one, other, group
        begin, number = finish, number + 1


def _number(rule: Rule, at: Wall) -> int:
    """The number of the turn in which ``at`` lies, or of one shortly before it."""
    if rule.step is not Step.MONTHS:
        return (at - rule.anchor) // (rule.every * _MINUTES[rule.step])
    return (_month(at) - _month(rule.anchor) - 1) // rule.every


def _begin(rule: Rule, number: int) -> Wall:
    if rule.step is not Step.MONTHS:
        return rule.anchor + number * rule.every * _MINUTES[rule.step]
    day = date.fromordinal(rule.anchor // _DAY)
    year, month = divmod(_month(rule.anchor) + number * rule.every, 12)
    after = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (after - timedelta(days=1)).day
    # The 31st of a month that has none is its last day; the next month counts from 31 again.
    return wall(date(year, month + 1, min(day.day, last)), rule.handover)


def _month(at: Wall) -> int:
    day = date.fromordinal(at // _DAY)
    return day.year * 12 + day.month - 1


def _served(rule: Rule, table: DayTable, begin: Wall, end: Wall) -> list[tuple[Wall, Wall]]:
    """The stretches of [begin, end) in which the rule lets anybody serve, in order."""
    if not rule.hours and rule.weekdays == _EVERY_DAY and rule.days == EVERY_KIND:
        return [(begin, end)]
    # A day whose hours are not given goes from handover to handover.
    hours = rule.hours or (Clock(start=rule.handover, end=rule.handover + _DAY),)
    found: list[tuple[Wall, Wall]] = []
    for number in range(begin // _DAY - _OVERNIGHT, end // _DAY + 1):
        day = date.fromordinal(number)
        if day.weekday() not in rule.weekdays or table.kind(day) not in rule.days:
            continue
        for clock in hours:
            one = max(begin, number * _DAY + clock.start)
            other = min(end, number * _DAY + clock.end)
            if one < other:
                found.append((one, other))
    return _merged(found)


def _merged(spans: list[tuple[Wall, Wall]]) -> list[tuple[Wall, Wall]]:
    found: list[tuple[Wall, Wall]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


class _Face:
    """A zone's clock face: walls to instants, each looked up once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[Wall, tuple[datetime, datetime]] = {}

    def instants(self, at: Wall) -> tuple[datetime, datetime]:
        """The first and last instant at which the wall shows this."""
        found = self._known.get(at)
        if found is None:
            day = date.fromordinal(at // _DAY)
            found = self._known[at] = occurrences(day, at % _DAY, self._zone)
        return found

    def walls(self, start: datetime, end: datetime) -> tuple[Wall, Wall]:
        """Walls that surely hold the window, whatever clocks were put back or on in it."""
        first, last = start.astimezone(self._zone), end.astimezone(self._zone)
        low = wall(first.date(), first.hour * _HOUR + first.minute)
        high = wall(last.date(), last.hour * _HOUR + last.minute)
        return low - _DAY, high + _DAY
