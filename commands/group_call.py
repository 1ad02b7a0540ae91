"""`oncall group call`: call a group, see who answers, correct, withdraw; `group preview` before."""

from __future__ import annotations

import sys
from typing import Any

import click

from commands.arguments import BY, ID, WHY, limit_option
from commands.group_views import members_told, previewed, rolled
from commands.lazy import Word, command, group, option
from commands.output import good, json_option, local, say, show_json, stamp, table, warn
from commands.records import office_of, operator
from commands.session import session_of
from oncall.admin import group_preview, matters, rollcall
from oncall.admin.group_calls import Called, Wish, called, counted, group_named
from oncall.admin.office import Office
from oncall.core.model import Urgency
from oncall.core.rollcall import Response
from oncall.core.spelling import unit_of
from oncall.core.transfers import LIVE, Draft
from oncall.core.words import N_, TRANSFER_STATES, URGENCY, reason_text
from oncall.directory import Snapshot
from oncall.store import groups as rows
from oncall.store import reports
from oncall.store.database import Tx
from oncall.verbs import VERBS

_urgency = option("--urgency", required=True, type=Word(list(Urgency)), help=N_("How fast."))
_category = option("--category", help=N_("What kind of matter; may choose the ladder."))
_needed = option(
    "--needed",
    type=click.IntRange(0, 999),
    metavar="N",
    help=N_("How many must answer; 0 for all (default: as the group has it)."),
)
_wave = option(
    "--wave",
    type=click.IntRange(0, 999),
    metavar="N",
    help=N_("How many are called at a time; 0 for all at once."),
)
_minutes = option(
    "--minutes",
    type=click.IntRange(0, 1440),
    metavar="N",
    help=N_("How long until the next ones; 0 for the ladder's time to answer."),
)


def _wanted(given: dict[str, Any]) -> Wish:
    return Wish(needed=given["needed"], wave=given["wave"], minutes=given["minutes"])


def _called(office: Office, tx: Tx, name: str, given: dict[str, Any]) -> tuple[Snapshot, Called]:
    """The group as it is called now."""
    snapshot = office.snapshot(tx)
    day = office.now.astimezone(office.settings.zone).date()
    return snapshot, called(
        group_named(rows.all_groups(tx), name),
        snapshot,
        tx,
        office.now,
        day,
        urgency=given["urgency"],
        category=given["category"],
        wish=_wanted(given),
    )


@command(N_("Who would be called when, and what it costs in messages; nothing is sent."))
@click.argument("name", metavar="NAME")
@_urgency
@_category
@_needed
@_wave
@_minutes
@json_option
@click.pass_context
def preview(ctx: click.Context, /, name: str, as_json: bool, **given: Any) -> None:
    """With the rosters of this moment."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        snapshot, found = _called(office, tx, name, given)
        seen = group_preview.preview(
            tx,
            snapshot,
            found,
            office.now,
            urgency=Urgency(given["urgency"]),
            category=given["category"],
            lang=session.settings.lang,
            signature=session.settings.signature,
        )
        previewed(session, snapshot, seen, as_json=as_json)


@group(N_("Call a group; see who answers; correct it; withdraw it."))
@click.pass_context
def call(ctx: click.Context) -> None:
    """See the commands. ID is an id, a printed number, or origin:number."""
    session_of(ctx)


@call.command("start", help=N_("Call the units of a group, in waves where it says so."))
@click.argument("name", metavar="NAME")
@_urgency
@option("--summary", required=True, help=N_("What it is about; - reads it from stdin."))
@option("--count", type=int, metavar="N", help=N_("How many are called, for large groups."))
@option("--from", "origin", default="desk", show_default=True, help=N_("Who sends it, e.g. 110."))
@option("--ref", metavar="REF", help=N_("The sender's own number; the same twice is one matter."))
@_category
@option("--area", metavar="CODE", help=N_("Where: a township's code."))
@_needed
@_wave
@_minutes
@option("--danger", is_flag=True, help=N_("Danger to people: the 110 desk is paged as well."))
@option("--drill", is_flag=True, help=N_("Practice: marked so in every message."))
@json_option
@click.pass_context
def start(ctx: click.Context, /, name: str, as_json: bool, **given: Any) -> None:
    """Durable before this returns; a running service sends."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot, found = _called(office, tx, name, given)
            counted(found.group, found.members.size, snapshot, given["count"])
            area = unit_of(snapshot.units, given["area"]).code if given["area"] else None
        accepted = office.intake.accept(
            Draft(
                origin=given["origin"],
                origin_ref=given["ref"],
                to=found.units,
                people=found.people,
                needed=found.needed,
                calls=found.calls,
                urgency=given["urgency"],
                summary=sys.stdin.read() if given["summary"] == "-" else given["summary"],
                category=given["category"],
                area=area,
                danger=given["danger"],
                drill=given["drill"],
            ),
            office.now,
            operator(session),
        )
        with office.db.read() as tx:
            alive = matters.served(tx)
    transfer = accepted.transfer
    if as_json:
        show_json(
            {
                "id": transfer.id,
                "code": transfer.code,
                "created": accepted.created,
                "group": found.group.name,
                "units": list(found.units),
                "people": [one.name for one in found.people],
                "needed": found.needed,
                "moved": dict(found.members.moved),
                "gone": list(found.members.gone),
                "left": list(found.members.left),
            }
        )
    else:
        click.echo(transfer.code)
    if accepted.created:
        said = N_("“{group}” is being called as {code}; {n} units.")
        if found.people:
            said = N_("“{group}” is being called as {code}; {n} in all, people by name among them.")
        good(t(said).format(group=found.group.name, code=transfer.code, n=found.members.size))
    else:
        good(t(N_("This matter is here already: {code}.")).format(code=transfer.code))
    members_told(session, found.members)
    if not alive:
        warn(t(N_("No service is running: nothing is sent until `oncall serve` runs.")))


@call.command("list", help=N_("Calls to groups, the newest first, and how many answered."))
@option("--all", "everything", is_flag=True, help=N_("Also what has ended."))
@limit_option(20)
@json_option
@click.pass_context
def list_(ctx: click.Context, everything: bool, limit: int, as_json: bool) -> None:
    """Only what goes on, unless --all."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        states = None if everything else LIVE
        briefs = reports.list_transfers(tx, states=states, groups=True, limit=limit)
        found = [rollcall.called_over(tx, one.transfer.id, office.now) for one in briefs]
    if as_json:
        items = [
            {
                "id": one.transfer.id,
                "code": one.transfer.code,
                "group": one.roll.group,
                "state": one.transfer.state,
                "urgency": one.transfer.urgency,
                "called_at": stamp(one.transfer.transferred_at, zone),
                "needed": one.roll.required,
                "answered": one.roll.count(Response.ACKED),
                "met": one.roll.met,
            }
            for one in found
        ]
        show_json({"items": items})
        return
    if not found:
        say(t(N_("No group is being called.")))
        return
    table(
        session,
        (N_("Number"), N_("Group"), N_("Urgency"), N_("Called"), N_("Have answered"), N_("State")),
        [
            (
                one.transfer.code,
                one.roll.group,
                t(URGENCY[one.transfer.urgency]),
                local(one.transfer.transferred_at, zone),
                f"{one.roll.count(Response.ACKED)}/{one.roll.required}",
                t(TRANSFER_STATES[one.transfer.state]),
            )
            for one in found
        ],
    )


@call.command("show", help=N_("The roll: who was called in which wave, who got it, who answered."))
@ID
@json_option
@click.pass_context
def show(ctx: click.Context, id: str, as_json: bool) -> None:
    """Of a group's call, or of any transfer to several units."""
    session = session_of(ctx)
    with office_of(session) as office:
        found = office.desk.find(id, operator(session))
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            seen = rollcall.called_over(tx, found.id, office.now)
    rolled(session, snapshot, seen, as_json=as_json)


@call.command("correct", help=N_("Tell exactly whoever was told that something is different."))
@ID
@option("--text", required=True, metavar="TEXT",
        help=N_("What is different; it stays in this system."))  # fmt: skip
@BY
@json_option
@click.pass_context
def correct(ctx: click.Context, id: str, text: str, by: str | None, as_json: bool) -> None:
    """The message says to read it again on the web page."""
    session = session_of(ctx)
    with office_of(session) as office:
        who = by or session.user
        verb = VERBS["correct"]
        done = office.acts.do(
            id, verb, {"text": text}, by=who, now=office.now, actor=operator(session)
        )
        people = _told(office, done.transfer.id)
    if as_json:
        show_json({"id": done.transfer.id, "code": done.transfer.code, "people": people})
    said = reason_text(session.t, done.reason, who=who, detail=text)
    good(said)
    say(session.t(N_("To so many people: {n}.")).format(n=people))


@call.command(
    "cancel", help=N_("Withdraw it: everybody stops, and exactly whoever was told hears.")
)
@ID
@WHY
@BY
@json_option
@click.pass_context
def cancel(ctx: click.Context, id: str, why: str, by: str | None, as_json: bool) -> None:
    """Cannot be taken back."""
    session = session_of(ctx)
    with office_of(session) as office:
        found = office.desk.find(id, operator(session))
        office.desk.cancel(id, by or session.user, office.now, operator(session), why=why)
        people = _told(office, found.id)
    if as_json:
        show_json({"id": found.id, "code": found.code, "people": people})
    said = N_("{code} was withdrawn. To so many people: {n}.")
    good(session.t(said).format(code=found.code, n=people))


def _told(office: Office, transfer: str) -> int:
    """To how many people the last word to everybody goes."""
    with office.db.read() as tx:
        words = rollcall.called_over(tx, transfer, office.now).words
    return words[-1].people if words else 0
