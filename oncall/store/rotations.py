"""A unit's rotations, version by version: each holds from one instant to another, none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from oncall.store import directory
from oncall.store.database import Tx
from oncall.tables import rotation_people, rotations
from rosters.rotation import REACH, Version
from rosters.rotation_body import content, version


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One version of a unit's rotations."""

    id: int
    unit: str
    #: The file it came in.
    name: str
    body: str
    text: str
    since: datetime
    until: datetime | None
    batch: str

    @property
    def version(self) -> Version:
        """The rules, ready to give duties."""
        return version(self.unit, self.body, self.since, self.until)


def between(tx: Tx, start: datetime, end: datetime, *, unit: str | None = None) -> list[Stored]:
    """Every version that has a say in [start, end), by its beginning."""
    c = rotations.c
    where = [c.since < end, or_(c.until.is_(None), c.until > start - REACH)]
    return _read(tx, *where, *([] if unit is None else [c.unit == unit]))


def of_batch(tx: Tx, batch: str) -> list[Stored]:
    """The versions an upload brought."""
    return _read(tx, rotations.c.batch == batch)


def current(tx: Tx, unit: str | None = None) -> list[Stored]:
    """The versions that hold until further notice: of every unit, or of one."""
    open_ended = rotations.c.until.is_(None)
    return _read(tx, open_ended, *([] if unit is None else [rotations.c.unit == unit]))


def units_of(tx: Tx, person: str) -> set[str]:
    """The units in whose rotations this person has, or ever had, a turn."""
    query = (
        select(rotations.c.unit)
        .join(rotation_people, rotation_people.c.rotation == rotations.c.id)
        .where(rotation_people.c.person == person)
        .distinct()
    )
    return set(tx.conn.execute(query).scalars())


def replace(
    tx: Tx, unit: str, *, name: str, body: str, text: str, batch: str, now: datetime
) -> None:
    """Let these rules hold from ``now`` on; whatever held until now, did."""
    end(tx, unit, now)
    values = {"unit": unit, "name": name, "body": body, "text": text, "since": now, "batch": batch}
    number = tx.conn.execute(insert(rotations).values(**values).returning(rotations.c.id)).scalar()
    _, rules, _ = content(body)
    people = sorted({person for rule in rules for group in rule.groups for person in group})
    if people:
        rows = [{"rotation": number, "person": person} for person in people]
        tx.conn.execute(insert(rotation_people), rows)


def go_back(tx: Tx, first: Stored, now: datetime) -> None:
    """From ``now`` on a unit's rules are again as before its version ``first``; none if none."""
    c = rotations.c
    # What held until the very moment at which the first began; one that was taken back did not.
    found = _read(tx, c.unit == first.unit, c.id < first.id, c.until == first.since)
    if not found:
        end(tx, first.unit, now)
        return
    last = found[-1]
    replace(
        tx, last.unit, name=last.name, body=last.body, text=last.text, batch=last.batch, now=now
    )


def end(tx: Tx, unit: str, now: datetime) -> None:
    """The rules of a unit hold until ``now``."""
    c = rotations.c
    where = and_(c.unit == unit, c.until.is_(None))
    tx.conn.execute(update(rotations).where(where).values(until=now))
    directory.changed(tx)


def _read(tx: Tx, *where: ColumnElement[Any]) -> list[Stored]:
    c = rotations.c
    query = select(c.id, c.unit, c.name, c.body, c.text, c.since, c.until, c.batch)
    rows = tx.conn.execute(query.where(and_(*where)).order_by(c.id))
    return [Stored(**row._mapping) for row in rows]


def versions(found: Sequence[Stored]) -> list[Version]:
    """The rules of these, ready to give duties; those that never held left out."""
    return [one.version for one in found if one.until is None or one.since < one.until]
