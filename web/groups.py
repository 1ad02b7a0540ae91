"""Groups over HTTP: which there are, what a call would do, calling one, and its roll."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from oncall.admin import group_preview, rollcall
from oncall.admin.group_calls import (
    Called,
    Members,
    Wish,
    called,
    counted,
    group_named,
    members,
    must_count,
    names,
)
from oncall.core.model import Urgency
from oncall.core.rollcall import Response as Said
from oncall.core.transfers import LIVE, Draft
from oncall.directory import Snapshot
from oncall.store import groups as rows
from oncall.store import reports
from oncall.store.database import Tx
from oncall.store.groups import TEAM, UnitGroup
from web import bodies, shapes_groups
from web.api import PREFIX, PROBLEMS
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["groups"], responses=PROBLEMS)

Reader = Annotated[Caller, calling(Call.READ_TRANSFERS)]


@router.get("/groups")
def list_groups(
    _: Annotated[bodies.NoQuery, Query()], door: TheDoor, caller: Reader
) -> shapes_groups.GroupsOut:
    """Every group, its units, and how they are called."""
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        known = rows.all_groups(tx).values()
        items = [_group(door, tx, caller, snapshot, group) for group in known]
    return shapes_groups.GroupsOut(items=items)


@router.get("/groups/{name:path}/preview", dependencies=[calling(Call.READ_TRANSFERS)])
def preview(
    name: str,
    query: Annotated[shapes_groups.PreviewQuery, Query()],
    door: TheDoor,
) -> shapes_groups.PreviewOut:
    """What a call would do if it were made now; nothing is sent."""
    wish = Wish(needed=query.needed, wave=query.wave, minutes=query.minutes)
    with door.app.db.read() as tx:
        snapshot, found = _called(door, tx, name, query.urgency, query.category, wish)
        seen = group_preview.preview(
            tx,
            snapshot,
            found,
            door.now(),
            urgency=Urgency(query.urgency),
            category=query.category,
            lang=door.app.settings.lang,
            signature=door.app.settings.signature,
        )
    return shapes_groups.PreviewOut(**group_preview.as_data(seen, snapshot))


@router.post(
    "/groups/{name:path}/calls",
    status_code=201,
    responses={200: {"model": shapes_groups.CalledOut}},
)
def call(
    name: str,
    body: shapes_groups.CallIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.HAND_OVER)],
    response: Response,
) -> shapes_groups.CalledOut:
    """Call a group; it is durable and the first wave is on its way when this answers.

    200 and the same call for the same origin and origin_ref. Correct or withdraw it as any
    transfer: both reach exactly whoever was told.
    """
    wish = Wish(needed=body.needed, wave=body.wave, minutes=body.minutes)
    with door.app.db.read() as tx:
        snapshot, found = _called(door, tx, name, body.urgency, body.category, wish)
    counted(found.group, found.members.size, snapshot, body.count)
    draft = Draft(
        **body.model_dump(exclude={"count", "needed", "wave", "minutes"}),
        to=found.units,
        people=found.people,
        needed=found.needed,
        calls=found.calls,
    )
    accepted = door.app.intake.accept(draft, door.now(), caller.actor)
    if not accepted.created:
        response.status_code = 200
    transfer, out = accepted.transfer, found.members
    response.headers["Location"] = f"{PREFIX}/transfers/{transfer.id}"
    return shapes_groups.CalledOut(
        id=transfer.id,
        code=transfer.code,
        created=accepted.created,
        group=found.group.name,
        units=list(found.units),
        people=[one.name for one in found.people],
        needed=found.needed,
        wave=found.calls.size,
        minutes=found.calls.every.total_seconds() / 60,
        moved=_moved(out),
        gone=list(out.gone),
        left=list(out.left),
        roll=f"{PREFIX}/group-calls/{transfer.id}",
    )


@router.get("/group-calls")
def list_calls(
    query: Annotated[shapes_groups.CallsQuery, Query()], door: TheDoor, caller: Reader
) -> shapes_groups.CallsOut:
    """Calls to groups: those that go on, or all."""
    states = None if query.all else LIVE
    with door.app.db.read() as tx:
        briefs = reports.list_transfers(
            tx, states=states, unit=caller.unit, groups=True, limit=query.limit
        )
        found = [rollcall.called_over(tx, one.transfer.id, door.now()) for one in briefs]
    return shapes_groups.CallsOut(
        items=[
            shapes_groups.CallBrief(
                id=one.transfer.id,
                code=one.transfer.code,
                group=one.roll.group,
                state=one.transfer.state,
                urgency=one.transfer.urgency,
                called_at=door.stamp(one.transfer.transferred_at),
                needed=one.roll.required,
                answered=one.roll.count(Said.ACKED),
                met=one.roll.met,
            )
            for one in found
        ]
    )


@router.get("/group-calls/{ref:path}")
def roll(
    ref: str, _: Annotated[bodies.NoQuery, Query()], door: TheDoor, caller: Reader
) -> shapes_groups.RollOut:
    """The roll of a call, or of any transfer to several units: who was called in which wave, who
    got it, who answered what. A liaison sees the own unit's line."""
    transfer = door.app.desk.find(ref, caller.actor)
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        seen = rollcall.called_over(tx, transfer.id, door.now())
    return shapes_groups.RollOut(
        **rollcall.as_data(
            seen,
            lambda unit: snapshot.unit_name(unit, caller.lang),
            door.maybe,
            only=caller.unit,
        )
    )


def _called(
    door: Door, tx: Tx, name: str, urgency: str, category: str | None, wish: Wish
) -> tuple[Snapshot, Called]:
    snapshot = door.app.directory.at(tx, door.now())
    group = group_named(rows.all_groups(tx), name)
    found = called(
        group,
        snapshot,
        tx,
        door.now(),
        door.today(),
        urgency=urgency,
        category=category,
        wish=wish,
    )
    return snapshot, found


def _group(
    door: Door, tx: Tx, caller: Caller, snapshot: Snapshot, group: UnitGroup
) -> shapes_groups.GroupOut:
    found = members(group, snapshot, tx, door.now(), door.today())
    moved = dict(found.moved)
    return shapes_groups.GroupOut(
        name=group.name,
        units=[
            shapes_groups.MemberOut(
                unit=code,
                unit_name=snapshot.unit_name(code, caller.lang),
                people=names(group, code, snapshot),
                team=TEAM in group.people.get(code, ()),
                ended=code in moved or code in found.gone,
                heir=moved.get(code),
            )
            for code in group.units
        ],
        needed=group.needed,
        wave=group.wave,
        minutes=group.minutes,
        count=found.size,
        must_count=must_count(found.size, snapshot),
    )


def _moved(found: Members) -> list[shapes_groups.MovedOut]:
    return [shapes_groups.MovedOut(unit=old, heir=heir) for old, heir in found.moved]
