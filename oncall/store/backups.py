"""Copies of the database: when they were made, and where they were written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from oncall.store.database import Tx
from oncall.tables import backups

#: A copy is to be made every night; one that failed is told before the second is missing.
FRESH = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One copy: ``file`` is the whole path on the machine that made it."""

    at: datetime
    file: str


def note(tx: Tx, file: str, now: datetime) -> None:
    """A copy was written; the copy itself does not know of it."""
    tx.conn.execute(insert(backups).values(at=now, file=file))


def latest(tx: Tx) -> Backup | None:
    """The newest copy that was noted."""
    c = backups.c
    row = tx.conn.execute(select(c.at, c.file).order_by(c.at.desc()).limit(1)).one_or_none()
    return None if row is None else Backup(**row._mapping)
