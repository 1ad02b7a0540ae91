"""Hear that another process committed new work: an accelerator, never needed for correctness."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import psycopg

from oncall.store.announce import CHANNEL
from oncall.store.database import GIVE_UP, Database

_log = logging.getLogger(__name__)

#: SQLite's change counter is read this often, in seconds; it costs microseconds.
_LOOK_EVERY = 0.05
_RECONNECT_AFTER = 1.0


async def watch(db: Database, heard: Callable[[], None]) -> None:
    """Call ``heard`` whenever another process has committed; runs until cancelled."""
    while True:
        try:
            await (_listen(db, heard) if db.postgres else _poll(db, heard))
        except Exception as exc:  # noqa: BLE001 - whatever it is, only the quick ear is lost
            # The one-second poll finds the work meanwhile.
            _log.warning("cannot hear other nodes, trying again: %s", type(exc).__name__)
        await asyncio.sleep(_RECONNECT_AFTER)
        heard()


async def _listen(db: Database, heard: Callable[[], None]) -> None:
    dsn = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(
        dsn, autocommit=True, connect_timeout=5, **GIVE_UP
    ) as conn:
        await conn.execute(f"LISTEN {CHANNEL}")
        heard()
        async for notice in conn.notifies():
            if db.announcer is None or notice.payload != db.announcer.name:
                heard()


async def _poll(db: Database, heard: Callable[[], None]) -> None:
    raw = db.engine.raw_connection()
    try:
        last, own = None, db.committed
        while True:
            cursor = raw.cursor()
            cursor.execute("PRAGMA data_version")
            seen = cursor.fetchone()
            cursor.close()
            # What this process committed it has rung for by itself; another's commit in the same
            # instant is found by the next look.
            if seen != last and db.committed == own:
                heard()
            last, own = seen, db.committed
            await asyncio.sleep(_LOOK_EVERY)
    finally:
        raw.close()
