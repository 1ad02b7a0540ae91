"""`oncall token`: who may call the service, and as what."""

from __future__ import annotations

import click

from commands.lazy import Word, group, option
from commands.output import confirm, good, json_option, local, show_json, stamp, table, yes_option
from commands.records import office_of
from commands.session import session_of
from oncall import accounts
from oncall.admin.office import new_id
from oncall.core.words import N_


@group(N_("Tokens for programs and people who call the service."))
@click.pass_context
def token(ctx: click.Context) -> None:
    """See the commands."""
    session_of(ctx)


@token.command("create", help=N_("Make a token; it is shown this once and kept as a hash only."))
@option("--name", required=True, help=N_("Whose it is; stands in every record."))
@option(
    "--role",
    required=True,
    type=Word(accounts.ROLES),
    help=N_("What it may do."),
)
@option("--unit", metavar="CODE", help=N_("The unit it is bound to; a liaison must have one."))
@json_option
@click.pass_context
def create(ctx: click.Context, name: str, role: str, unit: str | None, as_json: bool) -> None:
    """The token alone on stdout, ready for a variable."""
    session = session_of(ctx)
    with office_of(session) as office:
        made = accounts.create(
            office.db, name=name, role=role, unit=unit, now=office.now, new_id=new_id
        )
    account = made.account
    if as_json:
        show_json(
            {
                "token": made.token,
                "name": account.name,
                "role": account.role,
                "id": account.id,
                "unit": account.unit,
            }
        )
        return
    click.echo(made.token)
    good(session.t(N_("This is the only time the token is shown. Keep it safe.")))


@token.command("list", help=N_("Every token ever made, without its secret."))
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """The oldest first."""
    session = session_of(ctx)
    zone = session.settings.zone
    with office_of(session) as office:
        found = accounts.every(office.db)
    if as_json:
        listed = [
            {
                "id": a.id,
                "name": a.name,
                "role": a.role,
                "unit": a.unit,
                "created_at": stamp(a.created_at, zone),
                "used_at": stamp(a.used_at, zone),
                "revoked_at": stamp(a.revoked_at, zone),
            }
            for a in found
        ]
        show_json({"items": listed})
        return
    heads = (
        N_("Id"),
        N_("Name"),
        N_("Role"),
        N_("Unit"),
        N_("Made"),
        N_("Last used"),
        N_("Revoked"),
    )
    table(
        session,
        heads,
        [
            (
                a.id[:8],
                a.name,
                a.role,
                a.unit,
                local(a.created_at, zone),
                local(a.used_at, zone),
                local(a.revoked_at, zone),
            )
            for a in found
        ],
    )


@token.command("revoke", help=N_("End every live token of this name or id, at once."))
@click.argument("name", metavar="NAME")
@yes_option
@click.pass_context
def revoke(ctx: click.Context, name: str, yes: bool) -> None:
    """Cannot be taken back; make a new one instead."""
    session = session_of(ctx)
    t = session.t
    with office_of(session) as office:
        ids = [a.id for a in accounts.every(office.db) if a.id.startswith(name) and len(name) >= 8]
        asked = t(N_("Revoke “{name}” for good?")).format(name=name)
        if not confirm(session, asked, yes=yes):
            return
        ended = accounts.revoke(office.db, ids[0] if len(ids) == 1 else name, office.now)
    good(t(N_("Revoked: {n}.")).format(n=ended))
