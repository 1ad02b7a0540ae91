"""`oncall db`: revisions and copies of the database."""

from __future__ import annotations

from pathlib import Path

import click

from commands.lazy import group
from commands.output import (
    confirm,
    good,
    json_option,
    local,
    pairs,
    say,
    show_json,
    warn,
    yes_option,
)
from commands.records import office_of
from commands.session import Session, session_of
from oncall.admin import copies, restored, setup
from oncall.core.words import N_
from oncall.store import upkeep
from oncall.store.revisions import newest


@group(N_("Upgrade, back up, restore the database."))
@click.pass_context
def db(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@db.command("upgrade", help=N_("Bring the database to the revision this program needs."))
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """All or nothing; back up first."""
    session = session_of(ctx)
    t = session.t
    with office_of(session, ready=False) as office:
        before, after = setup.upgrade(office.db)
    if before == after:
        good(t(N_("The database is ready, revision {after}.")).format(after=after))
    else:
        said = N_("Upgraded the database from revision {before} to {after}.")
        good(t(said).format(before=before or "–", after=after))
    _settle(session)


@db.command("current", help=N_("The revision of the database, and the one this program needs."))
@json_option
@click.pass_context
def current(ctx: click.Context, as_json: bool) -> None:
    """Exit 0 even where they differ; `oncall doctor` judges."""
    session = session_of(ctx)
    with office_of(session, ready=False) as office:
        have = None
        if upkeep.there(office.db):
            with office.db.read() as tx:
                have = upkeep.revision(tx)
        where = upkeep.shown(office.db)
    need = newest()
    if as_json:
        show_json({"database": where, "current": have, "needed": need})
        return
    pairs(
        session,
        {N_("Database"): where, N_("Revision"): have or "–", N_("Needed"): need},
    )


@db.command("backup", help=N_("Write a copy of everything; the service may go on meanwhile."))
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Never over a file that is there."""
    session = session_of(ctx)
    with office_of(session, ready=False) as office:
        copies.backup(office.db, file, office.now)
    t = session.t
    good(t(N_("Wrote {file}.")).format(file=file))
    warn(t(N_("It holds telephone numbers: keep it as safe as the database.")))


@db.command("restore", help=N_("Put a copy in place of everything. Stop the service first."))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@yes_option
@click.pass_context
def restore(ctx: click.Context, file: Path, yes: bool) -> None:
    """One transaction: all or nothing."""
    session = session_of(ctx)
    t = session.t
    with office_of(session, ready=False) as office:
        copies.check(office.db, file)
        asked = t(N_("Everything in {database} is replaced by {file}. Go on?"))
        where = upkeep.shown(office.db)
        if not confirm(session, asked.format(database=where, file=file), yes=yes):
            return
        kept = copies.restore(office.db, file)
        with office.db.read() as tx:
            have = upkeep.revision(tx)
    if kept is not None:
        warn(
            t(N_("What was there could not be read any more; it is kept: {file}")).format(file=kept)
        )
    good(t(N_("Restored from {file}.")).format(file=file))
    if have != newest():
        say(t(N_("It is an older one: run `oncall db upgrade`.")))
    else:
        _settle(session)


@db.command("restored", help=N_("Say that the database was put back by other means."))
@yes_option
@click.pass_context
def put_back(ctx: click.Context, yes: bool) -> None:
    """A machine's snapshot, a file copied over, the database's own archive: nothing shows it."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        asked = t(
            N_("Was {database} put back from a copy, by other means than `oncall db restore`?")
        )
        if not confirm(session, asked.format(database=upkeep.shown(office.db)), yes=yes):
            return
        copies.put_back(office.db)
    _settle(session)
    good(t(N_("Noted. Nothing new gets a number of what the copy does not know.")))


def _settle(session: Session) -> None:
    """Whatever a copy says is waiting, waits for a human first."""
    with office_of(session) as office:
        done = restored.settle(office.db, office.now, session.settings.zone)
    if done is None or done.as_of is None:
        return
    t = session.t
    when = local(done.as_of, session.settings.zone)
    say(t(N_("The copy is of {when}; what was handed over later is not in it.")).format(when=when))
    if done.held:
        said = N_(
            "{count} open pages are held: the desk decides about each before anybody is paged."
        )
        warn(t(said).format(count=done.held))
