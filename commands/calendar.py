"""`oncall calendar`: addresses of duties, for the calendars on people's phones and desks."""

from __future__ import annotations

from dataclasses import dataclass

import click

from commands.lazy import group, option
from commands.output import (
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
from commands.session import Session, session_of
from commands.who import ROLE
from oncall import feeds
from oncall.admin.office import Office
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from oncall.store import directory

_unit = option(
    "--unit",
    metavar="CODE",
    help=N_("A unit's own calendar; beside a name it tells namesakes apart."),
)
_role = option("--role", type=ROLE, help=N_("Only this role of the unit."))
_name = click.argument("name", required=False, metavar="[NAME]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """A person, or a unit with perhaps one role."""

    unit: str
    title: str
    person: str | None = None
    role: str | None = None
    had: bool = False


def _whose(
    session: Session, office: Office, name: str | None, unit: str | None, role: str | None
) -> _Whose:
    t = session.t
    if (name is None and unit is None) or (name is not None and role is not None):
        raise click.UsageError(t(N_("Name a person, or a unit with --unit and perhaps --role.")))
    with office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        if name is not None:
            person = snapshot.find(name, code)
            had, _ = directory.feed_state(tx, person.id)
            return _Whose(unit=person.unit, title=person.name, person=person.id, had=had)
        known = [one for one in feeds.addresses(tx, code) if one.person is None]
        title = snapshot.unit_name(code, session.lang)
        return _Whose(
            unit=code or "", title=title, role=role, had=any(one.role == role for one in known)
        )


_KEPT = {
    "add": ("commands.calendar_in:add", N_("Read a unit's duties from a calendar others keep.")),
    "list": ("commands.calendar_in:list_", N_("Calendars that are read, and how old they are.")),
    "refresh": ("commands.calendar_in:refresh", N_("Read a calendar again now.")),
    "remove": ("commands.calendar_in:remove", N_("Read a calendar no more.")),
}


@group(N_("Calendar addresses of people, units and roles, and calendars that others keep."), _KEPT)
@click.pass_context
def calendar(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@calendar.command(
    "url", help=N_("Make a new address for a person, a unit or a role; the one before ends.")
)
@_name
@_unit
@_role
@json_option
@yes_option
@click.pass_context
def url(
    ctx: click.Context,
    name: str | None,
    unit: str | None,
    role: str | None,
    as_json: bool,
    yes: bool,
) -> None:
    """The address alone on stdout."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        whose = _whose(session, office, name, unit, role)
        if whose.had:
            asked = t(N_("{name} has an address already; it will end. Go on?"))
            if not confirm(session, asked.format(name=whose.title), yes=yes):
                return
        settings, now = session.settings, office.now
        if whose.person is not None:
            made = feeds.new_address(office.db, settings, whose.person, now)
        else:
            made = feeds.new_unit_address(
                office.db, settings, whose.unit, whose.role, session.user, now
            )
    if as_json:
        person = whose.title if whose.person else None
        show_json({"person": person, "unit": whose.unit, "role": whose.role, "url": made})
    else:
        click.echo(made)
    warn(t(N_("Whoever knows this address can read these duties. It is shown this once.")))


@calendar.command("revoke", help=N_("End the calendar address of a person, a unit or a role."))
@_name
@_unit
@_role
@click.pass_context
def revoke(ctx: click.Context, name: str | None, unit: str | None, role: str | None) -> None:
    """From then on it answers 404."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        whose = _whose(session, office, name, unit, role)
        if whose.person is not None:
            had = feeds.revoke(office.db, whose.person)
        else:
            had = feeds.revoke_unit(office.db, whose.unit, whose.role)
    good(t(N_("Ended.")) if had else t(N_("There was none; nothing to do.")))


@calendar.command("addresses", help=N_("Every calendar address, and when it was last read."))
@option("--unit", metavar="CODE", help=N_("Only this unit."))
@json_option
@click.pass_context
def addresses(ctx: click.Context, unit: str | None, as_json: bool) -> None:
    """The addresses themselves are kept by nobody."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        found = feeds.addresses(tx, code)
    if as_json:
        listed = [
            {
                "unit": one.unit,
                "person": one.person,
                "role": one.role,
                "fetched_at": stamp(one.fetched_at, zone),
            }
            for one in found
        ]
        show_json({"items": listed})
        return
    if not found:
        say(t(N_("No calendar addresses.")))
        return
    table(
        session,
        (N_("Unit"), N_("Person"), N_("Role"), N_("Last read")),
        [
            (
                snapshot.unit_name(one.unit, session.lang),
                one.person or "",
                role_word(t, one.role) if one.role else "",
                local(one.fetched_at, zone) or t(N_("never")),
            )
            for one in found
        ],
    )
