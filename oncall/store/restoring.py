"""What is done to a copy that was put back: it speaks of a past that went on without it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Table, and_, delete, func, insert, inspect, select, text, update

from oncall.store import log
from oncall.store.database import Tx
from oncall.store.outbox import QUEUED, RANK, SENDING, SUPERSEDED, UNKNOWN
from oncall.tables import counters, duty_changes, nodes, outbox
from oncall.tables import log as log_table

#: The counter that says: this is a copy, and nobody has looked at it yet.
_MARK = "restored"
#: Numbers of matters left out for what was handed over after the copy was made, on the day it is
#: put back: more than a city hands over in a day, few enough to leave it numbers of four digits.
SKIPPED = 2_000
#: The same for changes of duty, whose numbers people type as well.
_CHANGES_SKIPPED = 1_000


def given(tx: Tx) -> dict[str, int]:
    """How far every counter has come, for the copy that is about to take this database's place."""
    found = {row.name: int(row.n) for row in tx.conn.execute(select(counters))}
    if inspect(tx.conn).has_table(duty_changes.name):
        found[duty_changes.name] = (
            tx.conn.execute(select(func.max(duty_changes.c.id))).scalar() or 0
        )
    return found


def mark(tx: Tx, given: Mapping[str, int]) -> None:
    """This database was just put back from a copy, and counts on from what was ``given``."""
    for name, n in sorted({**given, _MARK: 1}.items()):
        here = counters.c.name == name
        have = log.counter(tx, name)
        tx.conn.execute(delete(counters).where(here))
        tx.conn.execute(insert(counters).values(name=name, n=max(have, n)))


def unmark(tx: Tx) -> bool:
    """Whether it was, and nobody had looked yet; somebody has from now on."""
    return tx.conn.execute(delete(counters).where(counters.c.name == _MARK)).rowcount == 1


def as_of(tx: Tx) -> datetime | None:
    """The last sign of life in it; None for a copy of a database that was never used."""
    moments = [
        tx.conn.execute(select(func.max(column))).scalar()
        for column in (log_table.c.at, nodes.c.progress_at)
    ]
    return max((moment for moment in moments if moment is not None), default=None)


def drop_messages(tx: Tx) -> int:
    """What was on its way then is news no more; says how many."""
    c = outbox.c
    on_its_way = c.state.in_((QUEUED, SENDING, UNKNOWN))
    done = tx.conn.execute(
        update(outbox).where(on_its_way).values(state=SUPERSEDED, rank=RANK[SUPERSEDED])
    )
    return done.rowcount


def skip_numbers(tx: Tx, counter: str) -> None:
    """Numbers of today may be in people's phones for matters that the copy does not know."""
    n = log.bump(tx, counter)
    where = and_(counters.c.name == counter, counters.c.n == n)
    tx.conn.execute(update(counters).where(where).values(n=n - 1 + SKIPPED))


def skip_ids(tx: Tx, now: datetime) -> None:
    """Nothing from now on gets an id that was given after the copy was made.

    Providers, gateways and origins know messages and events by their ids: a late receipt of a lost
    message must not meet another one, nor may a gateway take a new one for one that it has. Ids go
    on from the milliseconds of this moment. However often a copy is put back, none that was given
    before is as high, as long as fewer than a thousand a second were given in all that time.
    """
    for table in (outbox, log_table):
        _go_on(tx, table, int(now.timestamp() * 1_000))
    last = tx.conn.execute(select(func.max(duty_changes.c.id))).scalar() or 0
    last = max(last, log.counter(tx, duty_changes.name))
    _go_on(tx, duty_changes, last + _CHANGES_SKIPPED)


def _go_on(tx: Tx, table: Table, wanted: int) -> None:
    """Let the next row of a table get this id, or the one after its last where that is higher."""
    last = tx.conn.execute(select(func.max(table.c.id))).scalar() or 0
    values = {"name": table.name, "n": max(wanted, last + 1)}
    if tx.postgres:
        go_on = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :n, false)")
        tx.conn.execute(go_on, values)
        return
    tx.conn.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
    tx.conn.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :n - 1)"), values)


def forget_nodes(tx: Tx) -> None:
    """Whoever was alive then is not."""
    tx.conn.execute(delete(nodes))
