"""Supervision orders over HTTP: drafts for those who issue, orders for those who answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from oncall.admin.order_page import page_of
from oncall.core.oversight import OrderState
from oncall.store import supervisions as rows
from oncall.store.supervisions import Order
from web import bodies
from web import shapes_orders as shapes
from web.api import PREFIX, PROBLEMS, own
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["supervision"], responses=PROBLEMS)

Reader = Annotated[Caller, calling(Call.READ_ORDERS)]
Issuer = Annotated[Caller, calling(Call.ISSUE_ORDERS)]


@router.get("/supervisions")
def list_orders(
    query: Annotated[bodies.OrdersQuery, Query()], door: TheDoor, caller: Reader
) -> shapes.OrdersOut:
    """Drafts and orders, the newest first; a liaison sees the own unit's orders, and no drafts."""
    states = None if query.state is None else [query.state]
    if caller.unit is not None:
        issued = [s for s in OrderState if s not in (OrderState.DRAFT, OrderState.DROPPED)]
        states = [s for s in issued if query.state in (None, s)]
    with door.app.db.read() as tx:
        unit = own(caller, query.unit)
        found = rows.listed(tx, states=states, unit=unit, limit=query.limit)
    return shapes.OrdersOut(items=[_order(door, one) for one in found])


@router.get("/supervisions/{ref}")
def show_order(ref: str, door: TheDoor, caller: Reader) -> shapes.OrderOut:
    """One order; `ref` is its id or its printed number."""
    return _order(door, door.app.supervision.find(ref, caller.actor))


@router.get("/supervisions/{ref}/print", response_class=HTMLResponse)
def print_order(ref: str, door: TheDoor, caller: Reader) -> HTMLResponse:
    """The order as a page to print on A4, in Chinese."""
    order = door.app.supervision.find(ref, caller.actor)
    with door.app.db.read() as tx:
        return HTMLResponse(page_of(tx, door.app.directory.at(tx, door.now()), order))


@router.post("/supervisions/{ref}/confirm")
def confirm(ref: str, body: bodies.ConfirmIn, door: TheDoor, caller: Issuer) -> shapes.OrderOut:
    """A person issues a draft: it gets its number and its deadline, and the unit is told."""
    order = door.app.supervision.issue(ref, body.by, door.now(), caller.actor, demand=body.demand)
    return _order(door, order)


@router.post("/supervisions/{ref}/drop")
def drop(ref: str, body: bodies.WhyIn, door: TheDoor, caller: Issuer) -> shapes.OrderOut:
    """A person decides that a draft becomes no order."""
    return _order(door, door.app.supervision.drop(ref, body.by, body.why, door.now(), caller.actor))


@router.post("/supervisions/{ref}/reply")
def reply(
    ref: str,
    body: bodies.ReplyIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.ANSWER_ORDERS)],
) -> shapes.OrderOut:
    """The unit's written reply; a second one replaces the first."""
    return _order(
        door, door.app.supervision.reply(ref, body.by, body.text, door.now(), caller.actor)
    )


@router.post("/supervisions/{ref}/close")
def close(ref: str, body: bodies.WhyIn, door: TheDoor, caller: Issuer) -> shapes.OrderOut:
    """The reply will do; without one, `why` says why none is needed."""
    order = door.app.supervision.close(ref, body.by, door.now(), caller.actor, why=body.why)
    return _order(door, order)


def _order(door: Door, order: Order) -> shapes.OrderOut:
    return shapes.OrderOut(
        id=order.id,
        number=order.number,
        colour=order.colour,
        state=order.state,
        unit=order.unit,
        transfer=order.code,
        cause=order.cause,
        drafted_at=door.stamp(order.drafted_at),
        issued_at=door.maybe(order.issued_at),
        issued_by=order.issued_by,
        demand=order.demand,
        due_at=door.maybe(order.due_at),
        reply=order.reply,
        replied_at=door.maybe(order.replied_at),
        replied_by=order.replied_by,
        ended_at=door.maybe(order.ended_at),
        ended_by=order.ended_by,
        ended_why=order.ended_why,
    )
