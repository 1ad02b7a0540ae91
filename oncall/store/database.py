"""One transaction scope over SQLite or PostgreSQL, and the bell that rings after a commit.

SQLite: WAL, synchronous=FULL, BEGIN IMMEDIATE, so a commit is on the disk before we answer and
two writers never deadlock. PostgreSQL: plain READ COMMITTED; rows are claimed with SKIP LOCKED,
and other nodes hear of new work by NOTIFY (``announce``). Both are accelerators only: the
one-second look of ``timers`` finds everything without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from oncall.core.errors import Unreachable
from oncall.store.announce import Announcer

T = TypeVar("T")

#: How long a SQLite writer waits for another before giving up.
_BUSY_SECONDS = 20
#: A statement longer than this is cut: a slow query must not hold up paging.
_STATEMENT_TIMEOUT = "30s"
#: A node that stops in the middle of a transaction (power, a frozen machine) leaves its pages
#: locked, and all others pass locked pages over. The server hears of a lost machine after hours
#: only. With its lease a node loses its transactions too (``nodes.cut_off``); for whoever holds
#: no lease, a command or a process without an engine, the server ends a transaction in which
#: nothing was asked for this long. Ours never pause.
FROZEN = timedelta(seconds=10)
#: A server that vanished without a word is given up after this long, not after the system's hours.
GIVE_UP: Mapping[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

#: What goes wrong with a database rather than with what was asked of it.
_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)
#: SQLSTATEs of a transaction undone so that another could go on: deadlock, serialization; ended
#: because this node was taken for dead, or because it stood still too long.
_UNDONE = frozenset({"40P01", "40001", "57P01", "25P03"})
#: A transaction undone this often in a row is given up.
_ATTEMPTS = 5


class Contended(Unreachable):
    """The database undid this transaction in favour of another; doing it again will do."""


class Tx:
    """One open transaction; ``ring()`` asks for the bell once it has committed."""

    def __init__(self, conn: Connection, *, postgres: bool) -> None:
        self.conn = conn
        self.postgres = postgres
        self.rung = False

    def ring(self) -> None:
        """There is new work in this transaction: wake whoever does it, after the commit."""
        self.rung = True

    def in_a_hurry(self) -> None:
        """Do not wait for the disk at the end of this transaction, where the database allows it.

        Only for what a later commit makes durable with itself: PostgreSQL writes in order.
        """
        if self.postgres:
            self.conn.execute(text("SET LOCAL synchronous_commit = off"))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What fails in here is undone by itself, and the transaction can go on.

        Raises Unreachable where it is the database that failed.
        """
        try:
            with self.conn.begin_nested():
                yield
        except _AWAY as exc:
            raise _unreachable(exc) from exc


class Database:
    """The connection pool of one process."""

    def __init__(
        self, url: str, *, pool_size: int = 10, frozen: timedelta = FROZEN, name: str = "oncall"
    ) -> None:
        """``name`` is what PostgreSQL calls the sessions of this process."""
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.postgres = parsed.get_backend_name() == "postgresql"
        #: Transactions of this process so far: what changed without one of them is others' doing.
        self.committed = 0
        self._bells: list[Callable[[], None]] = []
        options: dict[str, Any] = {"pool_pre_ping": self.postgres, "pool_size": pool_size}
        if self.postgres:
            options["connect_args"] = {
                "connect_timeout": 5,
                "application_name": name,
                **GIVE_UP,
                "options": f"-c timezone=UTC -c statement_timeout={_STATEMENT_TIMEOUT}"
                f" -c idle_in_transaction_session_timeout={frozen // timedelta(milliseconds=1)}",
            }
            options["max_overflow"] = pool_size
        else:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
        self.engine = create_engine(parsed, **options)
        self._writing = None if self.postgres else Lock()
        self.announcer = Announcer(self.engine) if self.postgres else None
        if not self.postgres:
            _prepare_sqlite(self)

    def on_commit(self, bell: Callable[[], None]) -> None:
        """Call ``bell`` (from any thread) after each commit that has new work."""
        self._bells.append(bell)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A transaction: committed when the block ends well, rolled back when it does not.

        Raises Unreachable when there is no database to talk to.
        """
        try:
            with self._turn(), self.engine.begin() as conn:
                tx = Tx(conn, postgres=self.postgres)
                yield tx
        except _AWAY as exc:
            raise _unreachable(exc) from exc
        self.committed += 1
        if tx.rung:
            for bell in self._bells:
                bell()
            if self.announcer is not None:
                self.announcer.ring()

    def attempt(self, work: Callable[[Tx], T]) -> T:
        """Do ``work`` in a transaction, and again when that was undone in favour of another.

        Raises what ``work`` raises, and Unreachable.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                with self.begin() as tx:
                    return work(tx)
            except Contended:
                continue
        with self.begin() as tx:
            return work(tx)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A read-only look; never blocks a writer."""
        try:
            with self.engine.connect() as conn:
                if not self.postgres:
                    conn = conn.execution_options(read_only=True)
                yield Tx(conn, postgres=self.postgres)
                conn.rollback()
        except _AWAY as exc:
            raise _unreachable(exc) from exc

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """On SQLite, this process's writers go one by one without asking the disk whose turn it is.

        SQLite's own way to wait is to sleep longer and longer; between processes it must do.
        """
        if self._writing is None:
            yield
            return
        if not self._writing.acquire(timeout=_BUSY_SECONDS):
            raise Unreachable("database_unreachable", detail="another writer does not finish")
        try:
            yield
        finally:
            self._writing.release()

    def close(self) -> None:
        """Give back every connection."""
        if self.announcer is not None:
            self.announcer.close()
        self.engine.dispose()


def _prepare_sqlite(db: Database) -> None:
    @event.listens_for(db.engine, "connect")
    def connected(dbapi: Any, _: object) -> None:
        # We say BEGIN ourselves: the driver's own begins too late and without IMMEDIATE.
        dbapi.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_SECONDS * 1000}",
            "cache_size=-65536",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(db.engine, "begin")
    def begun(conn: Connection) -> None:
        read_only = conn.get_execution_options().get("read_only", False)
        conn.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _unreachable(exc: SQLAlchemyError) -> Unreachable:
    cause = exc.orig if isinstance(exc, DBAPIError) else exc
    told = str(cause).strip()
    kind = Contended if getattr(cause, "sqlstate", None) in _UNDONE else Unreachable
    return kind("database_unreachable", detail=told.splitlines()[0][:200] if told else "no answer")
