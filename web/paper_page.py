"""The console's page of what is printed: the proof of coverage and the duty sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from oncall.core.errors import Fault, Invalid, NotFound, OncallError
from oncall.duty import LONGEST
from oncall.papers.sheet import LONGEST_DAYS
from oncall.wiring import App
from web.forms import ELSEWHERE, Given, refused
from web.papers import MONTH, duty_sheet, proof_page, sheet_page
from web.render import Look, look, page
from web.roles import LIAISON, Call
from web.session import Sessions, Visitor

#: Where the page is.
PATH = "/console/papers"
_USUAL_DAYS = 14
_SIGN_IN = partial(RedirectResponse, "/console/sign-in", status_code=303)


class PaperDoor:
    """The handlers; whatever touches the database runs in a worker thread."""

    def __init__(self, app: App, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    async def show(self, request: Request) -> Response:
        """What can be printed, as forms."""
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return _SIGN_IN()
        return await run_in_threadpool(self._forms, self._look(request), visitor)

    async def make(self, request: Request, paper: str) -> Response:
        """One of them, made now, for the browser to print."""
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return _SIGN_IN()
        seen = self._look(request)
        if not self.sessions.from_our_page(request):
            return await run_in_threadpool(self._forms, seen, visitor, seen.t(ELSEWHERE), 403)
        form = {name: str(value) for name, value in (await request.form()).items()}
        given = Given(visitor=visitor, look=seen, form=form)
        try:
            return await run_in_threadpool(printed, self.app, given, paper)
        except OncallError as error:
            result = refused(seen.t, error)
            return await run_in_threadpool(self._forms, seen, visitor, result.said, result.status)

    def _look(self, request: Request) -> Look:
        return replace(look(request, self.app.settings.lang), path=PATH)

    def _forms(self, seen: Look, visitor: Visitor, said: str = "", status: int = 200) -> Response:
        app, settings, now = self.app, self.app.settings, self.app.clock.now()
        today = now.astimezone(settings.zone).date()
        with app.db.read() as tx:
            snapshot = app.directory.at(tx, now)
        own = _own(visitor)
        values = {
            "said": said,
            "units": [
                {"code": code, "name": snapshot.unit_name(code, seen.lang)}
                for code in snapshot.units
                if own in (None, code)
            ],
            "all_units": own is None,
            "first": today.isoformat(),
            "last": (today + MONTH).isoformat(),
            "days": _USUAL_DAYS,
            "most_days": LONGEST_DAYS,
            "full": visitor.may(Call.SEE_PHONES),
        }
        return page(
            "papers.html",
            seen,
            values,
            zone=settings.timezone,
            county=settings.signature,
            status=status,
        )


def printed(app: App, given: Given, paper: str) -> HTMLResponse:
    """The page that was asked for. Raises Invalid and NotFound for what makes no sense."""
    unit = _own(given.visitor) or given.get("unit") or None
    lang = given.look.lang
    if paper == "proof":
        start, end = _midnight(app, given, "from"), _midnight(app, given, "to")
        # The last day is meant too.
        end += timedelta(days=1)
        if end <= start:
            raise Invalid([Fault(where="to", code="ends_before_start", value=given.get("to"))])
        if end - start > LONGEST:
            params = {"days": str(LONGEST.days)}
            raise Invalid([Fault(where="to", code="window_too_long", params=params)])
        return proof_page(app, unit, start, end, lang, given.t)
    if paper != "sheet":
        raise NotFound("no_such_address")
    why = given.get("why") if given.visitor.may(Call.SEE_PHONES) else ""
    made = duty_sheet(
        app,
        unit,
        _days(given),
        lang,
        given.t,
        why=why or None,
        who=given.visitor.actor.name,
    )
    return sheet_page(app, made, lang)


def _own(visitor: Visitor) -> str | None:
    """The one unit this visitor sees; None for one who sees all."""
    return visitor.actor.unit if visitor.actor.role == LIAISON else None


def _midnight(app: App, given: Given, field: str) -> datetime:
    try:
        day = datetime.strptime(given.get(field), "%Y-%m-%d").date()  # noqa: DTZ007 - a day alone
        return datetime.combine(day, time(), app.settings.zone)
    except ValueError:
        fault = Fault(where=field, code="bad_day", value=given.get(field)[:40])
        raise Invalid([fault]) from None


def _days(given: Given) -> int:
    typed = given.get("days")
    days = int(typed) if typed.isascii() and typed.isdecimal() else 0
    if not 1 <= days <= LONGEST_DAYS:
        wanted = {"wanted": f"1–{LONGEST_DAYS}"}
        fault = Fault(where="days", code="out_of_range", value=typed[:20], params=wanted)
        raise Invalid([fault])
    return days
