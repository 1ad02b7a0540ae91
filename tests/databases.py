"""Databases that are prepared once and lent to one test after another, each as new.

A PostgreSQL database takes a fifth of a second to copy and a hundredth to put back as it was. So a
furnished one is used again: its sessions are ended, every row that was not there is removed, every
row that is gone comes back, every sequence goes on from where it stood. One whose *schema* a test
has changed is never lent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

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
#: Dead rows stay in the files until they are swept; a database this old is given up instead.
_LENT_AT_MOST = 150


def sqlalchemy_url(libpq_url: str, database: str) -> str:
    """The server of `libpq_url` with another database, as SQLAlchemy spells it for psycopg 3."""
    info = conninfo_to_dict(libpq_url)
    port = f"&port={info['port']}" if info.get("port") else ""
    return f"postgresql+psycopg://{info['user']}@/{database}?host={quote(str(info['host']))}{port}"


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
