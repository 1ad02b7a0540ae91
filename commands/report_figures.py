"""`oncall report kpi`, `conference`, `public`, `visits`: what the evaluators read."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from commands.lazy import Word, command, option
from commands.moments import MONTH, month_span
from commands.output import good, json_option, local, say, show_json, stamp, table, write_file
from commands.records import office_of
from commands.session import Session, session_of
from oncall import reporting
from oncall.admin import orphans as orphan_check
from oncall.admin import visits as visits_file
from oncall.admin.report_book import book, days, heading, spoken
from oncall.admin.tables import file_bytes
from oncall.core.kpi import Frequent, Period, Profile, Report
from oncall.core.kpi.names import NAMES, document, names, plain
from oncall.core.spelling import unit_of
from oncall.core.words import N_, TRANSFER_STATES, URGENCY
from oncall.coverage import coverage_of
from oncall.store import transfers

_month = option(
    "--month", type=MONTH, required=True, metavar="MONTH", help=N_("For example 2026-11.")
)
#: Columns of the table of units: the rest is in --json and in the workbook.
_OF_UNITS = ("pages", "ack_in_time", "ack_time", "escalated", "on_time", "returned", "covered")


def period_of(session: Session, month: tuple[int, int], as_of: Any) -> Period:
    """A local month, as far as it is over."""
    start, end = month_span(month, session.settings.zone)
    return Period(start=start, end=end, as_of=as_of)


@command(N_("The figures of a month: counted from the log, the same wherever they are shown."))
@_month
@option("--unit", metavar="CODE", help=N_("Of this unit alone."))
@option("--profile", type=Word(list(Profile)), default=Profile.GOV, show_default=True,
        help=N_("Who evaluates: the government office (gov) or the police."))  # fmt: skip
@option("--xlsx", metavar="FILE", help=N_("Write a workbook with charts."))
@json_option
@click.pass_context
def kpi(
    ctx: click.Context,
    month: tuple[int, int],
    unit: str | None,
    profile: str,
    xlsx: str | None,
    as_json: bool,
) -> None:
    """Practice, malicious calls and pages withdrawn before their limit are left out."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    coverage = coverage_of(session.settings)
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        period = period_of(session, month, office.now)
        found = reporting.kpi(tx, snapshot, coverage, period, profile=Profile(profile), unit=code)

    def unit_name(code: str) -> str:
        return snapshot.unit_name(code, session.lang)

    if xlsx:
        write_file(xlsx, book(t, found, unit_name, zone))
        good(t(N_("Wrote {file}.")).format(file=xlsx))
    if as_json:
        first, last = days(period, zone)
        as_of = stamp(min(period.as_of, period.end), zone)
        show_json({"from": first, "to": last, "as_of": as_of, **document(found)})
    elif not xlsx:
        say(heading(t, found, zone))
        _tables(session, found, unit_name)


def _tables(session: Session, found: Report, unit_name: Any) -> None:
    t, shown = session.t, names(found.profile)
    columns = [found.total, *found.urgencies.values()]
    heads = [N_("Figure"), N_("all"), *(URGENCY[urgency] for urgency in found.urgencies)]
    table(
        session,
        heads,
        [(t(NAMES[name]), *(spoken(getattr(c, name)) for c in columns)) for name in shown],
    )
    busy = [(code, f) for code, f in found.units.items() if f.pages or f.transferred]
    if len(busy) > 1:
        click.echo()
        picked = [name for name in _OF_UNITS if name in shown]
        table(
            session,
            [N_("Unit"), *(NAMES[name] for name in picked)],
            [
                (unit_name(code), *(spoken(getattr(figures, name)) for name in picked))
                for code, figures in sorted(busy, key=lambda kv: (-kv[1].pages, kv[0]))
            ],
        )


@command(N_("What was returned or disputed again and again: the list for the monthly conference."))
@_month
@option("--least", type=click.IntRange(1, 1000), default=3, show_default=True,
        help=N_("How often at least."))  # fmt: skip
@json_option
@click.pass_context
def conference(ctx: click.Context, month: tuple[int, int], least: int, as_json: bool) -> None:
    """Each kind of matter with each unit; whose it is from now on is for the conference to say."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        found = reporting.conference(tx, period_of(session, month, office.now), least)
        codes = reporting.codes(tx, found)
    if as_json:
        show_json({"items": [_frequent(one, codes) for one in found]})
        return
    if not found:
        good(t(N_("Nothing came up that often.")))
        return
    heads = (N_("Category"), N_("Unit"), N_("Returned"), N_("Disputed"), N_("Transfers"))
    rows = [
        (
            one.category or t(N_("without category")),
            snapshot.unit_name(one.unit, session.lang),
            one.returns,
            one.disputes,
            " ".join(codes[id] for id in one.matters),
        )
        for one in found
    ]
    table(session, heads, rows)


def _frequent(one: Frequent, codes: dict[str, str]) -> dict[str, Any]:
    return asdict(one) | {"matters": [codes[id] for id in one.matters]}


@command(N_("Open transfers for which nothing is planned any more: what the nightly check finds."))
@json_option
@click.pass_context
def orphans(ctx: click.Context, as_json: bool) -> None:
    """Every transfer has one end; these have none in sight."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        snapshot, found = office.snapshot(tx), orphan_check.found(tx)
    if as_json:
        show_json({"items": [_orphan(session, one) for one in found]})
        return
    if not found:
        good(t(N_("Something is planned for every open transfer.")))
        return
    heads = (N_("Number"), N_("State"), N_("Units"), N_("Nothing since"), N_("The desk was told"))
    rows = [
        (
            one.brief.transfer.code,
            t(TRANSFER_STATES[one.brief.transfer.state]),
            t(N_(", ")).join(snapshot.unit_name(unit, session.lang) for unit in one.units),
            local(one.since, zone),
            t(N_("yes") if one.alarmed else N_("no")),
        )
        for one in found
    ]
    table(session, heads, rows)


def _orphan(session: Session, one: orphan_check.Orphan) -> dict[str, Any]:
    transfer = one.brief.transfer
    return {
        "id": transfer.id,
        "code": transfer.code,
        "state": transfer.state,
        "units": list(one.units),
        "since": stamp(one.since, session.settings.zone),
        "alarmed": one.alarmed,
    }


@command(N_("What may be published of a month: sums from which nobody can be told."))
@_month
@json_option
@click.pass_context
def public(ctx: click.Context, month: tuple[int, int], as_json: bool) -> None:
    """Kinds and units with fewer than five matters are gathered under the others."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        period = period_of(session, month, office.now)
        found = reporting.public(tx, period)
    others = t(N_("others"))
    categories = {name or others: n for name, n in found.categories.items()}
    units = {
        snapshot.unit_name(code, session.lang) if code else others: n
        for code, n in found.units.items()
    }
    first, last = days(period, session.settings.zone)
    if as_json:
        sums = plain(found.total, Profile.GOV)
        show_json(
            {"from": first, "to": last, "total": sums, "categories": categories, "units": units}
        )
        return
    rows = [(t(NAMES[name]), spoken(getattr(found.total, name))) for name in names(Profile.GOV)]
    table(session, (N_("Figure"), N_("all")), rows)
    for head, counted in ((N_("Category"), categories), (N_("Unit"), units)):
        click.echo()
        table(session, (head, N_("Transfers")), list(counted.items()))


@command(N_("Read what callers said when they were asked afterwards, from a CSV file."))
@click.argument("file", metavar="FILE")
@option("--dry-run", is_flag=True, help=N_("Only check the file; write nothing."))
@json_option
@click.pass_context
def visits(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> None:
    """Columns: transfer, visited_at, solved, satisfied. A row that is there is not doubled."""
    session = session_of(ctx)
    t = session.t
    data = file_bytes(file, sys.stdin.buffer.read)
    with office_of(session) as office, office.db.begin() as tx:
        found = visits_file.plan(
            data,
            file,
            lambda ref: transfers.find(tx, ref),
            session.settings.zone,
            office.now,
        )
        new = 0 if dry_run else reporting.record_visits(tx, found, session.user)
    if as_json:
        show_json({"dry_run": dry_run, "rows": len(found), "new": new})
    elif dry_run:
        good(t(N_("{n} rows are good. Nothing was written.")).format(n=len(found)))
    else:
        good(t(N_("{n} rows read, {new} of them new.")).format(n=len(found), new=new))
