"""Uploads taken back: what comes is again as it was, what was served meanwhile stays served."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, select, update

from oncall.core.errors import Conflict, NotFound
from oncall.store import directory, rotations
from oncall.store.database import Tx
from oncall.store.directory import Batch
from oncall.tables import batches, duties
from rosters.model import Duty

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A row of the roster: its number, the upload that brought it, and the one that took it out."""

    id: int
    duty: Duty
    batch: str
    removed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What taking an upload back does."""

    batch: Batch
    #: Its rows, all of which go; and what stays of them, because it was served.
    rows: tuple[Stored, ...]
    served: tuple[Duty, ...]
    #: Rows it removed that come again whole, and those of which only what is to come does.
    whole: tuple[Stored, ...]
    rest: tuple[Stored, ...]
    #: The units whose rotations are again as they were before.
    rotations: tuple[str, ...] = ()

    @property
    def removed(self) -> int:
        """How many duties go, wholly or for the time to come."""
        return len(self.rows) - sum(1 for row in self.rows if row.duty in self.served)

    @property
    def restored(self) -> int:
        """How many duties come again."""
        return len(self.whole) + len(self.rest)

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit it touches."""
        touched = {row.duty.unit for row in (*self.rows, *self.whole, *self.rest)}
        return tuple(sorted(touched | set(self.rotations)))


def find_batch(tx: Tx, id_or_start: str) -> Batch:
    """The upload of this id, or of an id that begins so. Raises NotFound for none or several."""
    columns = [batches.c[f.name] for f in fields(Batch)]
    where = batches.c.id.startswith(id_or_start, autoescape=True)
    found = [Batch(**row._mapping) for row in tx.conn.execute(select(*columns).where(where))]
    exact = [batch for batch in found if batch.id == id_or_start]
    found = exact or found
    if not found or not id_or_start:
        raise NotFound("no_such_batch", batch=id_or_start)
    if len(found) > 1:
        raise NotFound("several_batches", batch=id_or_start, count=str(len(found)))
    return found[0]


def undoing(tx: Tx, batch: Batch, now: datetime) -> Undone:
    """What taking ``batch`` back at ``now`` would do.

    Raises Conflict when it was taken back before, or when a later upload built on it.
    """
    if batch.undone_at is not None:
        raise Conflict("batch_undone", batch=batch.id[:8])
    mine = _rows(tx, duties.c.batch == batch.id)
    gone = [r for r in _rows(tx, duties.c.removed == batch.id) if r.batch != batch.id]
    ruled = rotations.of_batch(tx, batch.id)
    units = tuple(sorted({version.unit for version in ruled}))
    found = taken_back(batch, [row for row in mine if row.removed is None], gone, now)
    later = {row.removed for row in mine if row.removed is not None}
    later |= _in_the_way(tx, batch, [row.duty for row in (*found.whole, *found.rest)])
    later = _standing(tx, later)
    later |= {
        one.batch for unit in units for one in rotations.current(tx, unit) if one.batch != batch.id
    }
    if later:
        names = ", ".join(sorted(one[:8] for one in later))
        raise Conflict("batch_built_upon", batch=batch.id[:8], later=names)
    return replace(found, rotations=units)


def taken_back(
    batch: Batch, mine: Sequence[Stored], gone: Sequence[Stored], now: datetime
) -> Undone:
    """Which rows go, which stay for the time they were served, and which come again.

    From when the upload was applied until ``now`` people were paged by it, and that is not
    rewritten. Taken back at the very instant, everything is as it was, row by row.
    """
    if now <= batch.at:
        return Undone(batch=batch, rows=tuple(mine), served=(), whole=tuple(gone), rest=())
    running = {_whose(r.duty) for r in gone if r.duty.start < batch.at < r.duty.end}
    served = []
    for row in mine:
        duty = row.duty
        # Of a duty that the upload cut short, what was served before cannot come again whole.
        cut_short = duty.end == batch.at and _whose(duty) in running
        if cut_short or (duty.start < now and duty.end > batch.at):
            start = duty.start if cut_short else max(duty.start, batch.at)
            served.append(replace(duty, start=start, end=min(duty.end, now)))
    return Undone(
        batch=batch,
        rows=tuple(mine),
        served=tuple(served),
        whole=tuple(row for row in gone if row.duty.start >= now),
        rest=tuple(
            replace(row, duty=replace(row.duty, start=now))
            for row in gone
            if row.duty.start < now < row.duty.end
        ),
    )


def undo(tx: Tx, batch: Batch, by: str, now: datetime) -> Undone:
    """Take an upload back. Raises Conflict as ``undoing`` does."""
    found = undoing(tx, batch, now)
    c = duties.c
    in_force = and_(c.batch == batch.id, c.removed.is_(None))
    tx.conn.execute(update(duties).where(in_force).values(removed=batch.id))
    again = [row.id for row in found.whole]
    for i in range(0, len(again), _CHUNK):
        chunk = c.id.in_(again[i : i + _CHUNK])
        tx.conn.execute(update(duties).where(chunk).values(removed=None))
    pieces = [_values(duty, batch.id) for duty in found.served]
    pieces += [_values(row.duty, row.batch) for row in found.rest]
    if pieces:
        tx.conn.execute(insert(duties), pieces)
    undone = update(batches).where(batches.c.id == batch.id)
    tx.conn.execute(undone.values(undone_at=now, undone_by=by))
    for unit in found.rotations:
        first = min(rotations.of_batch(tx, batch.id), key=lambda one: (one.unit != unit, one.id))
        rotations.go_back(tx, first, now)
    directory.changed(tx)
    return found


# -- rows ----------------------------------------------------------------------------------


def _rows(tx: Tx, where: ColumnElement[bool]) -> list[Stored]:
    found = tx.conn.execute(select(duties).where(where).order_by(duties.c.id))
    return [
        Stored(
            id=row.id,
            duty=Duty(
                unit=row.unit,
                role=row.role,
                person=row.person,
                start=row.start_at,
                end=row.end_at,
                source=row.source,
            ),
            batch=row.batch,
            removed=row.removed,
        )
        for row in found
    ]


def _values(duty: Duty, batch: str) -> dict[str, object]:
    return {
        "unit": duty.unit,
        "role": duty.role,
        "person": duty.person,
        "start_at": duty.start,
        "end_at": duty.end,
        "source": duty.source,
        "batch": batch,
    }


def _whose(duty: Duty) -> tuple[str, str, str, datetime]:
    return duty.unit, duty.role, duty.person, duty.start


def _standing(tx: Tx, ids: Set[str]) -> set[str]:
    """Those of these uploads that were not taken back themselves."""
    c = batches.c
    where = and_(c.id.in_(ids), c.undone_at.is_(None))
    return set(tx.conn.execute(select(c.id).where(where)).scalars())


def _in_the_way(tx: Tx, batch: Batch, coming: Sequence[Duty]) -> set[str]:
    """Later uploads in force in the very time that duties which come again would fill."""
    c = duties.c
    found: set[str] = set()
    for unit, role in {(duty.unit, duty.role) for duty in coming}:
        spans = [duty for duty in coming if (duty.unit, duty.role) == (unit, role)]
        newer = (
            select(c.start_at, c.end_at, c.batch)
            .join(batches, batches.c.id == c.batch)
            .where(
                and_(
                    c.unit == unit,
                    c.role == role,
                    c.removed.is_(None),
                    c.batch != batch.id,
                    c.start_at < max(duty.end for duty in spans),
                    c.end_at > min(duty.start for duty in spans),
                    batches.c.at > batch.at,
                )
            )
        )
        for row in tx.conn.execute(newer):
            if any(row.start_at < duty.end and row.end_at > duty.start for duty in spans):
                found.add(row.batch)
    return found
