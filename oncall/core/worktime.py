"""Wall clocks, working days and quiet hours, turned into UTC moments.

Working days are Monday–Friday, less the State Council's holidays, plus make-up days 调休.
All arguments and results are aware UTC datetimes; clocks are wall time in the named IANA zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from oncall.core.model import Morning, Policy, Quiet, Rung, Step, WorkCalendar

_DAY = timedelta(days=1)
_A_MOMENT = timedelta(seconds=1)
_SATURDAY = 5
#: A calendar with no working day in this many days is broken; we stop looking there.
_HORIZON = 60


def at_wall(day: date, clock: time, zone: str) -> datetime:
    """The UTC moment of a wall clock; the first occurrence where a clock is shown twice."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def is_working(day: date, calendar: WorkCalendar) -> bool:
    """Whether offices are open on ``day``."""
    if day in calendar.working:
        return True
    return day.weekday() < _SATURDAY and day not in calendar.off


def morning(rule: Morning, paged_at: datetime, calendar: WorkCalendar, zone: str) -> datetime:
    """The first working morning at least ``rule.not_before`` after ``paged_at``, or a later one."""
    earliest = paged_at + rule.not_before
    day = earliest.astimezone(ZoneInfo(zone)).date()
    left = rule.days_later
    for _ in range(_HORIZON):
        moment = at_wall(day, rule.clock, zone)
        if is_working(day, calendar) and moment >= earliest:
            if left == 0:
                return moment
            left -= 1
        day += _DAY
    return earliest


def after_quiet(moment: datetime, quiet: Quiet | None, level: int, zone: str) -> datetime:
    """``moment`` itself, or the end of the quiet hours it falls in for this level."""
    if quiet is None or level < quiet.from_level:
        return moment
    local = moment.astimezone(ZoneInfo(zone))
    clock = local.time()
    if quiet.since <= quiet.until:
        inside, ends = quiet.since <= clock < quiet.until, local.date()
    else:
        inside = clock >= quiet.since or clock < quiet.until
        ends = local.date() + _DAY if clock >= quiet.since else local.date()
    # Where the clock goes back, "until" may lie behind a moment that shows an earlier time.
    return max(moment, at_wall(ends, quiet.until, zone)) if inside else moment


def plan(policy: Policy, paged_at: datetime, calendar: WorkCalendar) -> tuple[Rung, ...]:
    """Every step's planned moment, counted from ``paged_at`` (rule 1), quiet hours honoured."""
    return tuple(
        Rung(step=i, due_at=_due(policy, step, paged_at, calendar))
        for i, step in enumerate(policy.steps)
    )


def _due(policy: Policy, step: Step, paged_at: datetime, calendar: WorkCalendar) -> datetime:
    if step.morning is not None:
        due = morning(step.morning, paged_at, calendar, policy.zone)
    else:
        due = paged_at + (step.after or timedelta())
    return after_quiet(due, policy.quiet, step.level, policy.zone)


def put_off(
    policy: Policy, rungs: tuple[Rung, ...], held: timedelta, calendar: WorkCalendar
) -> tuple[Rung, ...]:
    """What is still to be done, later by ``held``: the ladder goes on where it stood (rule 3).

    A working morning stays one and stays behind the one before it; a night stays quiet.
    """
    out: list[Rung] = []
    old, new = None, None
    for rung in rungs:
        step = policy.steps[rung.step]
        due = rung.due_at + held
        if rung.fired_at is None and step.morning is not None:
            if old is not None and new is not None and rung.due_at > old:
                due = max(due, new + _A_MOMENT)
            shifted = replace(step.morning, not_before=timedelta(), days_later=0)
            due = morning(shifted, due, calendar, policy.zone)
            old, new = rung.due_at, due
        due = after_quiet(due, policy.quiet, step.level, policy.zone)
        out.append(rung if rung.fired_at is not None else replace(rung, due_at=due))
    return tuple(out)


def add_working(
    start: datetime,
    amount: timedelta,
    hours: tuple[tuple[time, time], ...],
    calendar: WorkCalendar,
    zone: str,
) -> datetime:
    """The moment by which ``amount`` of office time has passed since ``start``."""
    left = amount
    day = start.astimezone(ZoneInfo(zone)).date()
    for _ in range(_HORIZON):
        if is_working(day, calendar):
            for opens, closes in hours:
                begin = max(start, at_wall(day, opens, zone))
                end = at_wall(day, closes, zone)
                if begin >= end:
                    continue
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        day += _DAY
    return start + amount


def working_between(
    start: datetime,
    end: datetime,
    hours: tuple[tuple[time, time], ...],
    calendar: WorkCalendar,
    zone: str,
) -> timedelta:
    """How much office time lies between two moments; nothing where ``end`` is not after start."""
    passed = timedelta()
    day = start.astimezone(ZoneInfo(zone)).date()
    last = end.astimezone(ZoneInfo(zone)).date()
    while day <= last:
        if is_working(day, calendar):
            for opens, closes in hours:
                begin = max(start, at_wall(day, opens, zone))
                passed += max(timedelta(), min(end, at_wall(day, closes, zone)) - begin)
        day += _DAY
    return passed


def first_action_at(policy: Policy, acked_at: datetime, calendar: WorkCalendar) -> datetime:
    """When the owner must have written a first note (product rule 8)."""
    if policy.first_action_working:
        return add_working(acked_at, policy.first_action, policy.hours, calendar, policy.zone)
    return acked_at + policy.first_action
