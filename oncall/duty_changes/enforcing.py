"""Put a change on top of the roster, if that is still what was asked about; and take it back."""

from __future__ import annotations

from dataclasses import replace

from oncall import overrides
from oncall.core.errors import Conflict
from oncall.duty_changes.finding import holds
from oncall.duty_changes.values import Move, Stage, move_of, moves
from oncall.overrides import Wanted
from oncall.store import duty_changes as rows
from oncall.store.duty_changes import Change
from rosters.changes import Kind, is_urgent
from rosters.model import OverrideKind


def enforce(stage: Stage, change: Change) -> Change:
    """Every stretch goes to whom it was agreed. Raises Conflict where its time is over, or where
    the roster moved on since."""
    found = moves(change)
    for move in found:
        if move.end <= stage.now:
            raise Conflict("change_past", change=str(change.id))
        start = max(move.start, stage.now)
        old = move.old
        if old is not None and not holds(stage.tx, old, change.unit, move.role, start, move.end):
            known = stage.snapshot.people.get(old)
            raise Conflict("change_moved_on", person=known.name if known else old)
    added = tuple(override(stage, change, change.unit, move) for move in found)
    urgent = is_urgent([move.start for move in found], stage.now)
    rows.move(stage.tx, change, change.state, overrides=added, urgent=urgent)
    return rows.find(stage.tx, change.id)


def override(stage: Stage, change: Change, unit: str, move: Move) -> int:
    """Put one stretch in force; says its number."""
    wanted = Wanted(
        unit=unit,
        role=move.role,
        kind=OverrideKind.REPLACE if move.old else OverrideKind.ADD,
        person=move.new,
        replaces=move.old,
        start=move.start,
        end=move.end,
        why=change.why,
        origin=change.kind.value,
    )
    done = overrides.add(stage.tx, stage.snapshot, wanted, stage.now, stage.by.account, stage.zone)
    return done.override.id


def undo(stage: Stage, change: Change, why: str) -> tuple[Move, ...]:
    """Take back what is still to come of it; says what goes back to whom. Raises Conflict where
    all of it is over, or where something else was built upon it."""
    found = []
    # The last first: a later one may stand on an earlier one.
    for number in sorted(change.overrides, reverse=True):
        ordered = overrides.find(stage.tx, number)
        if ordered.removed_at is None and ordered.end_at > stage.now:
            overrides.remove(stage.tx, number, stage.now, stage.by.account, why)
            move = move_of(ordered)
            found.append(replace(move, start=max(move.start, stage.now)).turned)
    if not found and (change.overrides or change.kind is Kind.TAKEOVER):
        raise Conflict("change_over", change=str(change.id))
    return tuple(sorted(found, key=lambda move: move.start))
