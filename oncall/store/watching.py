"""Open pages as they stand in the database, for whoever looks for those that went silent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select

from oncall.core.model import State
from oncall.core.watchdog import Seen
from oncall.store import pages as rows
from oncall.store.database import Tx
from oncall.tables import alarms, outbox, pages

_OPEN = (State.WAITING, State.EXHAUSTED)


def seen(tx: Tx, before: datetime) -> list[Seen]:
    """Pages nobody owns, opened before then, and owned ones whose reminder was due by then."""
    p = pages.c
    sent = (
        select(outbox.c.page, func.count().label("n"), func.max(outbox.c.due_at).label("last"))
        .where(outbox.c.level > 0)
        .group_by(outbox.c.page)
        .subquery()
    )
    shown = (
        select(alarms.c.page, func.count().label("n"))
        .where(alarms.c.closed_at.is_(None))
        .group_by(alarms.c.page)
        .subquery()
    )
    query = (
        select(
            p.id, p.state, p.wake_at, p.paged_at, sent.c.n, sent.c.last, shown.c.n.label("alarms")
        )
        .outerjoin(sent, sent.c.page == p.id)
        .outerjoin(shown, shown.c.page == p.id)
        .where(
            or_(
                and_(p.state.in_(_OPEN), p.paged_at < before),
                and_(p.state == State.ACKED, p.wake_at < before),
            )
        )
    )
    return [
        Seen(
            page=row.id,
            state=State(row.state),
            wake_at=row.wake_at,
            opened_at=row.paged_at,
            attempts=row.n or 0,
            last_attempt_at=row.last,
            alarms=row.alarms or 0,
            first_due_at=None if row.n else _first_due(tx, row.id),
        )
        for row in tx.conn.execute(query).all()
    ]


def whose(tx: Tx, page: str) -> tuple[str | None, str | None]:
    """The unit and the transfer of a page."""
    return rows.whose(tx, page)


def _first_due(tx: Tx, page: str) -> datetime | None:
    """When a page without any message was to send its first; a night may have put it off."""
    loaded = rows.load(tx, page)
    return None if loaded is None else min((r.due_at for r in loaded.page.rungs), default=None)
