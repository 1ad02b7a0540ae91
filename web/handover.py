"""The handover list over HTTP: who relieves whom next, and what is left to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from oncall.inhand import Item
from oncall.relief import Change, relief
from web import bodies, shapes
from web.api import PREFIX, PROBLEMS, own
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["rosters"], responses=PROBLEMS)


class ComingOut(BaseModel):
    """Somebody who comes on duty; said is confirmed, refused, waiting, or null for not asked."""

    person: str
    said: str | None


class ChangeOut(BaseModel):
    """One role changing hands."""

    role: str
    now: list[str]
    next: list[ComingOut]
    at: shapes.Stamp | None


class ItemOut(BaseModel):
    """A matter on the unit's hands: waiting, exhausted or acked."""

    code: str
    urgency: str
    category: str | None
    area: str | None
    drill: bool
    state: str
    owner: str | None
    paged_at: shapes.Stamp
    ack_by: shapes.Stamp
    acked_at: shapes.Stamp | None
    eta_at: shapes.Stamp | None
    progressed_at: shapes.Stamp | None


class HandoverOut(BaseModel):
    """A unit's handover list."""

    unit: str
    at: shapes.Stamp
    changes: list[ChangeOut]
    items: list[ItemOut]


@router.get("/handover")
def handover(
    query: Annotated[bodies.HandoverQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_TRANSFERS)],
) -> HandoverOut:
    """Who hands over to whom next, and what the unit has, or at `at` had, on its hands."""
    now = door.now()
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, now)
        unit = own(caller, query.unit) or query.unit
        found = relief(tx, snapshot, unit, query.at or now, now)
    return HandoverOut(
        unit=found.unit,
        at=door.stamp(found.at),
        changes=[_change(door, one) for one in found.changes],
        items=[_item(door, one) for one in found.items],
    )


def _change(door: Door, one: Change) -> ChangeOut:
    coming = [ComingOut(person=name, said=said or None) for name, said in one.said.items()]
    return ChangeOut(role=one.role, now=list(one.now), next=coming, at=door.maybe(one.at))


def _item(door: Door, item: Item) -> ItemOut:
    return ItemOut(
        code=item.code,
        urgency=item.urgency,
        category=item.category,
        area=item.area,
        drill=item.drill,
        state=item.state,
        owner=item.owner,
        paged_at=door.stamp(item.paged_at),
        ack_by=door.stamp(item.ack_by),
        acked_at=door.maybe(item.acked_at),
        eta_at=door.maybe(item.eta_at),
        progressed_at=door.maybe(item.progressed_at),
    )
