"""`oncall holiday`: the table of holidays and make-up working days."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.failures import faults
from commands.lazy import group, option
from commands.output import good, json_option, paint, say, show_json, table, warn
from commands.records import office_of
from commands.session import Session, session_of
from oncall.admin import holidays as admin
from oncall.admin.holidays import HolidayPlan, Span
from oncall.admin.tables import file_bytes
from oncall.core.words import N_
from oncall.store import holidays as rows

_YEARS = click.IntRange(2000, 2199)


@group(N_("Holidays and make-up working days, as the State Council's notice has them."))
@click.pass_context
def holiday(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@holiday.command("import", help=N_("Read a year's table (holiday-cn JSON, or CSV with the columns "
                                   "date, off, name)."))  # fmt: skip
@click.argument("file", metavar="FILE")
@option("--dry-run", is_flag=True, help=N_("Only say what would change."))
@json_option
@click.pass_context
def import_(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> None:
    """All errors at once; all of the file, or nothing."""
    session = session_of(ctx)
    data = file_bytes(file, sys.stdin.buffer.read)
    name = "stdin" if file == "-" else Path(file).name
    renewed: tuple[str, ...] = ()
    with office_of(session) as office, office.db.begin() as tx:
        planned = admin.plan(tx, data, name)
        if not dry_run:
            renewed = admin.apply(tx, planned, session.user, office.now)
    _tell(session, planned, renewed, dry_run=dry_run, as_json=as_json)


def _tell(
    session: Session,
    planned: HolidayPlan,
    renewed: tuple[str, ...],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    t = session.t
    faults(session, planned.warnings)
    counts = {
        "add": len(planned.add),
        "change": len(planned.change),
        "remove": len(planned.remove),
        "unchanged": planned.unchanged,
    }
    if as_json:
        show_json(
            {
                "dry_run": dry_run,
                "years": list(planned.years),
                "summary": counts,
                "rotations": list(renewed),
            }
        )
    if planned.empty:
        good(t(N_("No changes.")))
        return
    summary = N_("{add} to add, {change} to change, {remove} to remove, {unchanged} unchanged.")
    say(paint(t(summary).format(**counts), bold=True))
    if dry_run:
        return
    years = ", ".join(str(year) for year in planned.years)
    good(t(N_("The table of {years} is in force; deadlines are counted anew.")).format(years=years))
    if renewed:
        said = N_("Rotations that go by it from now on: {units}")
        say(t(said).format(units=", ".join(renewed)))


@holiday.command("show", help=N_("The table of a year: which days are off, which are worked."))
@click.argument("year", type=_YEARS, required=False, metavar="[YEAR]")
@json_option
@click.pass_context
def show(ctx: click.Context, year: int | None, as_json: bool) -> None:
    """This year, where none is named."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office, office.db.read() as tx:
        wanted = year or office.now.astimezone(session.settings.zone).year
        days = [one for one in rows.every(tx) if one.day.year == wanted]
    if as_json:
        listed = [{"date": o.day.isoformat(), "name": o.name, "off": o.off} for o in days]
        show_json({"year": wanted, "known": bool(days), "days": listed})
    elif days:
        heads = (N_("Holiday"), N_("First day"), N_("Last day"), N_("Days"), N_("What"))
        table(session, heads, [_line(session, span) for span in admin.spans(days)])
    if not days:
        said = N_(
            "There is no table for {year}: Monday to Friday count as working days, and no make-up "
            "day is known. Import the notice with `oncall holiday import`."
        )
        warn(t(said).format(year=wanted))


def _line(session: Session, span: Span) -> tuple[object, ...]:
    what = N_("off") if span.off else N_("working day (made up)")
    name = span.name
    return name, span.first.isoformat(), span.last.isoformat(), span.days, session.t(what)
