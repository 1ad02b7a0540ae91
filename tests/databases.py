"""Databases that are prepared once and lent to one test after another, each as new.

A SQLite file is copied. A PostgreSQL database takes a fifth of a second to copy and a hundredth to
put back as it was, so one is used again: its sessions are ended, every row that was not there is
removed, every row that is gone comes back, every sequence goes on from where it stood. One whose
*schema* a test has changed is never lent again.
"""

from __future__ import annotations

import fcntl
import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Dialect, Engine, event

from oncall.store.database import Database

#: Every table, and whether its file holds anything, living or dead.
_TABLES = """
SELECT relname, pg_relation_size(oid) > 0 FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
#: What a test must have left alone for the database to be lent again.
_SCHEMA = """
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT (SELECT string_agg(concat_ws(' ', oid, relname, relchecks), ',' ORDER BY oid) FROM ours),
       (SELECT string_agg(concat_ws(' ', attrelid, attname, atttypid, attnotnull, attisdropped), ','
                          ORDER BY attrelid, attnum)
          FROM pg_attribute WHERE attnum > 0
           AND attrelid IN (SELECT oid FROM ours WHERE relkind = 'r')),
       (SELECT string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
       (SELECT string_agg(concat_ws(' ', oid, conname), ',' ORDER BY oid) FROM pg_constraint),
       (SELECT string_agg(nspname, ',' ORDER BY oid) FROM pg_namespace WHERE nspname !~ '^pg_'),
       (SELECT count(*) FROM pg_proc WHERE oid >= 16384),
       (SELECT datallowconn FROM pg_database WHERE datname = current_database())
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
#: How the names of those begin that a test makes for itself, and whose limits are its own.
MADE = "test_"
_FOR_ONCE = timedelta(hours=1)
#: Dead rows stay in the files until they are swept; a database this old is given up instead.
_LENT_AT_MOST = 150
_count = itertools.count(1)
#: By the kind of database: a dialect for all engines, and the statements compiled for it.
_COMPILED: dict[str, tuple[Dialect, dict[Any, Any]]] = {}
_KNOWN = pytest.StashKey[dict[str, "Templates"]]()


def sqlalchemy_url(libpq_url: str, database: str) -> str:
    """The server of `libpq_url` with another database, as SQLAlchemy spells it for psycopg 3."""
    info = conninfo_to_dict(libpq_url)
    port = f"&port={info['port']}" if info.get("port") else ""
    return f"postgresql+psycopg://{info['user']}@/{database}?host={quote(str(info['host']))}{port}"


@event.listens_for(Engine, "engine_connect")
def _compile_once(connection: Connection) -> None:
    """Every test has an engine of its own; what one has compiled serves the others too."""
    engine = connection.engine
    dialect, compiled = _COMPILED.setdefault(engine.dialect.name, (engine.dialect, {}))
    if engine.get_execution_options().get("compiled_cache") is not compiled:
        engine.dialect = dialect
        engine.update_execution_options(compiled_cache=compiled)


@event.listens_for(Engine, "do_connect")
def _patient(_: Dialect, __: object, ___: object, given: dict[str, Any]) -> None:
    """PostgreSQL ends who stands still in a transaction; in a test the whole machine may have."""
    if "dbname" in given and not str(given["dbname"]).startswith(MADE):
        given["options"] = f"{given.get('options', '')} -c idle_in_transaction_session_timeout=0"


class Lent:
    """One database, how it looked when it was made, and a session that puts it back."""

    def __init__(self, server: str, name: str) -> None:
        self.name = name
        self.uses = 0
        self._session = psycopg.connect(server, dbname=name)
        # Foreign keys look away while rows are put back: in between they may not hold.
        self._session.execute("SET session_replication_role = replica")
        self._schema = self._one(_SCHEMA)
        self._sequences = dict(self._all(_SEQUENCES))
        self._rows = {str(table): self._copied(table) for table, used in self._all(_TABLES) if used}
        self._session.commit()

    def put_back(self) -> bool:
        """Make it as it was; whether it may be lent again."""
        try:
            self._session.execute(_END_OTHERS)
            self._session.commit()
            if self._one(_SCHEMA) != self._schema:
                return False
            for table, used in self._all(_TABLES):
                if used or table in self._rows:
                    self._restore(table)
            for name, last in self._all(_SEQUENCES):
                if last != self._sequences[name]:
                    start = self._sequences[name]
                    self._session.execute(
                        "SELECT setval(%s::regclass, %s, %s)", (name, start or 1, start is not None)
                    )
            self._session.commit()
        except psycopg.OperationalError:
            # The test ended every session of its database, this one too.
            return False
        return self.uses < _LENT_AT_MOST

    def close(self) -> None:
        """End the session; the database itself goes with its server."""
        self._session.close()

    def _restore(self, table: str) -> None:
        rows = self._rows.get(table, b"")
        if rows and self._copied(table) == rows:
            return
        self._session.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        if rows:
            command = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with self._session.cursor() as cursor, cursor.copy(command) as copy:
                copy.write(rows)

    def _copied(self, table: str) -> bytes:
        command = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
        with self._session.cursor() as cursor, cursor.copy(command) as copy:
            return b"".join(copy)

    def _all(self, query: LiteralString) -> list[tuple[Any, ...]]:
        return self._session.execute(query).fetchall()

    def _one(self, query: LiteralString) -> tuple[Any, ...]:
        [row] = self._all(query)
        return row


class Lender:
    """The furnished PostgreSQL databases of one process; ``make`` copies a new one, by its name."""

    def __init__(self, server: str, make: Callable[[], str]) -> None:
        self._server = server
        self._make = make
        self._free: list[Lent] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """A database as new, by its SQLAlchemy URL, for as long as the block lasts."""
        lent = self._free.pop() if self._free else Lent(self._server, self._make())
        lent.uses += 1
        try:
            yield sqlalchemy_url(self._server, lent.name)
        finally:
            if lent.put_back():
                self._free.append(lent)
            else:
                lent.close()

    def close(self) -> None:
        """No more are lent."""
        while self._free:
            self._free.pop().close()


class Templates:
    """Databases of one run prepared alike, when first asked for; copied or lent to each test.

    ``folder`` is the run's, and so is the server: whoever comes first prepares for all workers.
    """

    def __init__(
        self,
        name: str,
        prepare: Callable[[Database], None],
        *,
        folder: Path,
        worker: str,
        server: Callable[[], str],
    ) -> None:
        self._name = name
        self._prepare = prepare
        self._folder = folder
        self._worker = worker
        self._server = server
        self._lender: Lender | None = None

    @contextmanager
    def lend(self, backend: str, file: Path) -> Iterator[str]:
        """A fresh one for as long as the block lasts, by its URL; ``file`` is where SQLite's is."""
        if backend == "sqlite":
            yield self.sqlite(file)
        else:
            with self.lender().lend() as url:
                yield url

    def sqlite(self, target: Path) -> str:
        """A copy as a file; its URL."""
        original, half = (self._folder / f"{self._name}{end}" for end in (".db", ".half.db"))
        with (self._folder / f"{self._name}.lock").open("w") as lock:
            # Held until it is closed.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not original.exists():
                half.unlink(missing_ok=True)
                self._fill(f"sqlite:///{half}")
                half.rename(original)
        shutil.copyfile(original, target)
        return f"sqlite:///{target}"

    def pg(self) -> str:
        """The name of one on PostgreSQL from which others may be copied."""
        half = f"{self._name}_half"
        with psycopg.connect(self._server(), autocommit=True) as connection:
            # Held until the connection ends.
            connection.execute("SELECT pg_advisory_lock(1)")
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", (self._name,))
            if not known.fetchall():
                # Whoever began it before us was stopped on the way.
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(half)))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
                self._fill(sqlalchemy_url(self._server(), half))
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(half), sql.Identifier(self._name)))
        return self._name

    def lender(self) -> Lender:
        """Whoever lends those on PostgreSQL to the tests of this process."""
        if self._lender is None:
            self._lender = Lender(self._server(), self._copied)
        return self._lender

    def close(self) -> None:
        """Lend no more."""
        if self._lender is not None:
            self._lender.close()

    def _fill(self, url: str) -> None:
        # Everything else waits for it: a machine that stands still meanwhile goes on with it.
        db = Database(url, frozen=_FOR_ONCE)
        self._prepare(db)
        db.close()

    def _copied(self) -> str:
        template, name = self.pg(), f"{self._name}_{self._worker}_{next(_count)}"
        with psycopg.connect(self._server(), autocommit=True) as connection:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return name


def templates_of(
    config: pytest.Config,
    folder: Path,
    request: pytest.FixtureRequest,
    name: str,
    prepare: Callable[[Database], None],
) -> Templates:
    """The templates of this name; for a fixture of the whole session to give.

    Several folders may import such a fixture, and then each has its own of it; what they give is
    the same.
    """
    known = config.stash.setdefault(_KNOWN, {})
    if name not in known:
        worker: str = getattr(config, "workerinput", {}).get("workerid", "main")
        known[name] = Templates(
            name,
            prepare,
            folder=folder,
            worker=worker,
            server=lambda: str(request.getfixturevalue("pg_server")),
        )
        config.add_cleanup(known[name].close)
    return known[name]
