"""`oncall policy`: who is contacted, when, and how."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.failures import faults
from commands.lazy import group
from commands.output import good, json_option, say, show_json, warn
from commands.records import office_of
from commands.session import session_of
from oncall.admin import chain
from oncall.admin import policies as admin
from oncall.admin.tables import file_bytes
from oncall.core.errors import Invalid
from oncall.core.faults import explain
from oncall.core.words import N_


@group(N_("Who is contacted, when and how: show, check, apply (docs/policy.md)."))
@click.pass_context
def policy(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@policy.command("show", help=N_("The ladders in force as a file to edit."))
@click.pass_context
def show(ctx: click.Context) -> None:
    """TOML on stdout."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        found = admin.in_force(tx, office.directory, office.now)
    said = {
        admin.APPLIED: N_("As applied."),
        admin.FROM_FILE: N_("From ONCALL_POLICY; nothing was applied yet."),
        admin.BUILT_IN: N_("The built-in ladders; nothing was applied yet."),
    }
    say(session.t(said[admin.origin(found, session.settings)]))
    click.echo(found.text, nl=False)


@policy.command("check", help=N_("Every problem of a policy file, each with its line; exit 3."))
@click.argument("file", metavar="FILE")
@json_option
@click.pass_context
def check(ctx: click.Context, file: str, as_json: bool) -> None:
    """Nothing is written."""
    session = session_of(ctx)
    t = session.t
    text, name = _read(file)
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        book, found = admin.check(text, name, snapshot)
        if book is not None:
            found += chain.warnings(tx, snapshot, book, session.settings, office.now, name)
    errors = [fault for fault in found if fault.severity == "error"]
    if as_json:
        show_json(
            {
                "ok": not errors,
                "problems": [
                    {
                        "severity": fault.severity,
                        "where": fault.where,
                        "code": fault.code,
                        "message": str(explain(t, fault)),
                        "value": fault.value,
                    }
                    for fault in found
                ],
            }
        )
    else:
        faults(session, found)
    if errors:
        ctx.exit(Invalid.exit_code)
    good(t(N_("{file} can be applied.")).format(file=name))


@policy.command("apply", help=N_("Use a policy file for pages opened from now on."))
@click.argument("file", metavar="FILE")
@click.pass_context
def apply(ctx: click.Context, file: str) -> None:
    """Open pages keep the ladder they opened with."""
    session = session_of(ctx)
    t = session.t
    text, name = _read(file)
    with office_of(session) as office, office.db.begin() as tx:
        now = office.now
        changed, warnings = admin.apply(tx, text, name, office.snapshot(tx), session.user, now)
    faults(session, warnings)
    if changed:
        good(t(N_("Applied; pages opened from now on use it.")))
        warn(t(N_("Pages that are open keep the ladder they opened with.")))
    else:
        good(t(N_("No changes.")))


def _read(file: str) -> tuple[str, str]:
    data = file_bytes(file, sys.stdin.buffer.read)
    name = "stdin" if file == "-" else Path(file).name
    return admin.decoded(data, name), name
