"""`oncall report`: figures about the people who serve, and about the work."""

from __future__ import annotations

from datetime import timedelta

import click

from commands.lazy import group
from commands.output import json_option, show_json, stamp, table, warn
from commands.records import office_of
from commands.session import session_of
from commands.windows import from_option, to_option, units_option, window
from oncall.admin import strain
from oncall.core.spelling import unit_of
from oncall.core.words import N_

_MONTH = timedelta(days=30)


_COMMANDS = {
    "kpi": ("commands.report_figures:kpi", N_("The figures of a month.")),
    "conference": (
        "commands.report_figures:conference",
        N_("What was returned or disputed again and again."),
    ),
    "drills": ("commands.drill:scorecard", N_("Who could be reached: drills by unit.")),
    "orphans": (
        "commands.report_figures:orphans",
        N_("Open transfers for which nothing is planned any more."),
    ),
    "public": ("commands.report_figures:public", N_("What may be published of a month.")),
    "visits": (
        "commands.report_figures:visits",
        N_("Read what callers said when they were asked afterwards."),
    ),
}


@group(
    N_("Figures: how well it goes, who carries how much, what may be published."), lazy=_COMMANDS
)
@click.pass_context
def report(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@report.command(
    "duty",
    help=N_(
        "Hours, nights, weekends, holidays and pages of each person; the next 30 days unless "
        "--from and --to say otherwise. Too much is a warning, never a refusal."
    ),
)
@from_option
@to_option
@units_option
@json_option
@click.pass_context
def duty(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    units: tuple[str, ...],
    as_json: bool,
) -> None:
    """Those with the most hours first; two duties at once are not twice the hours."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        first, last = window(ctx, start, end, office.now, _MONTH)
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, unit).code for unit in units]
        found = strain.burdens(tx, snapshot, first, last, zone, units=codes)
    if as_json:
        listed = [strain.as_json(one) for one in found]
        show_json({"from": stamp(first, zone), "to": stamp(last, zone), "people": listed})
        return
    heads = (
        N_("Unit"),
        N_("Person"),
        N_("Hours"),
        N_("Nights"),
        N_("Weekend hours"),
        N_("Holiday hours"),
        N_("Pages"),
        N_("At night"),
        N_("Longest stretch"),
        N_("Warnings"),
    )
    rows = [
        (
            snapshot.unit_name(one.unit, session.lang),
            one.name,
            f"{one.load.hours:.1f}",
            one.load.nights,
            f"{one.load.weekend_hours:.1f}",
            f"{one.load.holiday_hours:.1f}",
            one.pages,
            one.night_pages,
            f"{one.load.longest:.1f}" if one.load.longest else "",
            t(N_(", ")).join(t(warning) for warning in one.warnings),
        )
        for one in found
    ]
    table(session, heads, rows)
    strained = sum(bool(one.warnings) for one in found)
    if strained:
        warn(t(N_("{n} people carry too much at once.")).format(n=strained))
