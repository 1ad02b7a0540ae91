"""Which processes are alive: the lease on everything they are sending.

Beats are told by the database's clock, never by a node's own: two machines whose clocks differ
would take each other for dead, and a clock of a demo runs too fast for any lease.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)

from oncall.store.database import Tx
from oncall.store.outbox import give_back
from oncall.tables import breakers, nodes, outbox

#: A node that has not beaten for this long is dead, and what it held is taken over. Nodes beat and
#: look once a second, so that five seconds after its death a node's work goes on elsewhere.
LEASE = timedelta(seconds=3)


#: The sessions of a node, as PostgreSQL lists them, are called this and the node's id.
_SESSIONS = "oncall "

#: Only those in a transaction: the others hold nothing that anybody waits for.
_END = text(
    """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user
      AND xact_start IS NOT NULL AND application_name IN :names
    """
).bindparams(bindparam("names", expanding=True))


def sessions_of(node: str) -> str:
    """What a node calls its sessions, so that others can end them when it is dead."""
    return _SESSIONS + node


def beat(tx: Tx, node: str, progress: datetime | None) -> None:
    """This node lives: renews the lease on everything it holds."""
    now = _database_time(tx)
    done = tx.conn.execute(
        update(nodes).where(nodes.c.id == node).values(beat_at=now, progress_at=progress)
    )
    if done.rowcount == 0:
        tx.conn.execute(insert(nodes).values(id=node, beat_at=now, progress_at=progress))


def leave(tx: Tx, node: str) -> None:
    """This node stops in an orderly way; what it held is free at once."""
    tx.conn.execute(delete(nodes).where(nodes.c.id == node))
    tx.conn.execute(delete(breakers).where(breakers.c.node == node))


def cut_off(tx: Tx) -> int:
    """End the transactions of nodes that are dead or frozen; says how many (PostgreSQL only).

    What such a transaction has locked nobody else would get, for as long as it stands. A node that
    was only slow finds its transaction undone and does it again.
    """
    if not tx.postgres:
        return 0
    # Not those whose beat lies ahead: there a clock was put back, and nobody died.
    stale = select(nodes.c.id).where(nodes.c.beat_at <= _database_time(tx) - LEASE)
    names = [sessions_of(node) for node in tx.conn.execute(stale).scalars()]
    if not names:
        return 0
    ended = int(tx.conn.execute(_END, {"names": names}).scalar_one())
    if ended:
        tx.ring()
    return ended


def take_over(tx: Tx, node: str) -> int:
    """Put back what dead nodes held, marked as possibly sent twice; says how many.

    Never what ``node`` holds, which is the one that asks: it lives, however slowly.
    """
    now = _database_time(tx)
    dead = and_(outbox.c.node != node, not_(_alive(outbox.c.node, now)))
    taken = give_back(tx, or_(outbox.c.node.is_(None), dead))
    tx.conn.execute(delete(breakers).where(not_(_alive(breakers.c.node, now))))
    tx.conn.execute(delete(nodes).where(nodes.c.beat_at < now - 100 * LEASE))
    return taken


def _alive(node: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    return exists().where(
        and_(
            nodes.c.id == node,
            nodes.c.beat_at > now - LEASE,
            # The clock was put back since: that beat proves nothing, and a living node beats again.
            nodes.c.beat_at < now + LEASE,
        )
    )


def latest(tx: Tx) -> tuple[datetime | None, datetime | None]:
    """When any node last beat (database's clock), and last finished a round (node's clock)."""
    row = tx.conn.execute(
        select(nodes.c.beat_at, nodes.c.progress_at).order_by(nodes.c.beat_at.desc()).limit(1)
    ).first()
    return (None, None) if row is None else (row.beat_at, row.progress_at)


def _database_time(tx: Tx) -> datetime:
    if tx.postgres:
        now: datetime = tx.conn.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)
    said = tx.conn.execute(select(func.strftime("%Y-%m-%d %H:%M:%f", "now"))).scalar_one()
    return datetime.fromisoformat(said).replace(tzinfo=UTC)
