"""What must be true at the end of every story, whatever was told in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from oncall.core.model import State
from oncall.replay import replay
from oncall.store.database import Database
from oncall.store.outbox import SENDING
from oncall.tables import alarms, outbox, pages


def audit(db: Database, now: datetime) -> int:
    """Every page is what its log makes of it, none is silent, no message hangs in the air.

    Says how many pages it looked at. Raises AssertionError, or DiffersError from the replay.
    """
    with db.read() as tx:
        rows = tx.conn.execute(select(pages.c.id, pages.c.state, pages.c.wake_at)).all()
        alarmed = set(tx.conn.execute(select(alarms.c.page)).scalars())
        for row in rows:
            lines = replay(tx, row.id)
            assert lines, f"nothing was ever decided about {row.id}"
            if row.state in (State.WAITING, State.EXHAUSTED):
                assert row.wake_at is not None or row.id in alarmed, f"{row.id} went silent"
                assert row.wake_at is None or row.wake_at > now, f"{row.id} is overdue"
        c = outbox.c
        held = select(c.id, c.key, c.node, c.tries, c.stop).where(c.state == SENDING)
        assert tx.conn.execute(held).all() == [], "messages hang in the air"
    return len(rows)
