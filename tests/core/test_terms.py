"""Deadlines: working days counted by hand, reminders never after the end, holidays honoured."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.core.model import Urgency, WorkCalendar
from oncall.core.terms import Clock, Term, Terms
from oncall.core.worktime import add_working, is_working, working_between

ZONE = ZoneInfo("Asia/Shanghai")
PLAIN = WorkCalendar()
#: National Day 2026: off from the 1st to the 7th, worked on Sunday the 27th and Saturday the 10th.
OCTOBER = WorkCalendar(
    off=frozenset(date(2026, 10, day) for day in range(1, 8)),
    working=frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)
TERMS = Terms()
DAYS = st.dates(date(2026, 9, 1), date(2026, 10, 31))
CALENDARS = st.builds(
    WorkCalendar, off=st.frozensets(DAYS, max_size=9), working=st.frozensets(DAYS, max_size=9)
)
MOMENTS = st.integers(0, 40 * 24 * 60).map(
    lambda m: datetime(2026, 9, 10, tzinfo=UTC) + timedelta(minutes=m)
)


def wall(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2026 by the county's clocks."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("category", "urgency", "received", "due"),
    [
        (None, Urgency.CRITICAL, wall(11, 7, 3, 20), wall(11, 8, 3, 20)),
        (None, Urgency.URGENT, wall(11, 3, 14), wall(11, 5, 18)),
        (None, Urgency.URGENT, wall(11, 6, 23, 59), wall(11, 10, 18)),
        (None, Urgency.ROUTINE, wall(11, 2, 9), wall(11, 9, 18)),
        ("咨询", Urgency.ROUTINE, wall(11, 7, 9), wall(11, 9, 18)),
        # Six days off and a Saturday worked lie between.
        (None, Urgency.ROUTINE, wall(9, 29, 10), wall(10, 12, 18)),
    ],
)
def test_the_default_deadlines(
    category: str | None, urgency: Urgency, received: datetime, due: datetime
) -> None:
    """The day of receipt does not count, free days do not, make-up days do."""
    assert TERMS.choose(category, urgency).due_at(received, OCTOBER) == due


def test_half_of_a_working_week_is_counted_in_office_hours() -> None:
    """Nobody is reminded at four in the morning of something that has days to go."""
    clock = TERMS.choose(None, Urgency.ROUTINE)
    received = wall(11, 2, 8)
    due = clock.due_at(received, PLAIN)
    # Six office days of seven hours: the half is 21 h, the end of the third day.
    assert clock.reminder_at(received, due, 50, PLAIN) == wall(11, 4, 17, 30)
    assert clock.reminder_at(received, due, 100, PLAIN) == due


def test_what_burns_is_counted_by_the_clock() -> None:
    """Half of 24 hours is 12 hours, day or night."""
    clock = TERMS.choose(None, Urgency.CRITICAL)
    received = wall(11, 7, 15)
    due = clock.due_at(received, PLAIN)
    assert clock.reminder_at(received, due, 50, PLAIN) == wall(11, 8, 3)


@given(MOMENTS, st.integers(1, 12), CALENDARS)
def test_a_deadline_has_that_many_working_days(
    received: datetime, days: int, calendar: WorkCalendar
) -> None:
    """Counted one by one, the slow way."""
    term = Term(urgency=Urgency.ROUTINE, working_days=days)
    clock = Clock(term=term, zone="Asia/Shanghai", day_ends=time(18), hours=TERMS.hours)
    due = clock.due_at(received, calendar).astimezone(ZONE)
    assert due.time() == time(18)
    first = received.astimezone(ZONE).date()
    passed = [first + timedelta(days=n) for n in range(1, (due.date() - first).days + 1)]
    assert sum(is_working(day, calendar) for day in passed) == days
    assert is_working(due.date(), calendar)


@given(MOMENTS, st.sampled_from(Urgency), CALENDARS)
def test_reminders_come_in_order_and_in_time(
    received: datetime, urgency: Urgency, calendar: WorkCalendar
) -> None:
    """None before the matter came in, none after it is due."""
    clock = TERMS.choose(None, urgency)
    due = clock.due_at(received, calendar)
    moments = [clock.reminder_at(received, due, p, calendar) for p in (50, 80, 100)]
    assert all(a <= b for a, b in pairwise([received, *moments]))
    assert moments[-1] == due


@given(MOMENTS, st.integers(1, 60 * 60), CALENDARS)
def test_office_time_added_is_office_time_between(
    start: datetime, minutes: int, calendar: WorkCalendar
) -> None:
    """Adding and measuring are each other's reverse."""
    amount = timedelta(minutes=minutes)
    end = add_working(start, amount, TERMS.hours, calendar, TERMS.zone)
    assert working_between(start, end, TERMS.hours, calendar, TERMS.zone) == amount
