"""Changes of duty as they were asked and decided: rows in, values out. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from oncall.core.errors import NotFound
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.tables import duty_changes
from rosters.changes import OPEN, Kind, State
from rosters.model import Span

_LISTS, _WORDS = ("overrides", "asked_of"), ("kind", "state")
_numbers = msgspec.json.Decoder(tuple[int, ...]).decode
_people = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of duty. A leave has no role: it is about all that its person serves."""

    id: int = 0
    kind: Kind
    state: State
    unit: str
    role: str | None
    #: Whose duty it is about; with a take-over, who takes it.
    person: str
    start_at: datetime
    end_at: datetime
    #: Who serves instead: asked with a swap, found with a call for cover.
    other: str | None = None
    #: What ``person`` serves in return.
    back_role: str | None = None
    back_start: datetime | None = None
    back_end: datetime | None = None
    #: Those who were asked to cover.
    asked_of: tuple[str, ...] = ()
    #: What it put on top of the roster.
    overrides: tuple[int, ...] = ()
    why: str = ""
    asked_by: str
    asked_at: datetime
    agreed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_why: str | None = None
    urgent: bool = False

    @property
    def back(self) -> Span | None:
        """The time given in return, if any."""
        return (self.back_start, self.back_end) if self.back_start and self.back_end else None

    @property
    def first_start(self) -> datetime:
        """When the first duty it touches begins."""
        return min(self.start_at, self.back_start or self.start_at)

    @property
    def last_end(self) -> datetime:
        """When the last duty it touches ends."""
        return max(self.end_at, self.back_end or self.end_at)


_COLUMNS = [duty_changes.c[f.name] for f in fields(Change)]


def add(tx: Tx, change: Change) -> Change:
    """Remember what was asked; gives it back with its number."""
    values = _values({f.name: getattr(change, f.name) for f in fields(Change) if f.name != "id"})
    made = insert(duty_changes).values(**values).returning(duty_changes.c.id)
    return find(tx, int(tx.conn.execute(made).scalar_one()))


def move(tx: Tx, change: Change, state: State, **values: Any) -> bool:
    """Bring a change to another state; False when somebody moved it since it was read."""
    c = duty_changes.c
    same = and_(c.id == change.id, c.state == change.state)
    done = tx.conn.execute(
        update(duty_changes).where(same).values(state=state.value, **_values(values))
    )
    return done.rowcount == 1


def find(tx: Tx, number: int) -> Change:
    """The change of this number. Raises NotFound."""
    where = duty_changes.c.id == number
    found = _read(tx, where) if 0 < number < 2**62 else []
    if not found:
        raise NotFound("no_such_change", change=str(number))
    return found[0]


def listed(
    tx: Tx,
    *,
    kinds: Collection[Kind] = (),
    unit: str | None = None,
    person: str | None = None,
    open_only: bool = False,
    touching: Span | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> list[Change]:
    """Changes, the newest first."""
    c = duty_changes.c
    where: list[ColumnElement[bool]] = []
    if kinds:
        where.append(c.kind.in_([kind.value for kind in kinds]))
    if unit is not None:
        where.append(c.unit == unit)
    if person is not None:
        where.append(or_(c.person == person, c.other == person))
    if open_only:
        where.append(c.state.in_([state.value for state in OPEN]))
    if since is not None:
        where.append(c.asked_at > since)
    if touching is not None:
        where += [c.start_at < touching[1], c.end_at > touching[0]]
    return _read(tx, *where, limit=limit)


def away(tx: Tx, start: datetime, end: datetime) -> set[str]:
    """Who is on leave at any time of [start, end)."""
    found = listed(tx, kinds=[Kind.LEAVE], touching=(start, end), limit=10_000)
    return {one.person for one in found if one.state is State.IN_FORCE}


def _read(tx: Tx, *where: Any, limit: int = 200) -> list[Change]:
    query = select(*_COLUMNS).where(*where).order_by(duty_changes.c.id.desc()).limit(limit)
    return [_change(row._mapping) for row in tx.conn.execute(query)]


def _change(row: Any) -> Change:
    values = dict(row)
    values["kind"], values["state"] = Kind(values["kind"]), State(values["state"])
    values["overrides"] = _numbers(values["overrides"])
    values["asked_of"] = _people(values["asked_of"])
    return Change(**values)


def _values(given: dict[str, Any]) -> dict[str, Any]:
    lists: dict[str, Any] = {name: dumps(given[name]) for name in _LISTS if name in given}
    words: dict[str, Any] = {name: given[name].value for name in _WORDS if name in given}
    return {**given, **lists, **words}
