"""The outbox: one row is one message to one person by one channel, from queued to its end.

A row is claimed by a conditional update before it is sent and recorded after. A row somebody must
not send any more has ``stop``: what was under way when a human took the page is not tried again.
What happens to a message once it has left is in ``attempts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from oncall.store.database import Tx
from oncall.tables import outbox

QUEUED, SENDING, UNKNOWN, ACCEPTED = "queued", "sending", "unknown", "accepted"
DELIVERED, ANSWERED, ACKED = "delivered", "answered", "acked"
FAILED, EXPIRED, SUPERSEDED = "failed", "expired", "superseded"

RANK = {
    QUEUED: 0,
    SENDING: 10,
    UNKNOWN: 20,
    ACCEPTED: 30,
    ANSWERED: 45,
    DELIVERED: 50,
    ACKED: 60,
    FAILED: 60,
    EXPIRED: 60,
    SUPERSEDED: 60,
}
#: The provider says it is on its way; a state of its own is not needed to know that.
ON_ITS_WAY = 40
#: A call that was answered and is over.
HUNG_UP = 50

#: A call that was to be ended longer ago than this has ended, whatever the provider says.
_LONGEST_CALL = timedelta(minutes=5)

#: Rows that may still be sent.
_OPEN = (QUEUED, UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be queued."""

    key: str
    page: str | None
    transfer: str | None
    person: str | None
    name: str
    channel: str
    address: str
    lang: str | None
    notice: str
    level: int
    lane: int
    facts: str
    planned_at: datetime
    due_at: datetime
    useful_seconds: int
    late: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message as delivery needs it."""

    id: int
    page: str | None
    transfer: str | None
    person: str | None
    name: str
    channel: str
    address: str
    lang: str | None
    notice: str
    level: int
    lane: int
    facts: str
    text: str | None
    planned_at: datetime
    due_at: datetime
    useful_seconds: int
    state: str
    tries: int
    provider: str | None
    provider_id: str | None
    late: bool
    resent: bool
    stop: bool
    stalled: bool


_ROW = [outbox.c[f.name] for f in fields(Row)]


def _rows(found: Any) -> list[Row]:
    return [Row(**r._mapping) for r in found]


def put(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Queue messages; the unique key refuses a second one for the same step, person, channel."""
    if not drafts:
        return
    tx.conn.execute(
        insert(outbox),
        [
            {
                **{f.name: getattr(d, f.name) for f in fields(Draft)},
                "state": QUEUED,
                "rank": RANK[QUEUED],
                "tries": 0,
            }
            for d in drafts
        ],
    )
    tx.ring()


def claim(tx: Tx, node: str, channel: str, now: datetime, limit: int) -> list[Row]:
    """Take up to ``limit`` messages that are due, the most pressing lane first; they are ours.

    One whose last send ended in doubt is marked as possibly sent twice.
    """
    c = outbox.c
    due = (
        select(c.id)
        .where(and_(c.state.in_(_OPEN), c.due_at <= now, c.channel == channel))
        .order_by(outbox.c.lane, outbox.c.due_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(tx.conn.execute(due).scalars())
    if not ids:
        return []
    taken = tx.conn.execute(
        update(outbox)
        .where(and_(outbox.c.id.in_(ids), outbox.c.state.in_(_OPEN)))
        .values(
            state=SENDING,
            rank=RANK[SENDING],
            node=node,
            tries=c.tries + 1,
            resent=or_(c.resent, c.state == UNKNOWN),
        )
        .returning(*_ROW)
    )
    order = {row_id: i for i, row_id in enumerate(ids)}
    return sorted(_rows(taken), key=lambda row: order[row.id])


def next_due(tx: Tx) -> datetime | None:
    """When the next queued message is due."""
    query = select(func.min(outbox.c.due_at)).where(outbox.c.state.in_(_OPEN))
    return tx.conn.execute(query).scalar()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one send."""

    id: int
    state: str
    text: str
    provider: str
    provider_id: str | None
    code: str | None
    at: datetime
    #: When to try again, for queued and unknown.
    due_at: datetime
    late: bool


_RECORD = (
    update(outbox)
    .where(and_(outbox.c.id == bindparam("row_id"), outbox.c.rank <= RANK[SENDING]))
    .values(
        state=bindparam("new_state"),
        rank=bindparam("new_rank"),
        text=bindparam("new_text"),
        provider=bindparam("new_provider"),
        provider_id=func.coalesce(bindparam("new_provider_id"), outbox.c.provider_id),
        code=bindparam("new_code"),
        sent_at=bindparam("new_sent_at"),
        due_at=bindparam("new_due_at"),
        late=bindparam("new_late"),
        ended_at=bindparam("new_ended_at"),
    )
)
#: A receipt overtook the record: keep its state, but remember what was sent and how.
_RECORD_LATE = (
    update(outbox)
    .where(and_(outbox.c.id == bindparam("row_id"), outbox.c.rank > RANK[SENDING]))
    .values(
        text=bindparam("new_text"),
        provider=bindparam("new_provider"),
        provider_id=func.coalesce(outbox.c.provider_id, bindparam("new_provider_id")),
        sent_at=func.coalesce(outbox.c.sent_at, bindparam("new_sent_at")),
    )
)


def record(tx: Tx, results: Sequence[Sent]) -> None:
    """Write what became of sends; never undoes what a receipt has already told."""
    late = [
        {
            "row_id": s.id,
            "new_text": s.text,
            "new_provider": s.provider,
            "new_provider_id": s.provider_id,
            "new_sent_at": s.at,
        }
        for s in results
    ]
    main = [
        {
            **values,
            "new_state": s.state,
            "new_rank": RANK[s.state],
            "new_code": s.code,
            "new_due_at": s.due_at,
            "new_late": s.late,
            "new_ended_at": s.at if s.state == FAILED else None,
        }
        for s, values in zip(results, late, strict=True)
    ]
    if main and tx.conn.execute(_RECORD, main).rowcount != len(main):
        tx.conn.execute(_RECORD_LATE, late)


def by_id(tx: Tx, row_id: int) -> Row | None:
    """One message."""
    found = _rows(tx.conn.execute(select(*_ROW).where(outbox.c.id == row_id)))
    return found[0] if found else None
