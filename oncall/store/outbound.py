"""What is told outward: which lines of the log are news to whom, and each post on its way.

A line is looked at until it is older than any transaction could be: on PostgreSQL a line that was
written earlier may be seen later. What was made a post once is not made one again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, delete, func, insert, or_, select, update

from oncall.core.outward import TYPES, details, outward
from oncall.store.database import Tx
from oncall.tables import deadlines, log, pages, parts, posts, transfers, webhooks

QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"
#: No transaction is open for longer.
_OPEN_AT_MOST = timedelta(seconds=60)
_LONGEST_ANSWER = 200

_payload = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Somebody who is told: where, signed with what, and of which transfers."""

    id: str
    name: str
    url: str
    secret: str
    origin: str | None
    settled: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change, ready to be told; ``event`` is the line of the log."""

    event: int
    at: datetime
    type: str
    transfer: str
    code: str
    origin: str
    origin_ref: str | None
    state: str
    urgency: str
    category: str | None
    area: str | None
    drill: bool
    due_at: datetime | None
    unit: str | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One piece of news on its way to one webhook."""

    id: int
    webhook: str
    event: int
    body: str
    tries: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a webhook is doing."""

    webhook: Webhook
    queued: int
    failed: int
    last_sent_at: datetime | None
    last_answer: str | None


_WEBHOOK = [webhooks.c[f.name] for f in fields(Webhook)]


def add(tx: Tx, webhook: Webhook) -> bool:
    """Remember somebody to tell; False where the name is taken."""
    taken = select(webhooks.c.id).where(webhooks.c.name == webhook.name)
    if tx.conn.execute(taken).first() is not None:
        return False
    tx.conn.execute(
        insert(webhooks).values({f.name: getattr(webhook, f.name) for f in fields(Webhook)})
    )
    return True


def every(tx: Tx) -> list[Webhook]:
    """All who are told, by name."""
    query = select(*_WEBHOOK).order_by(webhooks.c.name)
    return [Webhook(**row._mapping) for row in tx.conn.execute(query)]


def named(tx: Tx, name: str) -> Webhook | None:
    """The one of this name."""
    row = tx.conn.execute(select(*_WEBHOOK).where(webhooks.c.name == name)).first()
    return None if row is None else Webhook(**row._mapping)


def remove(tx: Tx, webhook: str) -> None:
    """Tell them no more; what was on its way is dropped."""
    tx.conn.execute(delete(posts).where(posts.c.webhook == webhook))
    tx.conn.execute(delete(webhooks).where(webhooks.c.id == webhook))


def last_line(tx: Tx) -> int:
    """The newest line of the log; 0 where there is none."""
    return int(tx.conn.execute(select(func.max(log.c.id))).scalar() or 0)


def news(
    tx: Tx,
    after: int,
    *,
    before: datetime | None = None,
    origin: str | None = None,
    unit: str | None = None,
    limit: int = 200,
) -> list[News]:
    """What is told of the lines after this one, in order; only of those older than ``before``."""
    t, d = transfers.c, deadlines.c
    where = [log.c.id > after, log.c.event.in_(TYPES)]
    if before is not None:
        where.append(log.c.at <= before)
    if origin is not None:
        where.append(t.origin == origin)
    if unit is not None:
        mine = select(parts.c.transfer).where(parts.c.unit == unit)
        where.append(t.id.in_(mine))
        where.append(or_(log.c.page.is_(None), pages.c.unit == unit))
    query = (
        select(
            log.c.id, log.c.at, log.c.event, log.c.reason, log.c.payload, pages.c.unit,
            t.id.label("transfer"), t.code, t.origin, t.origin_ref, t.state, t.urgency,
            t.category, t.area, t.drill, d.due_at,
        )
        .join(transfers, t.id == log.c.transfer)
        .outerjoin(pages, pages.c.id == log.c.page)
        .outerjoin(deadlines, d.transfer == t.id)
        .where(and_(*where))
        .order_by(log.c.id)
        .limit(limit)
    )  # fmt: skip
    found = []
    for row in tx.conn.execute(query):
        payload = _payload(row.payload)
        type_ = outward(row.event, row.reason, payload)
        found.append(
            News(
                event=row.id,
                at=row.at,
                type=type_ or "",
                transfer=row.transfer,
                code=row.code,
                origin=row.origin,
                origin_ref=row.origin_ref,
                state=row.state,
                urgency=row.urgency,
                category=row.category,
                area=row.area,
                drill=row.drill,
                due_at=row.due_at,
                unit=row.unit or payload.get("unit"),
                details=details(payload),
            )
        )
    return found


def posted(tx: Tx, webhook: str, events: Sequence[int]) -> set[int]:
    """Which of these lines were made posts before."""
    where = and_(posts.c.webhook == webhook, posts.c.event.in_(events))
    return set(tx.conn.execute(select(posts.c.event).where(where)).scalars())


def put(tx: Tx, webhook: str, bodies: Sequence[tuple[int, str]], now: datetime) -> None:
    """Queue news, one post a line."""
    if bodies:
        tx.conn.execute(
            insert(posts),
            [
                {
                    "webhook": webhook,
                    "event": event,
                    "body": body,
                    "state": QUEUED,
                    "tries": 0,
                    "made_at": now,
                    "due_at": now,
                }
                for event, body in bodies
            ],
        )


def settle(tx: Tx, webhook: Webhook, now: datetime) -> None:
    """Lines older than any open transaction need not be looked at again."""
    old = select(func.max(log.c.id)).where(log.c.at <= now - _OPEN_AT_MOST)
    done = int(tx.conn.execute(old).scalar() or 0)
    if done > webhook.settled:
        tx.conn.execute(update(webhooks).where(webhooks.c.id == webhook.id).values(settled=done))


def claim(tx: Tx, now: datetime, lease: timedelta, limit: int) -> list[Post]:
    """Take due posts, the oldest first; they are due again if nobody says what became of them."""
    c = posts.c
    query = (
        select(c.id, c.webhook, c.event, c.body, c.tries, c.made_at)
        .where(and_(c.state == QUEUED, c.due_at <= now))
        .order_by(c.due_at, c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Post(**row._mapping) for row in tx.conn.execute(query)]
    if found:
        mine = c.id.in_([post.id for post in found])
        tx.conn.execute(update(posts).where(mine).values(due_at=now + lease))
    return found


def ended(tx: Tx, post: int, state: str, now: datetime, answer: str) -> None:
    """It arrived, or is given up."""
    tx.conn.execute(
        update(posts)
        .where(posts.c.id == post)
        .values(state=state, ended_at=now, tries=posts.c.tries + 1, answer=answer[:_LONGEST_ANSWER])
    )


def put_off(tx: Tx, post: int, until: datetime, answer: str) -> None:
    """It did not arrive this time."""
    tx.conn.execute(
        update(posts)
        .where(posts.c.id == post)
        .values(due_at=until, tries=posts.c.tries + 1, answer=answer[:_LONGEST_ANSWER])
    )


def replay(tx: Tx, webhook: str, since: datetime, now: datetime) -> int:
    """Send what was made since then once more, whatever became of it; says how many."""
    where = and_(posts.c.webhook == webhook, posts.c.made_at >= since)
    done = tx.conn.execute(
        update(posts).where(where).values(state=QUEUED, due_at=now, tries=0, ended_at=None)
    )
    return done.rowcount


def next_due(tx: Tx) -> datetime | None:
    """When the next post is to be sent."""
    where = posts.c.state == QUEUED
    return tx.conn.execute(select(func.min(posts.c.due_at)).where(where)).scalar()


def standings(tx: Tx) -> list[Standing]:
    """Each webhook with what waits, what was given up, and its last answer."""
    out = []
    for webhook in every(tx):
        mine = posts.c.webhook == webhook.id
        by_state = select(posts.c.state, func.count()).where(mine).group_by(posts.c.state)
        counts = {row[0]: row[1] for row in tx.conn.execute(by_state)}
        sent = select(func.max(posts.c.ended_at)).where(and_(mine, posts.c.state == SENT))
        answer = select(posts.c.answer).where(and_(mine, posts.c.answer.is_not(None)))
        newest = tx.conn.execute(answer.order_by(posts.c.id.desc()).limit(1)).scalar()
        out.append(
            Standing(
                webhook=webhook,
                queued=int(counts.get(QUEUED, 0)),
                failed=int(counts.get(FAILED, 0)),
                last_sent_at=tx.conn.execute(sent).scalar(),
                last_answer=newest,
            )
        )
    return out
