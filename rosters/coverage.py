"""Whether every minute has somebody who counts: what is missing, and how much of each day is held.

Cover is the union of time, not the sum. People nobody knows, people who left and people without a
number give none. Seams under a minute are slips of the pen; planned closed hours are no gaps.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rosters.check import is_seam
from rosters.clocks import instant
from rosters.model import Gap, Span
from rosters.resolve import Roster


class Why(StrEnum):
    """Why a stretch is not held, or not safely; the first is the gravest."""

    #: The roster names nobody.
    NOBODY = "nobody"
    #: Everybody it names has left, or is not known.
    LEFT = "left"
    #: Nobody it names has a number that works.
    UNREACHABLE = "unreachable"
    #: Nobody it names has a number that lately proved to reach them.
    UNPROVEN = "unproven"


#: What is wrong with a person; None for somebody who counts in full.
Weakness = Callable[[str], Why | None]

_GRAVE = list(Why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A stretch in which a role is not held by anybody who counts."""

    unit: str
    role: str
    start: datetime
    end: datetime
    why: Why
    #: Those the roster does name.
    people: tuple[str, ...] = ()

    @property
    def is_gap(self) -> bool:
        """Whether nobody at all serves; else somebody does who perhaps cannot be reached."""
        return self.why in (Why.NOBODY, Why.LEFT)

    def as_gap(self) -> Gap:
        """The same as the rest of the product knows it."""
        return Gap(unit=self.unit, role=self.role, start=self.start, end=self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How much of one local day is held: seconds needed, and seconds held."""

    day: date
    needed: float
    held: float

    @property
    def share(self) -> float:
        """From 0 to 1; a day on which nothing is needed is held in full."""
        return self.held / self.needed if self.needed else 1.0


def lacks(
    roster: Roster,
    unit: str,
    role: str,
    start: datetime,
    end: datetime,
    *,
    weakness: Weakness,
    closed: Sequence[Span] = (),
) -> list[Lack]:
    """Where in [start, end) ``role`` has nobody who counts, closed time left out.

    ``closed`` is in order and without overlaps. ValueError as in ``Roster.schedule``.
    """
    found: list[Lack] = []
    for segment in roster.schedule(role, start, end):
        why = _weakest(segment.people, weakness)
        if why is None:
            continue
        lack = Lack(
            unit=unit,
            role=role,
            start=segment.start,
            end=segment.end,
            why=why,
            people=segment.people,
        )
        # Two neighbours of whom neither counts are one stretch to whoever must mend it.
        last = found[-1] if found else None
        if last is not None and (last.end, last.why) == (lack.start, why):
            people = tuple(dict.fromkeys((*last.people, *lack.people)))
            found[-1] = replace(last, end=lack.end, people=people)
        else:
            found.append(lack)
    whole = [lack for lack in found if not is_seam(lack, start, end)]
    return [piece for lack in whole for piece in _outside(lack, closed)]


def days(
    missing: Iterable[Lack],
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    closed: Sequence[Span] = (),
) -> list[Day]:
    """Each local day of [start, end) with what one role needs and what is held of it."""
    gone = list(missing)
    found = []
    day = start.astimezone(zone).date()
    while (begin := max(start, instant(day, 0, zone))) < end:
        day += timedelta(days=1)
        finish = min(end, instant(day, 0, zone))
        needed = seconds(begin, finish) - _shared(closed, begin, finish)
        lost = _shared([(lack.start, lack.end) for lack in gone], begin, finish)
        if finish > begin:
            found.append(Day(day=day - timedelta(days=1), needed=needed, held=needed - lost))
    return found


def seconds(start: datetime, end: datetime) -> float:
    """The length of an interval; 0 where it ends before it starts."""
    return max(0.0, (end - start).total_seconds())


def _weakest(people: Sequence[str], weakness: Weakness) -> Why | None:
    """None as soon as one of them counts; else the least grave of what is wrong."""
    if not people:
        return Why.NOBODY
    wrong = [weakness(person) for person in people]
    known = [why for why in wrong if why is not None]
    return None if len(known) < len(wrong) else max(known, key=_GRAVE.index)


def _outside(lack: Lack, closed: Sequence[Span]) -> list[Lack]:
    start, found = lack.start, []
    for begin, finish in closed:
        if finish <= start or begin >= lack.end:
            continue
        if begin > start:
            found.append(replace(lack, start=start, end=begin))
        start = finish
    if start < lack.end:
        found.append(replace(lack, start=start))
    return found


def _shared(spans: Iterable[Span], start: datetime, end: datetime) -> float:
    return sum(seconds(max(begin, start), min(finish, end)) for begin, finish in spans)
