"""Working days, quiet hours and planned moments, against a clock that simply counts minutes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.core.model import Morning, Quiet, Urgency, WorkCalendar
from oncall.core.policies import default_book
from oncall.core.worktime import (
    add_working,
    after_quiet,
    at_wall,
    first_action_at,
    is_working,
    morning,
    plan,
)

ZONE = "Asia/Shanghai"
MINUTE = timedelta(minutes=1)
HOURS = ((time(8), time(12)), (time(14, 30), time(17, 30)))
BOOK = default_book()
NIGHT = Quiet(since=time(22), until=time(8), from_level=3)

#: November 2026 begins on a Sunday; any minute of it, a few days off, a few worked instead.
MOMENTS = st.integers(0, 30 * 24 * 60).map(
    lambda minutes: datetime(2026, 11, 1, tzinfo=UTC) + minutes * MINUTE
)
DAYS = st.dates(date(2026, 11, 1), date(2026, 12, 5))
CALENDARS = st.builds(
    WorkCalendar,
    off=st.frozensets(DAYS, max_size=6),
    working=st.frozensets(DAYS, max_size=6),
)
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda m: time(m // 60, m % 60))


def wall(text: str) -> datetime:
    """A wall clock in the county, as the UTC moment it is."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def count_on(start: datetime, good: Callable[[datetime], bool]) -> datetime:
    """The first minute from ``start`` whose local clock is good: the slow, certain way."""
    moment = start
    while not good(moment.astimezone(ZoneInfo(ZONE))):
        moment += MINUTE
    return moment


def office(local: datetime, calendar: WorkCalendar) -> bool:
    """Whether the minute that begins at ``local`` is office time, from the definition."""
    day = local.date()
    weekend = day.strftime("%a") in ("Sat", "Sun")
    works = day in calendar.working or not (weekend or day in calendar.off)
    return works and any(opens <= local.time() < closes for opens, closes in HOURS)


@given(start=MOMENTS, minutes=st.integers(1, 9 * 60), calendar=CALENDARS)
@settings(max_examples=60)
def test_office_time_is_counted_minute_by_minute(
    start: datetime, minutes: int, calendar: WorkCalendar
) -> None:
    """Four working hours end when four hours of office minutes have gone by, and not before."""
    left, moment = minutes, start
    while left:
        if office(moment.astimezone(ZoneInfo(ZONE)), calendar):
            left -= 1
        moment += MINUTE
    assert add_working(start, minutes * MINUTE, HOURS, calendar, ZONE) == moment


@given(paged=MOMENTS, clock=CLOCKS, later=st.integers(0, 2), calendar=CALENDARS)
@settings(max_examples=40)
def test_a_working_morning_is_found_by_looking_at_every_minute(
    paged: datetime, clock: time, later: int, calendar: WorkCalendar
) -> None:
    """The morning is the first working day's clock at least a day later, then the next ones."""
    rule = Morning(clock=clock, not_before=timedelta(hours=24), days_later=later)
    moment = paged + rule.not_before
    for again in range(later + 1):
        moment = count_on(
            moment + (MINUTE if again else timedelta()),
            lambda local: local.time() == clock and is_working(local.date(), calendar),
        )
    assert morning(rule, paged, calendar, ZONE) == moment


@given(moment=MOMENTS, since=CLOCKS, until=CLOCKS, level=st.integers(1, 7))
@settings(max_examples=60)
def test_quiet_hours_end_at_the_first_minute_outside_them(
    moment: datetime, since: time, until: time, level: int
) -> None:
    """A level that is not to be disturbed waits exactly until the quiet is over."""
    quiet = Quiet(since=since, until=until, from_level=3)

    def awake(local: datetime) -> bool:
        clock = local.time()
        if since <= until:
            return not since <= clock < until
        return until <= clock < since

    expected = moment if level < quiet.from_level else count_on(moment, awake)
    assert after_quiet(moment, quiet, level, ZONE) == expected


def test_a_make_up_saturday_is_a_working_day() -> None:
    """调休: a worked Saturday counts, the holiday it pays for does not."""
    calendar = WorkCalendar(
        off=frozenset({date(2026, 10, 7)}), working=frozenset({date(2026, 10, 10)})
    )
    assert is_working(date(2026, 10, 10), calendar)
    assert not is_working(date(2026, 10, 7), calendar)
    assert not is_working(date(2026, 10, 11), calendar)


@pytest.mark.parametrize(
    ("paged", "blue", "yellow"),
    [
        ("2026-11-03T10:00", "2026-11-05T09:00", "2026-11-06T09:00"),
        ("2026-11-03T08:30", "2026-11-04T09:00", "2026-11-05T09:00"),
        ("2026-11-05T16:00", "2026-11-09T09:00", "2026-11-10T09:00"),
        ("2026-11-06T09:00", "2026-11-09T09:00", "2026-11-10T09:00"),
    ],
)
def test_supervision_of_a_routine_matter_comes_on_working_mornings(
    paged: str, blue: str, yellow: str
) -> None:
    """The blue draft is at nine, a full day later at least; the yellow one the next working day."""
    rungs = plan(BOOK.choose(None, Urgency.ROUTINE), wall(paged), WorkCalendar())
    assert [r.due_at for r in rungs[-2:]] == [wall(blue), wall(yellow)]


def test_a_routine_matter_at_night_wakes_only_the_liaisons() -> None:
    """At 23:30 levels 1 and 2 are messaged; from level 3 on everybody sleeps until eight."""
    policy = BOOK.choose(None, Urgency.ROUTINE)
    rungs = plan(policy, wall("2026-11-03T23:30"), WorkCalendar())
    due = [(policy.steps[r.step].level, r.due_at) for r in rungs[:6]]
    assert due == [
        (1, wall("2026-11-03T23:30")),
        (1, wall("2026-11-03T23:45")),
        (2, wall("2026-11-04T00:00")),
        (3, wall("2026-11-04T08:00")),
        (4, wall("2026-11-04T08:00")),
        (5, wall("2026-11-04T08:00")),
    ]


def test_an_urgent_matter_at_night_waits_for_nobody() -> None:
    """Critical and urgent ladders keep their minutes at any hour (rule 7)."""
    for urgency in (Urgency.CRITICAL, Urgency.URGENT):
        policy = BOOK.choose(None, urgency)
        paged = wall("2026-11-03T23:30")
        for rung in plan(policy, paged, WorkCalendar()):
            assert rung.due_at == paged + (policy.steps[rung.step].after or timedelta())


def test_the_end_of_the_quiet_hours_belongs_to_the_day() -> None:
    """22:00 is quiet, 08:00 is not: half-open like every interval here."""
    assert after_quiet(wall("2026-11-03T22:00"), NIGHT, 3, ZONE) == wall("2026-11-04T08:00")
    assert after_quiet(wall("2026-11-04T08:00"), NIGHT, 3, ZONE) == wall("2026-11-04T08:00")
    assert after_quiet(wall("2026-11-04T07:59"), NIGHT, 3, ZONE) == wall("2026-11-04T08:00")


def test_first_action_counts_office_time_only_for_routine_matters() -> None:
    """An ack on Friday at 16:30 leaves one hour on Friday and three on Monday."""
    acked = wall("2026-11-06T16:30")
    routine = BOOK.choose(None, Urgency.ROUTINE)
    urgent = BOOK.choose(None, Urgency.URGENT)
    assert first_action_at(routine, acked, WorkCalendar()) == wall("2026-11-09T11:00")
    assert first_action_at(urgent, acked, WorkCalendar()) == wall("2026-11-06T17:30")


def test_a_year_without_working_days_does_not_hang() -> None:
    """A broken calendar ends in the plain interval, not in an endless search."""
    days = frozenset(date(2026, 11, 1) + timedelta(days=n) for n in range(400))
    calendar = WorkCalendar(off=days)
    start = wall("2026-11-03T10:00")
    rule = Morning(clock=time(9), not_before=timedelta(hours=24))
    assert morning(rule, start, calendar, ZONE) == start + timedelta(hours=24)
    assert add_working(start, timedelta(hours=4), HOURS, calendar, ZONE) == start + timedelta(
        hours=4
    )


def test_a_clock_shown_twice_means_its_first_showing() -> None:
    """Where clocks go back an hour, 02:30 is the earlier of the two."""
    assert at_wall(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_office_hours_across_a_change_of_clocks_last_what_they_last() -> None:
    """A night shift office of 00:00-06:00 is seven hours long when the clocks go back."""
    hours = ((time(0), time(6)),)
    calendar = WorkCalendar(working=frozenset({date(2026, 10, 25)}))
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    end = add_working(start, timedelta(hours=7), hours, calendar, "Europe/Berlin")
    assert end == datetime(2026, 10, 25, 5, tzinfo=UTC)
