"""What is known of each number of a card: when it was last proven, and what is wrong with it.

A row speaks of one person's number on one channel. A number that is taken off a card keeps its
row, so that it is known again when it comes back; no row speaks of a number somebody else has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from oncall.core.cards import Flag, Flags
from oncall.core.model import Channel
from oncall.store.database import Tx
from oncall.store.directory import changed
from oncall.tables import contacts

#: A provider's code is for people to read.
_LONGEST_CODE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one person's number on one channel."""

    person: str
    address: str
    channel: Channel
    #: When somebody last answered from it, and how.
    proven: datetime | None = None
    proven_by: str | None = None
    flag: Flag | None = None
    #: The provider's word for what is wrong.
    code: str | None = None
    flagged_at: datetime | None = None


_COLUMNS = [contacts.c[f.name] for f in fields(Known)]


def of_person(tx: Tx, person: str) -> dict[tuple[str, Channel], Known]:
    """(number, channel) -> what is known of it, numbers no longer on the card included."""
    rows = tx.conn.execute(select(*_COLUMNS).where(contacts.c.person == person))
    return {(k.address, k.channel): k for k in map(_known, rows)}


def flags(tx: Tx) -> Mapping[str, Flags]:
    """Person -> what is wrong with which of their numbers; only where something is."""
    c = contacts.c
    query = select(c.person, c.address, c.channel, c.flag).where(c.flag.is_not(None))
    found: dict[str, dict[tuple[str, Channel], Flag]] = {}
    for row in tx.conn.execute(query.order_by(c.person)):
        mine = found.setdefault(row.person, {})
        mine[row.address, Channel(row.channel)] = Flag(row.flag)
    return found


def flag(
    tx: Tx,
    person: str,
    address: str,
    channel: Channel,
    what: Flag,
    code: str | None,
    now: datetime,
) -> bool:
    """Mark a number as not usable; False where it was marked so before."""
    c = contacts.c
    here = _here(person, address, channel)
    _be(tx, person, address, channel)
    done = tx.conn.execute(
        update(contacts)
        .where(and_(here, c.flag.is_distinct_from(what)))
        .values(flag=what, code=code[:_LONGEST_CODE] if code else None, flagged_at=now)
    )
    if done.rowcount:
        changed(tx)
    return done.rowcount == 1


def unflag(
    tx: Tx, people: Collection[str], address: str, channel: Channel, what: Collection[Flag]
) -> bool:
    """A number may be used again; False where none of ``what`` was wrong with it."""
    c = contacts.c
    where = and_(c.person.in_(people), c.address == address, c.channel == channel)
    done = tx.conn.execute(
        update(contacts)
        .where(and_(where, c.flag.in_(what)))
        .values(flag=None, code=None, flagged_at=None)
    )
    if done.rowcount:
        changed(tx)
    return done.rowcount > 0


def _be(tx: Tx, person: str, address: str, channel: Channel) -> None:
    """See to it that there is a row."""
    values = {"person": person, "address": address, "channel": channel}
    into = postgresql.insert(contacts) if tx.postgres else sqlite.insert(contacts)
    tx.conn.execute(into.values(**values).on_conflict_do_nothing())


def _here(person: str, address: str, channel: Channel) -> ColumnElement[bool]:
    c = contacts.c
    return and_(c.person == person, c.address == address, c.channel == channel)


def _known(row: Any) -> Known:
    values = dict(row._mapping)
    values["channel"] = Channel(values["channel"])
    values["flag"] = Flag(values["flag"]) if values["flag"] else None
    return Known(**values)
