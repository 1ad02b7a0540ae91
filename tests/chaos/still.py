"""Who stood still: a process that does not beat for a while is dead to others, though it lives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import select

from oncall.store.database import Database
from oncall.store.nodes import LEASE
from oncall.store.upkeep import database_clock
from oncall.tables import nodes

#: A beat this old is soon taken for a death; and how often, in seconds, it is looked for.
_STILL, _GLANCE = LEASE * 0.6, 0.25


async def watch(url: str, living: Callable[[], set[str]], note: Callable[[float], None]) -> None:
    """Note the moments at which a living node, or this process, stood still so long."""
    then = time.monotonic()
    while True:
        await asyncio.sleep(_GLANCE)
        stale = await asyncio.to_thread(_stale, url, living())
        then, passed = time.monotonic(), time.monotonic() - then
        if stale or passed > _STILL.total_seconds():
            note(then)


def _stale(url: str, living: set[str]) -> bool:
    """Whether the last beat of one of these is old, by the database's clock."""
    db = Database(url)
    try:
        with db.read() as tx:
            beats = tx.conn.execute(select(nodes.c.beat_at).where(nodes.c.id.in_(living)))
            latest = list(beats.scalars())
            now = database_clock(tx)
    finally:
        db.close()
    return any(now - beat > _STILL for beat in latest)
