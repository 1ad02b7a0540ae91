"""`oncall person`: people, their numbers, their posts."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import click

from commands import person_cards
from commands.lazy import group, option
from commands.output import json_option, local, pairs, show_json, stamp, table
from commands.records import office_of
from commands.reporting import Job, Read, import_command
from commands.session import Session, session_of
from notifiers.phone import mask
from oncall.admin import people as admin
from oncall.admin.office import new_id
from oncall.core.model import Channel
from oncall.core.spelling import unit_of
from oncall.core.words import N_, NUMBER_FLAGS
from oncall.core.words import role as role_word
from oncall.store import contacts
from oncall.store import directory as rows
from oncall.store.contacts import Known
from oncall.store.directory import Person

_full = option(
    "--full", metavar="WHY", help=N_("Show numbers in full; who and why is kept in the log.")
)


@group(N_("People and their numbers: import, list, show."))
@click.pass_context
def person(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@import_command(person, N_("Read people from a CSV file; the same file again changes nothing."))
def _import(job: Job) -> Read:
    units = {u.code: u for u in rows.all_units(job.tx)}
    planned = admin.plan(job.data, job.name, units, rows.all_people(job.tx), new_id)
    if job.write and not planned.empty:
        admin.apply(job.tx, planned, job.office.now)
    return Read(
        added=[f"{p.name} ({p.unit})" for p in planned.add],
        changed=[(f"{old.name} ({old.unit})", old, new) for old, new in planned.change],
        unchanged=planned.unchanged,
        warnings=planned.warnings,
    )


@person.command("list", help=N_("Everybody, or one unit's people; numbers are masked."))
@click.argument("unit", required=False, metavar="[UNIT]")
@option("--all", "everyone", is_flag=True, help=N_("Also those who left."))
@_full
@json_option
@click.pass_context
def list_(
    ctx: click.Context, unit: str | None, everyone: bool, full: str | None, as_json: bool
) -> None:
    """By unit, then by name."""
    session = session_of(ctx)
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            code = unit_of(snapshot.units, unit).code if unit else None
            found = [p for p in rows.all_people(tx, code) if p.active or everyone]
        person_cards.note_full(session, office, full, code or "*")
    if as_json:
        show_json({"items": [_as_json(p, full) for p in found]})
        return
    t = session.t
    table(
        session,
        (
            N_("Unit"),
            N_("Person"),
            N_("Title"),
            N_("Post"),
            N_("Mobile"),
            N_("Office phone"),
            N_("State"),
        ),
        [
            (
                snapshot.unit_name(p.unit, session.lang),
                p.name,
                p.title,
                role_word(t, p.post) if p.post else "",
                _number(p.mobile, full),
                _number(p.office_phone, full),
                "" if p.active else t(N_("left")),
            )
            for p in found
        ],
    )


@person.command("show", help=N_("One person: numbers, post, the next duties."))
@click.argument("name", metavar="NAME")
@option("--unit", metavar="CODE", help=N_("Tells namesakes apart."))
@_full
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, unit: str | None, full: str | None, as_json: bool) -> None:
    """By name, id or mobile number."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            code = unit_of(snapshot.units, unit).code if unit else None
            found = snapshot.find(name, code)
            duties = admin.next_duties(tx, found.id, office.now)
            calendar, fetched = rows.feed_state(tx, found.id)
            known = contacts.of_card(tx, found)
        person_cards.note_full(session, office, full, found.id)
    if as_json:
        listed = [
            {
                "unit": d.unit,
                "role": d.role,
                "start": stamp(d.start, zone),
                "end": stamp(d.end, zone),
            }
            for d in duties
        ]
        numbers = [_contact(one, full, zone) for one in known]
        show_json(
            _as_json(found, full) | {"contacts": numbers, "duties": listed, "calendar": calendar}
        )
        return
    said = t(N_("yes, last read {at}")).format(at=local(fetched, zone) or t(N_("never")))
    pairs(
        session,
        {
            N_("Person"): found.name,
            N_("Unit"): snapshot.unit_name(found.unit, session.lang),
            N_("Title"): found.title,
            N_("Post"): role_word(t, found.post) if found.post else "",
            N_("E-mail"): found.email,
            N_("Language"): found.lang,
            N_("Own rules"): "; ".join(found.rules),
            N_("Calendar"): said if calendar else t(N_("no")),
        },
    )
    table(
        session,
        (N_("No."), N_("Number"), N_("Text"), N_("Call")),
        [
            (str(place), _number(one, full), *_standing(session, known, one))
            for place, one in enumerate(found.numbers, 1)
        ],
    )
    table(
        session,
        (N_("Starts"), N_("Ends"), N_("Role"), N_("Unit")),
        [
            (
                local(d.start, zone),
                local(d.end, zone),
                role_word(t, d.role),
                snapshot.unit_name(d.unit, session.lang),
            )
            for d in duties
        ],
    )


def _standing(session: Session, known: Sequence[Known], number: str) -> tuple[str, str]:
    """How a number stands for texts and for calls."""
    t, zone = session.t, session.settings.zone

    def said(channel: Channel) -> str:
        one = next((k for k in known if (k.address, k.channel) == (number, channel)), None)
        if one is None:
            return "–"
        if one.flag is not None:
            return t(NUMBER_FLAGS[one.flag])
        if one.proven is None:
            return t(N_("never proven"))
        return t(N_("proven {at}")).format(at=local(one.proven, zone))

    return said(Channel.SMS), said(Channel.VOICE)


def _contact(one: Known, full: str | None, zone: ZoneInfo) -> dict[str, object]:
    return {
        "number": _number(one.address, full),
        "channel": one.channel,
        "proven": stamp(one.proven, zone) if one.proven else None,
        "proven_by": one.proven_by,
        "flag": one.flag,
        "code": one.code,
        "flagged_at": stamp(one.flagged_at, zone) if one.flagged_at else None,
    }


def _number(number: str | None, full: str | None) -> str:
    if not number:
        return ""
    return number if full is not None else mask(number)


def _as_json(p: Person, full: str | None) -> dict[str, object]:
    return {
        "id": p.id,
        "unit": p.unit,
        "name": p.name,
        "mobile": _number(p.mobile, full) or None,
        "mobile2": _number(p.mobile2, full) or None,
        "office_phone": _number(p.office_phone, full) or None,
        "more_numbers": [_number(number, full) for number in p.more_numbers],
        "email": p.email,
        "title": p.title,
        "post": p.post,
        "lang": p.lang,
        "rules": list(p.rules),
        "active": p.active,
    }


for _made in person_cards.commands():
    person.add_command(_made)
