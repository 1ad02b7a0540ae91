"""`oncall config`: the settings, and where each comes from."""

from __future__ import annotations

import click

from commands.lazy import group
from commands.output import json_option, show_json, table
from commands.session import session_of
from oncall.config import shown
from oncall.core.words import N_


@group(N_("The settings, and where each comes from (docs/settings.md)."))
@click.pass_context
def config(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@config.command("show", help=N_("Every setting, its value and its origin; secrets are masked."))
@json_option
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """Flag over environment over oncall.toml over default."""
    session = session_of(ctx)
    found = shown(session.settings)
    if as_json:
        show_json(
            {
                name: {"variable": variable, "value": value, "origin": origin}
                for name, variable, value, origin in found
            }
        )
        return
    t = session.t
    words = {"default": N_("default"), "flag": N_("flag")}
    table(
        session,
        (N_("Variable"), N_("Value"), N_("Origin"), N_("In oncall.toml")),
        [
            (variable, value, t(words[origin]) if origin in words else origin, name)
            for name, variable, value, origin in found
        ],
    )
