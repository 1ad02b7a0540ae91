"""What is spent of each provider's limits, shared by every node, and which breakers are open.

A budget is one row per account and channel, and one per number where the provider limits that; its
``state`` is the plain numbers of ``core.budget``. Whoever spends locks the row first, so that two
nodes never spend the same room. Breakers are each node's own: it writes down what others must show.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from notifiers.message import Limit
from oncall.core import budget
from oncall.core.breaker import Breaker, BreakerState
from oncall.store.database import Tx
from oncall.store.many import Many
from oncall.tables import breakers, budgets

_LONGEST_CODE = 40
_state = msgspec.json.Decoder(list[float]).decode

#: Nothing is limited over more than this.
_FORGOTTEN = timedelta(days=2)


def locked(tx: Tx, keys: Collection[str], now: datetime) -> dict[str, Sequence[float]]:
    """These budgets' states, nobody else's until the transaction ends; empty for a new one.

    Always locked in one order: two nodes may be after the same ones.
    """
    wanted = {"keys": sorted(set(keys))}
    found: dict[str, Sequence[float]] = {
        key: _state(state) for key, state in tx.conn.execute(_LOCKED, wanted)
    }
    missing = [key for key in wanted["keys"] if key not in found]
    if missing:
        fresh = [{"key": key, "state": "[]", "touched_at": now} for key in missing]
        _NEW[tx.postgres].run(tx.conn, fresh)
        found |= {key: _state(state) for key, state in tx.conn.execute(_LOCKED, {"keys": missing})}
    return found


_LOCKED = (
    select(budgets.c.key, budgets.c.state)
    .where(budgets.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(budgets.c.key)
    .with_for_update()
)


def _new(into: postgresql.Insert | sqlite.Insert) -> Many:
    return Many(into.on_conflict_do_nothing(), ("key", "state", "touched_at"))


#: By whether it is PostgreSQL.
_NEW = {True: _new(postgresql.insert(budgets)), False: _new(sqlite.insert(budgets))}


def write(tx: Tx, states: Mapping[str, Sequence[float]], now: datetime) -> None:
    """Put locked budgets back."""
    rows = [
        {"of": key, "now_is": msgspec.json.encode(state).decode(), "at": now}
        for key, state in states.items()
    ]
    _WRITE.run(tx.conn, rows)


_WRITE = Many(
    update(budgets)
    .where(budgets.c.key == bindparam("of"))
    .values(state=bindparam("now_is"), touched_at=bindparam("at"))
)


def my_turn(tx: Tx, what: str, pace: Sequence[Limit], now: datetime) -> bool:
    """Whether it is this node's turn to do ``what``, which all nodes together do at this pace."""
    key = f"turn:{what}"
    paid = locked(tx, [key], now)[key]
    if not budget.may_spend(paid, pace, now):
        return False
    write(tx, {key: budget.spend(paid, pace, 1, now)}, now)
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
