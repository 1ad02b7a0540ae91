"""What screens, answers and metrics read: a handful of queries each, whatever the number of rows.

Nothing here writes, locks, or is needed for paging.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from oncall.core.climb import Note
from oncall.core.model import Page, Reason, State
from oncall.core.oversight import OrderState
from oncall.core.transfers import Part, PartRole, Transfer
from oncall.core.why import NAMED, LogLine
from oncall.store.alarms import Raised
from oncall.store.database import Tx
from oncall.store.deadlines import Deadline, of_many
from oncall.store.outbox import QUEUED, SENDING, UNKNOWN
from oncall.store.pages import _PAGE_COLUMNS, _loaded
from oncall.store.transfers import by_ids, linked
from oncall.tables import UNTAKEN, alarms, log, outbox, pages, parts, supervisions, transfers

_notes = msgspec.json.Decoder(tuple[Note, ...]).decode
_payload = msgspec.json.Decoder(dict[str, Any]).decode

#: What a line of the log tells beside who and when, the first that is there.
_DETAIL = ("text", "digit", "why", "outcome", "minutes")

#: Messages no provider has taken yet.
UNDISPATCHED = (QUEUED, SENDING, UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A unit's part in a transfer with its page."""

    part: Part
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A transfer with its parts: a line of the list."""

    transfer: Transfer
    changed_at: datetime
    shares: tuple[Share, ...]
    #: None for a transfer older than the table of deadlines.
    deadline: Deadline | None = None
    #: Units told without a duty to answer.
    copies: tuple[str, ...] = ()
    #: A supervision order about it was issued and is not closed yet (督办).
    supervised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One message to one person: what was planned, and what became of it."""

    id: int
    key: str
    page: str | None
    person: str | None
    name: str
    channel: str
    address: str
    notice: str
    level: int
    text: str | None
    state: str
    planned_at: datetime
    due_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    tries: int
    provider: str | None
    provider_id: str | None
    code: str | None
    answered_by: str | None
    late: bool
    resent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log: which page it is about (None: the transfer), and what it says."""

    id: int
    page: str | None
    said: LogLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """A supervision order that was drafted."""

    page: str
    unit: str
    colour: str
    drafted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """Everything about one transfer, but not who called."""

    brief: Brief
    attempts: tuple[Attempt, ...]
    timeline: tuple[Line, ...]
    alarms: tuple[Raised, ...]
    supervisions: tuple[Supervision, ...]
    #: The transfers that came out of it: calls to 110, what was forwarded.
    links: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is of what, for metrics."""

    pages: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    #: When the longest waiting message that is due became due; None when none waits.
    oldest_due: datetime | None
    open_alarms: int


def detail_of(told: Mapping[str, Any]) -> str:
    """What somebody said with it, of everything that an event or a form holds."""
    return str(next((told[key] for key in _DETAIL if told.get(key)), ""))


# -- transfers -----------------------------------------------------------------------------


def list_transfers(
    tx: Tx,
    *,
    states: Collection[str] | None = None,
    unit: str | None = None,
    groups: bool = False,
    supervised: bool = False,
    limit: int = 50,
    before: tuple[datetime, str] | None = None,
) -> list[Brief]:
    """Transfers, the newest first: those in these states and with a part of this unit; or only
    calls to groups, or those under a supervision order.

    ``before`` (when it was handed over, id) goes on after the last one of an earlier answer.
    """
    t = transfers.c
    where: list[ColumnElement[bool]] = []
    if states is not None:
        where.append(t.state.in_(states))
    if groups:
        where.append(t.called_group.is_not(None))
    if unit is not None:
        where.append(exists().where(and_(parts.c.transfer == t.id, parts.c.unit == unit)))
    if supervised:
        where.append(exists().where(and_(supervisions.c.transfer == t.id, _IN_FORCE)))
    if before is not None:
        at, last = before
        where.append(
            or_(t.transferred_at < at, and_(t.transferred_at == at, t.id < last)),
        )
    query = (
        select(t.id, t.changed_at)
        .where(*where)
        .order_by(t.transferred_at.desc(), t.id.desc())
        .limit(limit)
    )
    return _briefs(tx, tx.conn.execute(query).all())


def one_transfer(tx: Tx, transfer_id: str) -> Brief | None:
    """One transfer with its parts."""
    query = select(transfers.c.id, transfers.c.changed_at)
    found = _briefs(tx, tx.conn.execute(query.where(transfers.c.id == transfer_id)).all())
    return found[0] if found else None


def in_full(tx: Tx, transfer_id: str) -> Full | None:
    """One transfer with its messages, its log, its alarms, what came out of it: six queries."""
    brief = one_transfer(tx, transfer_id)
    if brief is None:
        return None
    return Full(
        brief=brief,
        attempts=tuple(attempts(tx, transfer_id)),
        timeline=tuple(timeline(tx, transfer_id)),
        alarms=tuple(open_alarms(tx, transfer=transfer_id)),
        links=tuple(linked(tx, transfer_id)),
        supervisions=tuple(
            Supervision(**row._mapping)
            for row in tx.conn.execute(
                select(*(supervisions.c[f.name] for f in fields(Supervision)))
                .where(supervisions.c.transfer == transfer_id)
                .order_by(supervisions.c.id)
            )
        ),
    )


def caller_of(tx: Tx, transfer_id: str) -> dict[str, str] | None:
    """Who called: not part of any other answer, because it travels nowhere else."""
    query = select(transfers.c.caller).where(transfers.c.id == transfer_id)
    stored = tx.conn.execute(query).scalar()
    return None if stored is None else {k: str(v) for k, v in _payload(stored).items()}


def _briefs(tx: Tx, rows: Sequence[Any]) -> list[Brief]:
    ids = [row.id for row in rows]
    shares: dict[str, list[Share]] = {id: [] for id in ids}
    if ids:
        query = (
            select(
                parts.c.id.label("part_id"),
                parts.c.transfer,
                parts.c.unit,
                parts.c.role,
                parts.c.ended_at,
                parts.c.person,
                *_PAGE_COLUMNS,
            )
            .join(pages, pages.c.part == parts.c.id)
            .where(parts.c.transfer.in_(ids))
            .order_by(pages.c.paged_at, parts.c.role.desc(), parts.c.unit)
        )
        for row in tx.conn.execute(query):
            part = Part(
                id=row.part_id,
                transfer=row.transfer,
                unit=row.unit,
                role=PartRole(row.role),
                ended_at=row.ended_at,
                person=row.person,
            )
            shares[row.transfer].append(Share(part=part, page=_loaded(tx, row).page))
    known, due = by_ids(tx, ids), of_many(tx, ids)
    copies, supervised = _copies(tx, ids), _supervised(tx, ids)
    return [
        Brief(
            transfer=known[row.id],
            deadline=due.get(row.id),
            changed_at=row.changed_at,
            # The part that leads stands first, what has left a unit last.
            shares=tuple(sorted(shares[row.id], key=_rank)),
            copies=tuple(copies.get(row.id, ())),
            supervised=row.id in supervised,
        )
        for row in rows
    ]


def _copies(tx: Tx, ids: Sequence[str]) -> dict[str, list[str]]:
    query = (
        select(parts.c.transfer, parts.c.unit)
        .where(and_(parts.c.transfer.in_(ids), parts.c.role == PartRole.COPY))
        .order_by(parts.c.unit)
    )
    found: dict[str, list[str]] = {}
    for row in tx.conn.execute(query) if ids else ():
        found.setdefault(row.transfer, []).append(row.unit)
    return found


#: An order that was issued and has not ended.
_IN_FORCE = supervisions.c.state.in_((OrderState.ISSUED, OrderState.REPLIED))


def _supervised(tx: Tx, ids: Sequence[str]) -> frozenset[str]:
    if not ids:
        return frozenset()
    where = and_(supervisions.c.transfer.in_(ids), _IN_FORCE)
    return frozenset(tx.conn.execute(select(supervisions.c.transfer).where(where)).scalars())


def _rank(share: Share) -> tuple[bool, bool]:
    return share.part.ended_at is not None, share.part.role is not PartRole.LEAD


# -- one transfer's messages and log -------------------------------------------------------


def attempts(tx: Tx, transfer_id: str) -> list[Attempt]:
    """Every message of a transfer, in the order they were decided."""
    columns = [outbox.c[f.name] for f in fields(Attempt)]
    query = select(*columns).where(outbox.c.transfer == transfer_id).order_by(outbox.c.id)
    return [Attempt(**row._mapping) for row in tx.conn.execute(query)]


def timeline(tx: Tx, transfer_id: str) -> list[Line]:
    """A transfer's log in order, ready to be told (``core.why``)."""
    c = log.c
    query = (
        select(c.id, c.page, c.at, c.event, c.reason, c.who, c.payload, c.trail)
        .where(c.transfer == transfer_id)
        .order_by(c.id)
    )
    return [Line(id=row.id, page=row.page, said=_line(row)) for row in tx.conn.execute(query)]


def _line(row: Any) -> LogLine:
    payload = _payload(row.payload)
    return LogLine(
        at=row.at,
        event=row.event,
        reason=Reason(row.reason) if row.reason else None,
        who=row.who or "",
        detail=detail_of(payload),
        entered_by=str(payload.get("entered_by") or ""),
        trail=_notes(row.trail) if row.trail else (),
        named=_named(payload) if row.page is None else (),
        codes=tuple(filter(None, (payload.get("ground"), *payload.get("waivers", ())))),
    )


def _named(payload: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The units a line about the whole transfer names, by what they are to it."""
    found = ((key, payload.get(key)) for key in NAMED)
    return tuple(
        (key, tuple(value) if isinstance(value, list) else (str(value),))
        for key, value in found
        if value
    )


# -- alarms and counts ---------------------------------------------------------------------


def open_alarms(
    tx: Tx, *, unit: str | None = None, transfer: str | None = None, limit: int = 200
) -> list[Raised]:
    """Open alarms, the newest first; of one unit or one transfer."""
    c = alarms.c
    where: list[ColumnElement[bool]] = [c.closed_at.is_(None)]
    if unit is not None:
        where.append(c.unit == unit)
    if transfer is not None:
        where.append(c.transfer == transfer)
    query = select(*(c[f.name] for f in fields(Raised))).where(*where)
    return [
        Raised(**row._mapping)
        for row in tx.conn.execute(query.order_by(c.last_at.desc(), c.id.desc()).limit(limit))
    ]


def alarm(tx: Tx, alarm_id: int) -> Raised | None:
    """One alarm, open or closed."""
    query = select(*(alarms.c[f.name] for f in fields(Raised))).where(alarms.c.id == alarm_id)
    row = tx.conn.execute(query).first()
    return None if row is None else Raised(**row._mapping)


def counts(tx: Tx, now: datetime) -> Counts:
    """Open pages by state, messages by channel and state, and how long the oldest has waited."""
    open_pages = (State.WAITING, State.EXHAUSTED, State.ACKED)
    by_state = tx.conn.execute(
        select(pages.c.state, func.count())
        .where(pages.c.state.in_(open_pages))
        .group_by(pages.c.state)
    ).all()
    messages = tx.conn.execute(
        select(outbox.c.channel, outbox.c.state, func.count()).group_by(
            outbox.c.channel, outbox.c.state
        )
    ).all()
    oldest = tx.conn.execute(
        select(func.min(outbox.c.due_at)).where(and_(UNTAKEN, outbox.c.due_at <= now))
    ).scalar()
    raised = tx.conn.execute(
        select(func.count()).select_from(alarms).where(alarms.c.closed_at.is_(None))
    ).scalar_one()
    return Counts(
        pages={str(state): n for state, n in by_state},
        outbox={(str(channel), str(state)): n for channel, state, n in messages},
        oldest_due=oldest,
        open_alarms=raised,
    )


def decisions_since(tx: Tx, after: int, until: datetime) -> tuple[int, Mapping[str, int]]:
    """How often each reason was given after log line ``after`` and up to ``until``.

    Gives the last line counted, to go on from.
    """
    where = and_(log.c.id > after, log.c.at <= until)
    rows = tx.conn.execute(
        select(log.c.reason, func.count(), func.max(log.c.id)).where(where).group_by(log.c.reason)
    ).all()
    last = max((row[2] for row in rows), default=after)
    return last, {str(reason): n for reason, n, _ in rows if reason is not None}
