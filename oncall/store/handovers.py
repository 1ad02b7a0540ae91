"""Handovers: who comes on duty, reminded, confirmed, refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, select, update

from oncall.core.handover import Shift
from oncall.store.database import Tx
from oncall.tables import handovers
from rosters.holding import LONGEST_HOLD, Hold

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One person coming on duty, and what they said to it."""

    id: int
    unit: str
    role: str
    person: str
    start_at: datetime
    end_at: datetime
    asked_at: datetime | None
    confirmed_at: datetime | None
    refused_at: datetime | None
    entered_by: str | None
    told_at: datetime | None
    #: Until when whoever leaves stays on duty, where the relief must be taken over in words.
    hold_until: datetime | None

    @property
    def shift(self) -> Shift:
        """The duty itself."""
        return Shift(
            unit=self.unit,
            role=self.role,
            person=self.person,
            start=self.start_at,
            end=self.end_at,
        )

    @property
    def answered(self) -> bool:
        """Whether they said yes or no."""
        return self.confirmed_at is not None or self.refused_at is not None


_COLUMNS = [handovers.c[f.name] for f in fields(Handover)]


def begin(tx: Tx, shift: Shift) -> tuple[Handover, bool]:
    """A duty, written down once; and whether that was now."""
    c = handovers.c
    same = and_(
        c.unit == shift.unit,
        c.role == shift.role,
        c.person == shift.person,
        c.start_at == shift.start,
    )
    known = _select(tx, same)
    if known:
        return known[0], False
    tx.conn.execute(
        insert(handovers).values(
            unit=shift.unit,
            role=shift.role,
            person=shift.person,
            start_at=shift.start,
            end_at=shift.end,
        )
    )
    return _select(tx, same)[0], True


def one(tx: Tx, number: int) -> Handover | None:
    """A handover by its number."""
    found = _select(tx, handovers.c.id == number)
    return found[0] if found else None


def change(tx: Tx, number: int, **values: Any) -> None:
    """Write down what came of it."""
    if "entered_by" in values and values["entered_by"] is not None:
        values["entered_by"] = str(values["entered_by"])[:_LONGEST_NAME]
    tx.conn.execute(update(handovers).where(handovers.c.id == number).values(**values))


def forget(tx: Tx, number: int) -> None:
    """The duty is somebody else's now."""
    tx.conn.execute(delete(handovers).where(handovers.c.id == number))


def holds(tx: Tx, start: datetime, end: datetime, *, unit: str | None = None) -> list[Hold]:
    """What is held at any time of [start, end], if its person relieves anybody."""
    c = handovers.c
    where = [c.start_at > start - LONGEST_HOLD, c.start_at <= end]
    where += [c.hold_until > start, c.hold_until > c.start_at]
    if unit is not None:
        where.append(c.unit == unit)
    query = select(c.id, c.unit, c.role, c.person, c.start_at, c.hold_until)
    rows = tx.conn.execute(query.where(*where).order_by(c.start_at, c.id))
    return [
        Hold(
            id=r.id, unit=r.unit, role=r.role, person=r.person, start=r.start_at, until=r.hold_until
        )
        for r in rows
    ]


def unanswered(tx: Tx, people: Collection[str], since: datetime) -> list[Handover]:
    """What these people were asked to confirm and have not, starting later than ``since``."""
    c = handovers.c
    return _select(
        tx,
        and_(
            c.person.in_(sorted(people)),
            c.start_at > since,
            c.asked_at.is_not(None),
            c.confirmed_at.is_(None),
            c.refused_at.is_(None),
        ),
    )


def of_unit(tx: Tx, unit: str, after: datetime, until: datetime) -> list[Handover]:
    """The handovers of a unit in a window, the earliest first."""
    c = handovers.c
    return _select(tx, and_(c.unit == unit, c.start_at > after, c.start_at <= until))


def _select(tx: Tx, where: Any) -> list[Handover]:
    c = handovers.c
    query = select(*_COLUMNS).where(where).order_by(c.start_at, c.role, c.id)
    return [Handover(**row._mapping) for row in tx.conn.execute(query)]
