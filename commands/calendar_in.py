"""`oncall calendar add|list|refresh|remove`: calendars that others keep, as a source."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from commands.lazy import command, option
from commands.output import (
    bad,
    confirm,
    good,
    json_option,
    local,
    say,
    show_json,
    stamp,
    table,
    warn,
    yes_option,
)
from commands.records import office_of
from commands.roster_plan import people_json, show_people, show_problems
from commands.session import Session, session_of
from commands.who import ROLE
from oncall.admin.office import Office
from oncall.admin.tables import file_bytes
from oncall.calendars import SHOWN, Calendars, Outcome, Wanted
from oncall.core.errors import Invalid
from oncall.core.faults import sentence
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.fetching import host
from oncall.store import calendars as rows
from oncall.store.calendars import Stored
from rosters.model import PRIMARY, Problem


def _calendars(session: Session, office: Office) -> Calendars:
    return Calendars(office.db, office.directory, session.settings.zone)


@command(N_("Read a unit's duties in a role from a calendar (.ics): a file, or an address that is "
            "read again every hour."))  # fmt: skip
@click.argument("unit", metavar="UNIT")
@click.argument("place", metavar="FILE|URL")
@option("--role", type=ROLE, default=PRIMARY, show_default=True, help=N_("Which role."))
@option("--name", metavar="TEXT", help=N_("What to call it (default: the file or the server)."))
@option("--map", "mapped", multiple=True, metavar="WORDS=NAME",
        help=N_("Who is meant by an event's words; repeatable."))  # fmt: skip
@option("--dry-run", is_flag=True, help=N_("Only say what would change."))
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    unit: str,
    place: str,
    role: str,
    name: str | None,
    mapped: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """What it says counts from now on."""
    session = session_of(ctx)
    t = session.t
    remote = "://" in place
    data = None if remote else file_bytes(place, sys.stdin.buffer.read)
    with office_of(session) as office:
        with office.db.read() as tx:
            code = unit_of(office.snapshot(tx).units, unit).code
        wanted = Wanted(
            unit=code,
            role=role,
            name=(name or (host(place) if remote else Path(place).name) or "calendar")[:60],
            url=place if remote else None,
            data=data,
            mapping=dict(_pair(session, one) for one in mapped),
        )
        done = _calendars(session, office).add(wanted, office.now, session.user, dry=dry_run)
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
    unit_name = snapshot.names(session.lang)
    changes = people_json(session, done.changes, snapshot.people)
    if not as_json:
        show_people(session, done.changes, snapshot.people, unit_name)
    _tell(session, done, as_json=as_json, dry_run=dry_run, changes=changes)
    if done.failed:
        ctx.exit(Invalid.exit_code)
    if dry_run:
        said = N_(
            "{count} duties; who gains and loses hours in the next {days} days is shown above."
        )
        say(t(said).format(count=done.added, days=SHOWN.days))
        say(t(N_("Nothing was changed.")))
        return
    said = N_("Kept as calendar {id}; {count} duties. To end it: oncall calendar remove {id}")
    good(t(said).format(id=done.calendar.id, count=done.added))


def _pair(session: Session, text: str) -> tuple[str, str]:
    words, sign, name = text.rpartition("=")
    if not sign or not words.strip() or not name.strip():
        said = N_("--map is written WORDS=NAME, such as “Zhang=张三”.")
        raise click.UsageError(session.t(said))
    return words.strip(), name.strip()


@command(N_("Calendars that are read, how old what they said is, and what is wrong with them."))
@click.argument("unit", required=False, metavar="[UNIT]")
@json_option
@click.pass_context
def list_(ctx: click.Context, unit: str | None, as_json: bool) -> None:
    """An address is a key: only its server is shown."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        found = rows.every(tx, code)
        names = {one.unit: snapshot.unit_name(one.unit, session.lang) for one in found}
        now = office.now
    if as_json:
        show_json({"items": [_as_json(session, one) for one in found]})
        return
    if not found:
        say(t(N_("No calendars.")))
        return
    heads = (N_("Id"), N_("Unit"), N_("Role"), N_("Name"), N_("Server"), N_("Last read"),
             N_("Events to mend"))  # fmt: skip
    lines = [
        (
            one.id, names[one.unit], role_word(t, one.role), one.name, host(one.url or ""),
            local(one.read_at, zone), len(json.loads(one.problems)) or "",
        )
        for one in found
    ]  # fmt: skip
    table(session, heads, lines)
    for one in found:
        if one.failure:
            hours = int((now - one.read_at).total_seconds() // 3600)
            said = N_("Calendar {id} cannot be read: {why} What was read {hours} hours ago counts.")
            warn(t(said).format(id=one.id, hours=hours, why=_why(session, one)))


@command(N_("Read a calendar again now, or the newer file of one that came from a file."))
@click.argument("number", type=int, metavar="ID")
@click.argument("file", required=False, metavar="[FILE]")
@json_option
@click.pass_context
def refresh(ctx: click.Context, number: int, file: str | None, as_json: bool) -> None:
    """What fails changes nothing."""
    session = session_of(ctx)
    data = file_bytes(file, sys.stdin.buffer.read) if file else None
    with office_of(session) as office:
        clock = office.clock.now
        done = _calendars(session, office).refresh(number, clock, data)
    _tell(session, done, as_json=as_json)
    if done.failed:
        ctx.exit(1)
    said = N_("Read: {added} duties came, {ended} went.")
    good(session.t(said).format(added=done.added, ended=done.ended))


@command(N_("Read a calendar no more; what it said of the past stays."))
@click.argument("number", type=int, metavar="ID")
@yes_option
@click.pass_context
def remove(ctx: click.Context, number: int, yes: bool) -> None:
    """Its duties to come are gone at once."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        asked = t(N_("The duties of calendar {id} that are to come end at once. Go on?"))
        if not confirm(session, asked.format(id=number), yes=yes):
            return
        done = _calendars(session, office).remove(number, office.now, session.user)
    good(t(N_("{name} is read no more.")).format(name=done.name))


# -- telling -------------------------------------------------------------------------------


def _tell(session: Session, done: Outcome, *, as_json: bool, **more: Any) -> None:
    show_problems(session, done.problems)
    if as_json:
        counts = {"added": done.added, "ended": done.ended}
        show_json(_as_json(session, done.calendar, done.problems) | counts | more)
    if done.failed:
        bad(_why(session, done.calendar))


def _why(session: Session, one: Stored) -> str:
    code, _, detail = (one.failure or "").partition(" ")
    return str(sentence(session.t, code, value=detail))


def _as_json(
    session: Session, one: Stored, problems: Sequence[Problem] | None = None
) -> dict[str, Any]:
    zone = session.settings.zone
    listed = json.loads(one.problems)
    if problems is not None:
        listed = [{"where": p.where, "code": p.code, "value": p.value} for p in problems]
    return {
        "id": one.id or None,
        "unit": one.unit,
        "role": one.role,
        "name": one.name,
        "server": host(one.url or "") or None,
        "read_at": stamp(one.read_at, zone),
        "tried_at": stamp(one.tried_at, zone),
        "failure": one.failure,
        "problems": listed,
        "by": one.added_by,
    }
