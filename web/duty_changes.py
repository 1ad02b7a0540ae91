"""Changes of duty over HTTP: swap, cover, leave, take over; answer, decide, take back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from oncall import duty_changes
from oncall.core.errors import NotFound
from oncall.directory import Snapshot
from oncall.duty_changes import Asked, Conflicting, Give, Outcome, Stage
from oncall.store import duty_changes as rows
from rosters.changes import Kind, Verb
from rosters.errors import explain
from web.api import PREFIX, PROBLEMS, own
from web.bodies import Body, Moment, Name, UnitCode, Why
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call
from web.shapes import Stamp

router = APIRouter(prefix=PREFIX, tags=["rosters"], responses=PROBLEMS)

#: A liaison acts in the name of somebody of the own unit; others enter what they were told.
Changer = Annotated[Caller, calling(Call.CHANGE_ROSTERS)]
Role = Annotated[str, Field(max_length=40)]


class GiveIn(Body):
    """A duty: the one that runs `at` this moment; with `until` only that part of it."""

    at: Moment
    until: Moment | None = None
    role: Role | None = None


class SwapIn(Body):
    """`person` asks `other` to take a duty, for `back` or for nothing in return."""

    person: Name
    give: GiveIn
    other: Name
    back: GiveIn | None = None
    unit: UnitCode | None = None
    why: Why = ""


class CoverIn(Body):
    """`person` asks everybody of the unit who is free."""

    person: Name
    give: GiveIn
    unit: UnitCode | None = None
    why: Why = ""


class LeaveIn(Body):
    """`person` is away."""

    person: Name
    start: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]
    unit: UnitCode | None = None
    why: Why = ""


class TakeoverIn(Body):
    """`by` serves from now on; `instead` of whom, where several do."""

    unit: UnitCode
    by: Name
    role: Role = "primary"
    instead: Name | None = None
    until: Moment | None = None
    why: Why = ""


class ActIn(Body):
    """In whose name, and why."""

    by: Name | None = None
    why: Why = ""


class FillIn(Body):
    """Who stands in; `at` names one duty of the leave, without it they take all."""

    person: Name
    at: Moment | None = None
    by: Name | None = None


class ChangesQuery(Body):
    """Which changes: of one unit, of one kind, with the settled ones or only those still open."""

    unit: UnitCode | None = None
    kind: Kind | None = None
    settled: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MoveOut(BaseModel):
    """A stretch of a role: who had it, who has it."""

    role: str
    start: Annotated[Stamp, Field(serialization_alias="from")]
    end: Annotated[Stamp, Field(serialization_alias="to")]
    old: str | None
    new: str | None


class RiskOut(BaseModel):
    """What is too much about it; it is not forbidden."""

    code: str
    message: str


class CandidateOut(BaseModel):
    """Somebody who could stand in, and what speaks for and against it."""

    person: str
    free: bool
    qualified: bool
    rest_hours: float | None
    hours: float
    nights: int
    warnings: list[str]


class ConflictOut(BaseModel):
    """A duty that falls into a leave, and who could serve it, the best first."""

    unit: str
    role: str
    start: Annotated[Stamp, Field(serialization_alias="from")]
    end: Annotated[Stamp, Field(serialization_alias="to")]
    candidates: list[CandidateOut]


class ChangeOut(BaseModel):
    """One change of duty as it stands."""

    id: int
    kind: str
    state: str
    unit: str
    person: str
    other: str | None
    start: Annotated[Stamp, Field(serialization_alias="from")]
    end: Annotated[Stamp, Field(serialization_alias="to")]
    urgent: bool
    why: str
    asked_by: str
    asked_at: Stamp
    agreed_at: Stamp | None
    decided_by: str | None
    decided_at: Stamp | None
    decided_why: str | None
    overrides: list[int]
    moves: list[MoveOut]
    warnings: list[RiskOut]
    #: Who was told of this step.
    told: list[str]
    conflicts: list[ConflictOut] = []


class ChangesOut(BaseModel):
    """Changes, the newest first."""

    items: list[ChangeOut]


@router.post("/changes/swap", status_code=201)
def swap(body: SwapIn, door: TheDoor, caller: Changer) -> ChangeOut:
    """Ask for a swap: nothing changes until the other agrees and a leader approves."""
    unit = own(caller, body.unit)
    with _stage(door, caller, by=body.person, unit=unit) as stage:
        done = duty_changes.ask_swap(
            stage,
            Asked(
                person=body.person,
                give=_give(body.give),
                other=body.other,
                back=_give(body.back) if body.back else None,
                unit=unit,
                why=body.why,
            ),
        )
        own(caller, done.change.unit)
        return _out(door, caller, stage, done)


@router.post("/changes/cover", status_code=201)
def cover(body: CoverIn, door: TheDoor, caller: Changer) -> ChangeOut:
    """Ask for somebody to stand in: the first who accepts serves, at once."""
    unit = own(caller, body.unit)
    with _stage(door, caller, by=body.person, unit=unit) as stage:
        give = _give(body.give)
        done = duty_changes.ask_cover(stage, body.person, give, unit=unit, why=body.why)
        own(caller, done.change.unit)
        return _out(door, caller, stage, done)


@router.post("/changes/leave", status_code=201)
def leave(body: LeaveIn, door: TheDoor, caller: Changer) -> ChangeOut:
    """Ask for leave; the answer lists the duties in it and who could stand in."""
    unit = own(caller, body.unit)
    with _stage(door, caller, by=body.person, unit=unit) as stage:
        done = duty_changes.ask_leave(
            stage, body.person, body.start, body.end, unit=unit, why=body.why
        )
        own(caller, done.change.unit)
        return _out(door, caller, stage, done)


@router.post("/changes/takeover", status_code=201)
def takeover(body: TakeoverIn, door: TheDoor, caller: Changer) -> ChangeOut:
    """Take a running duty over, in force at once; open pages go on with the new person."""
    unit = door.coded(body.unit)
    own(caller, unit)
    with _stage(door, caller, by=body.by, unit=unit) as stage:
        if unit not in stage.snapshot.units:
            raise NotFound("unknown_unit", unit=unit)
        done = duty_changes.take_over(
            stage,
            unit,
            body.role,
            body.by,
            instead=body.instead,
            until=body.until,
            why=body.why,
        )
        return _out(door, caller, stage, done)


@router.get("/changes")
def listed(
    query: Annotated[ChangesQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_ROSTERS)],
) -> ChangesOut:
    """Changes of duty, the newest first; those still open unless `settled`."""
    with _stage(door, caller) as stage:
        found = rows.listed(
            stage.tx,
            kinds=[query.kind] if query.kind else [],
            unit=own(caller, query.unit),
            open_only=not query.settled,
            limit=query.limit,
        )
        looks = [duty_changes.look(stage, one.id) for one in found]
        return ChangesOut(items=[_out(door, caller, stage, one, brief=True) for one in looks])


@router.get("/changes/{number}")
def one(
    number: int, door: TheDoor, caller: Annotated[Caller, calling(Call.READ_ROSTERS)]
) -> ChangeOut:
    """One change as it stands."""
    with _stage(door, caller, change=number) as stage:
        return _out(door, caller, stage, duty_changes.look(stage, number))


@router.post("/changes/{number}/fill")
def fill(number: int, body: FillIn, door: TheDoor, caller: Changer) -> ChangeOut:
    """Somebody stands in for what falls into an approved leave."""
    with _stage(door, caller, by=body.by, change=number) as stage:
        done = duty_changes.fill(stage, number, body.person, at=body.at)
        return _out(door, caller, stage, done)


@router.post("/changes/{number}/{verb}")
def act(number: int, verb: Verb, body: ActIn, door: TheDoor, caller: Changer) -> ChangeOut:
    """Agree, refuse, approve, reject, withdraw or undo; who may is checked by name."""
    if verb is Verb.LAPSE:
        raise NotFound("no_such_address")
    with _stage(door, caller, by=body.by, change=number) as stage:
        done = duty_changes.act(stage, number, verb, why=body.why)
        return _out(door, caller, stage, done)


# -- shared --------------------------------------------------------------------------------


@contextmanager
def _stage(
    door: Door,
    caller: Caller,
    *,
    by: str | None = None,
    unit: str | None = None,
    change: int | None = None,
) -> Iterator[Stage]:
    """One transaction. A liaison stays inside the own unit, and acts in somebody's name."""
    app, now = door.app, door.now()
    with app.db.begin() as tx:
        snapshot = app.directory.at(tx, now)
        if change is not None:
            unit = rows.find(tx, change).unit
            own(caller, unit)
        yield Stage(
            tx=tx,
            snapshot=snapshot,
            now=now,
            by=duty_changes.acting(
                snapshot, by, unit, account=caller.account.name, free=caller.unit is None
            ),
            notices=app.notices,
            zone=app.settings.zone,
            office=app.coverage.rules.office,
        )


def _give(body: GiveIn) -> Give:
    return Give(at=body.at, until=body.until, role=body.role)


def _out(
    door: Door, caller: Caller, stage: Stage, done: Outcome, *, brief: bool = False
) -> ChangeOut:
    snapshot, change = stage.snapshot, done.change
    leaves = change.kind is Kind.LEAVE and not brief
    found = duty_changes.conflicts(stage, change) if leaves else []
    return ChangeOut(
        id=change.id,
        kind=change.kind.value,
        state=change.state.value,
        unit=change.unit,
        person=_name(snapshot, change.person) or change.person,
        other=_name(snapshot, change.other),
        start=door.stamp(change.start_at),
        end=door.stamp(change.end_at),
        urgent=change.urgent,
        why=change.why,
        asked_by=change.asked_by,
        asked_at=door.stamp(change.asked_at),
        agreed_at=door.maybe(change.agreed_at),
        decided_by=change.decided_by,
        decided_at=door.maybe(change.decided_at),
        decided_why=change.decided_why,
        overrides=list(change.overrides),
        moves=[
            MoveOut(
                role=move.role,
                start=door.stamp(move.start),
                end=door.stamp(move.end),
                old=_name(snapshot, move.old),
                new=_name(snapshot, move.new),
            )
            for move in done.moves
        ],
        warnings=[
            RiskOut(code=p.code, message=explain(p, caller.t, snapshot.names(caller.lang)))
            for p in done.warnings
        ],
        told=[_name(snapshot, person) or person for person in done.told],
        conflicts=[_conflict(door, snapshot, one) for one in found],
    )


def _conflict(door: Door, snapshot: Snapshot, one: Conflicting) -> ConflictOut:
    candidates: list[dict[str, Any]] = [
        {
            "person": _name(snapshot, s.person) or s.person,
            "free": s.free,
            "qualified": s.qualified,
            "rest_hours": None if s.rest is None else round(s.rest, 1),
            "hours": round(s.hours, 1),
            "nights": s.nights,
            "warnings": list(s.strains),
        }
        for s in one.standins
    ]
    return ConflictOut(
        unit=one.duty.unit,
        role=one.duty.role,
        start=door.stamp(one.duty.start),
        end=door.stamp(one.duty.end),
        candidates=[CandidateOut(**values) for values in candidates],
    )


def _name(snapshot: Snapshot, person: str | None) -> str | None:
    known = snapshot.people.get(person or "")
    return known.name if known is not None else person
