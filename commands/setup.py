"""`oncall init`: from nothing to a database one can work with."""

from __future__ import annotations

import click

from commands.lazy import command, option
from commands.output import good, say
from commands.records import office_of
from commands.session import session_of
from oncall.admin import setup
from oncall.config import secret_key
from oncall.core.words import N_


@command(N_("Create or upgrade the database and load the county's units. Twice changes nothing."))
@option(
    "--sample",
    is_flag=True,
    help=N_("Add invented people and rosters for this month and the next, and a roster file."),
)
@click.pass_context
def init(ctx: click.Context, sample: bool) -> None:
    """Everything a new installation needs."""
    session = session_of(ctx)
    t, settings = session.t, session.settings
    with office_of(session, ready=False) as office:
        made = setup.prepare(office.db, office.now, settings.zone, sample=sample)
        path = setup.write_sample_file(settings, office.now) if sample else None
    secret_key(settings)
    if made.before is None:
        good(t(N_("Made the database, revision {after}.")).format(after=made.after))
    elif made.before != made.after:
        said = N_("Upgraded the database from revision {before} to {after}.")
        good(t(said).format(before=made.before, after=made.after))
    else:
        good(t(N_("The database is ready, revision {after}.")).format(after=made.after))
    loaded = made.loaded
    if loaded.units or loaded.people or loaded.duties:
        said = N_("Loaded {units} units, {people} people, {duties} duties.")
        counts = {"units": loaded.units, "people": loaded.people, "duties": loaded.duties}
        good(t(said).format(**counts))
    else:
        say(t(N_("Nothing was missing; nothing was changed.")))
    if path is not None:
        say(t(N_("A roster file to try: oncall roster plan {file}")).format(file=path))
