"""Tell other nodes on PostgreSQL that there is new work: soon, together, off everybody's path.

A NOTIFY inside a transaction holds one lock of the whole server until that commit is on the disk,
so commits queue behind one another. Ours is sent after the commit, by a thread of its own, at most
once in a few milliseconds. One that is lost costs a second: every node looks that often anyway.
"""

from __future__ import annotations

import logging
import secrets
from threading import Event, Lock, Thread

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

#: The channel name of LISTEN/NOTIFY.
CHANNEL = "oncall"

#: Announcements closer together than this are one.
_PAUSE_SECONDS = 0.01
_LAST_WORD_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Announcer:
    """Sends NOTIFY on a connection of its own, in a thread that starts when first needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        #: Goes with each announcement, so that whoever announces does not wake itself.
        self.name = secrets.token_hex(8)
        self._news = Event()
        self._closing = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def ring(self) -> None:
        """There is new work; returns at once."""
        self._news.set()
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._run, name="announcer", daemon=True)
                    self._thread.start()

    def close(self) -> None:
        """Say what is still to be said, and stop."""
        if self._thread is not None:
            self._closing.set()
            self._news.set()
            self._thread.join(_LAST_WORD_SECONDS)

    def _run(self) -> None:
        conn: Connection | None = None
        while True:
            self._news.wait()
            # Read before the news is taken: what is rung while we close is still announced.
            last = self._closing.is_set()
            self._news.clear()
            try:
                conn = conn or self._connect()
                conn.exec_driver_sql(f"NOTIFY {CHANNEL}, '{self.name}'")
            except SQLAlchemyError as exc:
                _log.warning("other nodes could not be told: %s", type(exc).__name__)
                if conn is not None:
                    conn.invalidate()
                    conn.close()
                conn = None
            if last:
                break
            self._closing.wait(_PAUSE_SECONDS)
        if conn is not None:
            conn.close()

    def _connect(self) -> Connection:
        conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Its own for good: the setting below must not come back to the pool.
        conn.detach()
        conn.exec_driver_sql("SET synchronous_commit = off")
        return conn
