"""`oncall person set`, `verify` and `export`: contact cards one by one, proven, and written out."""

from __future__ import annotations

import re

import click

from commands.lazy import command, option
from commands.output import good, json_option, local, show_json, stamp
from commands.records import office_of
from commands.reporting import importing
from commands.session import Session, session_of
from oncall.admin import cards
from oncall.admin import people as admin
from oncall.admin.office import Office
from oncall.core.errors import NotFound
from oncall.core.model import Channel
from oncall.core.spelling import unit_of
from oncall.core.words import N_
from oncall.store import directory as rows


@command(N_("Change one card: the numbers in the order to be tried, e-mail, language."), name="set")
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


@command(
    N_(
        "One person's own rules, or new ones; they add to the ladder. A rule: "
        '"urgent = voice, 3 voice, 6 sms", minutes before what comes later.'
    ),
    name="rules",
)
@click.argument("name", metavar="NAME")
@click.argument("lines", nargs=-1, metavar="[RULE]...")
@option("--unit", metavar="CODE", help=N_("Tells namesakes apart."))
@option("--clear", is_flag=True, help=N_("No rules of their own any more."))
@json_option
@click.pass_context
def rules(
    ctx: click.Context,
    name: str,
    lines: tuple[str, ...],
    unit: str | None,
    clear: bool,
    as_json: bool,
) -> None:
    """All of them at once: what is not named is no rule any more."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.begin() as tx:
        snapshot = office.snapshot(tx)
        found = snapshot.find(name, unit_of(snapshot.units, unit).code if unit else None)
        if lines or clear:
            wanted = () if clear else lines
            found = cards.change(tx, snapshot, found, office.now, rules=wanted)
    if as_json:
        show_json({"person": found.name, "rules": list(found.rules)})
        return
    for line in found.rules:
        click.echo(line)
    if not found.rules:
        good(session.t(N_("No rules of their own: the ladder alone.")))


@command(
    N_("Prove that a number reaches its person: send a code there, then take it."), name="verify"
)
@click.argument("name", metavar="NAME")
@option("--unit", metavar="CODE", help=N_("Tells namesakes apart."))
@option(
    "--channel",
    type=click.Choice(["sms", "voice"]),
    default="sms",
    show_default=True,
    help=N_("By text, or by a call that says it."),
)
@option("--number", metavar="N", help=N_("Which number of the card; the first if not said."))
@option("--code", metavar="DIGITS", help=N_("The code that the person tells."))
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    name: str,
    unit: str | None,
    channel: str,
    number: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """Without --code one is sent, which a running service does."""
    session = session_of(ctx)
    t, zone, way = session.t, session.settings.zone, Channel(channel)
    with office_of(session) as office:
        with office.db.read() as tx:
            snapshot = office.snapshot(tx)
            found = snapshot.find(name, unit_of(snapshot.units, unit).code if unit else None)
        if code is None:
            asked = office.verifying.ask(found.id, way, office.now, by=session.user, number=number)
            said, at = N_("A code goes to {name}, {number}; it holds until {at}."), asked.expires_at
            word, label = "expires_at", asked.number
        else:
            done = office.verifying.take(found.id, way, code, office.now, by=session.user)
            said, at = N_("{number} reaches {name}; proven {at}."), done.at
            word, label = "proven", done.number
    if as_json:
        told = {"person": found.name, "channel": channel, "number": label}
        show_json(told | {word: stamp(at, zone)})
    else:
        good(t(said).format(name=found.name, number=label, at=local(at, zone)))


@command(N_("Everybody's card with all numbers, as an import reads it."), name="export")
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
        note_full(session, office, full, code or "*")
    if as_json:
        show_json({"items": [cards.as_row(one) for one in found]})
    else:
        click.echo(cards.as_csv(found), nl=False)


def note_full(session: Session, office: Office, why: str | None, whom: str) -> None:
    """Numbers in full are shown only once it is written down who wanted them, and why."""
    if why is not None:
        if not why.strip():
            raise NotFound("reason_wanted")
        with office.db.begin() as tx:
            admin.note_numbers_shown(tx, by=session.user, why=why, whom=whom, now=office.now)


def commands() -> tuple[click.Command, ...]:
    """What this module adds to `oncall person`."""
    return (set_, rules, verify, export)
