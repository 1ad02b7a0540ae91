"""`oncall unit`: the linked units and the call desks."""

from __future__ import annotations

import click

from commands.lazy import group
from commands.output import json_option, local, pairs, show_json, table
from commands.records import office_of
from commands.reporting import Job, Read, import_command
from commands.session import Session, session_of
from oncall import duty
from oncall.admin import units as admin
from oncall.core.serving import Serving
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.store import directory as rows
from oncall.store.directory import Unit


@group(N_("Units: import, list, show."))
@click.pass_context
def unit(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@import_command(unit, N_("Read units from a CSV file; the same file again changes nothing."))
def _import(job: Job) -> Read:
    known = {u.code: u for u in rows.all_units(job.tx)}
    planned = admin.plan(job.data, job.name, known)
    if job.write and not planned.empty:
        admin.apply(job.tx, planned)
    return Read(
        added=[u.code for u in planned.add],
        changed=[(old.code, old, new) for old, new in planned.change],
        unchanged=planned.unchanged,
        warnings=planned.warnings,
    )


@unit.command("list", help=N_("Every unit with its people and its desk's telephone."))
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """In the order of the codes."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        units = list(snapshot.units.values())
        people: dict[str, int] = {}
        for person in snapshot.people.values():
            if person.active:
                people[person.unit] = people.get(person.unit, 0) + 1
    if as_json:
        show_json({"items": [_as_json(u) | {"people": people.get(u.code, 0)} for u in units]})
        return
    table(
        session,
        (N_("Code"), N_("Name"), N_("Kind"), N_("People"), N_("Desk phone")),
        [
            (
                u.code,
                snapshot.unit_name(u.code, session.lang),
                u.kind,
                people.get(u.code, 0),
                u.desk_phone,
            )
            for u in units
        ],
    )


@unit.command("show", help=N_("One unit, its people, and who is on duty."))
@click.argument("code", metavar="CODE")
@json_option
@click.pass_context
def show(ctx: click.Context, code: str, as_json: bool) -> None:
    """By code or by name."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        found = unit_of(snapshot.units, code)
        members = [p for p in rows.all_people(tx, found.code) if p.active]
        last = admin.last_days(tx, found.code, office.now, session.settings.zone)
        now = duty.who(tx, snapshot, found.code, office.now).on_duty
    if as_json:
        people = [{"id": p.id, "name": p.name, "title": p.title, "post": p.post} for p in members]
        rosters = [{"role": role, "until": str(day) if day else None} for role, day in last.items()]
        show_json(_as_json(found) | {"people": people, "rosters": rosters})
        return
    pairs(
        session,
        {
            N_("Code"): found.code,
            N_("Name"): found.name_zh,
            N_("English name"): found.name_en,
            N_("Kind"): found.kind,
            N_("Parent"): found.parent,
            N_("Desk phone"): found.desk_phone,
            N_("Valid from"): found.valid_from,
            N_("Valid to"): found.valid_to,
            N_("Also called"): t(N_(", ")).join(found.aliases) or None,
            N_("Its duties go to"): found.successor
            and f"{found.successor} {snapshot.unit_name(found.successor, session.lang)}",
            N_("On duty"): t(N_(", ")).join(_serving(session, one) for one in now),
            N_("Roster until"): t(N_(", ")).join(
                f"{role_word(t, role)} {day or t(N_('for more than a year'))}"
                for role, day in last.items()
            ),
        },
    )
    rows_of = [(p.name, p.title, role_word(t, p.post) if p.post else "") for p in members]
    table(session, (N_("Person"), N_("Title"), N_("Post")), rows_of)


def _serving(session: Session, one: Serving) -> str:
    t, zone = session.t, session.settings.zone
    said = f"{role_word(t, one.role)} {one.name}"
    if one.held:
        said += t(N_(" (held over until confirmed, until {end} at the latest)")).format(
            end=local(one.until, zone)
        )
    return said


def _as_json(unit: Unit) -> dict[str, object]:
    return {
        "code": unit.code,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "kind": unit.kind,
        "parent": unit.parent,
        "desk_phone": unit.desk_phone,
        "valid_from": str(unit.valid_from) if unit.valid_from else None,
        "valid_to": str(unit.valid_to) if unit.valid_to else None,
        "aliases": list(unit.aliases),
        "successor": unit.successor,
    }
