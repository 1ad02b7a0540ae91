"""What is remembered of accounts and calendars in use: last use, and how a person's duties grew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update

from oncall.store.database import Tx
from oncall.tables import batches, duties, tokens
from rosters.model import Duty

#: Stands in the log for what concerns no transfer.
NO_TRANSFER = "-"


def token_used(tx: Tx, account: str, now: datetime, *, unless_since: datetime) -> None:
    """Remember when a token was last used, unless somebody did so lately."""
    recent = or_(tokens.c.used_at.is_(None), tokens.c.used_at < unless_since)
    tx.conn.execute(update(tokens).where(and_(tokens.c.id == account, recent)).values(used_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """One row that ever stood for a slot, in force or not, and the uploads that moved it."""

    duty: Duty
    #: Every moment an upload, or the undoing of one, touched this row.
    touched: tuple[datetime, ...]

    def held(self, moment: datetime) -> bool:
        """Whether it was in force then: brought before, and not yet taken out."""
        added = self.touched[0]
        return added <= moment and not any(added < one <= moment for one in self.touched)


def slots_of(tx: Tx, person: str, start: datetime, end: datetime) -> list[SlotRow]:
    """Every row, past versions included, of a person's duties that touch [start, end)."""
    return _slots(tx, duties.c.person == person, start, end)


def slots_in(tx: Tx, unit: str, start: datetime, end: datetime) -> list[SlotRow]:
    """The same of a unit, whoever's they were."""
    return _slots(tx, duties.c.unit == unit, start, end)


def _slots(tx: Tx, whose: ColumnElement[bool], start: datetime, end: datetime) -> list[SlotRow]:
    c = duties.c
    rows = tx.conn.execute(
        select(c.unit, c.role, c.person, c.start_at, c.end_at, c.source, c.batch, c.removed)
        .where(and_(whose, c.end_at > start, c.start_at < end))
        .order_by(c.start_at, c.id)
    ).all()
    moments = _moments(tx, {r.batch for r in rows} | {r.removed for r in rows if r.removed})
    return [
        SlotRow(
            duty=Duty(
                unit=r.unit,
                role=r.role,
                person=r.person,
                start=r.start_at,
                end=r.end_at,
                source=r.source,
            ),
            touched=moments[r.batch] + (moments[r.removed] if r.removed else ()),
        )
        for r in rows
    ]


def _moments(tx: Tx, ids: Iterable[str]) -> dict[str, tuple[datetime, ...]]:
    wanted = list(ids)
    out: dict[str, tuple[datetime, ...]] = {}
    for i in range(0, len(wanted), 500):
        chunk = wanted[i : i + 500]
        query = select(batches.c.id, batches.c.at, batches.c.undone_at)
        for row in tx.conn.execute(query.where(batches.c.id.in_(chunk))):
            out[row.id] = (row.at,) if row.undone_at is None else (row.at, row.undone_at)
    return out
