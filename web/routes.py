"""Which units a matter usually goes to, over HTTP: a suggestion, never a rule."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from oncall.core.routing import suggest
from oncall.store import routes as rows
from web import bodies
from web.api import PREFIX, PROBLEMS
from web.door import TheDoor, calling
from web.roles import Call
from web.shapes import Stamp

router = APIRouter(prefix=PREFIX, tags=["routes"], responses=PROBLEMS)


class RulingOut(BaseModel):
    """The ruling of the conference that made a row: who recorded it, when, on which transfer."""

    by: str
    at: Stamp
    transfer: str


class RouteOut(BaseModel):
    """One row; `to` and `copy_to` are as a transfer takes them, the first unit leads."""

    category: str
    area: str | None
    to: list[str]
    copy_to: list[str]
    valid_from: str | None
    valid_to: str | None
    source: str | None
    ruling: RulingOut | None


class RoutesOut(BaseModel):
    """The rows that fit today, the best first; every row where no category is given."""

    items: list[RouteOut]


@router.get("/routes", dependencies=[calling(Call.READ_TRANSFERS)])
def routes(
    query: Annotated[bodies.RoutesQuery, Query()],
    door: TheDoor,
) -> RoutesOut:
    """Which units matters of a category, in an area, usually go to."""
    with door.app.db.read() as tx:
        found = rows.all_routes(tx)
    if query.category is not None:
        day = door.now().astimezone(door.app.settings.zone).date()
        area = door.coded(query.area) if query.area is not None else None
        found = list(suggest(found, query.category, area, day))
    return RoutesOut(
        items=[
            RouteOut(
                category=one.category,
                area=one.area,
                to=[one.lead, *one.assist],
                copy_to=list(one.copy),
                valid_from=str(one.valid_from) if one.valid_from else None,
                valid_to=str(one.valid_to) if one.valid_to else None,
                source=one.source,
                ruling=None
                if one.ruling is None
                else RulingOut(
                    by=one.ruling.by, at=door.stamp(one.ruling.at), transfer=one.ruling.matter
                ),
            )
            for one in found
        ]
    )
