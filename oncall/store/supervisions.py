"""Supervision orders: rows in, values out. A number is taken in the commit that issues it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from oncall.core.model import Colour
from oncall.core.oversight import Failing, Had, OrderState
from oncall.store import planned
from oncall.store.database import Tx
from oncall.store.log import bump, dumps
from oncall.tables import supervisions, transfers

#: The appointment that has a fresh draft looked at, and later asks for the reply.
ORDER = "supervision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order; ``code`` is the printed number of the matter it is about."""

    id: int
    transfer: str
    code: str
    page: str
    unit: str
    colour: Colour
    drafted_at: datetime
    state: OrderState
    cause: Failing | None
    matters: tuple[str, ...]
    number: str | None
    issued_at: datetime | None
    issued_by: str | None
    demand: str | None
    due_at: datetime | None
    reply: str | None
    replied_at: datetime | None
    replied_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str | None


_OWN = [f.name for f in fields(Order) if f.name != "code"]
_COLUMNS = [*(supervisions.c[name] for name in _OWN), transfers.c.code]
_FROM = supervisions.join(transfers, transfers.c.id == supervisions.c.transfer)


def draft(
    tx: Tx,
    *,
    transfer: str,
    page: str,
    unit: str,
    colour: Colour,
    now: datetime,
    cause: Failing | None = None,
    matters: Sequence[str] = (),
) -> bool:
    """Prepare an order, once per page and colour, and have somebody told. Whether it is new."""
    c = supervisions.c
    where = and_(c.page == page, c.colour == colour)
    if tx.conn.execute(select(c.id).where(where)).first() is not None:
        return False
    made = tx.conn.execute(
        insert(supervisions)
        .values(
            transfer=transfer,
            page=page,
            unit=unit,
            colour=colour,
            drafted_at=now,
            state=OrderState.DRAFT,
            cause=cause,
            matters=dumps(list(matters)),
        )
        .returning(c.id)
    ).scalar_one()
    planned.book(tx, f"{ORDER}/{made}", ORDER, now, subject=transfer, payload={"order": made})
    return True


def lock(tx: Tx, order: int) -> Order | None:
    """One order, kept from everybody else until the transaction ends."""
    tx.conn.execute(
        select(supervisions.c.id).where(supervisions.c.id == order).with_for_update()
    ).all()
    return of(tx, order)


def of(tx: Tx, order: int) -> Order | None:
    """One order; None if there is none."""
    query = select(*_COLUMNS).select_from(_FROM).where(supervisions.c.id == order)
    row = tx.conn.execute(query).first()
    return None if row is None else _order(row)


def find(tx: Tx, ref: str) -> int | None:
    """The order of this row number or printed number."""
    c = supervisions.c
    where: list[ColumnElement[bool]] = [c.number == ref]
    # Larger ones are no row of any database.
    if ref.isascii() and ref.isdigit() and len(ref) < 18:
        where.append(c.id == int(ref))
    found: int | None = tx.conn.execute(select(c.id).where(or_(*where))).scalar()
    return found


def listed(
    tx: Tx,
    *,
    states: Collection[OrderState] | None = None,
    unit: str | None = None,
    transfer: str | None = None,
    limit: int = 200,
) -> list[Order]:
    """Orders, the newest first."""
    c = supervisions.c
    where: list[ColumnElement[bool]] = []
    if states is not None:
        where.append(c.state.in_(states))
    if unit is not None:
        where.append(c.unit == unit)
    if transfer is not None:
        where.append(c.transfer == transfer)
    query = select(*_COLUMNS).select_from(_FROM).where(*where).order_by(c.id.desc()).limit(limit)
    return [_order(row) for row in tx.conn.execute(query)]


def had(tx: Tx, since: datetime) -> list[Had]:
    """What units have had since then; a draft somebody dropped is nothing they had."""
    c = supervisions.c
    where = and_(c.drafted_at > since, c.state != OrderState.DROPPED)
    query = select(c.unit, c.colour, c.drafted_at, c.cause).where(where)
    return [msgspec.convert(dict(row._mapping), Had) for row in tx.conn.execute(query)]


def next_number(tx: Tx, year: int) -> int:
    """The next order of a year; given back with the transaction, so that none is ever missing."""
    return bump(tx, f"{ORDER}:{year}")


def change(tx: Tx, order: int, **values: Any) -> None:
    """Set some of an order's columns."""
    tx.conn.execute(update(supervisions).where(supervisions.c.id == order).values(**values))


def _order(row: Any) -> Order:
    values = dict(row._mapping)
    return Order(
        **values
        | {
            "colour": Colour(values["colour"]),
            "state": OrderState(values["state"]),
            "cause": Failing(values["cause"]) if values["cause"] else None,
            "matters": tuple(msgspec.json.decode(values["matters"] or "[]")),
        }
    )
