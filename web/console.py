"""The console: one live page for the desk, with the emulated phones where there are any."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_world import Phone
from oncall.config import secret_key
from oncall.core.errors import NotFound, OncallError
from oncall.core.faults import explain_error
from oncall.core.model import Urgency
from oncall.core.words import N_, URGENCY
from oncall.directory import Snapshot
from oncall.intake import Actor
from oncall.store import nodes, reports
from oncall.store.database import Tx
from oncall.wiring import App
from web.board import Reader
from web.console_door import SIGN_IN
from web.detail import Detail, detail
from web.drill_page import PATH as DRILLS
from web.drill_page import DrillDoor
from web.duties import PATH as DUTIES
from web.duties import DutyDoor
from web.forms import ELSEWHERE, Forms, Given, New, Result, on_phone
from web.group_pages import GroupPages
from web.health import PROGRESS_WITHIN
from web.order_pages import PATH as ORDERS
from web.order_pages import OrderDoor
from web.paper_page import PATH as PAPERS
from web.paper_page import PaperDoor
from web.phones import KEYS, Handset, Handsets, show
from web.render import STATIC, Look, look, page
from web.session import Sessions, Visitor
from web.stream import Pulse, stream

#: As whom somebody at this very machine looks at the demonstration.
_GUEST = Actor(name="值班员", role="dispatcher")

_STOPPED = N_("No process is deciding and sending. Start the service, and telephone meanwhile.")
#: Suggestions only: what a matter is called is free.
_CATEGORIES = (
    "供水", "供电", "供气", "道路", "积水内涝", "路灯井盖", "噪声", "污染", "消防隐患", "山体滑坡",
    "校园安全", "医疗纠纷", "劳资纠纷", "邻里纠纷", "走失求助", "物业", "市容",
)  # fmt: skip

Work = Callable[[Given], Result | Awaitable[Result]]


def mount(fastapi_app: FastAPI, app: App, emulator: Emulator | None = None) -> Console:
    """Put the console at / of an application; with an emulator, its phones are on the page.

    With an emulator the page opens without signing in for whoever sits at this very machine.
    Serve it with ``web.server.Server``, which ends the live pages before it stops.
    """
    console = Console(app, emulator)
    duties = DutyDoor(app, console.sessions)
    route = fastapi_app.add_api_route
    practice = DrillDoor(app, console.sessions)
    papers = PaperDoor(app, console.sessions)
    orders = OrderDoor(app, console.sessions)
    for path, handler, method in (
        ("/", console.home, "GET"),
        ("/console/live", console.live, "GET"),
        ("/console/events", console.events, "GET"),
        ("/console/sign-in", console.ask_token, "GET"),
        ("/console/sign-in", console.sign_in, "POST"),
        ("/console/sign-out", console.sign_out, "POST"),
        ("/console/transfers", console.send, "POST"),
        ("/console/transfers/{ref}/{verb}", console.act, "POST"),
        ("/console/alarms", console.close_alarms, "POST"),
        ("/console/phones/{verb}", console.phone, "POST"),
        (DRILLS, practice.show, "GET"),
        (DRILLS, practice.hold, "POST"),
        (DUTIES, duties.show, "GET"),
        (DUTIES + "/{unit}/{what}", duties.ask, "POST"),
        (DUTIES + "/{unit}/changes/{number}/{verb}", duties.act, "POST"),
        (ORDERS, orders.show, "GET"),
        (ORDERS + "/{ref}/print", orders.sheet, "GET"),
        (ORDERS + "/{ref}/{verb}", orders.act, "POST"),
        (PAPERS, papers.show, "GET"),
        (f"{PAPERS}/{{paper}}", papers.make, "POST"),
    ):
        route(path, handler, methods=[method], include_in_schema=False, response_model=None)
    for path, handler, method in console.groups.routes():
        route(path, handler, methods=[method], include_in_schema=False, response_model=None)
    fastapi_app.mount("/console/static", StaticFiles(directory=STATIC), name="console-static")
    fastapi_app.state.console = console
    return console


class Console:
    """The handlers. Whatever touches the database runs in a worker thread."""

    def __init__(self, app: App, emulator: Emulator | None) -> None:
        self.app = app
        self.handsets = Handsets(emulator) if emulator is not None else None
        self.sessions = Sessions(
            app.db,
            app.clock,
            lambda: secret_key(app.settings),
            public_url=app.settings.public_url,
            guest=_GUEST if emulator is not None else None,
        )
        self.forms = Forms(app)
        self.groups = GroupPages(app, self.sessions)
        sources = (emulator.changed,) if emulator is not None else ()
        self.pulse = Pulse(app.db, *sources)
        self._turn = asyncio.Lock()

    # -- reading ---------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        """The page."""
        visitor = await self._visitor(request)
        if visitor is None:
            return SIGN_IN()
        return await self._page("console.html", request, visitor, New())

    async def live(self, request: Request) -> Response:
        """The living part of the page alone."""
        visitor = await self._visitor(request)
        if visitor is None:
            return Response(status_code=401)
        return await self._page("live.html", request, visitor, None)

    async def events(self, request: Request) -> Response:
        """Server-sent events: something may have changed."""
        if await self._visitor(request) is None:
            return Response(status_code=401)
        return stream(self.pulse, request)

    async def _visitor(self, request: Request) -> Visitor | None:
        return await run_in_threadpool(self.sessions.visitor, request)

    async def _page(
        self,
        name: str,
        request: Request,
        visitor: Visitor,
        new: New | None,
        status: int = 200,
        seen: Look | None = None,
    ) -> HTMLResponse:
        now_look = seen or look(request, self.app.settings.lang)
        # The phones live on the event loop, so they are read there; all else is done elsewhere,
        # and for one reader at a time: however many desks look, paging has the machine.
        phones = self.handsets.now() if self.handsets is not None else None
        async with self._turn:
            return await run_in_threadpool(self._made, name, now_look, visitor, new, phones, status)

    def _made(
        self,
        name: str,
        look: Look,
        visitor: Visitor,
        new: New | None,
        phones: Sequence[Phone] | None,
        status: int,
    ) -> HTMLResponse:
        try:
            values = self._values(look, visitor, new, phones)
        except OncallError as error:
            said = str(explain_error(look.t, error))
            return self._render("trouble.html", look, {"said": said}, error.status)
        return self._render(name, look, values, status)

    def _render(
        self, name: str, look: Look, values: dict[str, Any], status: int = 200
    ) -> HTMLResponse:
        settings = self.app.settings
        return page(
            name, look, values, zone=settings.timezone, county=settings.signature, status=status
        )

    def _values(
        self, look: Look, visitor: Visitor, new: New | None, phones: Sequence[Phone] | None
    ) -> dict[str, Any]:
        now = self.app.clock.now()
        t = look.t
        with self.app.db.read() as tx:
            snapshot = self.app.directory.at(tx, now)
            reader = Reader(
                tx, snapshot, visitor.actor, now, t=t, lang=look.lang, zone=self.app.settings.zone,
                supervised=look.supervised,
            )  # fmt: skip
            board = reader.board(self._degraded(tx, look))
            first = next((card.code for card in (*board.waiting, *board.taken)), "")
            chosen, shown, missing = look.chosen or first, None, ""
            if chosen:
                try:
                    shown = self._detail(tx, reader, visitor, chosen)
                except NotFound as none:
                    missing = str(explain_error(t, none))
        values = {
            "board": board,
            "chosen": shown.code if shown else chosen,
            "detail": shown,
            "missing": missing,
            "visitor": visitor,
            "phones": self._phones(look, snapshot, phones),
            "keys": [(digit, t(meaning)) for digit, meaning in KEYS],
            "clock": board.clock,
        }
        if new is not None:
            values |= self._new(look, visitor, new, snapshot, nothing=not first)
        return values

    def _detail(self, tx: Tx, reader: Reader, visitor: Visitor, ref: str) -> Detail:
        transfer = self.app.desk.find(ref, visitor.actor)
        full = reports.in_full(tx, transfer.id)
        if full is None:
            raise NotFound("no_such_transfer", ref=ref)
        bridges = self.app.delivery.routes.bridges
        return detail(reader, full, visitor.may, bridges=bridges)

    def _new(
        self, look: Look, visitor: Visitor, new: New, snapshot: Snapshot, *, nothing: bool
    ) -> dict[str, Any]:
        named = [
            {"code": code, "name": snapshot.unit_name(code, look.lang)} for code in snapshot.units
        ]
        areas = [u for u in named if snapshot.units[u["code"]].kind == "township"]
        limits = [
            (u, look.t(URGENCY[u]), _minutes(snapshot.book.choose(None, u).ack_within))
            for u in Urgency
        ]
        origins = ["110", "12345"]
        if visitor.actor.unit:
            origins.append(visitor.actor.unit)
        return {
            "units": named,
            "areas": areas,
            "urgencies": limits,
            "categories": _CATEGORIES,
            "origins": origins,
            "given": new.given,
            "faults": new.faults,
            "said": new.said,
            "open_new": new.open or nothing,
            "key": self.app.new_id(),
        }

    def _degraded(self, tx: Tx, look: Look) -> str:
        _, progress = nodes.latest(tx)
        # In the machine's own seconds, as for readiness: a fast clock does not make it stuck.
        if progress is None or -self.app.clock.seconds_until(progress) > PROGRESS_WITHIN:
            return look.t(_STOPPED)
        return ""

    def _phones(
        self, look: Look, snapshot: Snapshot, phones: Sequence[Phone] | None
    ) -> Sequence[Handset] | None:
        if phones is None:
            return None
        zone = self.app.settings.zone
        return show(look.t, phones, snapshot.people, snapshot.units, zone=zone, lang=look.lang)

    # -- signing in ------------------------------------------------------------------------

    async def ask_token(self, request: Request) -> Response:
        """The sign-in page."""
        return self._render("sign_in.html", look(request, self.app.settings.lang), {"wrong": False})

    async def sign_in(self, request: Request) -> Response:
        """Open a session for a token."""
        if not self.sessions.from_our_page(request):
            return Response(status_code=403)
        token = str((await request.form()).get("token", ""))
        response = RedirectResponse("/", status_code=303)
        if await run_in_threadpool(self.sessions.sign_in, token, response):
            return response
        now_look = look(request, self.app.settings.lang)
        return self._render("sign_in.html", now_look, {"wrong": True}, 401)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        response = SIGN_IN()
        if self.sessions.from_our_page(request):
            self.sessions.sign_out(response)
        return response

    # -- acting ----------------------------------------------------------------------------

    async def send(self, request: Request) -> Response:
        """A new transfer."""
        return await self._do(request, self.forms.send, new=True)

    async def act(self, request: Request, ref: str, verb: str) -> Response:
        """An answer or an order about one transfer."""
        return await self._do(request, lambda given: self.forms.act(given, ref, verb), ref=ref)

    async def close_alarms(self, request: Request) -> Response:
        """Alarms were dealt with."""
        return await self._do(request, self.forms.close_alarms)

    async def phone(self, request: Request, verb: str) -> Response:
        """Somebody does something with an emulated phone."""
        return await self._do(request, lambda given: on_phone(given, self.handsets, verb))

    async def _do(
        self, request: Request, work: Work, *, new: bool = False, ref: str | None = None
    ) -> Response:
        """Check who asks and from where, do it, and answer the script or the browser itself."""
        now_look = look(request, self.app.settings.lang)
        scripted = "application/json" in request.headers.get("accept", "")
        visitor = await self._visitor(request)
        if visitor is None:
            away = SIGN_IN()
            return Response(status_code=401) if scripted else away
        form = {name: str(value) for name, value in (await request.form()).items()}
        given = Given(visitor=visitor, look=now_look, form=form)
        if not self.sessions.from_our_page(request):
            result = Result(said=given.t(ELSEWHERE), status=403)
        else:
            done = await run_in_threadpool(work, given)
            result = await done if isawaitable(done) else done
        shown = replace(now_look, chosen=result.goto or ref, said=False)
        if scripted:
            goto = shown.address() if result.goto else None
            told = {"said": result.said, "faults": dict(result.faults), "goto": goto}
            return JSONResponse(told, status_code=result.status)
        if result.good:
            return RedirectResponse(shown.address(), status_code=303)
        typed = New(
            given=form if new else {}, faults=dict(result.faults) if new else {}, said=result.said
        )
        return await self._page("console.html", request, visitor, typed, result.status, shown)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
