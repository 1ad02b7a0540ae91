"""The whole handover of a unit at one moment: who leaves, who comes, and what is left to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.core.errors import NotFound
from oncall.directory import Snapshot, names, roster_served
from oncall.inhand import Item, in_hand
from oncall.store import handovers
from oncall.store.database import Tx
from oncall.store.handovers import Handover
from rosters.model import ROLES

#: Who comes next is looked for this far ahead.
_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One role changing hands: ``next`` is () where nobody is known to come."""

    role: str
    now: tuple[str, ...]
    next: tuple[str, ...]
    at: datetime | None
    #: By name: what each of those who come has said; "" for not asked.
    said: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A unit's handover list."""

    unit: str
    at: datetime
    changes: tuple[Change, ...]
    items: tuple[Item, ...]


def relief(tx: Tx, snapshot: Snapshot, unit: str, at: datetime, now: datetime) -> Relief:
    """The handover list of ``unit`` at ``at``. Raises NotFound for a unit we do not know."""
    if unit not in snapshot.units:
        raise NotFound("unknown_unit", unit=unit)
    roster = roster_served(tx, unit, at, at + _AHEAD, now)
    asked = {
        (one.role, one.person, one.start_at): one
        for one in handovers.of_unit(tx, unit, at, at + _AHEAD)
    }
    # Whoever is waited for was to come already: the roster has them come when the hold ends.
    awaited = {
        (hold.role, hold.person): one
        for hold in handovers.holds(tx, at, min(at, now), unit=unit)
        if (one := handovers.one(tx, hold.id)) is not None
    }
    changes = []
    for role in (r for r in ROLES if r in roster.roles):
        after = roster.following(role, at)
        coming = after.people if after is not None else ()
        start = after.start if after is not None else None
        changes.append(
            Change(
                role=role,
                now=tuple(names(roster.who(role, at).people, snapshot)),
                next=tuple(names(coming, snapshot)),
                at=start,
                said={
                    names([person], snapshot)[0]: _said(
                        asked.get((role, person, start)) or awaited.get((role, person))
                    )
                    for person in coming
                    if start is not None
                },
            )
        )
    return Relief(unit=unit, at=at, changes=tuple(changes), items=tuple(in_hand(tx, unit, at, now)))


def _said(one: Handover | None) -> str:
    if one is None or (one.asked_at is None and not one.answered):
        return ""
    if one.refused_at is not None:
        return "refused"
    return "confirmed" if one.confirmed_at is not None else "waiting"
