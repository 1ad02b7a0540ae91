"""`oncall webhook`: who is told what becomes of the matters they handed over."""

from __future__ import annotations

import asyncio

import aiohttp
import click

from commands.lazy import group, option
from commands.moments import MOMENT, moment_of
from commands.output import confirm, good, json_option, local, show_json, stamp, table, yes_option
from commands.records import office_of
from commands.session import session_of
from oncall.core.errors import OncallError
from oncall.core.words import N_
from oncall.store import outbound as rows


@group(N_("Who is told what becomes of the matters they handed over."))
@click.pass_context
def webhook(ctx: click.Context) -> None:
    """See the commands. A running service tells; what is told: docs/back-to-origin.md."""
    session_of(ctx)


@webhook.command(
    "add", help=N_("Tell somebody from now on: an http(s) address, or a file: folder.")
)
@click.argument("name", metavar="NAME")
@click.argument("url", metavar="URL")
@option(
    "--origin", metavar="ORIGIN", help=N_("Only of matters this origin handed over, e.g. 12345.")
)
@json_option
@click.pass_context
def add(ctx: click.Context, name: str, url: str, origin: str | None, as_json: bool) -> None:
    """The secret that signs is made here and shown this once."""
    session = session_of(ctx)
    with office_of(session) as office:
        made = office.outbound.add(name, url, session.user, office.now, origin=origin)
    if as_json:
        show_json({"name": made.name, "url": made.url, "origin": origin, "secret": made.secret})
        return
    click.echo(made.secret)
    good(session.t(N_("Told from now on. The secret above checks signatures; keep it safe.")))


@webhook.command("list", help=N_("Who is told, what waits, and what was answered last."))
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Never the secrets."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        found = rows.standings(tx)
    if as_json:
        listed = [
            {
                "name": one.webhook.name,
                "url": one.webhook.url,
                "origin": one.webhook.origin,
                "queued": one.queued,
                "failed": one.failed,
                "last_sent_at": stamp(one.last_sent_at, zone),
                "last_answer": one.last_answer,
            }
            for one in found
        ]
        show_json({"items": listed})
        return
    if not found:
        good(t(N_("Nobody is told.")))
        return
    heads = (
        N_("Name"),
        N_("Address"),
        N_("Origin"),
        N_("Waiting"),
        N_("Given up"),
        N_("Last told"),
        N_("Last answer"),
    )
    shown = [
        (
            one.webhook.name,
            one.webhook.url,
            one.webhook.origin or t(N_("all")),
            one.queued,
            one.failed,
            local(one.last_sent_at, zone),
            one.last_answer or "",
        )
        for one in found
    ]
    table(session, heads, shown)


@webhook.command("test", help=N_("Send a signed greeting now, and say what was answered."))
@click.argument("name", metavar="NAME")
@click.pass_context
def test(ctx: click.Context, name: str) -> None:
    """Nothing is kept of it; its type is test."""
    session = session_of(ctx)
    with office_of(session) as office:
        try:
            answer = asyncio.run(office.outbound.test(name))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
            detail = str(exc) or type(exc).__name__
            raise OncallError("webhook_failed", name=name, detail=detail) from exc
    good(session.t(N_("It arrived: {answer}.")).format(answer=answer))


@webhook.command("replay", help=N_("Send once more what was told since a moment."))
@click.argument("name", metavar="NAME")
@option("--since", required=True, type=MOMENT, metavar="TIME", help=N_("From when on."))
@click.pass_context
def replay(ctx: click.Context, name: str, since: str) -> None:
    """With the ids it had: whoever keeps them notices what they know already."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.begin() as tx:
        found = office.outbound.named(tx, name)
        n = rows.replay(tx, found.id, moment_of(ctx, since, office.now), office.now)
    good(session.t(N_("{n} sent again.")).format(n=n))


@webhook.command("remove", help=N_("Tell them no more."))
@click.argument("name", metavar="NAME")
@yes_option
@click.pass_context
def remove(ctx: click.Context, name: str, yes: bool) -> None:
    """What still waited is dropped."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        with office.db.read() as tx:
            found = office.outbound.named(tx, name)
        if not confirm(session, t(N_("Tell {name} no more?")).format(name=name), yes=yes):
            return
        with office.db.begin() as tx:
            rows.remove(tx, found.id)
    good(t(N_("Removed.")))
