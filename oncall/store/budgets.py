"""What is spent of each provider's limits, shared by every node, and which breakers are open.

A budget is one row per account and channel, and one per number where the provider limits that; its
``state`` is the plain numbers of ``core.budget``. Whoever spends locks the row first, so that two
nodes never spend the same room. Breakers are each node's own: it writes down what others must show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from notifiers.message import Limit
from oncall.core import budget
from oncall.core.breaker import Breaker, BreakerState
from oncall.store.database import Tx
from oncall.tables import breakers, budgets

_LONGEST_CODE = 40
_state = msgspec.json.Decoder(list[float]).decode

#: Nothing is limited over more than this.
_FORGOTTEN = timedelta(days=2)


def locked(tx: Tx, key: str, now: datetime) -> list[float]:
    """A budget's state, nobody else's until the transaction ends; empty for a new one."""
    c = budgets.c
    query = select(c.state).where(c.key == key).with_for_update()
    found = tx.conn.execute(query).scalar()
    if found is None:
        fresh = {"key": key, "state": "[]", "touched_at": now}
        into = postgresql.insert(budgets) if tx.postgres else sqlite.insert(budgets)
        tx.conn.execute(into.values(**fresh).on_conflict_do_nothing())
        found = tx.conn.execute(query).scalar_one()
    return _state(found)


def write(tx: Tx, key: str, state: Sequence[float], now: datetime) -> None:
    """Put a locked budget back."""
    text = msgspec.json.encode(list(state)).decode()
    values = {"state": text, "touched_at": now}
    tx.conn.execute(update(budgets).where(budgets.c.key == key).values(**values))


def my_turn(tx: Tx, what: str, pace: Sequence[Limit], now: datetime) -> bool:
    """Whether it is this node's turn to do ``what``, which all nodes together do at this pace."""
    key = f"turn:{what}"
    paid = locked(tx, key, now)
    if not budget.may_spend(paid, pace, now):
        return False
    write(tx, key, budget.spend(paid, pace, 1, now), now)
    return True


def forget(tx: Tx, now: datetime) -> int:
    """Drop what has not been spent from for so long that it is whole again; says how many."""
    old = delete(budgets).where(budgets.c.touched_at < now - _FORGOTTEN)
    return tx.conn.execute(old).rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Degraded:
    """One provider that a node does not use just now."""

    node: str
    provider: str
    channel: str
    code: str
    since: datetime
    until: datetime


def publish(tx: Tx, node: str, provider: str, channel: str, breaker: Breaker) -> None:
    """Write down how a node's breaker stands."""
    c = breakers.c
    tx.conn.execute(
        delete(breakers).where(and_(c.node == node, c.provider == provider, c.channel == channel))
    )
    if breaker.state is BreakerState.CLOSED or breaker.since is None or breaker.until is None:
        return
    tx.conn.execute(
        insert(breakers).values(
            node=node,
            provider=provider,
            channel=channel,
            code=breaker.code[:_LONGEST_CODE],
            since=breaker.since,
            until=breaker.until,
        )
    )


def degraded(tx: Tx) -> list[Degraded]:
    """What does not work at this moment, over all nodes, the longest first."""
    columns = [breakers.c[f.name] for f in fields(Degraded)]
    query = select(*columns).order_by(breakers.c.since, breakers.c.provider, breakers.c.channel)
    return [Degraded(**row._mapping) for row in tx.conn.execute(query)]


def open_elsewhere(tx: Tx, provider: str, channel: str) -> bool:
    """Whether any node still has this breaker open."""
    where = and_(breakers.c.provider == provider, breakers.c.channel == channel)
    return tx.conn.execute(select(breakers.c.node).where(where).limit(1)).first() is not None
