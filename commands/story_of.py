"""`oncall why`: a transfer's whole story, decision by decision."""

from __future__ import annotations

import click

from commands.lazy import command
from commands.output import json_option, paint, show_json
from commands.records import office_of, operator
from commands.session import session_of
from commands.transfer_views import shown_json
from oncall.admin import matters
from oncall.core.words import N_, PARTS, STATES


@command(N_("Every decision of a transfer's pages, and why, in plain words."))
@click.argument("id", metavar="ID")
@json_option
@click.pass_context
def why(ctx: click.Context, id: str, as_json: bool) -> None:
    """ID is an id, a printed number, or origin:number."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        found = office.desk.find(id, operator(session))
        with office.db.read() as tx:
            full = matters.in_full(tx, found.id)
            snapshot = office.snapshot(tx)
            if as_json:
                whole = shown_json(session, tx, snapshot, full, office.now)
                show_json({name: whole[name] for name in ("id", "code", "state", "story")})
                return
    names = snapshot.named(session.lang)
    told = matters.stories(t, full, names, session.settings.timezone)
    for index, story in enumerate(told):
        if index:
            click.echo()
        if story.share is None:
            click.echo(paint(f"{found.code}  {found.summary}", bold=True))
        else:
            unit = matters.whose(snapshot, story.share.part, session.lang)
            part, state = t(PARTS[story.share.part.role]), t(STATES[story.share.page.state])
            click.echo(paint(f"{unit} · {part} · {state}", bold=True))
        for paragraph in story.paragraphs:
            click.echo(str(paragraph))
