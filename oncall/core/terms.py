"""By when a matter must be finished, and when its owner is reminded (clause 16).

A term is a stretch of time, or a number of working days: then the day of receipt does not count,
and the last day ends at ``day_ends``. The clock starts when the matter first came in (clause 25),
not when it was handed on. All moments are aware UTC; clocks are wall time in the IANA ``zone``.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from oncall.core.model import Urgency, WorkCalendar
from oncall.core.worktime import add_working, at_wall, is_working, working_between

_DAY = timedelta(days=1)
#: A calendar without a working day for this long is broken; every day counts then.
_HORIZON = 30
#: The last reminder, and the moment from which a matter is overdue.
DUE = 100


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """How long matters of one urgency (and category; None: any) may take.

    Exactly one of ``within`` and ``working_days`` is given.
    """

    urgency: Urgency
    category: str | None = None
    within: timedelta | None = None
    working_days: int | None = None


#: A day's work for what is on fire, the usual five working days for what is not; a question is
#: answered on the next one. Chosen by us: the county's document names no days.
DEFAULT_TERMS = (
    Term(urgency=Urgency.CRITICAL, within=timedelta(hours=24)),
    Term(urgency=Urgency.URGENT, working_days=2),
    Term(urgency=Urgency.ROUTINE, working_days=5),
    Term(urgency=Urgency.ROUTINE, category="咨询", working_days=1),
)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The whole table, and what goes with it."""

    terms: tuple[Term, ...] = DEFAULT_TERMS
    zone: str = "Asia/Shanghai"
    day_ends: time = time(18)
    hours: tuple[tuple[time, time], ...] = ((time(8), time(12)), (time(14, 30), time(17, 30)))
    #: Per cent of the time that have passed when a reminder goes out.
    remind: tuple[int, ...] = (50, 80, DUE)
    #: The unit whose supervisor decides on extensions.
    extensions_by: str = "GOV-OFFICE"

    def choose(self, category: str | None, urgency: Urgency) -> Clock:
        """The term for this very category, else for any, with the clocks it is read by."""
        by_category = {(t.category, t.urgency): t for t in self.terms}
        term = by_category.get((category, urgency)) or by_category.get((None, urgency))
        if term is None:
            term = next(t for t in DEFAULT_TERMS if t.urgency is urgency and t.category is None)
        return Clock(term=term, zone=self.zone, day_ends=self.day_ends, hours=self.hours)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One matter's term, frozen with it; a later change of the table leaves it alone."""

    term: Term
    zone: str
    day_ends: time
    hours: tuple[tuple[time, time], ...]

    def due_at(self, received_at: datetime, calendar: WorkCalendar) -> datetime:
        """When a matter that came in at ``received_at`` must be finished."""
        if self.term.working_days is None:
            return received_at + (self.term.within or timedelta())
        day = received_at.astimezone(ZoneInfo(self.zone)).date()
        left, idle = self.term.working_days, 0
        while left:
            day += _DAY
            idle += 1
            if idle > _HORIZON or is_working(day, calendar):
                left -= 1
                idle = 0
        return at_wall(day, self.day_ends, self.zone)

    def reminder_at(
        self, received_at: datetime, due_at: datetime, percent: int, calendar: WorkCalendar
    ) -> datetime:
        """When ``percent`` of the time has passed: office time where the term is in working days.

        Never after ``due_at``.
        """
        if percent >= DUE:
            return due_at
        if self.term.working_days is None:
            return received_at + (due_at - received_at) * percent / 100
        whole = working_between(received_at, due_at, self.hours, calendar, self.zone)
        part = whole * percent / 100
        return min(due_at, add_working(received_at, part, self.hours, calendar, self.zone))
