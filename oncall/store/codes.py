"""Codes sent to prove a number: what makes each, until when it holds, and how often it was tried.

A code itself is never kept: it is made again from the installation's secret key and the ``seed``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from oncall.core.model import Channel
from oncall.store.database import Tx
from oncall.tables import contact_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The latest code sent to one person's number on one channel."""

    person: str
    address: str
    channel: Channel
    seed: str
    sent_at: datetime
    expires_at: datetime
    #: How often it was guessed wrong.
    wrong: int = 0
    #: Codes sent since ``first_at``.
    sends: int = 1
    first_at: datetime
    #: Nothing is sent or taken before this.
    locked_until: datetime | None = None


_COLUMNS = [contact_codes.c[f.name] for f in fields(Sent)]


def of_channel(tx: Tx, person: str, channel: Channel) -> list[Sent]:
    """The codes of a person on a channel, the latest first; nobody else's until the end of tx."""
    c = contact_codes.c
    where = and_(c.person == person, c.channel == channel)
    query = select(*_COLUMNS).where(where).order_by(c.sent_at.desc(), c.address)
    return [_sent(row) for row in tx.conn.execute(query.with_for_update())]


def put(tx: Tx, sent: Sent) -> None:
    """Write a code, in place of the one before it to the same number."""
    values = asdict(sent)
    c = contact_codes.c
    into = postgresql.insert(contact_codes) if tx.postgres else sqlite.insert(contact_codes)
    tx.conn.execute(into.values(**values).on_conflict_do_nothing())
    here = and_(c.person == sent.person, c.address == sent.address, c.channel == sent.channel)
    tx.conn.execute(update(contact_codes).where(here).values(**values))


def _sent(row: Any) -> Sent:
    values = dict(row._mapping)
    values["channel"] = Channel(values["channel"])
    return Sent(**values)
