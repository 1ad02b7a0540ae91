"""`oncall roster gaps`, `proof` and `lint`: is all covered, and by people who can bear it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from commands.lazy import command, option
from commands.output import good, json_option, local, say, show_json, stamp, table, warn
from commands.records import office_of
from commands.session import session_of
from commands.who import ROLE
from commands.windows import from_option, to_option, units_option, window
from oncall.admin import strain
from oncall.core.errors import OncallError
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.coverage import coverage_of
from oncall.papers import proof as papers
from oncall.papers.press import put_file
from rosters.errors import explain

_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_SHOWN = 40


@command(
    N_(
        "When nobody is on duty: every unit and every role it needs, the next seven days, to the "
        "minute. Planned closed hours and seams under a minute are no gaps."
    )
)
@units_option
@option(
    "--role",
    "roles",
    type=ROLE,
    multiple=True,
    help=N_("Which role (default: all that the unit needs); repeatable."),
)
@from_option
@to_option
@json_option
@click.pass_context
def gaps(
    ctx: click.Context,
    units: tuple[str, ...],
    roles: tuple[str, ...],
    start: str | None,
    end: str | None,
    as_json: bool,
) -> None:
    """Time held only by people who left counts as nobody's."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    coverage = coverage_of(session.settings)
    with office_of(session) as office, office.db.read() as tx:
        first, last = window(ctx, start, end, office.now, _WEEK)
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, u).code for u in units] or sorted(snapshot.units)
        surveyed = coverage.survey(tx, snapshot, codes, first, last, roles=roles)
        found = [lack for unit in surveyed for lack in unit.lacks if lack.is_gap]
        names = {code: snapshot.unit_name(code, session.lang) for code in codes}
    if as_json:
        listed = [
            {
                "unit": gap.unit,
                "role": gap.role,
                "start": stamp(gap.start, zone),
                "end": stamp(gap.end, zone),
            }
            for gap in found
        ]
        show_json({"from": stamp(first, zone), "to": stamp(last, zone), "gaps": listed})
        return
    if not found:
        good(t(N_("No gaps.")))
        return
    table(
        session,
        (N_("Unit"), N_("Role"), N_("Starts"), N_("Ends")),
        [
            (
                names[gap.unit],
                role_word(t, gap.role),
                local(gap.start, zone),
                local(gap.end, zone),
            )
            for gap in found
        ],
    )


@command(
    N_(
        "A dated statement, unit by unit, that every minute has who it needs, each with a number "
        "that proved to work; with the exact exceptions. The next 30 days unless --from and --to "
        "say otherwise."
    )
)
@from_option
@to_option
@units_option
@option("--html", metavar="FILE", help=N_("Write a page for A4 here, to print and to sign."))
@json_option
@click.pass_context
def proof(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    units: tuple[str, ...],
    html: str | None,
    as_json: bool,
) -> None:
    """Exit 0 whatever it says: the statement is made either way."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    coverage = coverage_of(session.settings)
    with office_of(session) as office, office.db.read() as tx:
        first, last = window(ctx, start, end, office.now, _MONTH)
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, u).code for u in units]
        made = papers.prove(tx, snapshot, coverage, codes, first, last, office.now)
        names = {unit.unit: snapshot.unit_name(unit.unit, session.lang) for unit in made.units}
    if html is not None:
        write(Path(html), papers.as_page(made, snapshot, session.lang, zone, t))
        say(t(N_("Wrote {file}.")).format(file=html))
    if as_json:
        show_json(papers.as_json(made, snapshot, lambda moment: stamp(moment, zone) or ""))
        return
    if made.lacks:
        table(
            session,
            (N_("Unit"), N_("Role"), N_("Starts"), N_("Ends"), N_("Why")),
            [
                (
                    names[lack.unit],
                    role_word(t, lack.role),
                    local(lack.start, zone),
                    local(lack.end, zone),
                    t(papers.WHY[lack.why]),
                )
                for lack in made.lacks
            ],
        )
    said = N_("{whole} of {count} units are covered at every minute; {n} exceptions.")
    tell = warn if made.lacks else good
    tell(t(said).format(whole=made.whole, count=len(made.units), n=len(made.lacks)))
    if made.doubtful:
        doubt = N_(
            "{verified} of {count} units have proven numbers throughout; the numbers of {people} "
            "people were never proven, or longer ago than {days} days (--json or --html: whose)."
        )
        params = {"verified": made.verified, "people": len(made.doubtful)}
        warn(t(doubt).format(count=len(made.units), days=made.proven_days, **params))


@command(
    N_(
        "What is worth a look in the coming 30 days: too short, too long in a row, two nights "
        "running, two duties at once, people who left, shared numbers, handovers while clocks "
        "are changed."
    )
)
@from_option
@to_option
@units_option
@json_option
@click.pass_context
def lint(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    units: tuple[str, ...],
    as_json: bool,
) -> None:
    """Warnings only: nothing here is forbidden."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        first, last = window(ctx, start, end, office.now, _MONTH)
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, u).code for u in units]
        found = strain.warnings(tx, snapshot, first, last, zone, units=codes)
    if as_json:
        listed = [
            {
                "code": one.problem.code,
                "unit": one.duty.unit if one.duty else None,
                "where": one.problem.where,
                "message": explain(one.problem, t),
                "value": one.problem.value,
            }
            for one in found
        ]
        show_json({"from": stamp(first, zone), "to": stamp(last, zone), "warnings": listed})
        return
    for one in found:
        place = f"{one.duty.unit}, {one.duty.source}: " if one.duty else ""
        click.echo(f"{place}{explain(one.problem, t)}")
    if found:
        warn(t(N_("{n} warnings.")).format(n=len(found)))
    else:
        good(t(N_("Nothing to remark.")))


def write(path: Path, data: bytes) -> None:
    """Put a printed file where it was asked for. Raises OncallError where that cannot be."""
    try:
        put_file(path, data)
    except OSError as exc:
        detail = exc.strerror or type(exc).__name__
        raise OncallError("file_unwritable", file=str(path), detail=detail) from exc
