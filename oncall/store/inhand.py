"""What a unit has on its hands: pages nobody has taken, and matters taken and not finished."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select

from oncall.core.model import Page, State
from oncall.core.transfers import TERMINAL
from oncall.store.database import Tx
from oncall.store.pages import _PAGE_COLUMNS, _loaded
from oncall.tables import pages, transfers


def live(tx: Tx, unit: str) -> list[Page]:
    """The unit's pages that somebody must still do something about, the oldest first."""
    query = (
        select(*_PAGE_COLUMNS)
        .join(transfers, transfers.c.id == pages.c.transfer)
        .where(
            and_(
                pages.c.unit == unit,
                pages.c.state != State.CANCELLED,
                transfers.c.state.not_in(sorted(TERMINAL)),
            )
        )
        .order_by(pages.c.paged_at, pages.c.id)
    )
    return [_loaded(tx, row).page for row in tx.conn.execute(query)]


def opened(tx: Tx, unit: str, after: datetime, until: datetime) -> list[str]:
    """The ids of the unit's pages that opened in a window, the oldest first."""
    c = pages.c
    where = and_(c.unit == unit, c.paged_at > after, c.paged_at <= until)
    return list(tx.conn.execute(select(c.id).where(where).order_by(c.paged_at, c.id)).scalars())
