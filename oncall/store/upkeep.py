"""The database itself: which revision it is at, copies of it, and what is there at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, func, inspect, select, text

from oncall.store.database import Database, Tx
from oncall.tables import duties, people

#: Machines on the same time server differ by less.
DRIFT = timedelta(seconds=2)
#: Every SQLite file begins so.
_MAGIC = b"SQLite format 3\x00"


# -- revisions -----------------------------------------------------------------------------


def there(db: Database) -> bool:
    """Whether there is a database at all: asking must not make an empty file."""
    if db.postgres:
        return True
    path = db.url.database
    return bool(path) and (path == ":memory:" or Path(path or "").exists())


def damaged(db: Database) -> bool:
    """Whether a SQLite database is there and can be read no more."""
    if db.postgres or not there(db):
        return False
    try:
        with closing(sqlite3.connect(_path(db))) as found:
            return bool(found.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.OperationalError:
        # Somebody else has it, or it may not be opened: that says nothing about what is in it.
        return False
    except sqlite3.DatabaseError:
        return True


def set_aside(db: Database) -> Path:
    """Rename a SQLite database, so that another can take its place; nothing of it is lost."""
    path = Path(_path(db))
    names = (path.with_name(f"{path.name}.damaged{n}") for n in ("", *range(2, 1_000)))
    kept = next(name for name in names if not name.exists())
    db.close()
    for end in ("-wal", "-shm", ""):
        part = path.with_name(f"{path.name}{end}")
        if part.exists():
            part.rename(kept.with_name(f"{kept.name}{end}"))
    return kept


def shown(db: Database) -> str:
    """Where the database is, without its password."""
    return db.url.render_as_string(hide_password=True)


def revision(tx: Tx) -> str | None:
    """The revision a database is at; None when it is empty."""
    if not inspect(tx.conn).has_table("alembic_version"):
        return None
    found = tx.conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


# -- copies --------------------------------------------------------------------------------


def copy_to(db: Database, target: Path) -> None:
    """Copy a SQLite database while others read and write it; all or nothing at ``target``."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(_path(db))) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    part.replace(target)


def copy_from(db: Database, source: Path) -> None:
    """Put a copy back in place of everything; one transaction, so all or nothing."""
    with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(_path(db))) as target:
        target.execute("PRAGMA busy_timeout=20000")
        copy.backup(target)


def revision_of_copy(path: Path) -> str | None:
    """The revision inside a copy; None when it is no copy of ours."""
    if path.read_bytes()[:16] != _MAGIC:
        return None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                return None
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def _path(db: Database) -> str:
    return db.url.database or ":memory:"


def libpq(db: Database) -> dict[str, str]:
    """How PostgreSQL's own tools reach the database: their environment variables."""
    url = db.url
    query = {key: value for key, value in url.query.items() if isinstance(value, str)}
    found = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in found.items() if value}


# -- what is there -------------------------------------------------------------------------


def lasting_until(tx: Tx, unit: str | None = None) -> dict[tuple[str, str], datetime]:
    """(unit, role) -> when its last duty in force ends."""
    c = duties.c
    query = select(c.unit, c.role, func.max(c.end_at).label("last")).where(c.removed.is_(None))
    if unit is not None:
        query = query.where(c.unit == unit)
    return {(r.unit, r.role): r.last for r in tx.conn.execute(query.group_by(c.unit, c.role))}


def without_numbers(tx: Tx) -> list[tuple[str, str]]:
    """(unit, name) of active people nobody can call or text."""
    c = people.c
    where = and_(
        c.active.is_(True), c.mobile.is_(None), c.mobile2.is_(None), c.office_phone.is_(None)
    )
    rows = tx.conn.execute(select(c.unit, c.name).where(where).order_by(c.unit, c.name))
    return [(r.unit, r.name) for r in rows]


def database_clock(tx: Tx) -> datetime:
    """What time the database's own machine has: the one by which nodes beat."""
    if tx.postgres:
        found: datetime = tx.conn.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found.astimezone(UTC)
    said = tx.conn.execute(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(str(said)).replace(tzinfo=UTC)


def drift(tx: Tx, wall: Callable[[], datetime]) -> timedelta:
    """By how much this machine's clock certainly differs from the database's.

    Asked before and after, so that a machine that stood still in between is not called wrong.
    """
    before, there, after = wall(), database_clock(tx), wall()
    return max(before - there, there - after, timedelta(0))
