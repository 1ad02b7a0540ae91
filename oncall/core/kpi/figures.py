"""The figures of section 5: each a numerator over a denominator, or a spread of durations.

Everything is whole numbers until the last step, so that whoever counts again gets the same digits.
Practice and malicious calls are left out, and so is a page that was withdrawn before its limit
while nobody had answered, and one whose limit has not passed yet. Moments are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from oncall.core.kpi.history import Matter, PageFacts

#: A matter that comes back within this time was not finished the first time.
REOPENED_WITHIN = timedelta(days=30)
#: Upper edges of the buckets of answering times; the last bucket has none.
BUCKETS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30))
_FIRST_LEVELS, _ESCALATED_FROM = (1, 2), 3
_DIGITS = 6
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From ``start`` up to, not including, ``end``; what is not known by ``as_of`` is not told."""

    start: datetime
    end: datetime
    as_of: datetime

    def __contains__(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many of so many."""

    of: int = 0
    out_of: int = 0

    @property
    def value(self) -> float | None:
        """The share, to six digits; None of nothing."""
        return float(round(Fraction(self.of, self.out_of), _DIGITS)) if self.out_of else None

    def __add__(self, other: Rate) -> Rate:
        return Rate(of=self.of + other.of, out_of=self.out_of + other.out_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took: seconds, and how many fell into each bucket (``BUCKETS``).

    The ninetieth per cent is the nearest rank: that many took no longer.
    """

    count: int = 0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    buckets: tuple[int, ...] = (0,) * (len(BUCKETS) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of one scope: the county, a unit, an urgency."""

    transferred: int = 0
    pages: int = 0
    ack_in_time: Rate = Rate()
    ack_time: Spread = Spread()
    first_level: Rate = Rate()
    escalated: Rate = Rate()
    reachable: Rate = Rate()
    covered: Rate = Rate()
    on_time: Rate = Rate()
    extended: Rate = Rate()
    solved: Rate = Rate()
    satisfied: Rate = Rate()
    returned: Rate = Rate()
    missent: Rate = Rate()
    closed_once: Rate = Rate()
    disputed: Rate = Rate()
    first_receiver: Rate = Rate()
    complete: Rate = Rate()
    hop_time: Spread = Spread()


@dataclass(slots=True, kw_only=True)
class Scope:
    """What one set of figures is counted from.

    ``involved`` are the matters the scope had a part in, ``leading`` those that are its own,
    ``sent`` those it handed over, ``returned`` those it gave back.
    """

    pages: list[tuple[Matter, PageFacts]] = field(default_factory=list)
    involved: list[Matter] = field(default_factory=list)
    leading: list[Matter] = field(default_factory=list)
    sent: list[Matter] = field(default_factory=list)
    returned: list[Matter] = field(default_factory=list)


def figures(
    scope: Scope, period: Period, *, covered: Rate = Rate(), reached: Rate = Rate()
) -> Figures:
    """Count one scope. ``covered`` comes from the rosters: seconds somebody was on duty;
    ``reached`` from the reachability checks, which are no matters and are added to practice."""
    pages = [page for matter, page in scope.pages if matter.counts and _counted(page, period)]
    acked = [page for page in pages if page.acked_at is not None]
    drills = [page for matter, page in scope.pages if matter.drill and _counted(page, period)]
    handed = [m for m in scope.involved if m.counts and m.units and m.at in period]
    due = [m for m in scope.leading if m.counts and m.dropped_at is None and _due(m, period)]
    closed = [m for m in scope.leading if m.counts and m.closed_at in period]
    first = [m for m in scope.leading if m.counts and m.closings and m.closings[0] in period]
    visits = [v for m in scope.leading if m.counts for v in m.visits if v.at in period]
    sent = [m for m in scope.sent if m.counts and m.units and m.at in period]
    returned = [m for m in scope.returned if m.counts and m.units and m.at in period]
    disputed = [m for m in handed if m.disputes]
    return Figures(
        transferred=len(handed),
        pages=len(pages),
        ack_in_time=_rate(pages, [p for p in acked if _in_time(p)]),
        ack_time=spread([p.acked_at - p.paged_at for p in acked if p.acked_at is not None]),
        first_level=_rate(acked, [p for p in acked if p.acked_level in _FIRST_LEVELS]),
        escalated=_rate(pages, [p for p in pages if p.level >= _ESCALATED_FROM]),
        reachable=_rate(drills, [p for p in drills if _in_time(p)]) + reached,
        covered=covered,
        on_time=_rate(due, [m for m in due if _on_time(m)]),
        extended=_rate(due, [m for m in due if m.extensions]),
        solved=_said([v.solved for v in visits]),
        satisfied=_said([v.satisfied for v in visits]),
        returned=_rate(handed, returned),
        missent=_rate(sent, [m for m in sent if m.upheld]),
        closed_once=_rate(first, [m for m in first if not _came_back(m)]),
        disputed=_rate(handed, disputed),
        first_receiver=_rate(disputed, [m for m in disputed if m.first_receiver]),
        complete=_rate(closed, [m for m in closed if _complete(m)]),
        hop_time=spread([m.at - m.received_at for m in handed if m.received_at is not None]),
    )


def spread(durations: Iterable[timedelta]) -> Spread:
    """Mean, median, P90 and buckets of some durations."""
    ordered = sorted(durations)
    n = len(ordered)
    if not n:
        return Spread()
    buckets = [0] * (len(BUCKETS) + 1)
    for one in ordered:
        buckets[sum(one > edge for edge in BUCKETS)] += 1
    middle = ordered[(n - 1) // 2], ordered[n // 2]
    return Spread(
        count=n,
        mean=_seconds(sum(ordered, timedelta()), n),
        median=_seconds(middle[0] + middle[1], 2),
        p90=_seconds(ordered[(9 * n + 9) // 10 - 1], 1),
        buckets=tuple(buckets),
    )


def _seconds(total: timedelta, parts: int) -> float:
    micro = total // timedelta(microseconds=1)
    return float(round(Fraction(micro, parts * 1_000_000), 3))


def _rate(all_of: Sequence[object], some: Sequence[object]) -> Rate:
    return Rate(of=len(some), out_of=len(all_of))


def _said(answers: Sequence[bool | None]) -> Rate:
    given = [answer for answer in answers if answer is not None]
    return Rate(of=sum(given), out_of=len(given))


def _counted(page: PageFacts, period: Period) -> bool:
    if page.paged_at not in period:
        return False
    if page.acked_at is not None:
        return True
    # Nobody answered: it counts once its limit has passed while it still waited.
    ended = page.ended_at is not None and page.ended_at < page.limit_at
    return not ended and page.limit_at <= period.as_of


def _in_time(page: PageFacts) -> bool:
    return page.acked_at is not None and page.acked_at <= page.limit_at


def _due(matter: Matter, period: Period) -> bool:
    return matter.due_at in period and matter.due_at is not None and matter.due_at <= period.as_of


def _on_time(matter: Matter) -> bool:
    closed, due = matter.closed_at, matter.due_at
    return closed is not None and due is not None and closed <= due


def _came_back(matter: Matter) -> bool:
    first = matter.closings[0]
    return any(first <= at <= first + REOPENED_WITHIN for at in matter.reopenings)


def _complete(matter: Matter) -> bool:
    return None not in (matter.responded_at, matter.result_at, matter.feedback_at)
