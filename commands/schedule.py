"""`oncall schedule`: who is on duty over a stretch of time, without holes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.lazy import command, option
from commands.moments import MOMENT, moment_of
from commands.output import json_option, local, show_json, stamp, table
from commands.records import office_of
from commands.session import session_of
from commands.who import ROLE
from oncall import duty
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from rosters.model import PRIMARY

_WEEK = timedelta(days=7)


@command(N_("Who is on duty over a stretch of time, without holes: where nobody is, it says so."))
@click.argument("units", nargs=-1, required=True, metavar="UNIT...")
@option("--role", type=ROLE, default=PRIMARY, show_default=True, help=N_("Which role."))
@option("--from", "start", type=MOMENT, metavar="TIME", help=N_("From when (default: now)."))
@option("--to", "end", type=MOMENT, metavar="TIME", help=N_("Until when (default: 7 days on)."))
@json_option
@click.pass_context
def schedule(
    ctx: click.Context,
    units: tuple[str, ...],
    role: str,
    start: str | None,
    end: str | None,
    as_json: bool,
) -> None:
    """Half-open: the end itself is outside."""
    session = session_of(ctx)
    zone = session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        first = moment_of(ctx, start, office.now)
        last = moment_of(ctx, end, first + _WEEK) if end else first + _WEEK
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, unit).code for unit in units]
        found = [duty.schedule(tx, snapshot, code, role, first, last, office.now) for code in codes]
        names = {code: snapshot.unit_name(code, session.lang) for code in codes}
    if as_json:
        answers = [_schedule_json(one, zone) for one in found]
        show_json(answers[0] if len(answers) == 1 else {"units": answers})
        return
    t = session.t
    table(
        session,
        (N_("Unit"), N_("Role"), N_("Starts"), N_("Ends"), N_("On duty")),
        [
            (
                names[one.unit],
                role_word(t, one.role),
                local(segment.start, zone),
                local(segment.end, zone),
                t(N_(", ")).join(segment.people) or t(N_("nobody")),
            )
            for one in found
            for segment in one.segments
        ],
    )


def _schedule_json(found: duty.Schedule, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "unit": found.unit,
        "role": found.role,
        "from": stamp(found.start, zone),
        "to": stamp(found.end, zone),
        "segments": [
            {"start": stamp(s.start, zone), "end": stamp(s.end, zone), "people": list(s.people)}
            for s in found.segments
        ],
        "gaps": [{"start": stamp(g.start, zone), "end": stamp(g.end, zone)} for g in found.gaps],
    }
