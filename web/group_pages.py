"""The console's pages about groups: which there are, calling one, and the roll of a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from oncall.admin import rollcall
from oncall.admin.group_calls import Called, Wish, called, counted, group_named
from oncall.admin.group_preview import preview
from oncall.core.errors import Fault, Forbidden, Invalid, OncallError
from oncall.core.faults import explain_error
from oncall.core.model import Urgency
from oncall.core.transfers import LIVE, Draft
from oncall.core.words import URGENCY
from oncall.store import attempts, reports
from oncall.store import groups as rows
from oncall.store.database import Tx
from oncall.wiring import App
from web.board import Reader
from web.console_door import SIGN_IN
from web.forms import ELSEWHERE, Given, refused
from web.group_view import call_view, group_view, preview_view, roll_view
from web.render import Look, look, page
from web.roles import ALLOWED, Call
from web.session import Sessions, Visitor

#: Calls shown in the list.
_SHOWN = 30
_LONGEST_NUMBER = 4

Shown = Callable[[Look, Visitor], Response]


class GroupPages:
    """The handlers. Whatever touches the database runs in a worker thread, one reader at a time."""

    def __init__(self, app: App, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions
        self._turn = asyncio.Lock()

    def routes(self) -> tuple[tuple[str, Any, str], ...]:
        """Address, handler, method."""
        return (
            ("/console/groups", self.home, "GET"),
            ("/console/groups/live", self.home_live, "GET"),
            ("/console/groups/{name}", self.one, "GET"),
            ("/console/groups/{name}", self.call, "POST"),
            ("/console/calls/{ref}", self.roll, "GET"),
            ("/console/calls/{ref}/live", self.roll_live, "GET"),
        )

    async def home(self, request: Request) -> Response:
        """Every group, and what is being called."""
        return await self._show(request, lambda look, visitor: self._groups(look, visitor, None))

    async def home_live(self, request: Request) -> Response:
        """The living part of that page alone."""
        return await self._show(request, self._calls, living=True)

    async def one(self, request: Request, name: str) -> Response:
        """The same with the form to call one of them."""
        return await self._show(request, lambda look, visitor: self._groups(look, visitor, name))

    async def roll(self, request: Request, ref: str) -> Response:
        """The roll of a call."""
        return await self._show(
            request, lambda look, visitor: self._roll("roll.html", look, visitor, ref)
        )

    async def roll_live(self, request: Request, ref: str) -> Response:
        """The living part of that page alone."""
        return await self._show(
            request,
            lambda look, visitor: self._roll("roll_live.html", look, visitor, ref),
            living=True,
        )

    async def call(self, request: Request, name: str) -> Response:
        """Count what a call would cost, or make it."""
        form = {field: str(value) for field, value in (await request.form()).items()}
        ours = self.sessions.from_our_page(request)
        return await self._show(
            request,
            lambda look, visitor: self._ask(
                Given(visitor=visitor, look=look, form=form), name, ours=ours
            ),
        )

    async def _show(self, request: Request, made: Shown, *, living: bool = False) -> Response:
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return Response(status_code=401) if living else SIGN_IN()
        seen = replace(
            look(request, self.app.settings.lang), path=quote(request.url.path), chosen=None
        )
        async with self._turn:
            return await run_in_threadpool(self._made, made, seen, visitor)

    def _made(self, made: Shown, look: Look, visitor: Visitor) -> Response:
        try:
            return made(look, visitor)
        except OncallError as error:
            said = str(explain_error(look.t, error))
            return self._page("trouble.html", look, {"said": said}, error.status)

    # -- the pages -------------------------------------------------------------------------

    def _groups(
        self,
        look: Look,
        visitor: Visitor,
        name: str | None,
        *,
        given: Mapping[str, str] | None = None,
        said: str = "",
        faults: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        given = given or {}
        with self.app.db.read() as tx:
            reader = self._reader(tx, look, visitor)
            known = rows.all_groups(tx)
            values = self._calling(tx, reader)
            values |= self._shell(reader, visitor, said=said, faults=faults)
            values["groups"] = [group_view(reader, group) for group in known.values()]
            values["group"] = None
            if name is not None:
                if not visitor.may(Call.HAND_OVER):
                    allowed = ", ".join(sorted(ALLOWED[Call.HAND_OVER]))
                    raise Forbidden("not_allowed", role=visitor.actor.role, allowed=allowed)
                values["group"] = group_view(reader, group_named(known, name))
                values["preview"] = self._preview(tx, reader, name, given)
                values |= self._choices(reader, visitor, given)
        return self._page("groups.html", look, values, status)

    def _calls(self, look: Look, visitor: Visitor) -> Response:
        with self.app.db.read() as tx:
            return self._page(
                "groups_live.html", look, self._calling(tx, self._reader(tx, look, visitor))
            )

    def _roll(self, name: str, look: Look, visitor: Visitor, ref: str) -> Response:
        transfer = self.app.desk.find(ref, visitor.actor)
        with self.app.db.read() as tx:
            reader = self._reader(tx, look, visitor)
            seen = rollcall.called_over(tx, transfer.id, reader.now)
            told = len(attempts.recipients(tx, transfer.id))
            values = self._shell(reader, visitor)
            values["roll"] = roll_view(reader, seen, told)
        return self._page(name, look, values)

    def _calling(self, tx: Tx, reader: Reader) -> dict[str, Any]:
        """What is being called now."""
        briefs = reports.list_transfers(
            tx, states=LIVE, unit=reader.unit, groups=True, limit=_SHOWN
        )
        found = [rollcall.called_over(tx, one.transfer.id, reader.now) for one in briefs]
        calls = [call_view(reader, one) for one in found]
        return {"calls": calls, "open": len(calls), "now": reader.now}

    def _choices(
        self, reader: Reader, visitor: Visitor, given: Mapping[str, str]
    ) -> dict[str, Any]:
        snapshot, t = reader.snapshot, reader.t
        towns = [u for u in snapshot.units.values() if u.kind == "township"]
        limits = [
            (
                u,
                t(URGENCY[u]),
                _minutes_of(snapshot.book.choose(None, u).ack_within.total_seconds()),
            )
            for u in Urgency
        ]
        origins = ["110", "12345", *([visitor.actor.unit] if visitor.actor.unit else [])]
        return {
            "given": given,
            "urgencies": limits,
            "areas": [{"code": u.code, "name": reader.name(u.code)} for u in towns],
            "origins": origins,
            "key": given.get("key") or self.app.new_id(),
        }

    def _preview(self, tx: Tx, reader: Reader, name: str, given: Mapping[str, str]) -> Any:
        """What the call would do as the form stands; nothing where the form cannot be read yet."""
        try:
            found = self._called(tx, reader, name, given)
        except OncallError:
            return None
        seen = preview(
            tx,
            reader.snapshot,
            found,
            reader.now,
            urgency=Urgency(_urgency(given)),
            category=given.get("category") or None,
            lang=self.app.settings.lang,
            signature=self.app.settings.signature,
        )
        return preview_view(reader, seen)

    # -- calling ---------------------------------------------------------------------------

    def _ask(self, given: Given, name: str, *, ours: bool) -> Response:
        said, faults, status = "", {}, 200
        try:
            given.require(Call.HAND_OVER)
            if not ours:
                said, status = given.t(ELSEWHERE), 403
            elif given.get("do") == "call":
                code = self._call(given, name)
                return RedirectResponse(f"/console/calls/{code}", status_code=303)
            else:
                with self.app.db.read() as tx:
                    self._called(tx, self._reader(tx, given.look, given.visitor), name, given.form)
        except OncallError as error:
            told = refused(given.t, error)
            said, faults, status = told.said, dict(told.faults), told.status
            if error.code == "count_them":
                faults = {"count": told.said}
        return self._groups(
            given.look, given.visitor, name,
            given=given.form, said=said, faults=faults, status=status,
        )  # fmt: skip

    def _call(self, given: Given, name: str) -> str:
        """Call the group; the number of the transfer."""
        with self.app.db.read() as tx:
            reader = self._reader(tx, given.look, given.visitor)
            found = self._called(tx, reader, name, given.form)
        counted(found.group, found.members.size, reader.snapshot, _number(given.form, "count"))
        by = given.visitor.signs(given.get("by"))
        draft = Draft(
            origin=given.get("origin"),
            to=found.units,
            people=found.people,
            needed=found.needed,
            calls=found.calls,
            urgency=given.get("urgency"),
            summary=given.get("summary"),
            category=given.get("category") or None,
            area=given.get("area") or None,
            danger=bool(given.get("danger")),
            drill=bool(given.get("drill")),
        )
        actor = replace(given.visitor.actor, name=by)
        key = given.get("key")[:60] or None
        return self.app.intake.accept(draft, reader.now, actor, key=key).transfer.code

    def _called(self, tx: Tx, reader: Reader, name: str, given: Mapping[str, str]) -> Called:
        """The group as the form wants it called. Raises Invalid with every number that is none."""
        faults: list[Fault] = []
        numbers: dict[str, int | None] = {}
        for field in ("needed", "wave", "minutes"):
            try:
                numbers[field] = _number(given, field)
            except Invalid as wrong:
                faults += wrong.faults
        if faults:
            raise Invalid(faults)
        return called(
            group_named(rows.all_groups(tx), name),
            reader.snapshot,
            tx,
            reader.now,
            reader.now.astimezone(reader.zone).date(),
            urgency=_urgency(given),
            category=given.get("category") or None,
            wish=Wish(**numbers),
        )

    # -- shared ----------------------------------------------------------------------------

    def _reader(self, tx: Tx, look: Look, visitor: Visitor) -> Reader:
        now = self.app.clock.now()
        snapshot = self.app.directory.at(tx, now)
        zone = self.app.settings.zone
        return Reader(tx, snapshot, visitor.actor, now, t=look.t, lang=look.lang, zone=zone)

    def _shell(
        self,
        reader: Reader,
        visitor: Visitor,
        *,
        said: str = "",
        faults: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """What stands around every page."""
        return {
            "now": reader.now,
            "clock": reader.clock(reader.now),
            "visitor": visitor,
            "said": said,
            "faults": faults or {},
        }

    def _page(
        self, name: str, look: Look, values: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        settings = self.app.settings
        return page(
            name, look, values, zone=settings.timezone, county=settings.signature, status=status
        )


def _urgency(given: Mapping[str, str]) -> str:
    return given["urgency"] if given.get("urgency") in set(Urgency) else Urgency.URGENT


def _number(given: Mapping[str, str], name: str) -> int | None:
    """A number that was typed; None where nothing was. Raises Invalid for what is none."""
    typed = given.get(name, "").strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdecimal() or len(typed) > _LONGEST_NUMBER:
        wanted = {"wanted": "0, 1, 2, 3 …"}
        raise Invalid([Fault(where=name, code="out_of_range", value=typed[:20], params=wanted)])
    return int(typed)


def _minutes_of(seconds: float) -> int:
    return round(seconds / 60)
