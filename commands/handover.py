"""`oncall handover`: who relieves whom next, and what is left to them."""

from __future__ import annotations

from typing import Any

import click

from commands.lazy import command, option
from commands.moments import MOMENT, moment_of
from commands.output import good, json_option, local, say, show_json, stamp, table
from commands.records import office_of
from commands.session import Session, session_of
from oncall.core.spelling import unit_of
from oncall.core.words import N_, STATES, URGENCY, role
from oncall.directory import Snapshot
from oncall.relief import Change, Relief, relief

_SAID = {
    "confirmed": N_("confirmed"),
    "refused": N_("cannot come"),
    "waiting": N_("not yet"),
    "": N_("not asked"),
}


@command(N_("Who hands over to whom next, and what a unit has on its hands."))
@click.argument("unit", metavar="UNIT")
@option("--at", type=MOMENT, metavar="TIME",
        help=N_("Another moment; of the past, what was on its hands then."))  # fmt: skip
@option("--confirm", metavar="NAME", help=N_("This person said that they come; you enter it."))
@json_option
@click.pass_context
def handover(
    ctx: click.Context, unit: str, at: str | None, confirm: str | None, as_json: bool
) -> None:
    """The list to go through at the change of watch."""
    session = session_of(ctx)
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            code = unit_of(snapshot.units, unit).code
        if confirm is not None:
            office.handovers.confirm_for(code, confirm, session.user, office.now)
            good(session.t(N_("{name} is noted as coming on duty.")).format(name=confirm))
        with office.db.read() as tx:
            found = relief(tx, snapshot, code, moment_of(ctx, at, office.now), office.now)
    if as_json:
        show_json(_json(session, found))
    else:
        _show(session, snapshot, found)


def _show(session: Session, snapshot: Snapshot, found: Relief) -> None:
    t, zone = session.t, session.settings.zone
    heads = (N_("Role"), N_("On duty"), N_("Relieved at"), N_("Comes on duty"), N_("Confirmed"))
    rows = [
        (
            role(t, one.role),
            t(N_(", ")).join(one.now),
            local(one.at, zone) if one.at is not None else "",
            t(N_(", ")).join(one.next),
            t(N_(", ")).join(t(_SAID[word]) for word in one.said.values()),
        )
        for one in found.changes
    ]
    if rows:
        table(session, heads, rows)
    if not found.items:
        say(t(N_("Nothing is on the unit's hands.")))
        return
    click.echo()
    taken = N_("taken by {who}, {clock}")
    table(
        session,
        (N_("Number"), N_("Urgency"), N_("Category"), N_("Place"), N_("State"), N_("Who has it")),
        [
            (
                item.code,
                t(URGENCY[item.urgency]),
                item.category,
                snapshot.unit_name(item.area, session.lang) if item.area else "",
                t(STATES[item.state]),
                t(taken).format(who=item.owner, clock=local(item.acked_at, zone))
                if item.owner and item.acked_at
                else "",
            )
            for item in found.items
        ],
    )


def _json(session: Session, found: Relief) -> dict[str, Any]:
    zone = session.settings.zone
    return {
        "unit": found.unit,
        "at": stamp(found.at, zone),
        "changes": [_change(session, one) for one in found.changes],
        "items": [
            {
                "code": item.code,
                "urgency": item.urgency,
                "category": item.category,
                "area": item.area,
                "drill": item.drill,
                "state": item.state,
                "owner": item.owner,
                "paged_at": stamp(item.paged_at, zone),
                "ack_by": stamp(item.ack_by, zone),
                "acked_at": stamp(item.acked_at, zone),
                "eta_at": stamp(item.eta_at, zone),
                "progressed_at": stamp(item.progressed_at, zone),
            }
            for item in found.items
        ],
    }


def _change(session: Session, one: Change) -> dict[str, Any]:
    return {
        "role": one.role,
        "now": list(one.now),
        "next": [{"person": name, "said": said or None} for name, said in one.said.items()],
        "at": stamp(one.at, session.settings.zone),
    }
