"""`oncall calendar`: the address of a person's duties for their phone's calendar."""

from __future__ import annotations

import click

from commands.lazy import group, option
from commands.output import confirm, good, json_option, show_json, warn, yes_option
from commands.records import office_of
from commands.session import session_of
from oncall import feeds
from oncall.admin.spelling import unit_of
from oncall.core.words import N_
from oncall.store import directory

_unit = option("--unit", metavar="CODE", help=N_("Tells namesakes apart."))


_IN = {
    "add": ("commands.calendar_in:add", N_("Read a unit's duties from a calendar others keep.")),
    "list": ("commands.calendar_in:list_", N_("Calendars that are read, and how old they are.")),
    "refresh": ("commands.calendar_in:refresh", N_("Read a calendar again now.")),
    "remove": ("commands.calendar_in:remove", N_("Read a calendar no more.")),
}


@group(N_("A person's calendar address, and calendars that others keep."), _IN)
@click.pass_context
def calendar(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@calendar.command("url", help=N_("Make a new address for a person; the one before ends."))
@click.argument("name", metavar="NAME")
@_unit
@json_option
@yes_option
@click.pass_context
def url(ctx: click.Context, name: str, unit: str | None, as_json: bool, yes: bool) -> None:
    """The address alone on stdout."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            person = snapshot.find(name, unit_of(snapshot.units, unit).code if unit else None)
            had, _ = directory.feed_state(tx, person.id)
        if had:
            asked = t(N_("{name} has an address already; it will end. Go on?"))
            if not confirm(session, asked.format(name=person.name), yes=yes):
                return
        made = feeds.new_address(office.db, session.settings, person.id, office.now)
    if as_json:
        show_json({"person": person.name, "unit": person.unit, "url": made})
    else:
        click.echo(made)
    warn(t(N_("Whoever knows this address can read these duties. It is shown this once.")))


@calendar.command("revoke", help=N_("End a person's calendar address."))
@click.argument("name", metavar="NAME")
@_unit
@click.pass_context
def revoke(ctx: click.Context, name: str, unit: str | None) -> None:
    """From then on it answers 404."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            person = snapshot.find(name, unit_of(snapshot.units, unit).code if unit else None)
        had = feeds.revoke(office.db, person.id)
    good(t(N_("Ended.")) if had else t(N_("There was none; nothing to do.")))
