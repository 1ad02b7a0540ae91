"""`oncall transfer new`: hand a matter over, or decide it at the door."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import click

from commands.lazy import Word, command, option
from commands.moments import MOMENT, moment_of
from commands.output import good, json_option, local, show_json, warn
from commands.records import office_of, operator
from commands.session import Session, session_of
from oncall.admin import matters
from oncall.admin.group_calls import called, counted, group_named
from oncall.admin.office import Office
from oncall.core.errors import Fault, Invalid
from oncall.core.model import Urgency
from oncall.core.spelling import unit_of
from oncall.core.transfers import Draft, Ground
from oncall.core.words import N_
from oncall.intake import Accepted
from oncall.store import groups
from oncall.verbs import VERBS


@command(N_("Hand a matter over to one or more units; the first one leads."))
@option("--to", "to", multiple=True, metavar="UNIT", help=N_("Unit; repeatable."))
@option("--group", metavar="NAME", help=N_("All units of a broadcast group instead."))
@option("--count", type=int, metavar="N", help=N_("How many units that is, for large groups."))
@option("--urgency", required=True, type=Word(list(Urgency)), help=N_("How fast."))
@option("--summary", required=True, help=N_("What it is about; - reads it from stdin."))
@option("--from", "origin", default="desk", show_default=True, help=N_("Who sends it, e.g. 110."))
@option("--ref", metavar="REF", help=N_("The sender's own number; the same twice is one matter."))
@option("--category", help=N_("What kind of matter; may choose the ladder."))
@option("--area", metavar="CODE", help=N_("Where: a township's code."))
@option("--received-at", type=MOMENT, metavar="TIME", help=N_("When the call first came in."))
@option("--police", is_flag=True, help=N_("A police matter: the 110 desk is paged as well."))
@option("--danger", is_flag=True, help=N_("Danger to people: the 110 desk is paged as well."))
@option("--police-first", is_flag=True, help=N_("Units wait until the police are on their way."))
@option("--copy", "copies", multiple=True, metavar="UNIT", help=N_("Told; need not answer."))
@option("--confidential", is_flag=True, help=N_("The unit never sees who called."))
@option("--drill", is_flag=True, help=N_("Practice: marked so in every message."))
@option("--answered", metavar="TEXT", help=N_("Answered on the spot: no unit, nobody is paged."))
@option("--guided", metavar="TEXT", help=N_("Told where to turn: no unit, nobody is paged."))
@option("--rejected", type=Word(list(Ground)), help=N_("Not accepted, on this ground, with --why."))
@option("--why", metavar="TEXT", help=N_("Why it is not accepted."))
@option("--forward", metavar="UNIT", help=N_("For R6: the unit of the emergency line."))
@option("--caller-name", help=N_("Who called; never leaves this system."))
@option("--caller-phone", help=N_("Their number; never leaves this system."))
@option("--caller-address", help=N_("Their address; never leaves this system."))
@json_option
@click.pass_context
def new(ctx: click.Context, /, as_json: bool, **given: Any) -> None:
    """Durable before this returns; a running service sends."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office:
        now = office.now
        accepted = _accept(ctx, session, office, given, now)
        with office.db.read() as tx:
            full = matters.in_full(tx, accepted.transfer.id)
            snapshot = office.snapshot(tx)
            coming = matters.next_of(tx, snapshot, full.brief.shares)
            alive = matters.served(tx)
        if as_json:
            pages = [
                {"id": share.page.id, "unit": share.part.unit, "state": share.page.state}
                for share, _ in coming
            ]
            head = {"id": accepted.transfer.id, "code": accepted.transfer.code}
            show_json(head | {"created": accepted.created, "pages": pages})
        else:
            click.echo(accepted.transfer.code)
    if accepted.created:
        said = N_("Handed over as {code} at {at}.")
        at = local(accepted.transfer.transferred_at, zone)
        good(t(said).format(code=accepted.transfer.code, at=at))
    else:
        good(t(N_("This matter is here already: {code}.")).format(code=accepted.transfer.code))
    if not alive:
        warn(t(N_("No service is running: nothing is sent until `oncall serve` runs.")))


def _accept(
    ctx: click.Context, session: Session, office: Office, given: dict[str, Any], now: datetime
) -> Accepted:
    """Hand it over; or decide it at the door, where one of the decisions is given."""
    said = {
        "answer": {"text": given["answered"]},
        "guide": {"text": given["guided"]},
        "reject": {"ground": given["rejected"], "why": given["why"]},
    }
    decided = [name for name in said if next(iter(said[name].values()))]
    draft = _draft(ctx, office, given, decided=bool(decided))
    who = operator(session)
    if not decided:
        return office.intake.accept(draft, now, who)
    (name, *more) = decided
    if more:
        raise Invalid([Fault(where="--answered, --guided, --rejected", code="one_decision")])
    values = dict(said[name])
    if given["forward"]:
        with office.db.read() as tx:
            values["forward"] = unit_of(office.snapshot(tx).units, given["forward"]).code
    return office.acts.at_the_door(draft, VERBS[name], values, by=session.user, now=now, actor=who)


def _draft(ctx: click.Context, office: Office, given: dict[str, Any], *, decided: bool) -> Draft:
    caller = {
        name: given.pop(f"caller_{name}")
        for name in ("name", "phone", "address")
        if given.get(f"caller_{name}")
    }
    received = given["received_at"]
    with office.db.read() as tx:
        snapshot = office.snapshot(tx)
        units = snapshot.units
        to, area = tuple(unit_of(units, unit).code for unit in given["to"]), given["area"]
        group = None
        if given["group"]:
            named = group_named(groups.all_groups(tx), given["group"])
            group = called(
                named,
                snapshot,
                tx,
                office.now,
                office.now.astimezone(office.settings.zone).date(),
                urgency=given["urgency"],
                category=given["category"],
                beside=to,
            )
            counted(named, group.members.size, snapshot, given["count"])
    return Draft(
        origin=given["origin"],
        to=(*to, *(group.units if group else ())),
        needed=group.needed if group else 0,
        calls=group.calls if group else None,
        people=group.people if group else (),
        urgency=given["urgency"],
        summary=sys.stdin.read() if given["summary"] == "-" else given["summary"],
        origin_ref=given["ref"],
        category=given["category"],
        area=unit_of(units, area).code if area else None,
        received_at=moment_of(ctx, received, office.now) if received else None,
        police=given["police"],
        danger=given["danger"],
        police_first=given["police_first"],
        decided=decided,
        copy=tuple(unit_of(units, unit).code for unit in given["copies"]),
        confidential=given["confidential"],
        drill=given["drill"],
        caller=caller or None,
    )
