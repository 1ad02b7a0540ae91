"""The database itself: which revision it is at, copies of it, and uploads taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import and_, func, inspect, select, text, update
from sqlalchemy.engine import RowMapping

from oncall.core.errors import Conflict, NotFound
from oncall.store import directory, rotations
from oncall.store.database import Database, Tx
from oncall.store.directory import Batch
from oncall.tables import batches, duties, people
from rosters.model import Duty

#: Every SQLite file begins so.
_MAGIC = b"SQLite format 3\x00"


# -- revisions -----------------------------------------------------------------------------


def there(db: Database) -> bool:
    """Whether there is a database at all: asking must not make an empty file."""
    if db.postgres:
        return True
    path = db.url.database
    return bool(path) and (path == ":memory:" or Path(path or "").exists())


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


# -- uploads taken back --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What taking a batch back does: rows that go, rows that come again, rotations that end."""

    batch: Batch
    removed: tuple[Duty, ...]
    restored: tuple[Duty, ...]
    #: The units whose rotations are again as they were before.
    rotations: tuple[str, ...] = ()


def find_batch(tx: Tx, id_or_start: str) -> Batch:
    """The upload of this id, or of an id that begins so. Raises NotFound for none or several."""
    columns = [batches.c[f.name] for f in fields(Batch)]
    where = batches.c.id.startswith(id_or_start, autoescape=True)
    found = [Batch(**row._mapping) for row in tx.conn.execute(select(*columns).where(where))]
    exact = [batch for batch in found if batch.id == id_or_start]
    found = exact or found
    if not found or not id_or_start:
        raise NotFound("no_such_batch", batch=id_or_start)
    if len(found) > 1:
        raise NotFound("several_batches", batch=id_or_start, count=str(len(found)))
    return found[0]


def undoing(tx: Tx, batch: Batch) -> Undone:
    """What taking ``batch`` back would do.

    Raises Conflict when it was taken back before, or when a later upload built on it.
    """
    if batch.undone_at is not None:
        raise Conflict("batch_undone", batch=batch.id[:8])
    c = duties.c
    mine = tx.conn.execute(select(duties).where(c.batch == batch.id)).mappings().all()
    gone = tx.conn.execute(select(duties).where(c.removed == batch.id)).mappings().all()
    later = {row["removed"] for row in mine if row["removed"] not in (None, batch.id)}
    later |= _in_the_way(tx, batch, gone)
    ruled = rotations.of_batch(tx, batch.id)
    units = sorted({version.unit for version in ruled})
    later |= {
        now.batch for unit in units for now in rotations.current(tx, unit) if now.batch != batch.id
    }
    if later:
        names = ", ".join(sorted(one[:8] for one in later))
        raise Conflict("batch_built_upon", batch=batch.id[:8], later=names)
    return Undone(
        batch=batch,
        removed=tuple(_duty(row) for row in mine),
        restored=tuple(_duty(row) for row in gone if row["batch"] != batch.id),
        rotations=tuple(units),
    )


def undo(tx: Tx, batch: Batch, by: str, now: datetime) -> Undone:
    """Take an upload back: its rows out of force, those it removed back in, exactly.

    Raises Conflict as ``undoing`` does.
    """
    found = undoing(tx, batch)
    c = duties.c
    # First those that come again: the rows that go are marked with the same batch.
    tx.conn.execute(update(duties).where(c.removed == batch.id).values(removed=None))
    tx.conn.execute(update(duties).where(c.batch == batch.id).values(removed=batch.id))
    tx.conn.execute(
        update(batches).where(batches.c.id == batch.id).values(undone_at=now, undone_by=by)
    )
    for unit in found.rotations:
        first = min(rotations.of_batch(tx, batch.id), key=lambda one: (one.unit != unit, one.id))
        rotations.go_back(tx, first, now)
    directory.changed(tx)
    return found


def _in_the_way(tx: Tx, batch: Batch, gone: Sequence[RowMapping]) -> set[str]:
    """Later uploads in force in the very time that rows removed by this one would fill again."""
    c = duties.c
    found: set[str] = set()
    lines = {(row["unit"], row["role"]) for row in gone}
    for unit, role in lines:
        spans = [row for row in gone if (row["unit"], row["role"]) == (unit, role)]
        first = min(row["start_at"] for row in spans)
        last = max(row["end_at"] for row in spans)
        newer = (
            select(c.start_at, c.end_at, c.batch)
            .join(batches, batches.c.id == c.batch)
            .where(
                and_(
                    c.unit == unit,
                    c.role == role,
                    c.removed.is_(None),
                    c.batch != batch.id,
                    c.start_at < last,
                    c.end_at > first,
                    batches.c.at > batch.at,
                )
            )
        )
        for row in tx.conn.execute(newer):
            if any(row.start_at < s["end_at"] and row.end_at > s["start_at"] for s in spans):
                found.add(row.batch)
    return found


def _duty(row: RowMapping) -> Duty:
    return Duty(
        unit=row["unit"],
        role=row["role"],
        person=row["person"],
        start=row["start_at"],
        end=row["end_at"],
        source=row["source"],
    )


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
