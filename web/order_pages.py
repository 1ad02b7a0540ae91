"""The console's page of supervision orders 督办: drafts to decide on, orders to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from oncall.admin.order_page import page_of
from oncall.core.errors import NotFound, OncallError
from oncall.core.oversight import OrderState
from oncall.core.words import N_, ORDERS, moment
from oncall.directory import Snapshot
from oncall.store import supervisions
from oncall.store.supervisions import Order
from oncall.supervision import colour_word, demanded
from web.console_door import SIGN_IN, FormDoor
from web.forms import Given
from web.render import Look
from web.roles import LIAISON, Call
from web.session import Visitor

#: Where the page is.
PATH = "/console/orders"
#: So many are shown, the newest first.
_SHOWN = 100
#: A unit knows of no draft.
_OF_UNITS = (OrderState.ISSUED, OrderState.REPLIED, OrderState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do with an order: its verb, what it is called, and the field it asks for."""

    verb: str
    label: str
    field: str
    about: str
    required: bool
    call: Call
    states: tuple[OrderState, ...]


_ACTS = (
    Act(verb="confirm", label=N_("Issue the order"), field="demand", required=False,
        about=N_("What it asks of the unit (left out: deal with it and reply in writing)"),
        call=Call.ISSUE_ORDERS, states=(OrderState.DRAFT,)),
    Act(verb="drop", label=N_("Make no order of it"), field="why", required=True,
        about=N_("Their reason, for the record."),
        call=Call.ISSUE_ORDERS, states=(OrderState.DRAFT,)),
    Act(verb="reply", label=N_("Reply in writing"), field="text", required=True,
        about=N_("What was done, and why it was late."),
        call=Call.ANSWER_ORDERS, states=(OrderState.ISSUED, OrderState.REPLIED)),
    Act(verb="close", label=N_("Close the order"), field="why", required=False,
        about=N_("Why, where there is no reply."),
        call=Call.ISSUE_ORDERS, states=(OrderState.ISSUED, OrderState.REPLIED)),
)  # fmt: skip


class OrderDoor(FormDoor):
    """The handlers."""

    path = PATH
    template = "orders.html"

    async def show(self, request: Request) -> Response:
        """Every draft and order this visitor may see."""
        return await self.shown(request)

    async def act(self, request: Request, ref: str, verb: str) -> Response:
        """Issue, drop, answer or close one."""
        return await self.done(request, lambda given: self._act(given, ref, verb))

    async def sheet(self, request: Request, ref: str) -> Response:
        """One as a page to print, in Chinese."""
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return SIGN_IN()
        return await run_in_threadpool(self._printed, visitor, ref)

    def values(self, seen: Look, visitor: Visitor) -> Mapping[str, Any]:
        """The orders, the newest first; a liaison's are those of the own unit that were issued."""
        own = visitor.actor.unit if visitor.actor.role == LIAISON else None
        with self.app.db.read() as tx:
            snapshot = self.app.directory.at(tx, self.app.clock.now())
            found = supervisions.listed(
                tx, unit=own, states=None if own is None else _OF_UNITS, limit=_SHOWN
            )
        return {"orders": [self._line(seen, visitor, snapshot, order) for order in found]}

    def _line(self, seen: Look, visitor: Visitor, snapshot: Snapshot, order: Order) -> Any:
        t, zone = seen.t, str(self.app.settings.zone)
        facts = (
            (N_("Drafted"), order.drafted_at, ""),
            (N_("Issued"), order.issued_at, order.issued_by),
            (N_("Reply due"), order.due_at, ""),
            (N_("Replied"), order.replied_at, order.replied_by),
            (N_("Ended"), order.ended_at, order.ended_by),
        )
        return {
            "id": order.id,
            "number": order.number,
            "colour": order.colour,
            "colour_text": colour_word(snapshot.book.oversight, order.colour, t),
            "state_text": t(ORDERS[order.state]),
            "unit": snapshot.unit_name(order.unit, seen.lang),
            "code": order.code,
            "facts": [(t(n), f"{moment(at, zone)} {who or ''}") for n, at, who in facts if at],
            "demand": demanded(order, t) if order.number else "",
            "reply": order.reply,
            "why": order.ended_why,
            "acts": [a for a in _ACTS if order.state in a.states and visitor.may(a.call)],
        }

    def _act(self, given: Given, ref: str, verb: str) -> Response:
        act = next((one for one in _ACTS if one.verb == verb), None)
        if act is None:
            raise NotFound("no_such_address")
        given.require(act.call)
        said, by = given.get(act.field), given.visitor.signs(given.get("by"))
        now, actor, office = self.app.clock.now(), given.visitor.actor, self.app.supervision
        if verb == "confirm":
            office.issue(ref, by, now, actor, demand=said[:2000])
        elif verb == "drop":
            office.drop(ref, by, said[:500], now, actor)
        elif verb == "reply":
            office.reply(ref, by, said[:10_000], now, actor)
        else:
            office.close(ref, by, now, actor, why=said[:500])
        return RedirectResponse(f"{PATH}#order-{ref}", status_code=303)

    def _printed(self, visitor: Visitor, ref: str) -> Response:
        try:
            order = self.app.supervision.find(ref, visitor.actor)
        except OncallError as error:
            return Response(status_code=error.status)
        with self.app.db.read() as tx:
            snapshot = self.app.directory.at(tx, self.app.clock.now())
            return HTMLResponse(page_of(tx, snapshot, order))
