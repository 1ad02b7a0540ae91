"""The outbox: one row is one message to one person by one channel, from queued to its end.

A row is claimed by a conditional update before it is sent, recorded after, and moved on by receipts
in rank order only. Rows held by a node that stopped beating go back to the queue, marked as
possibly sent twice.

A receipt never moves a row back: see RANK.
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


def failed_at_once(tx: Tx, draft: Draft, code: str, now: datetime) -> None:
    """Record a message that could not even be queued (no number): history, not work."""
    tx.conn.execute(
        insert(outbox).values(
            **{f.name: getattr(draft, f.name) for f in fields(Draft)},
            state=FAILED,
            rank=RANK[FAILED],
            tries=0,
            code=code,
            ended_at=now,
        )
    )


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


def advance(
    tx: Tx,
    row_id: int,
    *,
    state: str,
    rank: int,
    provider_id: str | None,
    code: str | None,
    now: datetime,
) -> bool:
    """Apply a receipt if it tells more than we know; False for an old or repeated one."""
    ends = rank >= RANK[DELIVERED]
    done = tx.conn.execute(
        update(outbox)
        .where(and_(outbox.c.id == row_id, outbox.c.rank < rank))
        .values(
            state=state,
            rank=rank,
            provider_id=func.coalesce(outbox.c.provider_id, provider_id),
            code=func.coalesce(code, outbox.c.code),
            ended_at=now if ends else outbox.c.ended_at,
        )
    )
    return done.rowcount == 1


def supersede(tx: Tx, page: str, now: datetime) -> None:
    """Drop everything of a page that has not been sent yet."""
    tx.conn.execute(
        update(outbox)
        .where(and_(outbox.c.page == page, outbox.c.state.in_(_OPEN)))
        .values(state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=now)
    )


_REPLACE = (
    update(outbox)
    .where(
        and_(
            outbox.c.page == bindparam("of_page"),
            outbox.c.person == bindparam("of_person"),
            outbox.c.channel == bindparam("of_channel"),
            # Not IN: a list cannot be expanded in a statement run many times.
            or_(outbox.c.state == QUEUED, outbox.c.state == UNKNOWN),
        )
    )
    .values(state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=bindparam("at"))
)


def replace(tx: Tx, targets: Sequence[tuple[str, str, str]], now: datetime) -> None:
    """Drop what still waits for these (page, person, channel): a newer message replaces it."""
    if targets:
        tx.conn.execute(
            _REPLACE,
            [
                {"of_page": page, "of_person": person, "of_channel": channel, "at": now}
                for page, person, channel in targets
            ],
        )


def supersede_rows(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    """Drop these rows: another message says what they would have said."""
    tx.conn.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=now)
    )


def hang_up(tx: Tx, page: str, *, but: int | None) -> None:
    """Ask delivery to end every call of a page that is still up, but the one being spoken in."""
    where = [
        outbox.c.page == page,
        outbox.c.channel == "voice",
        outbox.c.ended_at.is_(None),
        outbox.c.state.in_((SENDING, UNKNOWN, ACCEPTED, ANSWERED)),
    ]
    if but is not None:
        where.append(outbox.c.id != but)
    tx.conn.execute(update(outbox).where(and_(*where)).values(stop=True))
    tx.ring()


def to_stop(tx: Tx, now: datetime, limit: int) -> list[Row]:
    """Calls to be ended whose provider id we know, unless they are too old to be going on."""
    where = and_(
        outbox.c.stop.is_(True),
        outbox.c.sent_at > now - _LONGEST_CALL,
        outbox.c.provider_id.is_not(None),
        outbox.c.ended_at.is_(None),
    )
    return _rows(tx.conn.execute(select(*_ROW).where(where).limit(limit)))


def stopped(tx: Tx, row_id: int, now: datetime) -> None:
    """A call was ended (or had already ended)."""
    tx.conn.execute(
        update(outbox)
        .where(outbox.c.id == row_id)
        .values(stop=False, state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=now)
    )


def reached(tx: Tx, page: str, person: str) -> bool:
    """Whether anything of this page ever left for this person."""
    where = and_(outbox.c.page == page, outbox.c.person == person, outbox.c.tries > 0)
    return tx.conn.execute(select(outbox.c.id).where(where).limit(1)).first() is not None


def mark_acked(tx: Tx, page: str, person: str, now: datetime) -> None:
    """The latest page message to this person is the one they answered."""
    last = (
        select(func.max(outbox.c.id))
        .where(
            and_(
                outbox.c.page == page,
                outbox.c.person == person,
                outbox.c.tries > 0,
                outbox.c.notice.in_(("page", "handover", "alarm")),
                outbox.c.state.in_((SENDING, UNKNOWN, ACCEPTED, DELIVERED, ANSWERED)),
            )
        )
        .scalar_subquery()
    )
    tx.conn.execute(
        update(outbox)
        .where(outbox.c.id == last)
        .values(state=ACKED, rank=RANK[ACKED], ended_at=now, stop=False)
    )


def mark_stalled(tx: Tx, row_id: int) -> None:
    """The page has been told that this message waits for its provider; once is enough."""
    tx.conn.execute(update(outbox).where(outbox.c.id == row_id).values(stalled=True))
