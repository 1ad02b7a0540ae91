"""Calendars that others keep, and what each said from when to when. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from oncall.store import directory
from oncall.store.database import Tx
from oncall.tables import calendar_duties, calendars
from rosters.known import Known
from rosters.model import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One calendar: where it is, its last good copy, and how the last try to read it went."""

    id: int
    unit: str
    role: str
    name: str
    url: str | None
    mapping: str
    body: str
    problems: str
    read_at: datetime
    tried_at: datetime
    failure: str | None
    etag: str | None
    modified: str | None
    added_by: str
    added_at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None


def every(tx: Tx, unit: str | None = None) -> list[Stored]:
    """The calendars in use, by unit and number."""
    c = calendars.c
    where = [c.removed_at.is_(None), *([] if unit is None else [c.unit == unit])]
    return _read(tx, *where)


def one(tx: Tx, number: int) -> Stored | None:
    """The calendar of this number, in use or not."""
    found = _read(tx, calendars.c.id == number)
    return found[0] if found else None


def due(tx: Tx, before: datetime) -> list[int]:
    """The calendars with an address that were last tried before a moment, the longest ago first."""
    c = calendars.c
    where = and_(c.removed_at.is_(None), c.url.is_not(None), c.tried_at <= before)
    return list(tx.conn.execute(select(c.id).where(where).order_by(c.tried_at, c.id)).scalars())


def add(tx: Tx, stored: Stored) -> int:
    """Keep a calendar; its number."""
    values = {f.name: getattr(stored, f.name) for f in fields(Stored) if f.name != "id"}
    done = tx.conn.execute(insert(calendars).values(**values).returning(calendars.c.id))
    return int(done.scalar_one())


def tried(tx: Tx, number: int, now: datetime, **values: Any) -> None:
    """Note how a try to read it went."""
    where = calendars.c.id == number
    tx.conn.execute(update(calendars).where(where).values(tried_at=now, **values))


def remove(tx: Tx, number: int, *, by: str, now: datetime) -> None:
    """The calendar counts no more from ``now`` on."""
    c = calendars.c
    where = and_(c.id == number, c.removed_at.is_(None))
    tx.conn.execute(update(calendars).where(where).values(removed_at=now, removed_by=by))
    d = calendar_duties.c
    open_rows = and_(d.calendar == number, d.until.is_(None))
    tx.conn.execute(update(calendar_duties).where(open_rows).values(until=now))
    directory.changed(tx)


def _read(tx: Tx, *where: ColumnElement[bool]) -> list[Stored]:
    columns = [calendars.c[f.name] for f in fields(Stored)]
    query = select(*columns).where(and_(*where)).order_by(calendars.c.unit, calendars.c.id)
    return [Stored(**row._mapping) for row in tx.conn.execute(query)]


# -- what they say -------------------------------------------------------------------------


def said(tx: Tx, number: int, now: datetime) -> dict[int, Duty]:
    """What a calendar says at present of the time to come: row number -> duty."""
    c = calendar_duties.c
    where = and_(c.calendar == number, c.until.is_(None), c.end_at > now)
    return {r.id: _known(r).duty for r in tx.conn.execute(select(calendar_duties).where(where))}


def say(tx: Tx, number: int, add: Iterable[Duty], end: Collection[int], now: datetime) -> None:
    """From ``now`` on a calendar says this as well, and that no more."""
    numbers = list(end)
    for i in range(0, len(numbers), 500):
        chunk = calendar_duties.c.id.in_(numbers[i : i + 500])
        tx.conn.execute(update(calendar_duties).where(chunk).values(until=now))
    rows = [
        {
            "calendar": number, "unit": duty.unit, "role": duty.role, "person": duty.person,
            "start_at": duty.start, "end_at": duty.end, "source": duty.source, "since": now,
        }
        for duty in add
    ]  # fmt: skip
    if rows:
        tx.conn.execute(insert(calendar_duties), rows)
    directory.changed(tx)


def between(
    tx: Tx, start: datetime, end: datetime, *, unit: str | None = None, person: str | None = None
) -> list[Known]:
    """All that any calendar ever said of a time that touches [start, end)."""
    c = calendar_duties.c
    where: Sequence[ColumnElement[bool]] = [
        c.end_at > start,
        c.start_at < end,
        or_(c.until.is_(None), c.until > c.since),
        *([] if unit is None else [c.unit == unit]),
        *([] if person is None else [c.person == person]),
    ]
    query = select(calendar_duties).where(and_(*where)).order_by(c.start_at, c.id)
    return [_known(row) for row in tx.conn.execute(query)]


def _known(row: Any) -> Known:
    duty = Duty(
        unit=row.unit, role=row.role, person=row.person, start=row.start_at, end=row.end_at,
        source=row.source,
    )  # fmt: skip
    return Known(duty=duty, since=row.since, until=row.until)
