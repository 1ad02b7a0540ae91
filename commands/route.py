"""`oncall route`: whose matter is usually whose; suggested, never forced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from commands.failures import faults
from commands.lazy import group, option
from commands.output import good, json_option, show_json, stamp, table
from commands.records import office_of
from commands.reporting import Job, Read, import_command
from commands.session import Session, session_of
from oncall.admin import routes as admin
from oncall.admin import stale
from oncall.admin.office import Office
from oncall.core.routing import Route, suggest
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.directory import Snapshot
from oncall.store import routes as rows


@group(N_("Which units matters of a category usually go to."))
@click.pass_context
def route(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@import_command(route, N_("Read rows from a CSV file; the same file again changes nothing."))
def _import(job: Job) -> Read:
    units = job.office.snapshot(job.tx).units
    planned = admin.plan(job.data, job.name, rows.all_routes(job.tx), units)
    new = [*planned.add, *(new for _, new in planned.change)]
    ended = stale.in_routes(new, units, _today(job.session, job.office))
    if job.write:
        rows.put(job.tx, new)
    return Read(
        added=[" ".join(filter(None, admin.key(r))) for r in planned.add],
        changed=[(old.category, old, new) for old, new in planned.change],
        unchanged=planned.unchanged,
        warnings=(*planned.warnings, *ended),
    )


@route.command("list", help=N_("Every row, those of the past and the future included."))
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """By category."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        snapshot, found = office.snapshot(tx), rows.all_routes(tx)
        _shown(session, snapshot, found, as_json=as_json)
        faults(session, stale.in_routes(found, snapshot.units, _today(session, office)))


@route.command("suggest", help=N_("The rows that fit a matter today, the best first."))
@option("--category", required=True, help=N_("What kind of matter."))
@option("--area", metavar="CODE", help=N_("Where: a township's code."))
@json_option
@click.pass_context
def suggest_(ctx: click.Context, category: str, area: str | None, as_json: bool) -> None:
    """A suggestion only: whoever hands it over decides."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        place = unit_of(snapshot.units, area).code if area else None
        day = _today(session, office)
        found = suggest(rows.all_routes(tx), category, place, day)
        if not found and not as_json:
            good(session.t(N_("Nothing is suggested for this category.")))
            return
        _shown(session, snapshot, found, as_json=as_json)
        faults(session, stale.in_routes(found, snapshot.units, day))


def _today(session: Session, office: Office) -> date:
    return office.now.astimezone(session.settings.zone).date()


def _shown(session: Session, snapshot: Snapshot, found: Sequence[Route], *, as_json: bool) -> None:
    if as_json:
        show_json({"items": [as_values(session, one) for one in found]})
        return

    def names(codes: Sequence[str]) -> str:
        return session.t(N_(", ")).join(snapshot.unit_name(c, session.lang) for c in codes)

    table(
        session,
        (N_("Category"), N_("Place"), N_("leading unit"), N_("assisting unit"),
         N_("for information"), N_("Valid from"), N_("Valid to"), N_("Source")),
        [
            (one.category, snapshot.unit_name(one.area, session.lang), names((one.lead,)),
             names(one.assist), names(one.copy), one.valid_from, one.valid_to,
             _source(session, one))
            for one in found
        ],
    )  # fmt: skip


def _source(session: Session, one: Route) -> str:
    """Where a row comes from: the minutes, and who recorded the ruling when and on what."""
    if one.ruling is None:
        return one.source or ""
    said = session.t(N_("{minutes} ({who}, {day}, on {code})"))
    day = one.ruling.at.astimezone(session.settings.zone).date()
    return said.format(minutes=one.source, who=one.ruling.by, day=day, code=one.ruling.matter)


def as_values(session: Session, one: Route) -> dict[str, object]:
    """The names the HTTP interface uses."""
    return {
        "category": one.category,
        "area": one.area,
        "to": [one.lead, *one.assist],
        "copy_to": list(one.copy),
        "valid_from": str(one.valid_from) if one.valid_from else None,
        "valid_to": str(one.valid_to) if one.valid_to else None,
        "source": one.source,
        "ruling": None
        if one.ruling is None
        else {
            "by": one.ruling.by,
            "at": stamp(one.ruling.at, session.settings.zone),
            "transfer": one.ruling.matter,
        },
    }
