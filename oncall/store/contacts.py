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
from oncall.store.directory import Person, changed
from oncall.tables import contacts

#: How a number was proven: by a code told back, a text from it, a key in a call to it, or by what
#: was done at a link that only it was sent.
BY_CODE, BY_TEXT, BY_KEY, BY_LINK = "code", "text", "key", "link"
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


def of_card(tx: Tx, person: Person) -> list[Known]:
    """Each number of a card on each channel it takes, in order, with what is known of it."""
    rows = tx.conn.execute(select(*_COLUMNS).where(contacts.c.person == person.id))
    found = {(k.address, k.channel): k for k in map(_known, rows)}
    every = [
        (number, channel)
        for number in person.numbers
        for channel in Channel
        if channel is not Channel.SMS or number in person.mobiles
    ]
    return [
        found.get(place, Known(person=person.id, address=place[0], channel=place[1]))
        for place in every
    ]


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
        .values(
            flag=what,
            code=code[:_LONGEST_CODE] if code else None,
            flagged_at=now,
            told_at=None,
        )
    )
    if done.rowcount:
        changed(tx)
    return done.rowcount == 1


def prove(
    tx: Tx, people: Collection[str], address: str, channel: Channel, how: str, now: datetime
) -> None:
    """Somebody answered from a number, so it reaches them; a mark on it has been wrong.

    That no more texts are wanted is taken back by a code that arrived, not by any answer.
    """
    undone = (Flag.DEAD, Flag.OPTED_OUT) if how == BY_CODE else (Flag.DEAD,)
    for person in sorted(people):
        _be(tx, person, address, channel)
        here = _here(person, address, channel)
        tx.conn.execute(update(contacts).where(here).values(proven=now, proven_by=how))
    unflag(tx, people, address, channel, undone)


def proven(tx: Tx) -> dict[str, dict[tuple[str, Channel], datetime]]:
    """Person -> when which of their numbers was last proven."""
    c = contacts.c
    query = select(c.person, c.address, c.channel, c.proven).where(c.proven.is_not(None))
    found: dict[str, dict[tuple[str, Channel], datetime]] = {}
    for row in tx.conn.execute(query):
        found.setdefault(row.person, {})[row.address, Channel(row.channel)] = row.proven
    return found


def last_proven(tx: Tx) -> dict[str, datetime]:
    """Person -> when any of their numbers last proved to work."""
    return {person: max(some.values()) for person, some in proven(tx).items()}


def untold(tx: Tx) -> list[Known]:
    """Marked numbers of which nobody was told yet, by person."""
    c = contacts.c
    query = select(*_COLUMNS).where(and_(c.flag.is_not(None), c.told_at.is_(None)))
    return [_known(row) for row in tx.conn.execute(query.order_by(c.person, c.address, c.channel))]


def told(tx: Tx, known: Known, now: datetime) -> None:
    """Remember that the mark was told."""
    here = _here(known.person, known.address, known.channel)
    tx.conn.execute(update(contacts).where(here).values(told_at=now))


def unflag(
    tx: Tx, people: Collection[str], address: str, channel: Channel, what: Collection[Flag]
) -> bool:
    """A number may be used again; False where none of ``what`` was wrong with it."""
    c = contacts.c
    where = and_(c.person.in_(people), c.address == address, c.channel == channel)
    done = tx.conn.execute(
        update(contacts)
        .where(and_(where, c.flag.in_(what)))
        .values(flag=None, code=None, flagged_at=None, told_at=None)
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
