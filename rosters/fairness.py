"""Who carries how much: hours, nights, weekends and holidays per person, and what is too much.

A person's time is the union of their duties: two at once are not twice the hours. Nights, weekends
and holidays are those of the local calendar. Nothing here forbids anything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rosters.clocks import instant
from rosters.compose import union
from rosters.coverage import seconds
from rosters.model import LEADER, Duty, Span

#: The night by the clock, minutes after the midnight its day begins with: 22:00 to 06:00.
NIGHT = (22 * 60, 30 * 60)
#: Served for this long of it, it was a night's duty.
ENOUGH = timedelta(hours=4)

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one person carries in a period."""

    person: str
    hours: float
    nights: int
    #: Hours on Saturdays and Sundays that are neither holidays nor made up for.
    weekend_hours: float
    holiday_hours: float
    #: The longest stretch without a break, in hours; of duties that touch the period.
    longest: float
    #: The most nights running; 0 where no two are.
    nights_running: int
    by_role: Mapping[str, float] = field(default_factory=dict)


def loads(
    duties: Iterable[Duty],
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    *,
    off: Collection[date] = (),
    working: Collection[date] = (),
) -> list[Load]:
    """Everybody's load in [start, end), those with the most hours first.

    ``off`` are holidays, ``working`` make-up days 调休. A leader's stretch is not counted as one
    without a break: whoever may be called for a week on end does sleep.
    """
    by_person: dict[str, list[Duty]] = {}
    for duty in duties:
        if duty.start < end and duty.end > start:
            by_person.setdefault(duty.person, []).append(duty)
    found = []
    for person, own in by_person.items():
        spans = union((max(d.start, start), min(d.end, end)) for d in own)
        awake = union((d.start, d.end) for d in own if d.role != LEADER)
        roles: dict[str, list[Span]] = {}
        for duty in own:
            mine = roles.setdefault(duty.role, [])
            mine.append((max(duty.start, start), min(duty.end, end)))
        weekend, holiday = _free_hours(spans, zone, off, working)
        nights = nights_of(spans, zone)
        found.append(
            Load(
                person=person,
                hours=_hours(spans),
                nights=len(nights),
                weekend_hours=weekend,
                holiday_hours=holiday,
                longest=max((seconds(*span) / 3600 for span in awake), default=0.0),
                nights_running=max(
                    (n for _, n in rows_of_nights(nights_of(awake, zone))), default=0
                ),
                by_role={role: _hours(union(mine)) for role, mine in sorted(roles.items())},
            )
        )
    return sorted(found, key=lambda load: (-load.hours, load.person))


def nights_of(spans: Sequence[Span], zone: ZoneInfo) -> list[date]:
    """The days whose night, from 22:00 on, is served long enough to count; in order."""
    served: dict[date, float] = {}
    for start, end in spans:
        day = start.astimezone(zone).date() - _DAY
        last = end.astimezone(zone).date()
        while day <= last:
            begin, finish = (instant(day, minutes, zone) for minutes in NIGHT)
            shared = seconds(max(start, begin), min(end, finish))
            if shared:
                served[day] = served.get(day, 0.0) + shared
            day += _DAY
    return sorted(day for day, length in served.items() if length >= ENOUGH.total_seconds())


def rows_of_nights(nights: Sequence[date]) -> list[tuple[date, int]]:
    """Every row of two or more nights running: the first of them, and how many."""
    rows: list[tuple[date, int]] = []
    for day in nights:
        if rows and day == rows[-1][0] + rows[-1][1] * _DAY:
            rows[-1] = (rows[-1][0], rows[-1][1] + 1)
        else:
            rows.append((day, 1))
    return [(first, count) for first, count in rows if count > 1]


def _hours(spans: Iterable[Span]) -> float:
    return sum(seconds(*span) for span in spans) / 3600


def _free_hours(
    spans: Sequence[Span], zone: ZoneInfo, off: Collection[date], working: Collection[date]
) -> tuple[float, float]:
    weekend = holiday = 0.0
    for start, end in spans:
        day = start.astimezone(zone).date()
        while (begin := max(start, instant(day, 0, zone))) < end:
            shared = seconds(begin, min(end, instant(day + _DAY, 0, zone))) / 3600
            if day in off:
                holiday += shared
            elif day.weekday() >= _SATURDAY and day not in working:
                weekend += shared
            day += _DAY
    return weekend, holiday
