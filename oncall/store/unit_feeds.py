"""Calendar addresses of units: by hash only, one for a unit and one for each role of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, delete, insert, select, update

from oncall.store.database import Tx
from oncall.tables import unit_feeds

#: Stands for the address of all roles.
ALL_ROLES = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFeed:
    """One address: of which unit and role, and when it was last read."""

    unit: str
    role: str
    made_by: str
    made_at: datetime
    fetched_at: datetime | None


_COLUMNS = [unit_feeds.c[f.name] for f in fields(UnitFeed)]


def put(tx: Tx, hashed: str, unit: str, role: str, *, by: str, now: datetime) -> None:
    """Give a unit or a role of it a new address; the one before ends."""
    drop(tx, unit, role)
    values = {"hash": hashed, "unit": unit, "role": role, "made_by": by[:60], "made_at": now}
    tx.conn.execute(insert(unit_feeds).values(**values))


def drop(tx: Tx, unit: str, role: str) -> bool:
    """End an address; False when there was none."""
    c = unit_feeds.c
    done = tx.conn.execute(delete(unit_feeds).where(and_(c.unit == unit, c.role == role)))
    return done.rowcount > 0


def of(tx: Tx, hashed: str) -> UnitFeed | None:
    """Whose address this is."""
    row = tx.conn.execute(select(*_COLUMNS).where(unit_feeds.c.hash == hashed)).one_or_none()
    return None if row is None else UnitFeed(**row._mapping)


def fetched(tx: Tx, hashed: str, now: datetime) -> None:
    """Remember when it was last read."""
    tx.conn.execute(update(unit_feeds).where(unit_feeds.c.hash == hashed).values(fetched_at=now))


def listed(tx: Tx) -> list[UnitFeed]:
    """Every address, by unit and role."""
    query = select(*_COLUMNS).order_by(unit_feeds.c.unit, unit_feeds.c.role)
    return [UnitFeed(**row._mapping) for row in tx.conn.execute(query)]
