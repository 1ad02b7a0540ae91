"""What is done to a copy that was put back: it speaks of a past that went on without it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, func, insert, select, update

from oncall.store import log
from oncall.store.database import Tx
from oncall.store.outbox import QUEUED, RANK, SENDING, SUPERSEDED, UNKNOWN
from oncall.tables import counters, nodes, outbox
from oncall.tables import log as log_table

#: The counter that says: this is a copy, and nobody has looked at it yet.
_MARK = "restored"
#: Numbers left out for what was handed over after the copy was made, on the day it is put back.
SKIPPED = 500


def mark(tx: Tx) -> None:
    """This database was just put back from a copy."""
    tx.conn.execute(delete(counters).where(counters.c.name == _MARK))
    tx.conn.execute(insert(counters).values(name=_MARK, n=1))


def unmark(tx: Tx) -> bool:
    """Whether it was, and nobody had looked yet; somebody has from now on."""
    return tx.conn.execute(delete(counters).where(counters.c.name == _MARK)).rowcount == 1


def as_of(tx: Tx) -> datetime | None:
    """The last sign of life in it; None for a copy of a database that was never used."""
    moments = [
        tx.conn.execute(select(func.max(column))).scalar()
        for column in (log_table.c.at, nodes.c.progress_at)
    ]
    return max((moment for moment in moments if moment is not None), default=None)


def drop_messages(tx: Tx) -> int:
    """What was on its way then is news no more; says how many."""
    c = outbox.c
    on_its_way = c.state.in_((QUEUED, SENDING, UNKNOWN))
    done = tx.conn.execute(
        update(outbox).where(on_its_way).values(state=SUPERSEDED, rank=RANK[SUPERSEDED])
    )
    return done.rowcount


def skip_numbers(tx: Tx, counter: str) -> None:
    """Numbers of today may be in people's phones for matters that the copy does not know."""
    n = log.bump(tx, counter)
    where = and_(counters.c.name == counter, counters.c.n == n)
    tx.conn.execute(update(counters).where(where).values(n=n - 1 + SKIPPED))


def forget_nodes(tx: Tx) -> None:
    """Whoever was alive then is not."""
    tx.conn.execute(delete(nodes))
