"""Deadlines over HTTP: which are near, more time asked for, more time given."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from oncall.store import deadlines as rows
from oncall.store.deadlines import Listed
from web import bodies, shapes
from web.api import PREFIX, PROBLEMS, own
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["deadlines"], responses=PROBLEMS)


@router.get("/deadlines")
def list_deadlines(
    query: Annotated[bodies.DeadlinesQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_TRANSFERS)],
) -> shapes.DeadlinesOut:
    """Running deadlines, the nearest first, each with the wish for more time that waits."""
    now = door.now()
    with door.app.db.read() as tx:
        found = rows.listed(
            tx,
            unit=own(caller, query.unit),
            overdue_at=now if query.overdue else None,
            limit=query.limit,
        )
    return shapes.DeadlinesOut(items=[_listed(door, one) for one in found])


@router.post("/transfers/{ref:path}/extend")
def extend(
    ref: str,
    body: bodies.ExtendIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.ASK_EXTENSION)],
) -> shapes.DeadlineOut:
    """Whoever handles it needs more time; the supervisor on duty is told."""
    app = door.app
    app.deadlines.ask(ref, body.by, body.until, body.why, door.now(), caller.actor)
    return _one(door, caller, ref)


@router.post("/transfers/{ref:path}/extension")
def decide(
    ref: str,
    body: bodies.GrantIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.GRANT_EXTENSION)],
) -> shapes.DeadlineOut:
    """More time is granted or refused; whoever handles the matter is told."""
    app = door.app
    app.deadlines.decide(ref, body.by, door.now(), caller.actor, grant=body.grant, why=body.why)
    return _one(door, caller, ref)


def _one(door: Door, caller: Caller, ref: str) -> shapes.DeadlineOut:
    transfer, deadline, asked = door.app.deadlines.of(ref, caller.actor)
    one = Listed(deadline=deadline, code=transfer.code, summary=transfer.summary, asked=asked)
    return _listed(door, one)


def _listed(door: Door, one: Listed) -> shapes.DeadlineOut:
    deadline, asked, stamp = one.deadline, one.asked, door.stamp
    return shapes.DeadlineOut(
        transfer=deadline.transfer,
        code=one.code,
        summary=one.summary,
        received_at=stamp(deadline.received_at),
        due_at=stamp(deadline.due_at),
        overdue=deadline.overdue(door.now()),
        extended=deadline.extended,
        asked=None
        if asked is None
        else shapes.ExtensionOut(
            asked_by=asked.asked_by,
            asked_at=stamp(asked.asked_at),
            until=stamp(asked.until),
            why=asked.why,
        ),
    )
