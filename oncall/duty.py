"""Who serves now and next, a stretch of a roster, and what a page does next: read for every door.

The rosters decide (``rosters.resolve``); here their answers get names, numbers and a language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.core.errors import Fault, Invalid, NotFound
from oncall.core.model import Ask, Page, Watch
from oncall.core.serving import Serving, Who, serving, unknown_role
from oncall.core.upcoming import NextAction
from oncall.core.upcoming import next_action as upcoming
from oncall.directory import Snapshot, roster_between, roster_served
from oncall.store import handovers
from oncall.store.database import Tx
from rosters.holding import Hold, held_roster
from rosters.model import ROLES as ROSTER_ROLES
from rosters.model import Gap
from rosters.resolve import Roster

__all__ = ["LONGEST", "Schedule", "Serving", "Stretch", "Who", "next_action", "schedule", "who"]

#: The longest window that is answered at once; a year and a day.
LONGEST = timedelta(days=367)

#: A snapshot's rosters answer this near to the moment it was made; beyond, the rows are read.
_NEAR_BACK, _NEAR_AHEAD = timedelta(hours=20), timedelta(days=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The same people throughout; nobody where ``people`` is ()."""

    start: datetime
    end: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A role's window, tiled by stretches, and its gaps."""

    unit: str
    role: str
    start: datetime
    end: datetime
    segments: tuple[Stretch, ...]
    gaps: tuple[Gap, ...]


def who(
    tx: Tx,
    snapshot: Snapshot,
    unit: str,
    at: datetime,
    *,
    now: datetime | None = None,
    holds: Sequence[Hold] | None = None,
    role: str | None = None,
    phones: bool = False,
) -> Who:
    """Who serves ``unit`` at ``at``, in one role or in all, and who is next.

    ``now`` is the present, where ``at`` is another moment; ``holds`` what is held at ``at``, where
    that was read for many units at once.

    Numbers are masked unless ``phones``. Raises NotFound for a unit we do not know, Invalid for a
    role no roster has.
    """
    roster = _roster(tx, snapshot, _known(snapshot, unit), at)
    if holds is None:
        holds = handovers.holds(tx, at, at, unit=unit)
    roster = held_roster(roster, [h for h in holds if h.unit == unit], now or at)
    return serving(roster, unit, at, snapshot.people, role=role, phones=phones)


def schedule(
    tx: Tx, snapshot: Snapshot, unit: str, role: str, start: datetime, end: datetime, now: datetime
) -> Schedule:
    """Who serves in ``role`` from ``start`` to ``end``, half-open, and where nobody does.

    What has gone by until ``now`` is as it was served, the rest as it is planned.

    Raises NotFound for a unit we do not know, Invalid for a role no roster has or for a window
    that ends before it starts or is longer than a year.
    """
    _known(snapshot, unit)
    faults = []
    if role not in ROSTER_ROLES:
        faults.append(unknown_role(role))
    if end <= start:
        faults.append(Fault(where="to", code="ends_before_start", value=end.isoformat()))
    elif end - start > LONGEST:
        faults.append(
            Fault(
                where="to",
                code="window_too_long",
                value=end.isoformat(),
                params={"days": str(LONGEST.days)},
            )
        )
    if faults:
        raise Invalid(faults)
    roster = roster_served(tx, unit, start, end, now)
    return Schedule(
        unit=unit,
        role=role,
        start=start,
        end=end,
        segments=tuple(
            Stretch(
                start=s.start,
                end=s.end,
                people=tuple(_name(snapshot, person) for person in s.people),
            )
            for s in roster.schedule(role, start, end)
        ),
        gaps=tuple(roster.gaps(role, start, end)),
    )


def next_action(tx: Tx, snapshot: Snapshot, page: Page) -> NextAction:
    """What comes next for a page, with the names the roster has today for that moment."""

    def holder(ask: Ask, at: datetime) -> Watch:
        return snapshot.on_duty(tx, at)(ask)

    return upcoming(page, holder)


def _known(snapshot: Snapshot, unit: str) -> str:
    if unit not in snapshot.units:
        raise NotFound("unknown_unit", unit=unit)
    return unit


def _roster(tx: Tx, snapshot: Snapshot, unit: str, at: datetime) -> Roster:
    if snapshot.made_at - _NEAR_BACK <= at <= snapshot.made_at + _NEAR_AHEAD:
        return snapshot.roster(tx, unit)
    return roster_between(tx, unit, at, at)


def _name(snapshot: Snapshot, person: str) -> str:
    known = snapshot.people.get(person)
    return known.name if known is not None else person
