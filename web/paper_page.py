"""The console's page of what is printed: the proof of coverage and the duty sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from oncall.core.errors import Fault, Invalid, NotFound
from oncall.duty import LONGEST
from oncall.papers.sheet import LONGEST_DAYS
from oncall.wiring import App
from web.console_door import FormDoor
from web.forms import Given
from web.papers import MONTH, duty_sheet, proof_page, sheet_page
from web.render import Look
from web.roles import LIAISON, Call
from web.session import Visitor

#: Where the page is.
PATH = "/console/papers"
_USUAL_DAYS = 14


class PaperDoor(FormDoor):
    """The handlers."""

    path = PATH
    template = "papers.html"

    async def show(self, request: Request) -> Response:
        """What can be printed, as forms."""
        return await self.shown(request)

    async def make(self, request: Request, paper: str) -> Response:
        """One of them, made now, for the browser to print."""
        return await self.done(request, lambda given: printed(self.app, given, paper))

    def values(self, seen: Look, visitor: Visitor) -> Mapping[str, Any]:
        """The units this visitor may print, and the usual days."""
        app, now = self.app, self.app.clock.now()
        today = now.astimezone(app.settings.zone).date()
        with app.db.read() as tx:
            snapshot = app.directory.at(tx, now)
        own = _own(visitor)
        return {
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
