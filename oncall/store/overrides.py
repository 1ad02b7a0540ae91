"""Overrides as they were ordered and taken back: rows in, values out. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, insert, or_, select, update

from oncall.store import directory
from oncall.store.database import Tx
from oncall.tables import overrides
from rosters.model import Override, OverrideKind, override_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One override with who ordered it, why, and whether it still stands."""

    id: int
    unit: str
    role: str
    kind: str
    person: str | None
    replaces: str | None
    start_at: datetime
    end_at: datetime
    why: str
    #: What brought it about: manual, swap, leave, cover or takeover.
    origin: str
    by: str
    at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None
    removed_why: str | None = None

    @property
    def until(self) -> datetime:
        """When its effect ends: its own end, or the moment it was taken back."""
        return self.end_at if self.removed_at is None else min(self.end_at, self.removed_at)

    @property
    def moments(self) -> tuple[datetime, ...]:
        """When it changed the roster."""
        return (self.at,) if self.removed_at is None else (self.at, self.removed_at)

    def concerns(self, person: str) -> bool:
        """Whether it says, or said, anything of a person's time."""
        vacant, replace = OverrideKind.VACANT, OverrideKind.REPLACE
        everybody = self.kind == vacant or (self.kind == replace and self.replaces is None)
        return everybody or person in (self.person, self.replaces)

    def effect(self) -> Override | None:
        """What it does to the roster; None where it was taken back before it began."""
        if self.until <= self.start_at:
            return None
        return Override(
            id=self.id,
            unit=self.unit,
            role=self.role,
            kind=OverrideKind(self.kind),
            person=self.person,
            replaces=self.replaces,
            start=self.start_at,
            end=self.until,
            source=override_source(self.origin, self.id),
        )


def effects(found: Iterable[Ordered]) -> list[Override]:
    """What these do to the roster, those without effect left out."""
    return [effect for one in found if (effect := one.effect()) is not None]


def between(
    tx: Tx,
    start: datetime,
    end: datetime,
    *,
    unit: str | None = None,
    person: str | None = None,
) -> list[Ordered]:
    """Every override ordered for a time that touches [start, end), those taken back too; with
    ``person`` only those that name this person."""
    c = overrides.c
    where = [c.end_at > start, c.start_at < end]
    if unit is not None:
        where.append(c.unit == unit)
    if person is not None:
        where.append(or_(c.person == person, c.replaces == person))
    columns = [c[f.name] for f in fields(Ordered)]
    query = select(*columns).where(and_(*where)).order_by(c.id)
    return [Ordered(**row._mapping) for row in tx.conn.execute(query)]


def one(tx: Tx, number: int) -> Ordered | None:
    """The override of this number."""
    columns = [overrides.c[f.name] for f in fields(Ordered)]
    row = tx.conn.execute(select(*columns).where(overrides.c.id == number)).one_or_none()
    return None if row is None else Ordered(**row._mapping)


def add(tx: Tx, ordered: Ordered) -> Ordered:
    """Put an override in force; gives it back with its number."""
    values = {f.name: getattr(ordered, f.name) for f in fields(Ordered) if f.name != "id"}
    number = tx.conn.execute(insert(overrides).values(**values).returning(overrides.c.id)).scalar()
    directory.changed(tx)
    return Ordered(**{**values, "id": int(number or 0)})


def remove(tx: Tx, number: int, *, by: str, why: str, now: datetime) -> bool:
    """Take an override back from ``now`` on; False when somebody did before."""
    c = overrides.c
    where = and_(c.id == number, c.removed_at.is_(None))
    values = {"removed_at": now, "removed_by": by, "removed_why": why}
    done = tx.conn.execute(update(overrides).where(where).values(**values)).rowcount
    if done:
        directory.changed(tx)
    return bool(done)
