"""`oncall roster sheet`: what works when the server is dead."""

from __future__ import annotations

from pathlib import Path

import click

from commands.lazy import command, option
from commands.output import good, warn
from commands.records import office_of
from commands.roster_cover import write
from commands.session import session_of
from commands.windows import units_option
from oncall.admin import people
from oncall.core.errors import NotFound
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.coverage import coverage_of
from oncall.papers import sheet as papers


@command(
    N_(
        "The duty sheet on paper: every unit, day by day from today's watch on, as a page for A4 "
        "and as a workbook. A running service writes both every night."
    )
)
@option(
    "--days",
    type=click.IntRange(1, papers.LONGEST_DAYS),
    default=14,
    show_default=True,
    help=N_("How many days."),
)
@units_option
@option("--html", metavar="FILE", help=N_("Write a page for A4 here."))
@option("--xlsx", metavar="FILE", help=N_("Write a workbook here."))
@option("--full", metavar="WHY", help=N_("Numbers in full; who and why is kept in the log."))
@click.pass_context
def sheet(
    ctx: click.Context,
    days: int,
    units: tuple[str, ...],
    html: str | None,
    xlsx: str | None,
    full: str | None,
) -> None:
    """Numbers are masked unless somebody says why they are needed."""
    session = session_of(ctx)
    settings, t = session.settings, session.t
    if html is None and xlsx is None:
        raise click.UsageError(t(N_("Say where to: --html FILE, --xlsx FILE, or both.")))
    if full is not None and not full.strip():
        raise NotFound("reason_wanted")
    coverage = coverage_of(settings)
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            made = papers.duty_sheet(
                tx,
                snapshot,
                coverage,
                office.now,
                days,
                units=[unit_of(snapshot.units, unit).code for unit in units],
                lang=session.lang,
                t=t,
                full=full is not None,
            )
        if full is not None:
            with office.db.begin() as tx:
                people.note_numbers_shown(
                    tx, by=session.user, why=full, whom="duty sheet", now=office.now
                )
    if html is not None:
        write(Path(html), papers.as_page(made, session.lang, settings.zone, settings.signature))
        good(t(N_("Wrote {file}.")).format(file=html))
    if xlsx is not None:
        write(Path(xlsx), papers.as_workbook(made, settings.zone, t))
        good(t(N_("Wrote {file}.")).format(file=xlsx))
    if full is None:
        warn(t(N_("Numbers are masked. For a sheet that works, say why with --full.")))
