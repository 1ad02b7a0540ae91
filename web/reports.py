"""Figures over HTTP: the same as `oncall report` prints, from the same log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from oncall import reporting
from oncall.admin import orphans as orphan_check
from oncall.admin.report_book import book, days
from oncall.core.errors import Fault, Invalid
from oncall.core.kpi import Period, Profile, Report
from oncall.core.kpi.names import document, plain
from oncall.core.words import N_
from oncall.directory import Snapshot
from oncall.store import transfers
from web import bodies
from web import shapes_reports as shapes
from web.api import PREFIX, PROBLEMS, own
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["reports"], responses=PROBLEMS)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Reader = Annotated[Caller, calling(Call.READ_REPORTS)]


@router.get("/reports/kpi")
def kpi(
    query: Annotated[bodies.KpiQuery, Query()], door: TheDoor, caller: Reader
) -> shapes.ReportOut:
    """The figures of a month: the whole, each urgency, each unit; a liaison sees the own unit's."""
    found, _ = _kpi(door, caller, query)
    first, last = days(found.period, door.app.settings.zone)
    as_of = door.stamp(min(found.period.as_of, found.period.end))
    shown = {"from": first, "to": last, "as_of": as_of, **document(found)}
    return shapes.ReportOut.model_validate(shown)


@router.get(
    "/reports/kpi.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def kpi_xlsx(query: Annotated[bodies.KpiQuery, Query()], door: TheDoor, caller: Reader) -> Response:
    """The same as a workbook with charts."""
    found, snapshot = _kpi(door, caller, query)

    def unit_name(code: str) -> str:
        return snapshot.unit_name(code, caller.lang)

    data = book(caller.t, found, unit_name, door.app.settings.zone)
    name = f'attachment; filename="kpi-{query.month}.xlsx"'
    return Response(data, media_type=XLSX, headers={"Content-Disposition": name})


@router.get("/reports/conference")
def conference(
    query: Annotated[bodies.ConferenceQuery, Query()],
    door: TheDoor,
    _: Annotated[Caller, calling(Call.EVALUATE)],
) -> shapes.ConferenceOut:
    """Category and unit pairs returned or disputed at least so often, for the monthly 会商."""
    with door.app.db.read() as tx:
        found = reporting.conference(tx, _period(door, query.month), query.least)
        codes = reporting.codes(tx, found)
    return shapes.ConferenceOut(
        items=[
            shapes.FrequentOut(
                category=one.category,
                unit=one.unit,
                returns=one.returns,
                disputes=one.disputes,
                transfers=[codes[id] for id in one.matters],
            )
            for one in found
        ]
    )


@router.get("/reports/orphans", dependencies=[calling(Call.EVALUATE)])
def orphans(
    _: Annotated[bodies.NoQuery, Query()],
    door: TheDoor,
) -> shapes.OrphansOut:
    """Open transfers for which nothing is planned any more: what the nightly check finds."""
    with door.app.db.read() as tx:
        found = orphan_check.found(tx)
    return shapes.OrphansOut(
        items=[
            shapes.OrphanOut(
                id=one.brief.transfer.id,
                code=one.brief.transfer.code,
                state=one.brief.transfer.state,
                units=list(one.units),
                since=door.stamp(one.since),
                alarmed=one.alarmed,
            )
            for one in found
        ]
    )


@router.get("/reports/public")
def public(
    query: Annotated[bodies.MonthQuery, Query()], door: TheDoor, caller: Reader
) -> shapes.PublicOut:
    """What may be published: kinds and units with fewer than five matters are under others."""
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        found = reporting.public(tx, _period(door, query.month))
    first, last = days(found.period, door.app.settings.zone)
    others = caller.t(N_("others"))
    return shapes.PublicOut.model_validate(
        {
            "from": first,
            "to": last,
            "total": plain(found.total, Profile.GOV),
            "categories": {name or others: n for name, n in found.categories.items()},
            "units": {
                snapshot.unit_name(code, caller.lang) if code else others: n
                for code, n in found.units.items()
            },
        }
    )


@router.post("/reports/visits")
def visits(
    body: bodies.VisitsIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.RECORD_VISITS)],
) -> shapes.VisitsOut:
    """What callers said when asked afterwards; a visit that is there already is not doubled."""
    with door.app.db.begin() as tx:
        found, faults = [], []
        for i, one in enumerate(body.visits):
            transfer = transfers.find(tx, one.transfer)
            if transfer is None:
                where = f"visits[{i}].transfer"
                faults.append(Fault(where=where, code="no_such_matter", value=one.transfer))
                continue
            wrong = reporting.misdated(transfer, one.at, door.now(), door.app.settings.zone)
            if wrong is not None:
                where = f"visits[{i}].at"
                faults.append(Fault(where=where, code=wrong, value=one.at.isoformat()))
            found.append(
                reporting.Visit(
                    transfer=transfer.id, at=one.at, solved=one.solved, satisfied=one.satisfied
                )
            )
        if faults:
            raise Invalid(faults)
        new = reporting.record_visits(tx, found, caller.account.name)
    return shapes.VisitsOut(rows=len(found), new=new)


def _kpi(door: Door, caller: Caller, query: bodies.KpiQuery) -> tuple[Report, Snapshot]:
    period, unit = _period(door, query.month), own(caller, query.unit)
    with door.app.db.read() as tx:
        snapshot = door.app.directory.at(tx, door.now())
        if unit is not None and unit not in snapshot.units:
            raise Invalid([Fault(where="unit", code="unknown_unit", value=unit)])
        found = reporting.kpi(
            tx, snapshot, door.app.coverage, period, profile=query.profile, unit=unit
        )
    return found, snapshot


def _period(door: Door, month: str) -> Period:
    year, number = (int(part) for part in month.split("-"))
    zone = door.app.settings.zone
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    start, end = (
        datetime(y, m, 1, tzinfo=zone).astimezone(UTC) for y, m in ((year, number), after)
    )
    return Period(start=start, end=end, as_of=door.now())
