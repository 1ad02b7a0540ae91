"""How often each person was paged: one query over the messages, drills left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, func, select

from oncall.core.model import Notice
from oncall.store.database import Tx
from oncall.tables import outbox, transfers

#: What asks somebody to take a matter.
_ASKING = (Notice.PAGE, Notice.HANDOVER)


def pages_of(tx: Tx, start: datetime, end: datetime) -> Mapping[str, tuple[datetime, ...]]:
    """Person -> the first moment at which each page in [start, end) reached for them."""
    c = outbox.c
    query = (
        select(c.person, c.page, func.min(c.planned_at).label("first"))
        .join(transfers, transfers.c.id == c.transfer)
        .where(
            and_(
                c.notice.in_(_ASKING),
                c.page.is_not(None),
                c.person.is_not(None),
                c.planned_at >= start,
                c.planned_at < end,
                transfers.c.drill.is_(False),
            )
        )
        .group_by(c.person, c.page)
    )
    found: dict[str, list[datetime]] = {}
    for row in tx.conn.execute(query):
        found.setdefault(row.person, []).append(row.first)
    return {person: tuple(moments) for person, moments in found.items()}
