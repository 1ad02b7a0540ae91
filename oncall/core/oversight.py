"""Supervision orders 督办单: their numbers and words, when a unit has earned one, and what is due.

An order is drafted by a timer of a page (a step's ``draft``) or because one unit failed again and
again. A person issues it; only the lightest may go out by itself, where the county says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

import msgspec

from oncall.core.model import Colour, Urgency, WorkCalendar
from oncall.core.terms import Clock, Term, Terms

#: From the lightest to the gravest.
COLOURS = tuple(Colour)


_REPLY = {Colour.BLUE: 5, Colour.YELLOW: 3, Colour.RED: 1}


class OrderState(StrEnum):
    """Where an order stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    REPLIED = "replied"
    CLOSED = "closed"
    DROPPED = "dropped"


class Failing(StrEnum):
    """What is counted against a unit."""

    #: A page nobody answered within its limit.
    LATE = "late"
    #: A matter that was not finished within its time.
    OVERDUE = "overdue"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """So often within so long: then the next graver order is drafted."""

    what: Failing
    times: int
    within: timedelta


class Oversight(msgspec.Struct, frozen=True, kw_only=True):
    """How a county supervises. Times and counts are ours: the document names none."""

    #: Blanks: year, n.
    number: str = "德督办〔{year}〕{n}号"
    #: What stands at the head of a printed order.
    office: str = "德化县人民政府办公室"
    #: The unit whose supervisor on duty is told of drafts and replies.
    unit: str = "GOV-OFFICE"
    #: The county's own words for the colours; elsewhere yellow is called orange.
    words: Mapping[Colour, str] = {}
    #: Whether a blue order goes out by itself. No other ever does.
    auto_blue: bool = False
    #: Working days for the written reply, by colour.
    reply_within: Mapping[Colour, int] = msgspec.field(default_factory=lambda: dict(_REPLY))
    #: When the failings are counted, every day.
    tally_at: time = time(9)
    tallies: tuple[Tally, ...] = (
        Tally(what=Failing.LATE, times=5, within=timedelta(days=30)),
        Tally(what=Failing.OVERDUE, times=3, within=timedelta(days=30)),
    )

    def numbered(self, year: int, n: int) -> str:
        """The printed number of the ``n``-th order of a year."""
        return self.number.format(year=year, n=n)

    def reply_due(
        self, colour: Colour, now: datetime, terms: Terms, calendar: WorkCalendar
    ) -> datetime:
        """By when a unit must have answered an order issued now."""
        term = Term(urgency=Urgency.ROUTINE, working_days=self.reply_within[colour])
        clock = Clock(term=term, zone=terms.zone, day_ends=terms.day_ends, hours=terms.hours)
        return clock.due_at(now, calendar)


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """One failing of one unit, in one matter."""

    what: Failing
    unit: str
    transfer: str
    at: datetime


class Had(msgspec.Struct, frozen=True, kw_only=True):
    """An order a unit has had: drafted when, how grave, for how many failings of which kind.

    ``cause`` is None where a single page's timer drafted it.
    """

    unit: str
    colour: Colour
    drafted_at: datetime
    cause: Failing | None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An order to be drafted because of these matters, the latest last."""

    unit: str
    colour: Colour
    cause: Failing
    transfers: tuple[str, ...]


def earned(
    rules: Oversight, failings: Iterable[Failed], had: Sequence[Had], now: datetime
) -> list[Proposal]:
    """The orders that units have earned by failing again and again.

    What has led to an order once is not counted a second time. The colour is the next graver one
    than the gravest the unit has had within the rule's time; after red it is red again.
    """
    failed = sorted(failings, key=lambda f: (f.at, f.transfer))
    out = []
    for rule in rules.tallies:
        since = now - rule.within
        by_unit: dict[str, list[Failed]] = {}
        for one in failed:
            last = max(
                (h.drafted_at for h in had if h.unit == one.unit and h.cause is rule.what),
                default=since,
            )
            if one.what is rule.what and max(since, last) < one.at <= now:
                by_unit.setdefault(one.unit, []).append(one)
        for unit, found in sorted(by_unit.items()):
            if len(found) >= rule.times:
                lately = [h.colour for h in had if h.unit == unit and h.drafted_at > since]
                out.append(
                    Proposal(
                        unit=unit,
                        colour=_graver(lately),
                        cause=rule.what,
                        transfers=tuple(dict.fromkeys(f.transfer for f in found)),
                    )
                )
    return out


def _graver(had: Sequence[Colour]) -> Colour:
    if not had:
        return COLOURS[0]
    gravest = max(COLOURS.index(colour) for colour in had)
    return COLOURS[min(gravest + 1, len(COLOURS) - 1)]
