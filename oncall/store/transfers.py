"""Transfers and their parts: what intake writes, and what finds a transfer again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from oncall.core.model import Alarm, State
from oncall.core.transfers import LIVE, Life, Part, PartRole, Transfer
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.tables import alarms, appointments, outbox, pages, parts, seen, transfers

_FIELDS = Transfer.__struct_fields__
_decode_life = msgspec.json.Decoder(Life).decode
_decode_caller = msgspec.json.Decoder(dict[str, str]).decode
#: What never changes once a transfer is accepted.
_BORN = frozenset({"id", "code", "origin", "origin_ref", "received_at", "transferred_at",
                   "created_by", "linked_to"})  # fmt: skip


def _values(transfer: Transfer) -> dict[str, Any]:
    values = {name: getattr(transfer, name) for name in _FIELDS}
    return values | {"life": dumps(transfer.life)}


def add(tx: Tx, transfer: Transfer, caller: str | None) -> bool:
    """Insert a transfer; False when its origin and number are already here."""
    calling = transfer.life.calling
    values = _values(transfer) | {
        "changed_at": transfer.transferred_at,
        "caller": caller,
        "called_group": calling.how.group if calling is not None else None,
    }
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(insert(transfers).values(**values))
    except IntegrityError:
        return False
    return True


_TRANSFER_COLUMNS = [transfers.c[name] for name in _FIELDS]


def _transfer(row: Any) -> Transfer:
    # Reads the words back into their types, and refuses one we do not know.
    values = dict(zip(_FIELDS, row, strict=True))
    return msgspec.convert(values | {"life": _decode_life(values["life"])}, Transfer)


def find(tx: Tx, ref: str) -> Transfer | None:
    """By id, by printed code, or by ``origin:origin_ref``."""
    condition = or_(transfers.c.id == ref, transfers.c.code == ref.upper())
    origin, colon, number = ref.partition(":")
    if colon:
        condition = and_(transfers.c.origin == origin, transfers.c.origin_ref == number)
    row = tx.conn.execute(select(*_TRANSFER_COLUMNS).where(condition)).first()
    return None if row is None else _transfer(row)


def by_ids(tx: Tx, ids: Sequence[str]) -> dict[str, Transfer]:
    """Transfers by id."""
    found = tx.conn.execute(_BY_IDS, {"ids": list(set(ids))})
    return {t.id: t for t in map(_transfer, found)}


_BY_IDS = select(*_TRANSFER_COLUMNS).where(transfers.c.id.in_(bindparam("ids", expanding=True)))


def lock(tx: Tx, transfer_id: str) -> None:
    """Keep a transfer from everybody else until the transaction ends."""
    query = select(transfers.c.id).where(transfers.c.id == transfer_id)
    tx.conn.execute(query.with_for_update()).all()


def load(tx: Tx, transfer_id: str) -> Transfer | None:
    """One transfer, kept from everybody else until the transaction ends."""
    query = select(*_TRANSFER_COLUMNS).where(transfers.c.id == transfer_id).with_for_update()
    row = tx.conn.execute(query).first()
    return None if row is None else _transfer(row)


def save(tx: Tx, transfer: Transfer, now: datetime) -> None:
    """Record where a transfer stands and what it remembers from now on."""
    values = {k: v for k, v in _values(transfer).items() if k not in _BORN}
    tx.conn.execute(
        update(transfers).where(transfers.c.id == transfer.id).values(**values, changed_at=now)
    )


def add_parts(tx: Tx, new: Sequence[Part]) -> None:
    """Insert the units' shares in a transfer."""
    tx.conn.execute(
        insert(parts),
        [
            {
                "id": p.id,
                "transfer": p.transfer,
                "unit": p.unit,
                "role": p.role,
                "person": p.person,
            }
            for p in new
        ],
    )


def units_of(tx: Tx, transfer_id: str) -> list[Part]:
    """Every share in a transfer that ever was, those told without a page included."""
    c = parts.c
    query = select(c.id, c.unit, c.role, c.ended_at, c.person).where(c.transfer == transfer_id)
    return [
        Part(
            id=r.id,
            transfer=transfer_id,
            unit=r.unit,
            role=PartRole(r.role),
            ended_at=r.ended_at,
            person=r.person,
        )
        for r in tx.conn.execute(query.order_by(c.role.desc(), c.unit))
    ]


def end_part(tx: Tx, part_id: str, now: datetime) -> None:
    """The matter has left this unit."""
    tx.conn.execute(update(parts).where(parts.c.id == part_id).values(ended_at=now))


def change_role(tx: Tx, part_id: str, role: PartRole) -> None:
    """A unit gets another share."""
    tx.conn.execute(update(parts).where(parts.c.id == part_id).values(role=role))


def caller(tx: Tx, transfer_id: str) -> str | None:
    """Who called, as it was stored; for a transfer that inherits it, never to be shown."""
    query = select(transfers.c.caller).where(transfers.c.id == transfer_id)
    return tx.conn.execute(query).scalar()


def caller_phone(tx: Tx, transfer_id: str) -> str:
    """The caller's number as it was given, for whoever dials it now; "" where there is none."""
    stored = caller(tx, transfer_id)
    return _decode_caller(stored).get("phone", "") if stored else ""


def marked_callers(tx: Tx) -> list[dict[str, str]]:
    """Who called where a mark of malicious calls is in force."""
    where = and_(transfers.c.nuisance.is_(True), transfers.c.caller.is_not(None))
    return [
        _decode_caller(c)
        for c in tx.conn.execute(select(transfers.c.caller).where(where)).scalars()
    ]


def orphans(tx: Tx, *, told: bool = False) -> list[Transfer]:
    """Live transfers to which nothing will happen any more: no page climbs, nothing is planned, and
    no alarm is open; ``told``: an alarm that says just this does not count."""
    t = transfers.c
    climbing = exists().where(
        and_(
            parts.c.transfer == t.id,
            parts.c.ended_at.is_(None),
            pages.c.part == parts.c.id,
            pages.c.wake_at.is_not(None),
        )
    )
    booked = exists().where(appointments.c.subject == t.id)
    shown = [alarms.c.transfer == t.id, alarms.c.closed_at.is_(None)]
    alarmed = exists().where(and_(*shown, *([alarms.c.alarm != Alarm.ORPHAN] if told else [])))
    query = select(*_TRANSFER_COLUMNS).where(and_(t.state.in_(LIVE), ~climbing, ~booked, ~alarmed))
    return [_transfer(row) for row in tx.conn.execute(query.order_by(t.transferred_at, t.id))]


def linked(tx: Tx, transfer_id: str) -> list[Transfer]:
    """The transfers that came out of this one, the oldest first."""
    where = transfers.c.linked_to == transfer_id
    query = select(*_TRANSFER_COLUMNS).where(where)
    rows = tx.conn.execute(query.order_by(transfers.c.transferred_at, transfers.c.id))
    return [_transfer(row) for row in rows]


def pages_of(tx: Tx, transfer_id: str) -> list[tuple[Part, str, State]]:
    """Each part the matter has not left, with its page's id and state."""
    query = (
        select(
            parts.c.id,
            parts.c.unit,
            parts.c.role,
            parts.c.person,
            pages.c.id.label("page"),
            pages.c.state,
        )
        .join(pages, pages.c.part == parts.c.id)
        .where(and_(parts.c.transfer == transfer_id, parts.c.ended_at.is_(None)))
        .order_by(pages.c.paged_at, parts.c.role.desc(), parts.c.unit)
    )
    return [
        (
            Part(
                id=r.id,
                transfer=transfer_id,
                unit=r.unit,
                role=PartRole(r.role),
                person=r.person,
            ),
            r.page,
            State(r.state),
        )
        for r in tx.conn.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A page that reached somebody: which, of which transfer, and how it stands."""

    page: str
    code: str
    state: State


def pages_for(tx: Tx, people: Sequence[str], since: datetime) -> list[Asked]:
    """Pages that reached any of these people, open or ended since then; the newest first."""
    query = (
        select(pages.c.id, transfers.c.code, pages.c.state, pages.c.paged_at)
        .join(transfers, transfers.c.id == pages.c.transfer)
        .join(outbox, outbox.c.page == pages.c.id)
        .where(
            and_(
                outbox.c.person.in_(people),
                outbox.c.tries > 0,
                or_(
                    pages.c.state.in_((State.WAITING, State.EXHAUSTED)),
                    transfers.c.changed_at >= since,
                ),
            )
        )
        .distinct()
        .order_by(pages.c.paged_at.desc(), pages.c.id)
    )
    return [Asked(page=r.id, code=r.code, state=State(r.state)) for r in tx.conn.execute(query)]


def day_counter(now: datetime, zone: ZoneInfo) -> str:
    """The counter that numbers the transfers of a day."""
    return f"transfer:{now.astimezone(zone):%Y%m%d}"


def code_of_page(tx: Tx, page_id: str) -> str:
    """The printed code of a page's transfer."""
    query = select(transfers.c.code).join(pages, pages.c.transfer == transfers.c.id)
    code: str = tx.conn.execute(query.where(pages.c.id == page_id)).scalar_one()
    return code


# -- requests seen -------------------------------------------------------------------------


def first_time(
    tx: Tx, key: str, now: datetime, *, transfer: str | None = None, digest: str | None = None
) -> bool:
    """Remember a request; False when it was here before."""
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(insert(seen).values(key=key, at=now, transfer=transfer, digest=digest))
    except IntegrityError:
        return False
    return True


def forget(tx: Tx, key: str) -> None:
    """A request that came to nothing leaves no trace."""
    tx.conn.execute(delete(seen).where(seen.c.key == key))


def seen_before(tx: Tx, key: str) -> tuple[str | None, str | None] | None:
    """Which transfer a remembered request made, and the digest of what it asked; None if new."""
    row = tx.conn.execute(select(seen.c.transfer, seen.c.digest).where(seen.c.key == key)).first()
    return None if row is None else (row.transfer, row.digest)
