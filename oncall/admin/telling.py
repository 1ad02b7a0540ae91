"""Who is told of an applied roster: those whose next days change, once, behind every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from oncall.core.words import N_, Text
from oncall.core.words import role as role_word
from oncall.directory import Snapshot
from oncall.notices import Notices
from oncall.store.database import Tx
from rosters.diff import PersonDiff, Stretch

#: Changes nearer than this are told by message; later ones are in the calendars long before.
NEAR = timedelta(days=7)
_SHOWN = 2


def to_tell(changes: Iterable[PersonDiff], now: datetime) -> tuple[PersonDiff, ...]:
    """Whose hours change within the next seven days."""
    return tuple(
        one
        for one in changes
        if any(stretch.start < now + NEAR for stretch in (*one.gains, *one.loses))
    )


def tell(
    tx: Tx,
    snapshot: Snapshot,
    notices: Notices,
    changes: Iterable[PersonDiff],
    key: str,
    now: datetime,
    zone: ZoneInfo,
) -> int:
    """Queue one message for each of them; says how many can be reached by one.

    ``key`` is of what changed their hours: for the same one nobody is told twice.
    """
    told = 0
    for one in to_tell(changes, now):
        said = partial(words, one=one, now=now, zone=zone)
        moved = (*one.gains, *one.loses)
        span = min(s.start for s in moved), max(s.end for s in moved)
        occasion = f"roster/{key}/{one.person}"
        told += notices.duty(tx, snapshot, one.person, said, now, key=occasion, span=span)
    return told


def words(t: Text, one: PersonDiff, now: datetime, zone: ZoneInfo) -> str:
    """What changes for a person within the next seven days, and nothing about anybody else."""
    parts = []
    for said, stretches in (
        (N_("you take on {spans}"), one.gains),
        (N_("you no longer have {spans}"), one.loses),
    ):
        near = [stretch for stretch in stretches if stretch.start < now + NEAR]
        if near:
            parts.append(t(said).format(spans=_spans(t, near, zone)))
    return t(N_("The duty roster changed: {what}.")).format(what=t(N_("; ")).join(parts))


def _spans(t: Text, stretches: Sequence[Stretch], zone: ZoneInfo) -> str:
    shown = [
        f"{role_word(t, stretch.role)} {_span(stretch, zone)}" for stretch in stretches[:_SHOWN]
    ]
    if len(stretches) > _SHOWN:
        shown.append(t(N_("and {n} more")).format(n=len(stretches) - _SHOWN))
    return t(N_(", ")).join(shown)


def _span(stretch: Stretch, zone: ZoneInfo) -> str:
    start, end = stretch.start.astimezone(zone), stretch.end.astimezone(zone)
    plain = stretch.end - stretch.start < timedelta(days=1)
    return f"{start:%m-%d %H:%M}–" + (f"{end:%H:%M}" if plain else f"{end:%m-%d %H:%M}")
