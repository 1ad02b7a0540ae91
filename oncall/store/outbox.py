"""The outbox: one row is one message to one person by one channel, from queued to its end.

A row is claimed by a conditional update before it is sent and recorded after. A row somebody must
not send any more has ``stop``: what was under way when a human took the page is not tried again.
What happens to a message once it has left is in ``attempts``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from oncall.core.cards import Flag
from oncall.store.database import Tx
from oncall.store.many import Many
from oncall.tables import UNTAKEN, outbox

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
#: A provider's code is for people to read; a longer one must not keep an outcome from its row.
_LONGEST_CODE = 40
#: How many ids fit into one statement.
_CHUNK = 5_000

#: Rows that may still be sent.
OPEN = (QUEUED, UNKNOWN)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
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


class Row(msgspec.Struct, frozen=True):
    """A message as delivery needs it, column by column."""

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


#: The columns of a Row, in its order.
ROW = [outbox.c[name] for name in Row.__struct_fields__]


def rows_of(found: Iterable[Any]) -> list[Row]:
    """What a query for ROW found."""
    return [Row(*columns) for columns in found]


_PUT = Many(insert(outbox), (*Draft.__struct_fields__, "state", "rank", "tries"))


def put(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Queue messages; the unique key refuses a second one for the same step, person, channel."""
    if not drafts:
        return
    fresh = {"state": QUEUED, "rank": RANK[QUEUED], "tries": 0}
    _PUT.run(tx.conn, [fresh | msgspec.structs.asdict(d) for d in drafts])
    tx.ring()


def put_once(tx: Tx, draft: Draft) -> None:
    """Queue a message unless its key is there already."""
    if tx.conn.execute(select(outbox.c.id).where(outbox.c.key == draft.key)).first() is None:
        put(tx, [draft])


def claim(
    tx: Tx,
    node: str,
    channel: str,
    now: datetime,
    limit: int,
    *,
    lane: int | None = None,
    fresh: bool = False,
) -> list[Row]:
    """Take up to ``limit`` messages that are due, the most pressing lane first; they are ours.

    Only up to ``lane`` where one is given; only those whose pages do not know yet that they wait
    where ``fresh``. One whose last send ended in doubt is marked as possibly sent twice.
    """
    about = {"now": now, "channel": channel, "lane": lane, "most": limit}
    due = tx.conn.execute(_due(up_to=lane is not None, fresh=fresh), about)
    return take_rows(tx, node, list(due.scalars()))


@cache
def _due(*, up_to: bool, fresh: bool) -> Select[Any]:
    """What may be claimed, in its order: to put it together takes longer than to run it."""
    c = outbox.c
    where: list[Any] = [UNTAKEN, c.state.in_(OPEN), c.stop.is_(False)]
    where += [c.due_at <= bindparam("now"), c.channel == bindparam("channel")]
    if up_to:
        where.append(c.lane <= bindparam("lane"))
    if fresh:
        where.append(c.stalled.is_(False))
    due = select(c.id).where(and_(*where)).order_by(c.lane, c.due_at, c.id)
    return due.limit(bindparam("most")).with_for_update(skip_locked=True)


_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=SENDING,
        rank=RANK[SENDING],
        node=bindparam("by"),
        tries=outbox.c.tries + 1,
        resent=or_(outbox.c.resent, outbox.c.state == UNKNOWN),
    )
    .returning(*ROW)
)


def take_rows(tx: Tx, node: str, ids: Sequence[int]) -> list[Row]:
    """Make these ours, in this order; they were found open and locked in this transaction."""
    if not ids:
        return []
    taken = tx.conn.execute(_TAKE, {"ids": ids, "by": node})
    order = {row_id: i for i, row_id in enumerate(ids)}
    return sorted(rows_of(taken), key=lambda row: order[row.id])


def next_due(tx: Tx, channels: Collection[str] | None = None) -> datetime | None:
    """When the next queued message is due, on any channel or on these."""
    if channels is None:
        return tx.conn.execute(_NEXT).scalar()
    return tx.conn.execute(_NEXT_ON, {"channels": list(channels)}).scalar()


_NEXT = select(func.min(outbox.c.due_at)).where(
    and_(UNTAKEN, outbox.c.state.in_(OPEN), outbox.c.stop.is_(False))
)
_NEXT_ON = _NEXT.where(outbox.c.channel.in_(bindparam("channels", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whether and when a message arrived."""

    sent_at: datetime
    arrived: bool
    ended_at: datetime | None


def latest_arrivals(tx: Tx, prefix: str, limit: int) -> list[Arrival]:
    """The newest messages whose key begins so, the newest first."""
    c = outbox.c
    query = select(c.planned_at, c.state, c.ended_at).where(c.key.startswith(prefix))
    found = tx.conn.execute(query.order_by(c.id.desc()).limit(limit))
    return [
        Arrival(sent_at=r.planned_at, arrived=r.state in (DELIVERED, ACKED), ended_at=r.ended_at)
        for r in found
    ]


def oldest(tx: Tx, now: datetime) -> dict[int, datetime]:
    """Since when the oldest message of each lane waits for a provider to take it."""
    c = outbox.c
    # What is held for others to join it is not late before its own moment.
    since = case((c.tries == 0, c.due_at), else_=c.planned_at)
    waiting = and_(UNTAKEN, c.stop.is_(False), since <= now)
    query = select(c.lane, func.min(since).label("since")).where(waiting).group_by(c.lane)
    return {row.lane: row.since for row in tx.conn.execute(query)}


def give_back(tx: Tx, whose: ColumnElement[bool]) -> int:
    """Put back what is held by ``whose`` and will not be recorded; says how many.

    Marked as possibly sent twice; what must not be sent any more stays in doubt.
    """
    c = outbox.c
    held = select(c.id).where(and_(UNTAKEN, c.state == SENDING, whose))
    ids = sorted(tx.conn.execute(held.with_for_update(skip_locked=True)).scalars())
    for i in range(0, len(ids), _CHUNK):
        tx.conn.execute(
            update(outbox)
            .where(and_(c.id.in_(ids[i : i + _CHUNK]), c.state == SENDING))
            .values(
                state=case((c.stop, UNKNOWN), else_=QUEUED),
                rank=case((c.stop, RANK[UNKNOWN]), else_=RANK[QUEUED]),
                resent=True,
                node=None,
            )
        )
    if ids:
        tx.ring()
    return len(ids)


def give_back_all_but(tx: Tx, node: str, held: Collection[int]) -> int:
    """Put back what ``node`` claimed without ever hearing of it: its commit broke on the way."""
    return give_back(tx, and_(outbox.c.node == node, outbox.c.id.not_in(held)))


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one send: of the row's try number ``tries``."""

    id: int
    tries: int
    state: str
    text: str
    provider: str
    provider_id: str | None
    code: str | None
    at: datetime
    #: When to try again, for queued and unknown.
    due_at: datetime
    late: bool
    #: It waits for its provider, and the page is told so.
    stalled: bool = False
    #: What the provider says is wrong with the number itself.
    flag: Flag | None = None


_RECORD = Many(
    update(outbox)
    .where(
        and_(
            outbox.c.id == bindparam("row_id"),
            outbox.c.rank <= RANK[SENDING],
            # Another node may have taken it over meanwhile and be sending it now.
            outbox.c.tries == bindparam("try_number"),
        )
    )
    .values(
        state=case(
            (outbox.c.stop, bindparam("quelled_state", type_=String)),
            else_=bindparam("new_state", type_=String),
        ),
        rank=case(
            (outbox.c.stop, bindparam("quelled_rank", type_=Integer)),
            else_=bindparam("new_rank", type_=Integer),
        ),
        text=bindparam("new_text"),
        provider=bindparam("new_provider"),
        provider_id=func.coalesce(bindparam("new_provider_id"), outbox.c.provider_id),
        code=bindparam("new_code"),
        sent_at=bindparam("new_sent_at"),
        due_at=bindparam("new_due_at"),
        late=bindparam("new_late"),
        ended_at=bindparam("new_ended_at"),
        stalled=or_(outbox.c.stalled, bindparam("new_stalled", type_=Boolean)),
    )
)
#: A receipt overtook the record: keep its state, but remember what was sent and how.
_RECORD_LATE = Many(
    update(outbox)
    .where(and_(outbox.c.id == bindparam("row_id"), outbox.c.rank > RANK[SENDING]))
    .values(
        text=bindparam("new_text"),
        provider=bindparam("new_provider"),
        provider_id=func.coalesce(outbox.c.provider_id, bindparam("new_provider_id")),
        sent_at=func.coalesce(outbox.c.sent_at, bindparam("new_sent_at")),
    )
)


def record(tx: Tx, results: Sequence[Sent]) -> set[int]:
    """Write what became of sends; never undoes what a receipt has already told.

    What should be tried again is dropped instead where a human took the page in between. Gives the
    ids of messages that stand otherwise than their result says, because something overtook it.
    """
    if not results:
        return set()
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
    main = [{**values, **_result(s)} for s, values in zip(results, late, strict=True)]
    if _RECORD.run(tx.conn, main) == len(main):
        return set()
    _RECORD_LATE.run(tx.conn, late)
    stands = select(outbox.c.id, outbox.c.state).where(outbox.c.id.in_([s.id for s in results]))
    states = {row.id: row.state for row in tx.conn.execute(stands)}
    return {s.id for s in results if states.get(s.id) != s.state}


def _result(sent: Sent) -> dict[str, Any]:
    quelled = SUPERSEDED if sent.state == QUEUED else sent.state
    return {
        "try_number": sent.tries,
        "new_state": sent.state,
        "new_rank": RANK[sent.state],
        "quelled_state": quelled,
        "quelled_rank": RANK[quelled],
        "new_code": sent.code[:_LONGEST_CODE] if sent.code else None,
        "new_due_at": sent.due_at,
        "new_late": sent.late,
        "new_stalled": sent.stalled,
        "new_ended_at": sent.at if RANK[sent.state] == RANK[FAILED] else None,
    }


def still_wanted(tx: Tx, rows: Sequence[Row]) -> bool:
    """Whether anything of this is still to be sent by whoever claimed it: nobody answered since,
    and no other node took it over."""
    c = outbox.c
    mine = or_(*(and_(c.id == row.id, c.tries == row.tries) for row in rows))
    wanted = and_(mine, c.state == SENDING, c.stop.is_(False))
    return tx.conn.execute(select(c.id).where(wanted).limit(1)).first() is not None


def by_id(tx: Tx, row_id: int) -> Row | None:
    """One message."""
    found = select_rows(tx, outbox.c.id == row_id)
    return found[0] if found else None


def select_rows(tx: Tx, where: ColumnElement[bool], limit: int | None = None) -> list[Row]:
    """Messages that fit, the oldest first."""
    query = select(*ROW).where(where).order_by(outbox.c.id).limit(limit)
    return rows_of(tx.conn.execute(query))
