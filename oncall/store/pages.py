"""Transfers, parts, pages and their log: what the engine loads, and saves in one commit.

A page's policy is stored once per content and joined back here, so that a page stays small while
still carrying the very policy it opened with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, get_type_hints
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Engine, and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from oncall.core.model import Page, Policy, State, Urgency
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.store.many import Many
from oncall.tables import frozen_policies, pages

_decode_policy = msgspec.json.Decoder(Policy).decode

#: Policies never change once frozen, so they are read once per process.
_policies: dict[str, Policy] = {}
_hashes: dict[int, tuple[Policy, str, str]] = {}
#: The hashes known to be in a database, for as long as this process has it open: a file or a
#: server of the same address may hold something else by the next time.
_stored: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A page as stored, with the version that a save must still find."""

    page: Page
    version: int
    nudged: bool


class Lost(Exception):
    """Somebody else saved this page first; load it again and decide again."""


# -- policies ------------------------------------------------------------------------------


def freeze(tx: Tx, policy: Policy) -> str:
    """Store a policy by its content (once) and give its hash."""
    known = _hashes.get(id(policy))
    if known is None or known[0] is not policy:
        body = dumps(policy)
        known = _hashes[id(policy)] = (policy, hashlib.sha256(body.encode()).hexdigest(), body)
    _, digest, body = known
    stored = _stored.setdefault(tx.conn.engine, set())
    if digest in stored:
        return digest
    query = select(frozen_policies.c.hash).where(frozen_policies.c.hash == digest)
    if tx.conn.execute(query).first() is not None:
        # Seen by a later transaction than the one that wrote it: it is there to stay.
        stored.add(digest)
        return digest
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(insert(frozen_policies).values(hash=digest, body=body))
    except IntegrityError:
        pass  # another node froze the same content in the same instant
    return digest


def _policy(tx: Tx, digest: str) -> Policy:
    known = _policies.get(digest)
    if known is None:
        body = tx.conn.execute(
            select(frozen_policies.c.body).where(frozen_policies.c.hash == digest)
        ).scalar_one()
        known = _policies[digest] = _decode_policy(body)
    return known


# -- pages ---------------------------------------------------------------------------------


def _default(one: msgspec.structs.FieldInfo) -> tuple[Any, ...]:
    """A field's default, so that a page stored before the field existed can still be read."""
    return () if one.default is msgspec.NODEFAULT else (one.default,)


#: The stored shape of a page: everything but the policy.
_Body = msgspec.defstruct(
    "_Body",
    [
        (one.name, get_type_hints(Page)[one.name], *_default(one))
        for one in msgspec.structs.fields(Page)
        if one.name != "policy"
    ],
    kw_only=True,
)
_NAMES = tuple(name for name in Page.__struct_fields__ if name != "policy")
_values = attrgetter(*_NAMES)
_decode_body = msgspec.json.Decoder(_Body).decode


def _thin(page: Page) -> str:
    """A page's JSON without its policy."""
    return dumps(dict(zip(_NAMES, _values(page), strict=True)))


def _thick(body: str, policy: Policy) -> Page:
    """The page again, carrying its policy."""
    stored = dict(zip(_NAMES, _values(_decode_body(body)), strict=True))
    return Page(policy=policy, **stored)


_PAGE_COLUMNS = (pages.c.policy, pages.c.body, pages.c.version, pages.c.nudged)


def _loaded(tx: Tx, row: Any) -> Loaded:
    page = _thick(row.body, _policy(tx, row.policy))
    return Loaded(page=page, version=row.version, nudged=row.nudged)


def load(tx: Tx, page_id: str) -> Loaded | None:
    """One page, locked against other deciders until the transaction ends."""
    query = select(*_PAGE_COLUMNS).where(pages.c.id == page_id).with_for_update()
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else _loaded(tx, row)


def load_due(tx: Tx, now: datetime, limit: int, only: str | None = None) -> list[Loaded]:
    """Up to ``limit`` pages whose moment has come and that no other node is deciding."""
    query = _DUE if only is None else _DUE.where(pages.c.id == only)
    return [_loaded(tx, row) for row in tx.conn.execute(query, {"now": now, "most": limit})]


_DUE = (
    select(*_PAGE_COLUMNS)
    .where(pages.c.wake_at <= bindparam("now"))
    .order_by(pages.c.wake_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def due_ids(tx: Tx, now: datetime, limit: int) -> list[str]:
    """Which pages' moment has come."""
    query = select(pages.c.id).where(pages.c.wake_at <= now).order_by(pages.c.wake_at)
    return list(tx.conn.execute(query.limit(limit)).scalars())


def next_wake(tx: Tx) -> datetime | None:
    """The earliest moment any page must be looked at."""
    query = select(pages.c.wake_at).where(pages.c.wake_at.is_not(None))
    return tx.conn.execute(query.order_by(pages.c.wake_at).limit(1)).scalar()


def add(tx: Tx, new: Sequence[tuple[Page, Urgency]]) -> None:
    """Insert pages that were just opened and decided."""
    tx.conn.execute(
        insert(pages),
        [
            {
                "id": page.id,
                "transfer": page.transfer,
                "part": page.part,
                "unit": page.unit,
                "urgency": urgency,
                "policy": freeze(tx, page.policy),
                "paged_at": page.paged_at,
                "version": 1,
                **_changing(page),
            }
            for page, urgency in new
        ],
    )


def _changing(page: Page) -> dict[str, Any]:
    return {"state": page.state, "body": _thin(page), "wake_at": page.wake_at}


_SAVE = Many(
    update(pages)
    .where(and_(pages.c.id == bindparam("page_id"), pages.c.version == bindparam("was")))
    .values(
        state=bindparam("state"),
        body=bindparam("body"),
        wake_at=bindparam("wake_at"),
        version=bindparam("version"),
        nudged=False,
    )
)


def save(tx: Tx, changed: Sequence[tuple[Page, int]]) -> None:
    """Store decided pages, each only over the version it was decided on; raises Lost otherwise."""
    if not changed:
        return
    rows = [
        {"page_id": page.id, "was": was, "version": was + 1, **_changing(page)}
        for page, was in changed
    ]
    if _SAVE.run(tx.conn, rows) != len(rows):
        raise Lost


def owners(tx: Tx, ids: Collection[str]) -> dict[str, str | None]:
    """The names of those who have these pages."""
    query = select(pages.c.id, *_PAGE_COLUMNS).where(pages.c.id.in_(ids))
    return {row.id: _loaded(tx, row).page.owner_name for row in tx.conn.execute(query)}


def holders(tx: Tx, transfer: str) -> list[str]:
    """Who has, or had when it ended, a page of this transfer; ids."""
    query = select(pages.c.id, *_PAGE_COLUMNS).where(pages.c.transfer == transfer)
    found = [_loaded(tx, row).page.owner for row in tx.conn.execute(query.order_by(pages.c.id))]
    return [owner for owner in found if owner is not None]


def lock(tx: Tx, ids: Collection[str]) -> None:
    """Keep these pages from everybody else until the transaction ends, always in one order."""
    if not ids:
        return
    query = select(pages.c.id).where(pages.c.id.in_(sorted(ids))).order_by(pages.c.id)
    tx.conn.execute(query.with_for_update()).all()


def postpone(tx: Tx, page_id: str, until: datetime) -> None:
    """Look at a page again later, one that could not be decided."""
    tx.conn.execute(update(pages).where(pages.c.id == page_id).values(wake_at=until))


def whose(tx: Tx, page_id: str) -> tuple[str, str]:
    """A page's unit and transfer, without looking inside it."""
    query = select(pages.c.unit, pages.c.transfer).where(pages.c.id == page_id)
    row = tx.conn.execute(query).one()
    return row.unit, row.transfer


def hold(tx: Tx) -> list[tuple[str, str, str]]:
    """Plan nothing more for pages that nobody has: (page, unit, transfer) of each.

    Whoever looks at silent pages sees them. What a human does to one lets its ladder go on.
    """
    c = pages.c
    nobody_has = c.state.in_((State.WAITING, State.EXHAUSTED))
    query = select(c.id, c.unit, c.transfer).where(nobody_has).order_by(c.id)
    found = [(row.id, row.unit, row.transfer) for row in tx.conn.execute(query)]
    still = {"wake_at": None, "nudged": False, "version": c.version + 1}
    tx.conn.execute(update(pages).where(nobody_has).values(**still))
    return found


def nudge(tx: Tx, now: datetime, page_id: str | None = None) -> None:
    """The roster changed: every open page, or this one, asks again who is on duty.

    Not one that is held since a copy was put back: a human decides about it first.
    """
    where = and_(pages.c.state.in_((State.WAITING, State.EXHAUSTED)), pages.c.wake_at.is_not(None))
    tx.conn.execute(
        update(pages)
        .where(where if page_id is None else and_(where, pages.c.id == page_id))
        .values(wake_at=now, nudged=True, version=pages.c.version + 1)
    )
    tx.ring()
