"""What the figures are counted from: whole lives of the transfers that a period touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, or_, select

from oncall.core.kpi import Happened
from oncall.store.database import Tx
from oncall.tables import deadlines, log, transfers

#: What happens to a matter after its end, and still belongs to the figures.
AFTERWARDS = ("Visited", "Reopened")
#: Lines that the figures do not read; most lines are of these.
_IDLE = ("Delivered", "DeliveryFailed", "DeliveryStalled", "Noted", "PhonesShown", "KeyPressed")

_payload = msgspec.json.Decoder(dict[str, Any]).decode


def lines(tx: Tx, start: datetime, end: datetime) -> Iterator[Happened]:
    """The log of every transfer handed over before ``end`` that was alive, due or asked about
    since ``start``, each from its first line on, in the order it was written."""
    t = transfers.c
    due = select(deadlines.c.transfer).where(deadlines.c.due_at >= start)
    later = select(log.c.transfer).where(and_(log.c.event.in_(AFTERWARDS), log.c.at >= start))
    wanted = select(t.id).where(
        and_(
            t.transferred_at < end,
            or_(t.changed_at >= start, t.transferred_at >= start, t.id.in_(due), t.id.in_(later)),
        )
    )
    c = log.c
    query = (
        select(c.transfer, c.page, c.at, c.event, c.reason, c.payload)
        .where(and_(c.transfer.in_(wanted), c.event.not_in(_IDLE)))
        .order_by(c.id)
        .execution_options(yield_per=2_000)
    )
    for row in tx.conn.execute(query):
        yield Happened(
            transfer=row.transfer,
            page=row.page,
            at=row.at,
            event=row.event,
            reason=row.reason,
            payload=_payload(row.payload),
        )


def visits(tx: Tx, ids: Sequence[str]) -> set[tuple[str, datetime]]:
    """The visits that are written down about these transfers, each by its moment."""
    c = log.c
    query = select(c.transfer, c.at).where(and_(c.event == "Visited", c.transfer.in_(set(ids))))
    return {(row.transfer, row.at) for row in tx.conn.execute(query)}


def codes(tx: Tx, ids: Sequence[str]) -> dict[str, str]:
    """The printed numbers of these transfers."""
    query = select(transfers.c.id, transfers.c.code).where(transfers.c.id.in_(set(ids)))
    return {row.id: row.code for row in tx.conn.execute(query)}
