"""Who is told beside the people themselves: a unit's duty leader, its roster's keeper, the county's
duty office."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from oncall.core.model import Ask, Source
from oncall.directory import Snapshot
from oncall.store.database import Tx
from rosters.model import LEADER, PRIMARY, SUPERVISOR

_LEADING = ("division_leader", "head")
_KEEPING = ("liaison", "deputy")


def leaders(
    tx: Tx, snapshot: Snapshot, unit: str, now: datetime, *, but: Collection[str] = ()
) -> list[str]:
    """Whoever leads a unit's watch now; else its division leaders, else its heads. ``but`` these:
    nobody decides their own matter."""
    found = [p for p in _serving(tx, snapshot, unit, LEADER, now) if p not in but]
    return found or _holding(snapshot, unit, _LEADING, but)


def may_decide(tx: Tx, snapshot: Snapshot, unit: str, person: str, *moments: datetime) -> bool:
    """Whether a person leads the unit: by post, or on its roster at one of these moments."""
    if any(person in _holding(snapshot, unit, (post,), ()) for post in _LEADING):
        return True
    return any(person in _serving(tx, snapshot, unit, LEADER, moment) for moment in moments)


def keepers(snapshot: Snapshot, unit: str) -> list[str]:
    """Who keeps a unit's roster: its standing liaison, else the liaison's deputy."""
    return _holding(snapshot, unit, _KEEPING, ())


def office(tx: Tx, snapshot: Snapshot, unit: str, now: datetime) -> list[str]:
    """Who sits in the county's duty office now; else its standing liaison, else its leaders."""
    for role in (SUPERVISOR, PRIMARY):
        found = _serving(tx, snapshot, unit, role, now)
        if found:
            return found
    return _holding(snapshot, unit, (*_KEEPING, *_LEADING), ())


def _serving(tx: Tx, snapshot: Snapshot, unit: str, role: str, now: datetime) -> list[str]:
    if unit not in snapshot.units:
        return []
    watch = snapshot.on_duty(tx, now)(Ask(source=Source.ROSTER, role=role, unit=unit))
    return [contact.person for contact in watch.people]


def _holding(
    snapshot: Snapshot, unit: str, posts: Collection[str], but: Collection[str]
) -> list[str]:
    """The holders of the first of these posts that somebody holds."""
    for post in posts:
        found = [p.id for p in snapshot.posts.get((unit, post), ()) if p.id not in but]
        if found:
            return found
    return []
