"""Tell exactly the people a change of duty touches: each once, by a notice behind every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from oncall.core.words import Text
from oncall.directory import Snapshot
from oncall.duty_changes import words
from oncall.duty_changes.values import Move, Stage, move_of
from oncall.duty_changes.words import Saying
from oncall.notices import Notices
from oncall.overrides import Done
from oncall.store.database import Tx
from oncall.store.duty_changes import Change
from rosters.changes import State

Words = Callable[[Text], str]
Span = tuple[datetime, datetime]

#: Steps at which somebody must answer.
_ASKING = frozenset({"asked", State.AGREED})


class Teller:
    """One occasion to tell: whoever is told twice is told once, by the first of the texts."""

    def __init__(
        self,
        tx: Tx,
        snapshot: Snapshot,
        notices: Notices,
        now: datetime,
        occasion: str,
        span: Span | None = None,
    ) -> None:
        """``span`` is the stretch in which duties were moved; None where an answer is wanted."""
        self._queue = partial(notices.duty, tx, snapshot, span=span, asks=span is None)
        self._now = now
        self._occasion = occasion
        self.told: list[str] = []

    @classmethod
    def of(cls, stage: Stage, change: Change, step: str) -> Teller:
        """The occasion of one step of a change."""
        occasion = f"change/{change.id}/{step}"
        span = None if step in _ASKING else _span(change)
        return cls(stage.tx, stage.snapshot, stage.notices, stage.now, occasion, span)

    def tell(self, people: Iterable[str | None], said: Words) -> None:
        """Queue a text for each of these who can be reached and was not told yet."""
        for person in people:
            if person is None or person in self.told:
                continue
            key = f"{self._occasion}/{person}"
            if self._queue(person, said, self._now, key=key):
                self.told.append(person)


def _span(change: Change) -> Span:
    spans = [(change.start_at, change.end_at), *([change.back] if change.back else [])]
    return min(start for start, _ in spans), max(end for _, end in spans)


def saying(snapshot: Snapshot, zone: ZoneInfo) -> Saying:
    """How this county speaks of its people and clocks."""
    names = {key: one.name for key, one in snapshot.people.items()}
    return Saying(names=names, zone=zone)


def tell_override(
    tx: Tx, snapshot: Snapshot, notices: Notices, zone: ZoneInfo, done: Done, now: datetime
) -> tuple[str, ...]:
    """Tell everybody whose time an override by hand changed, or its end did; says whom."""
    ordered = done.override
    undone = ordered.removed_at is not None
    move = move_of(ordered)
    people = [one.person for one in done.changes]
    if move.old is None and not undone:
        # Instead of everybody: whoever loses time by it is told by name.
        lost = [one.person for one in done.changes if one.loses]
        losing: list[str | None] = [*lost] or [None]
        found = [
            Move(role=move.role, start=move.start, end=move.end, old=old, new=move.new)
            for old in losing
        ]
    else:
        found = [move.turned if undone else move]
    template = words.OVERRIDE_UNDONE if undone else words.OVERRIDE
    occasion = f"override/{ordered.id}/{'undone' if undone else 'added'}"
    teller = Teller(tx, snapshot, notices, now, occasion, (move.start, move.end))
    why = (ordered.removed_why if undone else ordered.why) or ""
    said = saying(snapshot, zone).words(template, found, number=str(ordered.id), why=why)
    teller.tell(people, said)
    return tuple(teller.told)
