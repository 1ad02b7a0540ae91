"""`oncall person`: people, their numbers, their posts."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from commands.lazy import group, option
from commands.output import json_option, local, pairs, show_json, stamp, table
from commands.records import office_of
from commands.reporting import importing
from commands.session import Session, session_of
from notifiers.phone import mask
from oncall.admin import cards
from oncall.admin import people as admin
from oncall.admin.office import Office, new_id
from oncall.admin.spelling import unit_of
from oncall.admin.tables import file_bytes
from oncall.core.cards import Flags
from oncall.core.errors import NotFound
from oncall.core.model import Channel
from oncall.core.words import N_, NUMBER_FLAGS, Text
from oncall.core.words import role as role_word
from oncall.store import directory as rows
from oncall.store.directory import Person

_full = option(
    "--full", metavar="WHY", help=N_("Show numbers in full; who and why is kept in the log.")
)


@group(N_("People and their numbers: import, list, show."))
@click.pass_context
def person(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@person.command(
    "import", help=N_("Read people from a CSV file; the same file again changes nothing.")
)
@click.argument("file", metavar="FILE.csv")
@option("--dry-run", is_flag=True, help=N_("Only say what would change."))
@json_option
@click.pass_context
def import_(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> None:
    """All errors at once; all of the file, or nothing."""
    session = session_of(ctx)
    data = file_bytes(file, sys.stdin.buffer.read)
    name = "stdin" if file == "-" else Path(file).name
    with office_of(session) as office, office.db.begin() as tx:
        units = {u.code: u for u in rows.all_units(tx)}
        planned = admin.plan(data, name, units, rows.all_people(tx), new_id)
        if not dry_run and not planned.empty:
            admin.apply(tx, planned, office.now)
    importing(
        session,
        added=[f"{p.name} ({p.unit})" for p in planned.add],
        changed=[(f"{old.name} ({old.unit})", old, new) for old, new in planned.change],
        unchanged=planned.unchanged,
        warnings=planned.warnings,
        dry_run=dry_run,
        as_json=as_json,
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
        _note(session, office, full, code or "*")
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
            wrong = snapshot.flags.get(found.id, {})
        _note(session, office, full, found.id)
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
        show_json(_as_json(found, full) | {"duties": listed, "calendar": calendar})
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
            N_("Calendar"): said if calendar else t(N_("no")),
        },
    )
    table(
        session,
        (N_("No."), N_("Number"), N_("Text"), N_("Call")),
        [
            (str(place), _number(one, full), *_standing(t, found, one, wrong))
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


@person.command(
    "set", help=N_("Change one card: the numbers in the order to be tried, e-mail, language.")
)
@click.argument("name", metavar="NAME")
@option("--unit", metavar="CODE", help=N_("Tells namesakes apart."))
@option("--numbers", metavar="A,B,…", help=N_("All numbers, the one to be tried first first."))
@option("--email", metavar="ADDRESS", help=N_("The address; empty takes it away."))
@option(
    "--speaks",
    metavar="zh_CN|en",
    help=N_("The language of what is sent to this person; empty for the installation's."),
)
@click.pass_context
def set_(
    ctx: click.Context,
    name: str,
    unit: str | None,
    numbers: str | None,
    email: str | None,
    speaks: str | None,
) -> None:
    """What is not named stays as it is."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.begin() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        before = snapshot.find(name, code)
        wanted = (
            None if numbers is None else [n for n in re.split("[,，、;；]", numbers) if n.strip()]
        )
        after = cards.change(
            tx, snapshot, before, office.now, numbers=wanted, email=email, lang=speaks
        )
    importing(
        session,
        added=[],
        changed=[(f"{after.name} ({after.unit})", before, after)] if after != before else [],
        unchanged=int(after == before),
        warnings=(),
        dry_run=False,
        as_json=False,
    )


@person.command("export", help=N_("Everybody's card with all numbers, as an import reads it."))
@click.argument("unit", required=False, metavar="[UNIT]")
@option("--full", metavar="WHY", required=True, help=N_("Why the numbers are wanted; it is kept."))
@json_option
@click.pass_context
def export(ctx: click.Context, unit: str | None, full: str, as_json: bool) -> None:
    """A CSV table, or JSON; who left is in it as well."""
    session = session_of(ctx)
    with office_of(session) as office:
        with office.db.read() as tx:
            code = unit_of(office.snapshot(tx).units, unit).code if unit else None
            found = rows.all_people(tx, code)
        _note(session, office, full, code or "*")
    if as_json:
        show_json({"items": [cards.as_row(one) for one in found]})
    else:
        click.echo(cards.as_csv(found), nl=False)


def _note(session: Session, office: Office, why: str | None, whom: str) -> None:
    """Numbers in full are shown only once it is written down who wanted them, and why."""
    if why is not None:
        if not why.strip():
            raise NotFound("reason_wanted")
        with office.db.begin() as tx:
            admin.note_numbers_shown(tx, by=session.user, why=why, whom=whom, now=office.now)


def _standing(t: Text, person: Person, number: str, wrong: Flags) -> tuple[str, str]:
    """How a number stands for texts and for calls."""

    def said(channel: Channel) -> str:
        if channel is Channel.SMS and number not in person.mobiles:
            return "–"
        flag = wrong.get((number, channel))
        return t(NUMBER_FLAGS[flag]) if flag is not None else t(N_("in use"))

    return said(Channel.SMS), said(Channel.VOICE)


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
        "active": p.active,
    }
