"""Deadlines and extensions: rows in, values out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, insert, select, update

from oncall.core.terms import Clock
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.tables import deadlines, extensions, parts, transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One matter's deadline; ``ended_at`` is None while it still counts."""

    transfer: str
    clock: Clock
    received_at: datetime
    due_at: datetime
    reminded: int
    extended: int
    ended_at: datetime | None

    def overdue(self, now: datetime) -> bool:
        """Whether it ended, or stands open, after its time."""
        return (self.ended_at or now) > self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A wish for more time; ``granted`` is None until somebody decided."""

    id: int
    transfer: str
    asked_at: datetime
    asked_by: str
    until: datetime
    why: str
    decided_at: datetime | None
    decided_by: str | None
    granted: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A deadline with its transfer's printed code and summary, and an undecided wish."""

    deadline: Deadline
    code: str
    summary: str
    asked: Extension | None


_clock = msgspec.json.Decoder(Clock).decode
_COLUMNS = [deadlines.c[f.name] for f in fields(Deadline)]
_EXTENSION = [extensions.c[f.name] for f in fields(Extension)]


def add(tx: Tx, deadline: Deadline) -> None:
    """Write down a new matter's deadline."""
    values = {f.name: getattr(deadline, f.name) for f in fields(Deadline)}
    tx.conn.execute(insert(deadlines).values(**values | {"clock": dumps(deadline.clock)}))


def of(tx: Tx, transfer: str) -> Deadline | None:
    """A transfer's deadline; None for one that never had any."""
    row = tx.conn.execute(select(*_COLUMNS).where(deadlines.c.transfer == transfer)).first()
    return None if row is None else _deadline(row)


def of_many(tx: Tx, ids: list[str]) -> dict[str, Deadline]:
    """The deadlines of these transfers, by transfer."""
    query = select(*_COLUMNS).where(deadlines.c.transfer.in_(ids))
    return {row.transfer: _deadline(row) for row in tx.conn.execute(query)}


def running(tx: Tx) -> list[Deadline]:
    """Every deadline that still counts."""
    query = select(*_COLUMNS).where(deadlines.c.ended_at.is_(None))
    return [_deadline(row) for row in tx.conn.execute(query.order_by(deadlines.c.transfer))]


def change(tx: Tx, transfer: str, **values: Any) -> None:
    """Set some of a deadline's columns."""
    tx.conn.execute(update(deadlines).where(deadlines.c.transfer == transfer).values(**values))


def end(tx: Tx, transfer: str, at: datetime) -> bool:
    """It counts no more; False when it did not before."""
    where = and_(deadlines.c.transfer == transfer, deadlines.c.ended_at.is_(None))
    return tx.conn.execute(update(deadlines).where(where).values(ended_at=at)).rowcount > 0


def resume(tx: Tx, transfer: str) -> bool:
    """It counts again; False when it never stopped."""
    where = and_(deadlines.c.transfer == transfer, deadlines.c.ended_at.is_not(None))
    return tx.conn.execute(update(deadlines).where(where).values(ended_at=None)).rowcount > 0


def listed(
    tx: Tx, *, unit: str | None = None, overdue_at: datetime | None = None, limit: int = 200
) -> list[Listed]:
    """Running deadlines, the nearest first; with ``overdue_at`` only those past it by then."""
    where: list[ColumnElement[bool]] = [deadlines.c.ended_at.is_(None)]
    if unit is not None:
        mine = and_(parts.c.transfer == transfers.c.id, parts.c.unit == unit)
        where.append(exists().where(mine))
    if overdue_at is not None:
        where.append(deadlines.c.due_at < overdue_at)
    query = (
        select(*_COLUMNS, transfers.c.code, transfers.c.summary)
        .join(transfers, transfers.c.id == deadlines.c.transfer)
        .where(*where)
        .order_by(deadlines.c.due_at, deadlines.c.transfer)
        .limit(limit)
    )
    rows = tx.conn.execute(query).all()
    wishes = {
        row.transfer: Extension(**row._mapping)
        for row in tx.conn.execute(
            select(*_EXTENSION).where(
                and_(
                    extensions.c.transfer.in_([row.transfer for row in rows]),
                    extensions.c.granted.is_(None),
                )
            )
        )
    }
    return [
        Listed(
            deadline=_deadline(row),
            code=row.code,
            summary=row.summary,
            asked=wishes.get(row.transfer),
        )
        for row in rows
    ]


def ask(
    tx: Tx, transfer: str, *, by: str, until: datetime, why: str, now: datetime
) -> Extension | None:
    """Write down a wish for more time; None while another one is undecided."""
    if undecided(tx, transfer) is not None:
        return None
    tx.conn.execute(
        insert(extensions).values(
            transfer=transfer, asked_at=now, asked_by=by, until=until, why=why
        )
    )
    return undecided(tx, transfer)


def undecided(tx: Tx, transfer: str) -> Extension | None:
    """The wish that waits for an answer."""
    where = and_(extensions.c.transfer == transfer, extensions.c.granted.is_(None))
    row = tx.conn.execute(select(*_EXTENSION).where(where)).first()
    return None if row is None else Extension(**row._mapping)


def decide(tx: Tx, extension: int, *, by: str, granted: bool, now: datetime) -> None:
    """Answer a wish."""
    where = extensions.c.id == extension
    tx.conn.execute(
        update(extensions).where(where).values(decided_at=now, decided_by=by, granted=granted)
    )


def _deadline(row: Any) -> Deadline:
    values = {f.name: row._mapping[f.name] for f in fields(Deadline)}
    return Deadline(**values | {"clock": _clock(values["clock"])})
