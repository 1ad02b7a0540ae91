"""Appointments: what is to be done at a moment, in the order of their moments."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.tables import appointments


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One thing to do: of which ``kind``, about what, and what its doer must know (JSON text)."""

    key: str
    kind: str
    subject: str | None
    at: datetime
    payload: str
    tries: int = 0

    def told(self) -> Any:
        """The payload as plain values."""
        return msgspec.json.decode(self.payload)


_COLUMNS = [appointments.c[f.name] for f in fields(Appointment)]


def book(
    tx: Tx,
    key: str,
    kind: str,
    at: datetime,
    *,
    subject: str | None = None,
    payload: Any = None,
) -> None:
    """Have ``kind`` done at ``at``; an appointment of this key is moved instead of doubled."""
    values = {
        "kind": kind,
        "subject": subject,
        "at": at,
        "payload": dumps(payload if payload is not None else {}),
        "tries": 0,
    }
    c = appointments.c
    if tx.conn.execute(update(appointments).where(c.key == key).values(values)).rowcount == 0:
        tx.conn.execute(insert(appointments).values(key=key, **values))


def book_once(tx: Tx, key: str, kind: str, at: datetime) -> bool:
    """The same unless the key is taken, be it by another node at this moment; was it free?"""
    values = {"key": key, "kind": kind, "at": at, "payload": dumps({}), "tries": 0}
    into = postgresql.insert(appointments) if tx.postgres else sqlite.insert(appointments)
    made = into.values(**values).on_conflict_do_nothing().returning(appointments.c.key)
    return tx.conn.execute(made).first() is not None


def cancel(tx: Tx, key: str) -> bool:
    """Nothing is to be done after all; False when nothing was."""
    return tx.conn.execute(delete(appointments).where(appointments.c.key == key)).rowcount > 0


def cancel_about(tx: Tx, subject: str, kind: str | None = None) -> int:
    """Cancel all that is planned about a subject, or of one kind of it; says how much."""
    where = appointments.c.subject == subject
    if kind is not None:
        where = and_(where, appointments.c.kind == kind)
    return tx.conn.execute(delete(appointments).where(where)).rowcount


def about(tx: Tx, subject: str) -> list[Appointment]:
    """All that is planned about a subject, the next first."""
    where = appointments.c.subject == subject
    query = select(*_COLUMNS).where(where).order_by(appointments.c.at, appointments.c.id)
    return [Appointment(**row._mapping) for row in tx.conn.execute(query)]


def standing(tx: Tx, key: str) -> datetime | None:
    """For when the appointment of this key stands; None where there is none."""
    moment: datetime | None = tx.conn.execute(
        select(appointments.c.at).where(appointments.c.key == key)
    ).scalar()
    return moment


def due_keys(tx: Tx, now: datetime, limit: int) -> list[str]:
    """The keys of what is due, the most overdue first."""
    c = appointments.c
    query = select(c.key).where(c.at <= now).order_by(c.at, c.id).limit(limit)
    return list(tx.conn.execute(query).scalars())


def take(tx: Tx, key: str, now: datetime) -> Appointment | None:
    """Take one appointment off the list to do it in this transaction; None if another has it.

    A doer that fails rolls back, and the appointment stands again.
    """
    where = and_(appointments.c.key == key, appointments.c.at <= now)
    query = select(*_COLUMNS).where(where).with_for_update(skip_locked=True)
    row = tx.conn.execute(query).one_or_none()
    if row is None:
        return None
    tx.conn.execute(delete(appointments).where(appointments.c.key == key))
    return Appointment(**row._mapping)


def failed(tx: Tx, key: str) -> int:
    """It could not be done this time; says how often by now, 0 if it is off the list."""
    c = appointments.c
    done = tx.conn.execute(
        update(appointments).where(c.key == key).values(tries=c.tries + 1).returning(c.tries)
    ).scalar()
    return int(done or 0)


def put_off(tx: Tx, key: str, until: datetime) -> None:
    """Try again later."""
    tx.conn.execute(update(appointments).where(appointments.c.key == key).values(at=until))


def next_at(tx: Tx) -> datetime | None:
    """The earliest moment at which anything is planned."""
    query = select(appointments.c.at).order_by(appointments.c.at).limit(1)
    return tx.conn.execute(query).scalar()
