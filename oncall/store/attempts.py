"""What becomes of messages that have left: receipts, answers, and calls to be ended.

A receipt never moves a message back: see ``outbox.RANK``. Rows of one page are locked in the order
of their ids by everybody, so that an ack and a record never wait for each other for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, update

from oncall.core.transfers.commands import News
from oncall.store.database import Tx
from oncall.store.many import Many
from oncall.store.outbox import (
    ACCEPTED,
    ACKED,
    ANSWERED,
    DELIVERED,
    FAILED,
    QUEUED,
    RANK,
    ROW,
    SENDING,
    SUPERSEDED,
    UNKNOWN,
    Draft,
    Row,
    put_once,
    rows_of,
    select_rows,
)
from oncall.store.pages import holders
from oncall.tables import TO_STOP, UNHEARD, outbox, pages

#: The provider says it is on its way; a state of its own is not needed to know that.
ON_ITS_WAY = 40
#: A call that was answered and is over.
HUNG_UP = 50

#: A call that was to be ended longer ago than this has ended, whatever the provider says.
_LONGEST_CALL = timedelta(minutes=5)
#: The longest that a provider lets any call go on.
_LONGEST_TALK = timedelta(hours=4)
_VOICE = "voice"
#: What the key of a text that is sent a second time ends in, and the longest before it.
_AGAIN, _LONGEST_KEY = "/again", 190


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
    """Apply a receipt if it tells more than we know; False for an old or repeated one.

    That an earlier send failed says nothing about the later one we know of, where the provider
    tells its sends apart: by an id, which is our own key for one that gave none.
    """
    c = outbox.c
    where = [c.id == row_id, c.rank < rank]
    if state == FAILED and provider_id is not None:
        known = c.provider_id
        where.append(or_(known.is_(None), known.in_((provider_id, str(row_id)))))
    ends = rank >= RANK[DELIVERED]
    done = tx.conn.execute(
        update(outbox)
        .where(and_(*where))
        .values(
            state=state,
            rank=rank,
            provider_id=func.coalesce(c.provider_id, provider_id),
            code=func.coalesce(code, c.code),
            ended_at=now if ends else c.ended_at,
        )
    )
    if done.rowcount:
        # It may be a call that was waiting only for its id to be hung up.
        tx.ring()
    return done.rowcount == 1


def adopt(
    tx: Tx, key: str, provider: str | None, provider_id: str, address: str, now: datetime
) -> int | None:
    """A call that is going on takes the place of one that still waits; its row, None if it left."""
    c = outbox.c
    values = {
        "state": ANSWERED,
        "rank": RANK[ANSWERED],
        "provider": provider,
        "provider_id": provider_id,
        "address": address,
        "sent_at": now,
    }
    done = tx.conn.execute(
        update(outbox).where(and_(c.key == key, c.state == QUEUED)).values(values).returning(c.id)
    )
    found: int | None = done.scalar()
    return found


def sharing(tx: Tx, row: Row) -> list[Row]:
    """Other rows that go on in the very same call, and have not ended."""
    if row.provider_id is None:
        return []
    c = outbox.c
    same = and_(
        c.provider_id == row.provider_id,
        c.state == ANSWERED,
        c.ended_at.is_(None),
        c.id != row.id,
    )
    return select_rows(tx, same)


def label(tx: Tx, row_id: int, answered_by: str) -> bool:
    """Write down who seems to have picked up a call; False where that is known already."""
    c = outbox.c
    unknown = or_(c.answered_by.is_(None), c.answered_by == "unknown")
    done = tx.conn.execute(
        update(outbox)
        .where(and_(c.id == row_id, unknown, c.answered_by.is_distinct_from(answered_by)))
        .values(answered_by=answered_by)
    )
    return done.rowcount == 1


def by_provider_id(tx: Tx, provider_id: str) -> Row | None:
    """The message a provider gave this id to, of several spoken together the one that spoke."""
    if not provider_id:
        return None
    same = and_(outbox.c.provider_id == provider_id, outbox.c.state != SUPERSEDED)
    found = select_rows(tx, same, limit=1)
    return found[0] if found else None


def said_together(tx: Tx, row: Row) -> list[Row]:
    """The other rows that the message of ``row`` spoke for (one message for several pages)."""
    if row.provider_id is None:
        return []
    same = and_(
        outbox.c.provider_id == row.provider_id,
        outbox.c.state == SUPERSEDED,
        outbox.c.id != row.id,
    )
    return select_rows(tx, same)


def quell(tx: Tx, page: str, now: datetime, *, but: int | None) -> None:
    """A human has it: send nothing more of a page and end its calls, but the one being spoken in.

    What is under way at this moment will not be tried again, whatever comes of it.
    """
    _lock(tx, page)
    about = outbox.c.page == page
    _quell(tx, about if but is None else and_(about, outbox.c.id != but), now)


def quell_all(tx: Tx, prefix: str, now: datetime) -> None:
    """The same for all messages whose keys begin so."""
    about = outbox.c.key.startswith(prefix, autoescape=True)
    _lock_those(tx, about)
    _quell(tx, about, now)


def _quell(tx: Tx, about: ColumnElement[bool], now: datetime) -> None:
    c = outbox.c
    under_way = or_(
        c.state.in_((QUEUED, SENDING, UNKNOWN)),
        and_(c.channel == _VOICE, c.state.in_((ACCEPTED, ANSWERED))),
    )
    queued = c.state == QUEUED
    tx.conn.execute(
        update(outbox)
        .where(and_(about, c.ended_at.is_(None), under_way))
        .values(
            state=case((queued, SUPERSEDED), else_=c.state),
            rank=case((queued, RANK[SUPERSEDED]), else_=c.rank),
            ended_at=case((queued, now), else_=c.ended_at),
            stop=case((queued, c.stop), else_=True),
        )
    )
    tx.ring()


_REPLACE = Many(
    update(outbox)
    .where(
        and_(
            outbox.c.page == bindparam("of_page"),
            outbox.c.person == bindparam("of_person"),
            outbox.c.channel == bindparam("of_channel"),
            # Not IN: a list cannot be expanded in a statement run many times.
            or_(outbox.c.state == QUEUED, outbox.c.state == UNKNOWN),
            outbox.c.stop.is_(False),
        )
    )
    .values(state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=bindparam("at"))
)


def replace(tx: Tx, targets: Sequence[tuple[str, str, str]], now: datetime) -> None:
    """Drop what still waits for these (page, person, channel): a newer message replaces it."""
    rows = [
        {"of_page": page, "of_person": person, "of_channel": channel, "at": now}
        for page, person, channel in targets
    ]
    _REPLACE.run(tx.conn, rows)


def to_stop(tx: Tx, now: datetime, limit: int) -> list[Row]:
    """Calls to be ended whose provider id we know, unless they are too old to be going on."""
    about = {"call": now - _LONGEST_CALL, "talk": now - _LONGEST_TALK, "most": limit}
    return rows_of(tx.conn.execute(_TO_STOP, about))


def _to_stop() -> Select[Any]:
    c = outbox.c
    begun = func.coalesce(c.sent_at, c.due_at)
    other = outbox.alias()
    # A call about several matters goes on while any of them waits for an answer.
    speaks_on = (
        select(other.c.id)
        .join(pages, pages.c.id == other.c.page)
        .where(
            other.c.provider_id == c.provider_id,
            other.c.id != c.id,
            other.c.state == SUPERSEDED,
            pages.c.state.in_(("waiting", "exhausted")),
        )
        .exists()
    )
    where = and_(
        TO_STOP,
        c.channel == _VOICE,
        c.provider_id.is_not(None),
        # A page's call is short; a conference (a call about no page) lasts as long as it must.
        or_(begun > bindparam("call"), and_(c.page.is_(None), begun > bindparam("talk"))),
        ~speaks_on,
    )
    return select(*ROW).where(where).order_by(c.id).limit(bindparam("most"))


_TO_STOP = _to_stop()


def stopped(tx: Tx, row_id: int, now: datetime) -> None:
    """A call was ended (or had already ended), unless it was answered with a key meanwhile."""
    tx.conn.execute(
        update(outbox)
        .where(and_(outbox.c.id == row_id, outbox.c.stop.is_(True)))
        .values(stop=False, state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=now)
    )


def unheard(
    tx: Tx, provider: str, channel: str, *, after: datetime, before: datetime, limit: int
) -> list[Row]:
    """Messages a provider took between two moments and has not told the end of."""
    c = outbox.c
    where = and_(
        UNHEARD,
        c.provider == provider,
        c.channel == channel,
        c.sent_at > after,
        c.sent_at <= before,
    )
    return select_rows(tx, where, limit)


def reached(tx: Tx, page: str, person: str) -> bool:
    """Whether anything of this page ever left for this person."""
    where = and_(outbox.c.page == page, outbox.c.person == person, outbox.c.tries > 0)
    return tx.conn.execute(select(outbox.c.id).where(where).limit(1)).first() is not None


def recipients(tx: Tx, transfer: str) -> list[str]:
    """Everybody who got, or is about to get, a page or a copy of this transfer, or has it.

    Whoever was dropped before anything left for them is not among them.
    """
    c = outbox.c
    about = or_(c.page.is_not(None), c.key.like(f"{News.COPIED}/%"))
    left = or_(c.tries > 0, c.state.in_((QUEUED, SENDING)))
    sent = and_(c.transfer == transfer, c.person.is_not(None), about, left)
    written = select(c.person).where(sent).group_by(c.person).order_by(func.min(c.id))
    # Whoever took it before anything left for them: by telephone, or on the page.
    everybody = [*tx.conn.execute(written).scalars(), *holders(tx, transfer)]
    return list(dict.fromkeys(map(str, everybody)))


def unsay(tx: Tx, transfer: str, now: datetime) -> None:
    """Drop corrections of a transfer that have not left yet: a newer word stands for them."""
    c = outbox.c
    tx.conn.execute(
        update(outbox)
        .where(and_(c.transfer == transfer, c.state == QUEUED, c.key.like(f"{News.CORRECTED}/%")))
        .values(state=SUPERSEDED, rank=RANK[SUPERSEDED], ended_at=now)
    )


def told_at(tx: Tx, transfer: str, notice: str, at: datetime) -> frozenset[str]:
    """Who is told something of this kind about a transfer by a decision of this very moment."""
    c = outbox.c
    where = and_(c.transfer == transfer, c.notice == notice, c.planned_at == at)
    return frozenset(tx.conn.execute(select(c.person).where(where)).scalars())


def latest_text(tx: Tx, page: str, person: str) -> Row | None:
    """The latest text of a page that left for a person and may have arrived."""
    c = outbox.c
    left = and_(
        c.page == page,
        c.person == person,
        c.tries > 0,
        c.channel != _VOICE,
        c.state.not_in((QUEUED, FAILED, SUPERSEDED)),
    )
    found = select_rows(tx, c.id == select(func.max(c.id)).where(left).scalar_subquery())
    return found[0] if found else None


def mark_acked(tx: Tx, page: str, person: str, now: datetime, *, attempt: int | None) -> None:
    """Mark the message that was answered: ``attempt``, else the latest text to this person.

    Never a call that nobody pressed a key in: it may be ringing, and is to be hung up.
    """
    _lock(tx, page)
    c = outbox.c
    left = and_(
        c.page == page,
        c.person == person,
        c.tries > 0,
        c.channel != _VOICE,
        c.notice.in_(("page", "handover", "alarm")),
        c.state.in_((SENDING, UNKNOWN, ACCEPTED, DELIVERED, ANSWERED)),
    )
    latest = select(func.max(c.id)).where(left).scalar_subquery()
    tx.conn.execute(
        update(outbox)
        .where(c.id == (latest if attempt is None else attempt))
        .values(state=ACKED, rank=RANK[ACKED], ended_at=now, stop=False)
    )


def _lock(tx: Tx, page: str) -> None:
    _lock_those(tx, outbox.c.page == page)


def _lock_those(tx: Tx, about: ColumnElement[bool]) -> None:
    rows = select(outbox.c.id).where(about).order_by(outbox.c.id)
    tx.conn.execute(rows.with_for_update()).all()


def once_more(tx: Tx, row: Row, due_at: datetime) -> None:
    """Queue a page's text again for ``due_at``, once; nothing where it must not go out any more."""
    key = tx.conn.execute(select(outbox.c.key).where(outbox.c.id == row.id)).scalar_one()
    if row.stop or key.endswith(_AGAIN):
        return
    same = {name: getattr(row, name) for name in Draft.__struct_fields__ if name != "key"}
    fresh = {"planned_at": due_at, "due_at": due_at, "text": None}
    put_once(tx, Draft(**{**same, **fresh}, key=f"{key[:_LONGEST_KEY]}{_AGAIN}"))
    tx.ring()
