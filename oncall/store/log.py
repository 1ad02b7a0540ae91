"""The append-only log, and numbers that only grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from oncall.store.database import Tx
from oncall.store.many import Many
from oncall.tables import counters, log

_encode = msgspec.json.Encoder().encode
#: A longer name must not keep an event out of the log.
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log, ready to be written."""

    transfer: str
    at: datetime
    event: str
    page: str | None = None
    reason: str | None = None
    who: str | None = None
    payload: Any = None
    saw: Any = None
    trail: Any = None


def dumps(value: Any) -> str:
    """JSON text of any of our values."""
    return _encode(value).decode()


_APPEND = Many(
    insert(log),
    ("transfer", "page", "at", "event", "reason", "who", "payload", "saw", "trail"),
)


def append(tx: Tx, entries: Sequence[Entry]) -> None:
    """Add to the log; it is never changed."""
    rows = [
        {
            "transfer": e.transfer,
            "page": e.page,
            "at": e.at,
            "event": e.event,
            "reason": e.reason,
            "who": e.who[:_LONGEST_NAME] if e.who else e.who,
            "payload": dumps(e.payload if e.payload is not None else {}),
            "saw": None if e.saw is None else dumps(e.saw),
            "trail": None if e.trail is None else dumps(e.trail),
        }
        for e in entries
    ]
    _APPEND.run(tx.conn, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a page's log as it was written; ``payload`` and ``saw`` are JSON text."""

    at: datetime
    event: str
    reason: str | None
    payload: str
    saw: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log as it was written; ``payload`` and ``trail`` are JSON text."""

    id: int
    transfer: str
    page: str | None
    at: datetime
    event: str
    reason: str | None
    who: str | None
    payload: str
    trail: str | None


_LINE = [log.c[f.name] for f in fields(Line)]


def of_page(tx: Tx, page: str) -> list[Told]:
    """Everything a page was told, in the order it was."""
    c = log.c
    query = select(c.at, c.event, c.reason, c.payload, c.saw).where(c.page == page).order_by(c.id)
    return [Told(**row._mapping) for row in tx.conn.execute(query)]


def of_transfer(tx: Tx, transfer: str) -> list[Line]:
    """Everything that happened to a transfer and its pages, in the order it was written."""
    query = select(*_LINE).where(log.c.transfer == transfer).order_by(log.c.id)
    return [Line(**row._mapping) for row in tx.conn.execute(query)]


def bump(tx: Tx, name: str) -> int:
    """The next number of a counter; two callers never get the same one."""
    done = tx.conn.execute(
        update(counters)
        .where(counters.c.name == name)
        .values(n=counters.c.n + 1)
        .returning(counters.c.n)
    ).scalar()
    if done is not None:
        return int(done)
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(insert(counters).values(name=name, n=1))
    except IntegrityError:
        return bump(tx, name)
    return 1


def counter(tx: Tx, name: str) -> int:
    """Where a counter stands; 0 if it never began."""
    n = tx.conn.execute(select(counters.c.n).where(counters.c.name == name)).scalar()
    return int(n or 0)
