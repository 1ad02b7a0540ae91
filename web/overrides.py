"""Overrides 顶班 over HTTP: order one, look at them, take one back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from oncall import overrides
from oncall.core.errors import Fault, Invalid, NotFound
from oncall.directory import Snapshot
from oncall.duty_changes import tell_override
from oncall.overrides import Done, Wanted
from oncall.store.overrides import Ordered
from rosters.diff import Stretch
from web.api import PREFIX, PROBLEMS, own
from web.bodies import Body, Moment, Name, UnitCode, Why
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call
from web.shapes import Stamp
from web.shapes_duty import GapOut

router = APIRouter(prefix=PREFIX, tags=["rosters"], responses=PROBLEMS)

Changer = Annotated[Caller, calling(Call.CHANGE_ROSTERS)]
_MONTH = timedelta(days=31)


class OverrideIn(Body):
    """A change on top of the roster; people by name, id or mobile number.

    `replace` puts `person` where `replaces` would serve (or instead of everybody, without
    `replaces`); `add` puts `person` beside whoever serves; `remove` takes `person` off; `vacant`
    says that nobody serves.
    """

    unit: UnitCode
    role: Annotated[str, Field(max_length=40)] = "primary"
    kind: Annotated[str, Field(max_length=20)]
    person: Name | None = None
    replaces: Name | None = None
    start: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]
    why: Why = ""


class OverridesQuery(Body):
    """Which unit and time (the next 31 days where none is given); with those taken back, or not."""

    unit: UnitCode | None = None
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None
    removed: bool = False


class RemoveQuery(Body):
    """Why it is taken back."""

    why: Why = ""


class OverrideOut(BaseModel):
    """One override: who ordered it, why, and whether it was taken back."""

    id: int
    unit: str
    role: str
    kind: str
    person: str | None
    replaces: str | None
    start: Annotated[Stamp, Field(serialization_alias="from")]
    end: Annotated[Stamp, Field(serialization_alias="to")]
    why: str
    origin: str
    by: str
    at: Stamp
    removed_by: str | None
    removed_at: Stamp | None
    removed_why: str | None


class ChangeOut(BaseModel):
    """What one person's time gains and loses by it."""

    person: str
    gains: list[GapOut]
    loses: list[GapOut]


class OverrideDoneOut(OverrideOut):
    """The override, and whose time it changed."""

    changes: list[ChangeOut]


class OverridesOut(BaseModel):
    """Overrides, the earliest first."""

    items: list[OverrideOut]


@router.post("/overrides", status_code=201)
def order(body: OverrideIn, door: TheDoor, caller: Changer) -> OverrideDoneOut:
    """Put an override in force at once; open pages look again, whose time it changes is told."""
    unit = own(caller, body.unit)
    app, now = door.app, door.now()
    wanted = Wanted(**body.model_dump() | {"unit": unit})
    with app.db.begin() as tx:
        snapshot = app.directory.at(tx, now)
        done = overrides.add(tx, snapshot, wanted, now, caller.account.name, app.settings.zone)
        tell_override(tx, snapshot, app.notices, app.settings.zone, done, now)
    return _done(door, snapshot, done)


@router.get("/overrides", dependencies=[calling(Call.READ_ROSTERS)])
def listed(query: Annotated[OverridesQuery, Query()], door: TheDoor) -> OverridesOut:
    """Overrides for a stretch of time, the earliest first."""
    start = query.start or door.now()
    end = query.end or start + _MONTH
    if end <= start:
        raise Invalid([Fault(where="to", code="ends_before_start", value=end.isoformat())])
    unit = door.coded(query.unit) if query.unit is not None else None
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        if unit is not None and unit not in snapshot.units:
            raise NotFound("unknown_unit", unit=unit)
        found = overrides.listed(tx, start, end, unit=unit, removed=query.removed)
    return OverridesOut(items=[OverrideOut(**_fields(door, snapshot, one)) for one in found])


@router.delete("/overrides/{number}")
def take_back(
    number: int, query: Annotated[RemoveQuery, Query()], door: TheDoor, caller: Changer
) -> OverrideDoneOut:
    """Take an override back from now on; what was served by it until now stays served."""
    app, now = door.app, door.now()
    with app.db.begin() as tx:
        snapshot = app.directory.at(tx, now)
        own(caller, overrides.find(tx, number).unit)
        done = overrides.remove(tx, number, now, caller.account.name, query.why)
        tell_override(tx, snapshot, app.notices, app.settings.zone, done, now)
    return _done(door, snapshot, done)


def _done(door: Door, snapshot: Snapshot, done: Done) -> OverrideDoneOut:
    def spans(stretches: tuple[Stretch, ...]) -> list[GapOut]:
        return [GapOut(start=door.stamp(s.start), end=door.stamp(s.end)) for s in stretches]

    changes = [
        ChangeOut(
            person=_name(snapshot, one.person) or one.person,
            gains=spans(one.gains),
            loses=spans(one.loses),
        )
        for one in done.changes
    ]
    return OverrideDoneOut(**_fields(door, snapshot, done.override), changes=changes)


def _fields(door: Door, snapshot: Snapshot, one: Ordered) -> dict[str, Any]:
    return {
        "id": one.id,
        "unit": one.unit,
        "role": one.role,
        "kind": one.kind,
        "person": _name(snapshot, one.person),
        "replaces": _name(snapshot, one.replaces),
        "start": door.stamp(one.start_at),
        "end": door.stamp(one.end_at),
        "why": one.why,
        "origin": one.origin,
        "by": one.by,
        "at": door.stamp(one.at),
        "removed_by": one.removed_by,
        "removed_at": door.maybe(one.removed_at),
        "removed_why": one.removed_why,
    }


def _name(snapshot: Snapshot, person: str | None) -> str | None:
    known = snapshot.people.get(person or "")
    return known.name if known is not None else person
