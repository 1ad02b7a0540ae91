"""A unit's calendar (.ics) as shifts: what it says of a stretch of time, and each event it cannot.

Times of day without a zone are the roster's; days without a time are the calendar's own, and their
end is the first day that no longer counts. What is wrong with one event leaves the others alone.
Repetitions are worked out by recurring-ical-events, from values that were read and checked here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.prop import vDDDLists, vDDDTypes

from rosters.calendar_lines import Line, RawCalendar, RawEvent, split
from rosters.calendar_values import BadError, Rules, When, ZoneError, duration, rules_of, when
from rosters.calendar_zones import Zones, named
from rosters.clocks import occurrences
from rosters.errors import problem
from rosters.model import Problem, Severity

#: More shifts than this in one window are no roster.
MOST_SHIFTS = 20_000
_CANCELLED = "CANCELLED"
_DAY = timedelta(days=1)
#: What the libraries raise over values that nobody foresaw.
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError,
    AssertionError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One occurrence of an event, in UTC, and the words it names people with."""

    uid: str
    where: str
    summary: str
    #: The names and addresses of whoever is invited.
    invited: tuple[str, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a calendar says, and what is wrong with it."""

    shifts: tuple[Shift, ...]
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether it cannot be used at all: what was read before stays in force."""
        return any(told.severity is Severity.ERROR for told in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One event whose values are good."""

    uid: str
    where: str
    start: When
    end: When
    #: Which occurrence of the series it replaces.
    instead_of: When | None
    and_future: bool
    rules: Rules
    sequence: int
    stamp: str
    cancelled: bool
    summary: str
    invited: tuple[str, ...]

    @property
    def alone(self) -> bool:
        """Whether it happens once."""
        return self.rules.empty and self.instead_of is None


def read(data: bytes, name: str, zone: ZoneInfo, start: datetime, end: datetime) -> Reading:
    """The shifts that touch [start, end). ``zone`` is the roster's; ``name`` stands before the line
    numbers in what is wrong. Raises nothing for what stands in the calendar."""
    raw = split(decoded(data), name)
    problems = list(raw.problems)
    zones = Zones(raw.zones)
    own = _own_zone(raw, zones, zone, name, problems)
    events = []
    for event in raw.events:
        found = _event(event, zones, zone, problems)
        if found is not None:
            events.append(found)
    shifts: list[Shift] = []
    for series in _series(events, problems):
        try:
            shifts += _unrolled(series, own, start, end)
        except _BROKEN as exc:
            detail = type(exc).__name__
            problems.append(problem("calendar-event", series[0].where, series[0].summary[:60],
                                    detail=detail))  # fmt: skip
        if len(shifts) > MOST_SHIFTS:
            problems.append(problem("calendar-too-many", name, limit=MOST_SHIFTS))
            shifts = []
            break
    return Reading(
        shifts=tuple(sorted(shifts, key=lambda shift: (shift.start, shift.uid))),
        problems=tuple(problems),
    )


def decoded(data: bytes) -> str:
    """A calendar's text: UTF-8 as it should be, or GB18030 as some programs write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _own_zone(
    raw: RawCalendar, zones: Zones, zone: ZoneInfo, name: str, problems: list[Problem]
) -> tzinfo:
    """The zone in which the calendar's whole days begin."""
    if not raw.zone:
        return zone
    found = named(raw.zone) or zones.get(raw.zone)
    if found is None:
        problems.append(problem("calendar-own-zone", name, raw.zone, zone=zone.key))
    return found or zone


# -- one event -----------------------------------------------------------------------------


def _event(event: RawEvent, zones: Zones, zone: ZoneInfo, problems: list[Problem]) -> _Read | None:
    summary = event.text("SUMMARY")
    try:
        found = _values(event, zones, zone)
    except ZoneError as exc:
        problems.append(problem("calendar-zone", event.where, str(exc)))
        return None
    except BadError as exc:
        code = exc.code or "calendar-event"
        problems.append(problem(code, event.where, exc.value or summary[:60], detail=str(exc)))
        return None
    except _BROKEN as exc:
        problems.append(
            problem("calendar-event", event.where, summary[:60], detail=type(exc).__name__)
        )
        return None
    if not event.text("UID"):
        problems.append(problem("calendar-no-uid", event.where, summary[:60]))
    return found


def _values(event: RawEvent, zones: Zones, zone: ZoneInfo) -> _Read:
    begins = event.first("DTSTART")
    if begins is None:
        raise BadError("DTSTART")
    start = when(begins, zones, zone)
    replaced = event.first("RECURRENCE-ID")
    sequence = event.text("SEQUENCE")
    return _Read(
        uid=event.text("UID") or f"{event.where}",
        where=event.where,
        start=start,
        end=_end(event, start, zones, zone),
        instead_of=None if replaced is None else when(replaced, zones, zone),
        and_future=replaced is not None and replaced.params.get("RANGE") == "THISANDFUTURE",
        rules=rules_of(event, start, zones, zone),
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,
        stamp=event.text("LAST-MODIFIED") or event.text("DTSTAMP"),
        cancelled=event.text("STATUS").upper() == _CANCELLED,
        summary=summary_of(event),
        invited=tuple(_invited(event.lines.get("ATTENDEE", ()))),
    )


def summary_of(event: RawEvent) -> str:
    """The event's title in one line."""
    return " ".join(event.text("SUMMARY").split())


def _end(event: RawEvent, start: When, zones: Zones, zone: ZoneInfo) -> When:
    ends, lasts = event.first("DTEND"), event.first("DURATION")
    if ends is not None:
        end = when(ends, zones, zone)
        if isinstance(end, datetime) is not isinstance(start, datetime):
            raise BadError("DTEND")
    elif lasts is not None:
        length = duration(lasts.value)
        if not isinstance(start, datetime) and length % _DAY:
            raise BadError("DURATION")
        end = start + length
    else:
        end = start if isinstance(start, datetime) else start + _DAY
    if _later(start, end):
        raise BadError("DTEND", code="calendar-length")
    return end


def _later(start: When, end: When) -> bool:
    """Whether the end is not after the start; a whole day that ends on its day counts as one."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        return end.astimezone(UTC) <= start.astimezone(UTC)
    return end < start


def _invited(lines: Iterable[Line]) -> Iterable[str]:
    for line in lines:
        if line.params.get("CN"):
            yield line.params["CN"].strip()
        address = line.value.strip()
        if address.lower().startswith("mailto:"):
            yield address[len("mailto:") :]


# -- series --------------------------------------------------------------------------------


def _series(events: Sequence[_Read], problems: list[Problem]) -> list[list[_Read]]:
    """The events that belong together; of doubles the newer, and both where they are two."""
    by_uid: dict[str, list[_Read]] = {}
    for event in events:
        by_uid.setdefault(event.uid, []).append(event)
    found: list[list[_Read]] = []
    for uid, own in by_uid.items():
        heads = [event for event in own if event.instead_of is None]
        changes = [event for event in own if event.instead_of is not None]
        if len(heads) > 1:
            heads = _single(uid, heads, problems)
        found.append([*heads[:1], *changes])
        # A program that gives every event the same UID means as many events.
        found += [[replace(one, uid=f"{uid}#{n}")] for n, one in enumerate(heads[1:], 2)]
    return found


def _single(uid: str, heads: list[_Read], problems: list[Problem]) -> list[_Read]:
    newest = max(event.sequence for event in heads)
    kept = [event for event in heads if event.sequence == newest]
    by_start: dict[When, _Read] = {}
    for event in kept:
        other = by_start.get(event.start)
        if other is None or event.stamp >= other.stamp:
            by_start[event.start] = event
    left = list(by_start.values())
    said = "both were read" if len(left) > 1 else "the newer one was read"
    problems.append(problem("calendar-uid-twice", heads[1].where, uid[:80], kept=said))
    return left


def _unrolled(
    series: Sequence[_Read], own: tzinfo, start: datetime, end: datetime
) -> Iterable[Shift]:
    head = series[0]
    if len(series) == 1 and head.alone:
        shift = _shift(head, head.start, head.end, own)
        if not head.cancelled and shift.start < end and shift.end > start:
            yield shift
        return
    calendar = Calendar()
    by_number: dict[str, _Read] = {}
    for number, one in enumerate(series):
        by_number[str(number)] = one
        calendar.add_component(_component(one, str(number)))
    # A little wider: the library compares whole days in no zone at all.
    low, high = start - 2 * _DAY, end + 2 * _DAY
    for occurrence in recurring_ical_events.of(calendar).between(low, high):
        one = by_number[str(occurrence["X-NUMBER"])]
        if not one.cancelled:
            shift = _shift(one, occurrence["DTSTART"].dt, occurrence["DTEND"].dt, own)
            if shift.start < shift.end and shift.start < end and shift.end > start:
                yield shift


def _component(one: _Read, number: str) -> Event:
    event = Event()
    event["UID"] = one.uid
    event["X-NUMBER"] = number
    event["SEQUENCE"] = one.sequence
    event["DTSTART"], event["DTEND"] = vDDDTypes(one.start), vDDDTypes(one.end)
    if one.instead_of is not None:
        event["RECURRENCE-ID"] = vDDDTypes(one.instead_of)
        if one.and_future:
            event["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
    if one.rules.rules:
        event["RRULE"] = list(one.rules.rules)
    if one.rules.also:
        event["RDATE"] = vDDDLists(list(one.rules.also))
    if one.rules.but:
        event["EXDATE"] = vDDDLists(list(one.rules.but))
    return event


def _shift(one: _Read, start: When, end: When, own: tzinfo) -> Shift:
    if not isinstance(start, datetime) and end == start:
        end = start + _DAY
    return Shift(
        uid=one.uid,
        where=one.where,
        summary=one.summary,
        invited=one.invited,
        start=_instant(start, own, ending=False),
        end=_instant(end, own, ending=True),
    )


def _instant(at: When, own: tzinfo, *, ending: bool) -> datetime:
    """An instant in UTC: a start takes the first occurrence of its clock, an end the last."""
    if not isinstance(at, datetime):
        return occurrences(at, 0, own)[ending]
    zone = at.tzinfo
    if zone is None or zone is UTC:
        return at.replace(tzinfo=UTC)
    seconds = timedelta(seconds=at.second)
    minutes = at.hour * 60 + at.minute
    return occurrences(at.date(), minutes, zone)[ending] + seconds
