"""The console's page of duties: who serves, and how duties change hands; plain forms, no script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from oncall import duty_changes
from oncall.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound, OncallError
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.duty_changes import Asked, Give, Outcome, Stage
from oncall.duty_changes.words import KINDS, STATES
from oncall.store import duty_changes as rows
from oncall.store.pages import Lost
from oncall.wiring import App
from rosters.changes import Verb
from web.console_door import SIGN_IN
from web.duty_view import View
from web.forms import ELSEWHERE, Given, refused
from web.render import Look, look, page
from web.roles import LIAISON, Call
from web.session import Sessions, Visitor

PATH = "/console/duties"
_DONE = N_("{kind} no. {number}: {state}.")
_LONGEST_WHY, _LONGEST_NUMBER = 500, 18


class DutyDoor:
    """The handlers; whatever touches the database runs in a worker thread."""

    def __init__(self, app: App, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    async def show(self, request: Request) -> Response:
        """The page of one unit; without one, what waits everywhere and a unit to choose."""
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return SIGN_IN()
        done = request.query_params.get("done", "")
        return await run_in_threadpool(self._page, _look(request, self.app), visitor, done)

    async def ask(self, request: Request, unit: str, what: str) -> Response:
        """A new change: swap, cover, leave, takeover."""
        if what not in _ASKING:
            return await self.show(request)
        return await self._do(request, unit, what, _ASKING[what])

    async def act(self, request: Request, unit: str, number: str, verb: str) -> Response:
        """Agree, refuse, approve, reject, call off, take back; or fill a leave."""

        def work(stage: Stage, given: Given) -> Outcome:
            plain = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
            if not plain or rows.find(stage.tx, int(number)).unit != unit:
                raise NotFound("no_such_change", change=number[:_LONGEST_NUMBER])
            if verb == "fill":
                at = _moment(given, "at", stage)
                return duty_changes.fill(stage, int(number), given.get("person"), at=at)
            if verb not in _VERBS:
                raise NotFound("no_such_address")
            why = given.get("why")[:_LONGEST_WHY]
            return duty_changes.act(stage, int(number), Verb(verb), why=why)

        return await self._do(request, unit, f"{number}/{verb}", work)

    # -- doing -----------------------------------------------------------------------------

    async def _do(
        self, request: Request, unit: str, form: str, work: Callable[[Stage, Given], Outcome]
    ) -> Response:
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return SIGN_IN()
        typed = {name: str(value) for name, value in (await request.form()).items()}
        seen = replace(_look(request, self.app), chosen=unit[:40], said=False)
        given = Given(visitor=visitor, look=seen, form=typed)
        if not self.sessions.from_our_page(request):
            return await run_in_threadpool(
                self._page, seen, visitor, "", given.t(ELSEWHERE), 403, form, typed
            )
        return await run_in_threadpool(self._done, seen, visitor, given, unit[:40], form, work)

    def _done(
        self,
        seen: Look,
        visitor: Visitor,
        given: Given,
        unit: str,
        form: str,
        work: Callable[[Stage, Given], Outcome],
    ) -> Response:
        try:
            given.require(Call.CHANGE_ROSTERS)
            with self._stage(visitor, unit, given.get("by") or given.get("person")) as stage:
                number = work(stage, given).change.id
        except (OncallError, Lost) as error:
            known = error if isinstance(error, OncallError) else Conflict("busy")
            result = refused(given.t, known)
            return self._page(seen, visitor, "", result.said, result.status, form, given.form)
        address = urlencode({"unit": unit, "done": number})
        return RedirectResponse(f"{PATH}?{address}#c-{number}", status_code=303)

    @contextmanager
    def _stage(self, visitor: Visitor, unit: str, by: str) -> Iterator[Stage]:
        """One transaction; a liaison stays inside the own unit, and acts in somebody's name."""
        now = self.app.clock.now()
        with self.app.db.begin() as tx:
            snapshot = self.app.directory.at(tx, now)
            if unit not in snapshot.units:
                raise NotFound("unknown_unit", unit=unit)
            _own(visitor, unit)
            yield Stage(
                tx=tx,
                snapshot=snapshot,
                now=now,
                by=duty_changes.acting(
                    snapshot,
                    by or None,
                    unit,
                    account=visitor.signs(""),
                    free=visitor.actor.role != LIAISON,
                ),
                notices=self.app.notices,
                zone=self.app.settings.zone,
                office=self.app.coverage.rules.office,
            )

    # -- showing ---------------------------------------------------------------------------

    def _page(
        self,
        seen: Look,
        visitor: Visitor,
        done: str,
        said: str = "",
        status: int = 200,
        form: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        values: dict[str, Any] = {
            "visitor": visitor,
            "said": said,
            "form": form,
            "typed": typed or {},
            "duties": None,
            "waiting": (),
            "units": (),
            "done": "",
        }
        now = self.app.clock.now()
        with self.app.db.read() as tx:
            stage = Stage(
                tx=tx,
                snapshot=self.app.directory.at(tx, now),
                now=now,
                by=duty_changes.By(account=visitor.actor.name),
                notices=self.app.notices,
                zone=self.app.settings.zone,
                office=self.app.coverage.rules.office,
            )
            view = View(stage, seen.t, seen.lang)
            try:
                code = _chosen(stage, seen, visitor)
                if code is not None:
                    values["duties"] = view.unit(code)
                    values["done"] = _what_was_done(stage, seen, code, done)
            except OncallError as error:
                refusal = refused(seen.t, error)
                values["said"], status = said or refusal.said, max(status, refusal.status)
            if visitor.actor.role != LIAISON:
                names = stage.snapshot.units
                values["units"] = [(c, stage.snapshot.unit_name(c, seen.lang)) for c in names]
                if values["duties"] is None:
                    values["waiting"] = view.everywhere()
        settings = self.app.settings
        return page(
            "duties.html",
            seen,
            values,
            zone=settings.timezone,
            county=settings.signature,
            status=status,
        )


def _look(request: Request, app: App) -> Look:
    """The reader's language, and the unit instead of a transfer."""
    unit = request.query_params.get("unit", "").strip()[:100] or None
    return replace(look(request, app.settings.lang), path=PATH, key="unit", chosen=unit)


def _chosen(stage: Stage, seen: Look, visitor: Visitor) -> str | None:
    """The unit to show: a liaison's own, else the one asked for by code or name."""
    own = visitor.actor.unit
    if visitor.actor.role == LIAISON:
        if own is None:
            raise Forbidden("liaison_needs_unit")
        if seen.chosen and unit_of(stage.snapshot.units, seen.chosen).code != own:
            raise Forbidden("not_your_unit", unit=own)
        return own
    return unit_of(stage.snapshot.units, seen.chosen).code if seen.chosen else None


def _own(visitor: Visitor, unit: str) -> None:
    if visitor.actor.role == LIAISON and visitor.actor.unit != unit:
        raise Forbidden("not_your_unit", unit=visitor.actor.unit or "")


def _what_was_done(stage: Stage, seen: Look, unit: str, number: str) -> str:
    if not (number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        return ""
    try:
        change = rows.find(stage.tx, int(number))
    except NotFound:
        return ""
    if change.unit != unit:
        return ""
    kind, state = seen.t(KINDS[change.kind]), seen.t(STATES[change.state])
    return seen.t(_DONE).format(kind=kind, number=change.id, state=state)


# -- what the forms say --------------------------------------------------------------------


def _swap(stage: Stage, given: Given) -> Outcome:
    person, give = _duty(given, "duty", stage)
    back = _duty(given, "back", stage)[1] if given.get("back") else None
    asked = Asked(
        person=person,
        give=give,
        other=_needed(given, "other"),
        back=back,
        unit=given.look.chosen,
        why=given.get("why")[:_LONGEST_WHY],
    )
    return duty_changes.ask_swap(_in_name_of(stage, person), asked)


def _cover(stage: Stage, given: Given) -> Outcome:
    person, give = _duty(given, "duty", stage)
    why = given.get("why")[:_LONGEST_WHY]
    return duty_changes.ask_cover(
        _in_name_of(stage, person), person, give, unit=given.look.chosen, why=why
    )


def _leave(stage: Stage, given: Given) -> Outcome:
    start, end = _moment(given, "from", stage), _moment(given, "to", stage)
    if start is None or end is None:
        raise Invalid([Fault(where="from" if start is None else "to", code="empty")])
    return duty_changes.ask_leave(
        stage,
        _needed(given, "person"),
        start,
        end,
        unit=given.look.chosen,
        why=given.get("why")[:_LONGEST_WHY],
    )


def _take_over(stage: Stage, given: Given) -> Outcome:
    return duty_changes.take_over(
        stage,
        given.look.chosen or "",
        given.get("role"),
        _needed(given, "person"),
        instead=given.get("instead") or None,
        until=_moment(given, "until", stage),
        why=given.get("why")[:_LONGEST_WHY],
    )


_ASKING: Mapping[str, Callable[[Stage, Given], Outcome]] = {
    "swap": _swap,
    "cover": _cover,
    "leave": _leave,
    "takeover": _take_over,
}
_VERBS = frozenset(verb.value for verb in Verb if verb is not Verb.LAPSE)


def _duty(given: Given, field: str, stage: Stage) -> tuple[str, Give]:
    """The duty chosen: whose, and which. Raises Invalid for none."""
    role, _, rest = given.get(field).partition("|")
    person, _, at = rest.partition("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Invalid([Fault(where=field, code="empty")]) from None
    if moment.tzinfo is None or person not in stage.snapshot.people:
        raise Invalid([Fault(where=field, code="empty")])
    return person, Give(at=moment, role=role)


def _in_name_of(stage: Stage, person: str) -> Stage:
    """A liaison asks in the name of whose duty it is, as over HTTP."""
    return replace(stage, by=replace(stage.by, person=person))


def _needed(given: Given, field: str) -> str:
    if not given.get(field):
        raise Invalid([Fault(where=field, code="empty")])
    return given.get(field)


def _moment(given: Given, field: str, stage: Stage) -> datetime | None:
    """A browser's wall clock in the installation's zone; None where nothing was typed."""
    text = given.get(field)
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid([Fault(where=field, code="bad_time", value=text[:40])]) from None
    return typed if typed.tzinfo is not None else typed.replace(tzinfo=stage.zone)
