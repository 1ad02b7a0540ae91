"""Coverage, load and what is printed, over HTTP: as `oncall roster gaps|proof|sheet` and
`oncall report duty` have it, from the same functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from oncall.admin import people, strain
from oncall.core.errors import Fault, Invalid
from oncall.core.serving import unknown_role
from oncall.core.words import Text
from oncall.directory import Snapshot
from oncall.duty import LONGEST
from oncall.papers import proof as proofs
from oncall.papers import sheet as sheets
from oncall.papers.sheet import Sheet
from oncall.store.database import Tx
from oncall.wiring import App
from rosters.model import ROLES
from web import bodies
from web import shapes_papers as shapes
from web.api import PREFIX, PROBLEMS, own
from web.door import Caller, Door, TheDoor, calling
from web.reports import XLSX
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["rosters"], responses=PROBLEMS)

#: How far ahead is looked where nobody says.
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
#: A printed page has its style inside it, runs nothing and fetches nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

Reader = Annotated[Caller, calling(Call.READ_ROSTERS)]
_Window = Annotated[bodies.WindowQuery, Query()]
_Sheet = Annotated[bodies.SheetQuery, Query()]


@router.get("/roster/gaps")
def gaps(
    query: Annotated[bodies.GapsQuery, Query()], door: TheDoor, caller: Reader
) -> shapes.GapsOut:
    """When nobody is on duty, to the minute: every unit, every role it needs, the next week."""
    start, end = _window(door, query, WEEK)
    if query.role is not None and query.role not in ROLES:
        raise Invalid([unknown_role(query.role)])
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        codes = _units(snapshot, own(caller, query.unit))
        roles = [query.role] if query.role else []
        found = door.app.coverage.survey(tx, snapshot, codes, start, end, roles=roles)
    lacks = [lack for unit in found for lack in unit.lacks if lack.is_gap]
    stamp = door.stamp
    return shapes.GapsOut(
        start=stamp(start),
        end=stamp(end),
        gaps=[
            shapes.HoleOut(
                unit=lack.unit, role=lack.role, start=stamp(lack.start), end=stamp(lack.end)
            )
            for lack in lacks
        ],
    )


@router.get("/roster/proof")
def proof(query: _Window, door: TheDoor, caller: Reader) -> shapes.ProofOut:
    """A dated statement, unit by unit, that every minute has who it needs, with every exception."""
    start, end = _window(door, query, MONTH)
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        made = _proof(door.app, tx, snapshot, own(caller, query.unit), start, end)
        told = proofs.as_json(made, snapshot, door.stamp)
    return shapes.ProofOut.model_validate(told | {"start": told["from"], "end": told["to"]})


@router.get("/roster/proof/print", response_class=HTMLResponse)
def print_proof(query: _Window, door: TheDoor, caller: Reader) -> HTMLResponse:
    """The same as a page for A4, to sign."""
    start, end = _window(door, query, MONTH)
    return proof_page(door.app, own(caller, query.unit), start, end, caller.lang, caller.t)


@router.get("/roster/sheet/print", response_class=HTMLResponse)
def print_sheet(query: _Sheet, door: TheDoor, caller: Reader) -> HTMLResponse:
    """The duty sheet as a page for A4, each day on its own."""
    made = _sheet_for(door, caller, query)
    return sheet_page(door.app, made, caller.lang)


@router.get(
    "/roster/sheet.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def sheet_xlsx(query: _Sheet, door: TheDoor, caller: Reader) -> Response:
    """The duty sheet as a workbook, a table for each day."""
    made = _sheet_for(door, caller, query)
    data = sheets.as_workbook(made, door.app.settings.zone, caller.t)
    name = 'attachment; filename="duty-sheet.xlsx"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(data, media_type=XLSX, headers=headers)


@router.get("/reports/duty", tags=["reports"])
def load(query: _Window, door: TheDoor, caller: Reader) -> shapes.LoadsOut:
    """Hours, nights, weekends, holidays and pages of each person, the next 30 days."""
    start, end = _window(door, query, MONTH)
    unit = own(caller, query.unit)
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        codes = [] if unit is None else _units(snapshot, unit)
        found = strain.burdens(tx, snapshot, start, end, door.app.settings.zone, units=codes)
    return shapes.LoadsOut(
        start=door.stamp(start),
        end=door.stamp(end),
        people=[shapes.LoadOut.model_validate(strain.as_json(one)) for one in found],
    )


# -- for the console as well ---------------------------------------------------------------


def proof_page(
    app: App, unit: str | None, start: datetime, end: datetime, lang: str, t: Text
) -> HTMLResponse:
    """The proof, made now, as a page to print. Raises Invalid for a unit we do not know."""
    with app.db.read() as tx:
        snapshot = app.directory.at(tx, app.clock.now())
        made = _proof(app, tx, snapshot, unit, start, end)
        page = proofs.as_page(made, snapshot, lang, app.settings.zone, t)
    return _printed(page)


def duty_sheet(
    app: App, unit: str | None, days: int, lang: str, t: Text, *, why: str | None, who: str
) -> Sheet:
    """The sheet from today on; with ``why`` in full, and who saw the numbers is kept.

    Raises Invalid for a unit we do not know.
    """
    now = app.clock.now()
    with app.db.read() as tx:
        snapshot = app.directory.at(tx, now)
        made = sheets.duty_sheet(
            tx,
            snapshot,
            app.coverage,
            now,
            days,
            units=_units(snapshot, unit),
            lang=lang,
            t=t,
            full=why is not None,
        )
    if why is not None:
        with app.db.begin() as tx:
            people.note_numbers_shown(tx, by=who, why=why, whom="duty sheet", now=now)
    return made


def sheet_page(app: App, made: Sheet, lang: str) -> HTMLResponse:
    """The sheet as a page to print."""
    settings = app.settings
    return _printed(sheets.as_page(made, lang, settings.zone, settings.signature))


def _printed(page: bytes) -> HTMLResponse:
    return HTMLResponse(
        page, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    )


def _proof(
    app: App, tx: Tx, snapshot: Snapshot, unit: str | None, start: datetime, end: datetime
) -> proofs.Proof:
    codes = _units(snapshot, unit)
    return proofs.prove(tx, snapshot, app.coverage, codes, start, end, app.clock.now())


def _sheet_for(door: Door, caller: Caller, query: bodies.SheetQuery) -> Sheet:
    if query.reveal is not None:
        caller.require(Call.SEE_PHONES)
    return duty_sheet(
        door.app,
        own(caller, query.unit),
        query.days,
        caller.lang,
        caller.t,
        why=query.reveal,
        who=caller.account.name,
    )


def _units(snapshot: Snapshot, unit: str | None) -> list[str]:
    if unit is None:
        return sorted(snapshot.units)
    if unit not in snapshot.units:
        raise Invalid([Fault(where="unit", code="unknown_unit", value=unit)])
    return [unit]


def _window(door: Door, query: bodies.WindowQuery, usual: timedelta) -> tuple[datetime, datetime]:
    start = query.start or door.now().replace(second=0, microsecond=0)
    end = query.end or start + usual
    if end <= start:
        raise Invalid([Fault(where="to", code="ends_before_start", value=end.isoformat())])
    if end - start > LONGEST:
        params = {"days": str(LONGEST.days)}
        raise Invalid([Fault(where="to", code="window_too_long", params=params)])
    return start, end
