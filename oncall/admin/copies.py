"""Copies of the database, and putting one back: SQLite by itself, PostgreSQL by its own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from oncall.admin.matters import served
from oncall.core.errors import Conflict, OncallError, Unreachable
from oncall.store import backups, restoring, upkeep
from oncall.store.database import Database
from oncall.store.revisions import newest

#: Both begin so; a file that does not was made by something else.
_PG_MAGIC = b"PGDMP"


def backup(db: Database, target: Path, now: datetime) -> None:
    """Write a copy while the service goes on; ``target`` appears whole or not at all. A database
    of the present schema notes when and where, so that the doctor sees when none was made.

    Raises OncallError where the file is there already or cannot be written, Unreachable where
    PostgreSQL's tools are missing.
    """
    if target.exists():
        raise OncallError("file_there", file=str(target))
    if not db.postgres and not upkeep.there(db):
        raise Unreachable("database_missing", database=upkeep.shown(db))
    try:
        if db.postgres:
            part = target.with_name(f"{target.name}.part")
            _tool(db, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
            part.replace(target)
        else:
            upkeep.copy_to(db, target)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        raise OncallError("file_unwritable", file=str(target), detail=detail) from exc
    with db.begin() as tx:
        # A copy is also made before an upgrade, of a database that cannot note it yet.
        if upkeep.revision(tx) == newest():
            backups.note(tx, str(target.resolve()), now)


def check(db: Database, source: Path) -> str | None:
    """The revision inside a copy (None: PostgreSQL's tools know). Raises OncallError for a file
    that is no copy, or one that a newer program made."""
    try:
        head = source.read_bytes()[:16] if source.is_file() else b""
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        raise OncallError("not_a_backup", file=str(source), detail=detail) from exc
    if db.postgres:
        if not head.startswith(_PG_MAGIC):
            raise OncallError("not_a_backup", file=str(source))
        return None
    revision = upkeep.revision_of_copy(source) if head else None
    if revision is None:
        raise OncallError("not_a_backup", file=str(source))
    if revision > newest():
        raise OncallError("backup_newer", file=str(source), have=revision, need=newest())
    return revision


def restore(db: Database, source: Path) -> Path | None:
    """Put a copy in place of everything, in one go; then ``restored.settle`` has its turn.

    A SQLite database that can be read no more is set aside first; says where it is kept. Raises as
    ``check`` does, and Conflict while a service runs on this database.
    """
    check(db, source)
    kept = upkeep.set_aside(db) if upkeep.damaged(db) else None
    given = _given(db)
    if db.postgres:
        _tool(
            db,
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--dbname",
            db.url.database or "",
            str(source),
        )
    else:
        db.close()
        upkeep.copy_from(db, source)
    with db.begin() as tx:
        restoring.mark(tx, given)
    return kept


def put_back(db: Database) -> None:
    """This database was put back by other means than ``restore``; now ``restored.settle`` follows.

    Raises Conflict while a service runs on it.
    """
    given = _given(db)
    with db.begin() as tx:
        restoring.mark(tx, given)


def _given(db: Database) -> dict[str, int]:
    """What was numbered in a database that nobody uses just now. Raises Conflict otherwise."""
    if not upkeep.there(db):
        return {}
    with db.read() as tx:
        if upkeep.revision(tx) is None:
            return {}
        if served(tx):
            raise Conflict("nodes_alive")
        return restoring.given(tx)


def _tool(db: Database, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools; the password travels in its environment, never in sight."""
    path = shutil.which(name)
    if path is None:
        raise Unreachable("no_pg_tools", tool=name)
    done = subprocess.run(  # noqa: S603 - a fixed program with arguments of our own
        [path, *arguments],
        env={**os.environ, **upkeep.libpq(db)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise OncallError("pg_tool_failed", tool=name, detail=lines[0][:200] if lines else "?")
