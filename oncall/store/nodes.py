"""Which processes are alive: the lease on everything they are sending."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, insert, not_, or_, select, update

from oncall.store.database import Tx
from oncall.store.outbox import QUEUED, RANK, SENDING
from oncall.tables import nodes, outbox

#: A node that has not beaten for this long is dead, and what it held is taken over.
LEASE = timedelta(seconds=4)


def beat(tx: Tx, node: str, now: datetime, progress: datetime | None) -> None:
    """This node lives: renews the lease on everything it holds."""
    done = tx.conn.execute(
        update(nodes).where(nodes.c.id == node).values(beat_at=now, progress_at=progress)
    )
    if done.rowcount == 0:
        tx.conn.execute(insert(nodes).values(id=node, beat_at=now, progress_at=progress))


def leave(tx: Tx, node: str) -> None:
    """This node stops in an orderly way; what it held is free at once."""
    tx.conn.execute(delete(nodes).where(nodes.c.id == node))


def take_over(tx: Tx, now: datetime) -> int:
    """Put back what dead nodes held, marked as possibly sent twice; says how many."""
    alive = exists().where(and_(nodes.c.id == outbox.c.node, nodes.c.beat_at > now - LEASE))
    done = tx.conn.execute(
        update(outbox)
        .where(and_(outbox.c.state == SENDING, or_(outbox.c.node.is_(None), not_(alive))))
        .values(state=QUEUED, rank=RANK[QUEUED], resent=True, node=None)
    )
    if done.rowcount:
        tx.ring()
    tx.conn.execute(delete(nodes).where(nodes.c.beat_at < now - 100 * LEASE))
    return done.rowcount


def latest(tx: Tx) -> tuple[datetime | None, datetime | None]:
    """When any node last beat, and last finished a round of its engine."""
    row = tx.conn.execute(
        select(nodes.c.beat_at, nodes.c.progress_at).order_by(nodes.c.beat_at.desc()).limit(1)
    ).first()
    return (None, None) if row is None else (row.beat_at, row.progress_at)
