"""What goes together: how much a person was sent of late, and what may be said in one message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, update

from oncall.store.database import Tx
from oncall.store.outbox import (
    ACKED,
    FAILED,
    OPEN,
    QUEUED,
    RANK,
    SUPERSEDED,
    Row,
    select_rows,
    take_rows,
)
from oncall.tables import UNTAKEN, outbox, pages

_ASKED = ("page", "handover")
_VOICE = "voice"
_UNTAKEN = ("waiting", "exhausted")


def last_pages(
    tx: Tx, channel: str, people: Collection[str], since: datetime
) -> dict[str, datetime]:
    """Person -> when their latest page by ``channel`` was or is to be sent, if after ``since``."""
    c = outbox.c
    asked = and_(
        c.person.in_(people),
        c.due_at > since,
        c.channel == channel,
        c.notice.in_(_ASKED),
        # After one that failed the next number is tried at once.
        c.state.not_in((SUPERSEDED, FAILED)),
    )
    query = select(c.person, func.max(c.due_at).label("at")).where(asked).group_by(c.person)
    return {row.person: row.at for row in tx.conn.execute(query)}


def unanswered(tx: Tx, people: Collection[str], since: datetime) -> dict[str, int]:
    """Person -> how many pages that nobody has taken yet were sent to them after ``since``."""
    c = outbox.c
    asked = and_(c.person.in_(people), c.due_at > since, c.notice.in_(_ASKED))
    query = (
        select(c.person, func.count(c.page.distinct()).label("many"))
        .join(pages, pages.c.id == c.page)
        .where(asked, pages.c.state.in_(_UNTAKEN))
        .group_by(c.person)
    )
    return {row.person: row.many for row in tx.conn.execute(query)}


def company(tx: Tx, node: str, channel: str, now: datetime, rows: Sequence[Row]) -> list[Row]:
    """Take along what else is due at the same numbers and may be said in the same message."""
    addresses = {row.address for row in rows if row.lane > 0 and row.notice in _ASKED}
    if not addresses:
        return []
    c = outbox.c
    where = and_(
        UNTAKEN,
        c.state.in_(OPEN),
        c.due_at <= now,
        c.channel == channel,
        c.stop.is_(False),
        c.lane > 0,
        c.notice.in_(_ASKED),
        c.address.in_(addresses),
    )
    due = select(c.id).where(where).order_by(c.lane, c.due_at, c.id)
    return take_rows(
        tx, node, list(tx.conn.execute(due.with_for_update(skip_locked=True)).scalars())
    )


def in_call(tx: Tx, row: Row) -> list[Row]:
    """Every page that the call of ``row`` speaks for, itself included, answered or not."""
    if row.provider_id is None or row.channel != _VOICE:
        return [row]
    c = outbox.c
    same = and_(
        c.provider_id == row.provider_id,
        c.channel == _VOICE,
        c.person == row.person,
        c.page.is_not(None),
    )
    return select_rows(tx, same) or [row]


def open_in_call(tx: Tx, row: Row) -> list[Row]:
    """Those of them that nobody has taken yet, the gravest first."""
    found = [one for one in in_call(tx, row) if one.page is not None]
    waiting = pages.c.state.in_(_UNTAKEN)
    ids = [one.page for one in found]
    left = set(tx.conn.execute(select(pages.c.id).where(pages.c.id.in_(ids), waiting)).scalars())
    return sorted((one for one in found if one.page in left), key=lambda one: (one.lane, one.id))


def grave_for(tx: Tx, person: str, since: datetime) -> list[Row]:
    """Critical pages that were to ring this person and nobody has taken, the first first."""
    c = outbox.c
    open_ = select(pages.c.id).where(pages.c.state.in_(_UNTAKEN))
    asked = and_(
        c.person == person,
        c.due_at > since,
        c.channel == _VOICE,
        c.lane == 0,
        c.notice.in_(_ASKED),
        c.page.in_(open_),
        c.state.not_in((SUPERSEDED, ACKED)),
    )
    return select_rows(tx, asked)


def join_call(tx: Tx, row: Row, person: str, now: datetime) -> int:
    """What waits to ring this person is read in the call of ``row`` instead; says how many."""
    if row.provider_id is None:
        return 0
    c = outbox.c
    waits = and_(
        c.person == person,
        c.channel == _VOICE,
        c.state == QUEUED,
        c.lane > 0,
        c.notice.in_(_ASKED),
        c.stop.is_(False),
    )
    rows = select(c.id).where(waits).order_by(c.id)
    ids = list(tx.conn.execute(rows.with_for_update(skip_locked=True)).scalars())
    if ids:
        said = {
            "state": SUPERSEDED,
            "rank": RANK[SUPERSEDED],
            "provider": row.provider,
            "provider_id": row.provider_id,
            "sent_at": now,
            "ended_at": now,
            "tries": c.tries + 1,
        }
        tx.conn.execute(update(outbox).where(and_(c.id.in_(ids), c.state == QUEUED)).values(said))
    return len(ids)
