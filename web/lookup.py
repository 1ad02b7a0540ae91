"""Rosters, units, people and alarms over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from notifiers.phone import mask
from oncall import duty
from oncall.core.errors import Conflict, NotFound
from oncall.store import alarms, directory, handovers, reports
from oncall.store.usage import NO_TRANSFER
from web import bodies, shapes
from web import shapes_directory as directory_shapes
from web.api import PREFIX, PROBLEMS, own, revealing
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call
from web.shapes_duty import (
    AllDutyOut,
    ComingOut,
    GapOut,
    ScheduleOut,
    SegmentOut,
    ServingOut,
    UnitDutyOut,
)
from web.views import View

router = APIRouter(prefix=PREFIX, responses=PROBLEMS)

_NoQuery = Annotated[bodies.NoQuery, Query()]


@router.get("/on-duty", tags=["rosters"])
def on_duty(
    query: Annotated[bodies.OnDutyQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_ROSTERS)],
) -> UnitDutyOut | AllDutyOut:
    """Who serves, until when, and who is next: of one unit, or of every unit that has a roster."""
    if query.reveal is not None:
        revealing(door, caller, query.reveal, NO_TRANSFER)
    now = door.now()
    at = query.at or now
    named = door.coded(query.unit) if query.unit is not None else None
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, now)

        holds = handovers.holds(tx, at, at, unit=named)

        def of(unit: str) -> UnitDutyOut:
            found = duty.who(
                tx,
                snapshot,
                unit,
                at,
                now=now,
                holds=holds,
                role=query.role,
                phones=query.reveal is not None,
            )
            return _serving(door, found)

        if named is not None:
            return of(named)
        every = [of(unit) for unit in snapshot.units]
        listed = [one for one in every if one.on_duty or one.next]
        return AllDutyOut(at=door.stamp(at), units=listed)


def _serving(door: Door, found: duty.Who) -> UnitDutyOut:
    def maybe(moment: datetime | None) -> str | None:
        return door.maybe(moment)

    return UnitDutyOut(
        unit=found.unit,
        at=door.stamp(found.at),
        on_duty=[
            ServingOut(
                role=one.role,
                person=one.name,
                until=maybe(one.until),
                phone=one.phone,
                source=one.source,
            )
            for one in found.on_duty
        ],
        next=[
            ComingOut(
                role=one.role,
                person=one.name,
                start=maybe(one.start),
                until=maybe(one.until),
                phone=one.phone,
            )
            for one in found.next
        ],
    )


@router.get("/schedule", tags=["rosters"], dependencies=[calling(Call.READ_ROSTERS)])
def schedule(query: Annotated[bodies.ScheduleQuery, Query()], door: TheDoor) -> ScheduleOut:
    """A role of a unit over a window, tiled by segments; an uncovered one has no people."""
    unit = door.coded(query.unit)
    with door.app.db.read() as tx:
        now = door.now()
        snapshot = door.app.directory.at(tx, now)
        found = duty.schedule(tx, snapshot, unit, query.role, query.start, query.end, now)
    stamp = door.stamp
    return ScheduleOut(
        unit=found.unit,
        role=found.role,
        start=stamp(found.start),
        end=stamp(found.end),
        segments=[
            SegmentOut(start=stamp(s.start), end=stamp(s.end), people=list(s.people))
            for s in found.segments
        ],
        gaps=[GapOut(start=stamp(g.start), end=stamp(g.end)) for g in found.gaps],
    )


@router.get("/units", tags=["directory"], dependencies=[calling(Call.READ_PEOPLE)])
def units(_: _NoQuery, door: TheDoor) -> directory_shapes.UnitsOut:
    """Every unit."""
    with door.app.db.read() as tx:
        found = directory.all_units(tx)
    return directory_shapes.UnitsOut(
        items=[
            directory_shapes.UnitOut(
                code=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                kind=unit.kind,
                parent=unit.parent,
                desk_phone=unit.desk_phone,
                valid_from=unit.valid_from.isoformat() if unit.valid_from else None,
                valid_to=unit.valid_to.isoformat() if unit.valid_to else None,
                aliases=list(unit.aliases),
                successor=unit.successor,
            )
            for unit in found
        ]
    )


@router.get("/people", tags=["directory"], dependencies=[calling(Call.READ_PEOPLE)])
def people(
    query: Annotated[bodies.PeopleQuery, Query()], door: TheDoor
) -> directory_shapes.PeopleOut:
    """Contact cards, every number masked."""
    unit = door.coded(query.unit) if query.unit is not None else None
    with door.app.db.read() as tx:
        known = {unit.code for unit in directory.all_units(tx)}
        if unit is not None and unit not in known:
            raise NotFound("unknown_unit", unit=unit)
        found = directory.all_people(tx, unit)
    return directory_shapes.PeopleOut(
        items=[
            directory_shapes.PersonOut(
                id=person.id,
                unit=person.unit,
                name=person.name,
                title=person.title,
                post=person.post,
                lang=person.lang,
                active=person.active,
                mobile=mask(person.mobile) if person.mobile else None,
            )
            for person in found
        ]
    )


@router.get("/alarms", tags=["alarms"])
def list_alarms(
    query: Annotated[bodies.AlarmsQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_ALARMS)],
) -> shapes.AlarmsOut:
    """Open alarms, the newest first."""
    unit = own(caller, query.unit)
    with door.app.db.read() as tx:
        found = reports.open_alarms(tx, unit=unit)
        view = View(door, caller, tx)
        return shapes.AlarmsOut(items=[view.alarm(one) for one in found])


@router.post("/alarms/{alarm_id}/close", tags=["alarms"])
def close_alarm(
    alarm_id: int,
    body: bodies.CloseIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.CLOSE_ALARM)],
) -> shapes.AlarmOut:
    """A human dealt with it; what still holds raises it again."""
    with door.app.db.begin() as tx:
        known = reports.alarm(tx, alarm_id) if abs(alarm_id) < 2**62 else None
        if known is None:
            raise NotFound("no_such_alarm", alarm=str(alarm_id))
        if not alarms.close(tx, alarm_id, body.by, door.now()):
            raise Conflict("alarm_closed", alarm=str(alarm_id))
        tx.ring()
    with door.app.db.read() as tx:
        closed = reports.alarm(tx, alarm_id)
        return View(door, caller, tx).alarm(closed or known)
