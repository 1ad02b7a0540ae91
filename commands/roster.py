"""`oncall roster`: files against the roster in force."""

from __future__ import annotations

import click

from commands.lazy import group
from commands.session import session_of
from oncall.core.words import N_

_COMMANDS = {
    "plan": ("commands.roster_files:plan", N_("What files would change; nothing is written.")),
    "apply": ("commands.roster_files:apply", N_("Apply files: all of it, or nothing.")),
    "show": ("commands.roster_views:show", N_("A unit's duties, one line each.")),
    "gaps": ("commands.roster_cover:gaps", N_("When nobody is on duty.")),
    "proof": ("commands.roster_cover:proof", N_("A dated statement that all is covered, or not.")),
    "lint": ("commands.roster_cover:lint", N_("What no one should have to serve, and slips.")),
    "sheet": ("commands.roster_sheet:sheet", N_("The duty sheet on paper, for all units.")),
    "history": ("commands.roster_views:history", N_("What was applied, by whom, from which file.")),
    "undo": ("commands.roster_files:undo", N_("Take an upload back, exactly.")),
    "export": ("commands.roster_views:export", N_("The roster as a table that can be read back.")),
    "template": ("commands.roster_views:template", N_("An empty month as a workbook to fill in.")),
}


@group(N_("Read rosters, compare them with what is in force, apply, take back."), _COMMANDS)
@click.pass_context
def roster(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)
