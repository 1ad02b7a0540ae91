"""`oncall alarm`: what the desk must look at until somebody deals with it."""

from __future__ import annotations

import click

from commands.lazy import group, option
from commands.output import good, json_option, local, show_json, stamp, table
from commands.records import office_of
from commands.session import session_of
from oncall.core.errors import Conflict, NotFound
from oncall.core.model import Alarm
from oncall.core.spelling import unit_of
from oncall.core.words import N_, alarm_text
from oncall.store import alarms, reports


@group(N_("What the desk must look at."))
@click.pass_context
def alarm(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@alarm.command("list", help=N_("Open alarms, the newest first."))
@option("--unit", metavar="CODE", help=N_("Only of this unit."))
@json_option
@click.pass_context
def list_(ctx: click.Context, unit: str | None, as_json: bool) -> None:
    """An alarm stays until somebody closes it or has the matter."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        found = reports.open_alarms(tx, unit=code)
    said = {a.id: alarm_text(t, Alarm(a.alarm), who=a.who or "", level=a.level) for a in found}
    if as_json:
        listed = [
            {
                "id": a.id,
                "alarm": a.alarm,
                "unit": a.unit,
                "transfer": a.transfer,
                "page": a.page,
                "level": a.level,
                "who": a.who,
                "raised_at": stamp(a.raised_at, zone),
                "last_at": stamp(a.last_at, zone),
                "times": a.times,
                "text": said[a.id],
            }
            for a in found
        ]
        show_json({"items": listed})
        return
    if not found:
        good(t(N_("No open alarms.")))
        return
    table(
        session,
        (N_("Id"), N_("Last at"), N_("Times"), N_("Unit"), N_("Alarm")),
        [
            (
                a.id,
                local(a.last_at, zone),
                a.times,
                snapshot.unit_name(a.unit, session.lang) if a.unit else "",
                said[a.id],
            )
            for a in found
        ],
    )


@alarm.command("close", help=N_("Somebody dealt with it."))
@click.argument("id", metavar="ID", type=click.IntRange(1))
@option("--by", metavar="NAME", help=N_("Who dealt with it (default: whoever sits here)."))
@click.pass_context
def close(ctx: click.Context, id: int, by: str | None) -> None:
    """It opens again if the reason comes back."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.begin() as tx:
        if not alarms.close(tx, id, (by or session.user)[:60], office.now):
            if reports.alarm(tx, id) is None:
                raise NotFound("no_such_alarm", alarm=str(id))
            raise Conflict("alarm_closed", alarm=str(id))
    good(session.t(N_("Closed.")))
