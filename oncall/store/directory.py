"""Units, people, duties, policies, tokens: what admins keep, and deciders read.

Every change bumps one counter, so that any process knows in one small query whether what it has
compiled still holds. Duties are never deleted: a batch takes them out of force, its undo puts them
back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, Table, and_, insert, or_, select, update

from oncall.store.database import Tx
from oncall.store.log import bump, counter
from oncall.tables import batches, duties, people, policy_books, tokens, units
from rosters.model import Duty
from rosters.phones import mobile

#: The counter that every change of the directory bumps.
VERSION = "directory"

_CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A linked unit 联动单位, or a call desk. Days are of the installation's zone."""

    code: str
    name_zh: str
    name_en: str | None = None
    kind: str = "unit"
    parent: str | None = None
    desk_phone: str | None = None
    valid_from: date | None = None
    #: The first day on which it is no more.
    valid_to: date | None = None
    #: What else it is called: short names, and those it had before.
    aliases: tuple[str, ...] = ()
    #: The unit that has its duties once it has ended.
    successor: str | None = None

    def begun(self, day: date) -> bool:
        """Whether its first day has come."""
        return self.valid_from is None or self.valid_from <= day

    def ended(self, day: date) -> bool:
        """Whether its last day is over."""
        return self.valid_to is not None and self.valid_to <= day

    def exists(self, day: date) -> bool:
        """Whether there is such a unit on a day."""
        return self.begun(day) and not self.ended(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a contact card. Numbers are national digits, e.g. 13900000001."""

    id: str
    unit: str
    name: str
    mobile: str | None = None
    mobile2: str | None = None
    office_phone: str | None = None
    #: Further numbers, tried after those above, in this order.
    more_numbers: tuple[str, ...] = ()
    #: Their own rules, one line an urgency, as ``core.personal`` reads them.
    rules: tuple[str, ...] = ()
    email: str | None = None
    title: str | None = None
    post: str | None = None
    lang: str | None = None
    active: bool = True

    def named(self, word: str) -> bool:
        """Whether this is the person of this name, id or mobile number."""
        return word in (self.id, self.name, *self.numbers)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number in the order in which they are tried."""
        first = (self.mobile, self.mobile2, self.office_phone)
        return tuple(dict.fromkeys(n for n in (*first, *self.more_numbers) if n))

    @property
    def mobiles(self) -> tuple[str, ...]:
        """Those of them that take texts, in the same order."""
        written = (self.mobile, self.mobile2)
        return tuple(n for n in self.numbers if n in written or mobile(n) == n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whoever holds a token: a role, and perhaps a unit."""

    id: str
    name: str
    role: str
    unit: str | None
    created_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One applied upload: who, when, from what, and whether it still stands."""

    id: str
    at: datetime
    by: str
    files: str
    sha256: str
    summary: str
    undone_at: datetime | None = None
    undone_by: str | None = None


T = TypeVar("T")


def _read(tx: Tx, cls: type[T], query: Select[Any]) -> list[T]:
    return [cls(**row._mapping) for row in tx.conn.execute(query)]


def _columns(table: Table, cls: Any) -> list[ColumnElement[Any]]:
    return [table.c[f.name] for f in fields(cls)]


def version(tx: Tx) -> int:
    """A number that changes whenever anything in the directory does."""
    return counter(tx, VERSION)


def changed(tx: Tx) -> int:
    """Say that the directory changed; everybody compiles anew."""
    return bump(tx, VERSION)


# -- units and people ----------------------------------------------------------------------


def all_units(tx: Tx) -> list[Unit]:
    """Every unit, in the order of its code."""
    return _read(tx, Unit, select(*_columns(units, Unit)).order_by(units.c.code))


def all_people(tx: Tx, unit: str | None = None) -> list[Person]:
    """Every person, those who left included, in the order people read them."""
    query = select(*_columns(people, Person)).order_by(people.c.unit, people.c.name, people.c.id)
    return _read(tx, Person, query if unit is None else query.where(people.c.unit == unit))


def find_people(tx: Tx, name_or_id: str, unit: str | None = None) -> list[Person]:
    """Those of this name (or this id), in this unit if one is given."""
    where = or_(people.c.id == name_or_id, people.c.name == name_or_id)
    if unit is not None:
        where = and_(where, people.c.unit == unit)
    return _read(tx, Person, select(*_columns(people, Person)).where(where))


def put_units(tx: Tx, rows: Iterable[Unit]) -> None:
    """Insert or replace units by code."""
    _put(tx, units, units.c.code, rows)


def put_people(tx: Tx, rows: Iterable[Person]) -> None:
    """Insert or replace people by id. Who left has no calendar address any more."""
    _put(tx, people, people.c.id, rows)
    gone = and_(people.c.active.is_(False), people.c.feed_hash.is_not(None))
    tx.conn.execute(update(people).where(gone).values(feed_hash=None))


def _put(tx: Tx, table: Table, key: Column[str], rows: Iterable[Any]) -> None:
    values = [{f.name: getattr(row, f.name) for f in fields(row)} for row in rows]
    if not values:
        return
    there = set(tx.conn.execute(select(key)).scalars())
    new = [v for v in values if v[key.name] not in there]
    if new:
        tx.conn.execute(insert(table), new)
    for v in values:
        if v[key.name] in there:
            tx.conn.execute(update(table).where(key == v[key.name]).values(**v))
    changed(tx)


def set_feed(tx: Tx, person: str, feed_hash: str | None) -> None:
    """Give a person a new calendar address (by hash), or take it away."""
    tx.conn.execute(
        update(people)
        .where(people.c.id == person)
        .values(feed_hash=feed_hash, feed_fetched_at=None)
    )


def person_of_feed(tx: Tx, feed_hash: str) -> Person | None:
    """Whose calendar this address is."""
    found = _read(tx, Person, select(*_columns(people, Person)).where(_feed(feed_hash)))
    return found[0] if found else None


def feed_fetched(tx: Tx, feed_hash: str, now: datetime) -> None:
    """Remember when a calendar was last read."""
    tx.conn.execute(update(people).where(_feed(feed_hash)).values(feed_fetched_at=now))


def feed_state(tx: Tx, person: str) -> tuple[bool, datetime | None]:
    """Whether a person has a calendar address, and when it was last read."""
    row = tx.conn.execute(
        select(people.c.feed_hash, people.c.feed_fetched_at).where(people.c.id == person)
    ).one()
    return row.feed_hash is not None, row.feed_fetched_at


def people_with_feeds(tx: Tx) -> list[tuple[Person, datetime | None]]:
    """Everybody with a calendar address, and when it was last read."""
    query = select(*_columns(people, Person), people.c.feed_fetched_at)
    rows = tx.conn.execute(query.where(people.c.feed_hash.is_not(None)).order_by(people.c.id))
    return [
        (Person(**{f.name: getattr(row, f.name) for f in fields(Person)}), row.feed_fetched_at)
        for row in rows
    ]


def _feed(feed_hash: str) -> ColumnElement[bool]:
    return and_(people.c.feed_hash == feed_hash, people.c.active.is_(True))


# -- duties --------------------------------------------------------------------------------


def duties_between(
    tx: Tx, start: datetime, end: datetime, *, unit: str | None = None, person: str | None = None
) -> list[Duty]:
    """Duties in force that touch [start, end)."""
    return [duty for _, duty in duty_rows(tx, start, end, unit=unit, person=person)]


def duty_rows(
    tx: Tx, start: datetime, end: datetime, *, unit: str | None = None, person: str | None = None
) -> list[tuple[int, Duty]]:
    """The same, each with its row number."""
    c = duties.c
    where = [c.removed.is_(None), c.end_at > start, c.start_at < end]
    if unit is not None:
        where.append(c.unit == unit)
    if person is not None:
        where.append(c.person == person)
    query = (
        select(c.id, c.unit, c.role, c.person, c.start_at, c.end_at, c.source)
        .where(and_(*where))
        .order_by(c.start_at, c.id)
    )
    # A city's month says a few thousand words and moments in a quarter of a million rows.
    known: dict[Any, Any] = {}
    same = known.setdefault
    return [
        (
            r.id,
            Duty(
                unit=same(r.unit, r.unit),
                role=same(r.role, r.role),
                person=same(r.person, r.person),
                start=same(r.start_at, r.start_at),
                end=same(r.end_at, r.end_at),
                source=r.source,
            ),
        )
        for r in tx.conn.execute(query)
    ]


def apply_batch(tx: Tx, batch: Batch, *, add: Sequence[Duty], remove: Sequence[int]) -> None:
    """Take rows out of force and put new ones in, as one batch that can be undone."""
    tx.conn.execute(
        insert(batches).values(**{f.name: getattr(batch, f.name) for f in fields(Batch)})
    )
    for i in range(0, len(remove), _CHUNK):
        tx.conn.execute(
            update(duties).where(duties.c.id.in_(remove[i : i + _CHUNK])).values(removed=batch.id)
        )
    for i in range(0, len(add), _CHUNK):
        rows = [
            {
                "unit": d.unit,
                "role": d.role,
                "person": d.person,
                "start_at": d.start,
                "end_at": d.end,
                "source": d.source,
                "batch": batch.id,
            }
            for d in add[i : i + _CHUNK]
        ]
        tx.conn.execute(insert(duties), rows)
    changed(tx)


def history(tx: Tx, limit: int = 50) -> list[Batch]:
    """Applied uploads, newest first."""
    query = select(*_columns(batches, Batch)).order_by(batches.c.at.desc(), batches.c.id)
    return _read(tx, Batch, query.limit(limit))


# -- policies ------------------------------------------------------------------------------


def policy_text(tx: Tx) -> str | None:
    """The policy file in force; None while the built-in ladder is."""
    query = select(policy_books.c.body).order_by(policy_books.c.id.desc()).limit(1)
    return tx.conn.execute(query).scalar()


def put_policy(tx: Tx, *, name: str, body: str, by: str, now: datetime) -> None:
    """Make a policy file the one for pages opened from now on."""
    tx.conn.execute(
        insert(policy_books).values(name=name, body=body, applied_at=now, applied_by=by)
    )
    changed(tx)


# -- tokens --------------------------------------------------------------------------------


def add_token(tx: Tx, account: Account, token_hash: str) -> None:
    """Remember a token by its hash only."""
    values = {f.name: getattr(account, f.name) for f in fields(Account)}
    tx.conn.execute(insert(tokens).values(**values, hash=token_hash))


def account_of(tx: Tx, token_hash: str) -> Account | None:
    """Who holds this token, unless it was revoked."""
    where = and_(tokens.c.hash == token_hash, tokens.c.revoked_at.is_(None))
    found = _read(tx, Account, select(*_columns(tokens, Account)).where(where))
    return found[0] if found else None


def accounts(tx: Tx) -> list[Account]:
    """Every token ever made, without its secret."""
    query = select(*_columns(tokens, Account)).order_by(tokens.c.created_at, tokens.c.id)
    return _read(tx, Account, query)


def revoke_token(tx: Tx, name_or_id: str, now: datetime) -> int:
    """End every live token of this name or id; says how many."""
    where = and_(
        or_(tokens.c.id == name_or_id, tokens.c.name == name_or_id), tokens.c.revoked_at.is_(None)
    )
    return tx.conn.execute(update(tokens).where(where).values(revoked_at=now)).rowcount
