"""`oncall group`: units that are called together (预案组)."""

from __future__ import annotations

from datetime import date

import click

from commands.failures import faults
from commands.lazy import group as commands
from commands.output import json_option, show_json, table
from commands.records import office_of
from commands.reporting import Job, Read, import_command
from commands.session import Session, session_of
from oncall.admin import groups as admin
from oncall.admin import stale
from oncall.admin.group_calls import member
from oncall.admin.office import Office
from oncall.core.words import N_
from oncall.store import groups as rows


@commands(
    N_("Units that are called together."),
    lazy={
        "preview": (
            "commands.group_call:preview",
            N_("Who would be called when, and what it costs in messages; nothing is sent."),
        ),
        "call": (
            "commands.group_call:call",
            N_("Call a group; see who answers; correct it; withdraw it."),
        ),
    },
)
@click.pass_context
def group(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@import_command(group, N_("Read groups from a CSV file; the same file changes nothing."))
def _import(job: Job) -> Read:
    snapshot = job.office.snapshot(job.tx)
    units = snapshot.units
    planned = admin.plan(job.data, job.name, rows.all_groups(job.tx), units, snapshot.find)
    new = [*planned.add, *(new for _, new in planned.change)]
    ended = stale.in_groups(new, units, _today(job.session, job.office))
    if job.write:
        rows.put(job.tx, new)
    return Read(
        added=[one.name for one in planned.add],
        changed=[(old.name, old, new) for old, new in planned.change],
        unchanged=planned.unchanged,
        warnings=(*planned.warnings, *ended),
    )


@group.command("list", help=N_("Every group, its units, and how many of them must answer."))
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """By name."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office, office.db.read() as tx:
        snapshot, found = office.snapshot(tx), list(rows.all_groups(tx).values())
        ended = stale.in_groups(found, snapshot.units, _today(session, office))
    if as_json:
        items = [
            {
                "name": g.name,
                "units": list(g.units),
                "people": {unit: list(ids) for unit, ids in g.people.items()},
                "needed": g.needed,
                "wave": g.wave,
                "minutes": g.minutes,
                "ended": [fault.value for fault in ended if fault.where == g.name],
            }
            for g in found
        ]
        show_json({"items": items})
        return
    table(
        session,
        (N_("Group"), N_("Units"), N_("Must answer"), N_("At a time"), N_("Next after")),
        [
            (
                g.name,
                t(N_(", ")).join(member(t, g, u, snapshot, session.lang) for u in g.units),
                g.needed or t(N_("all")),
                g.wave or t(N_("all")),
                t(N_("{n} min")).format(n=g.minutes) if g.minutes else "",
            )
            for g in found
        ],
    )
    faults(session, ended)


def _today(session: Session, office: Office) -> date:
    return office.now.astimezone(session.settings.zone).date()
