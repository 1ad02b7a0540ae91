"""`oncall who`: what the roster says, now or at any moment; it must answer at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.lazy import Word, command, option
from commands.moments import MOMENT, moment_of
from commands.output import json_option, local, show_json, stamp, table, warn
from commands.session import Session, session_of
from oncall.admin.onduty import look
from oncall.clock import SystemClock
from oncall.core.serving import Who
from oncall.core.words import N_
from oncall.core.words import role as role_word
from rosters.model import PRIMARY, ROLES

ROLE = Word(ROLES)
HELD = N_("held over until confirmed")


@command(N_("Who is on duty now, until when, and who is next. Without a unit: everywhere."))
@click.argument("unit", required=False)
@option("--role", type=ROLE, help=N_("Only this role."))
@option("--at", type=MOMENT, metavar="TIME", help=N_("Another moment than now."))
@json_option
@click.pass_context
def who(
    ctx: click.Context, unit: str | None, role: str | None, at: str | None, as_json: bool
) -> None:
    """Read from the roster alone; nothing is written."""
    session = session_of(ctx)
    settings = session.settings
    now = SystemClock().now()
    moment = moment_of(ctx, at, now)
    seen = look(settings.database_url, moment, now=now, unit=unit, role=role, lang=session.lang)
    found = [one for one in seen.found if unit or one.on_duty or one.next]
    zone = settings.zone
    if as_json:
        answers = [_who_json(one, zone) for one in found]
        whole = {"at": stamp(moment, zone), "units": answers}
        show_json(answers[0] if unit else whole)
        return
    _who_table(session, found, seen.names)


def _who_json(found: Who, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "unit": found.unit,
        "at": stamp(found.at, zone),
        "on_duty": [
            {
                "role": one.role,
                "person": one.name,
                "until": stamp(one.until, zone),
                "phone": one.phone,
                "source": one.source,
            }
            for one in found.on_duty
        ],
        "next": [
            {
                "role": one.role,
                "person": one.name,
                "start": stamp(one.start, zone),
                "until": stamp(one.until, zone),
                "phone": one.phone,
            }
            for one in found.next
        ],
    }


def _who_table(session: Session, found: Sequence[Who], names: dict[str, str]) -> None:
    t, zone = session.t, session.settings.zone
    heads = (
        N_("Unit"),
        N_("Role"),
        N_("On duty"),
        N_("Until"),
        N_("Phone"),
        N_("Next on"),
        N_("Source"),
    )
    rows = []
    for one in found:
        coming: dict[str, list[str]] = {}
        for person in one.next:
            coming.setdefault(person.role, []).append(person.name)
        for serving in one.on_duty:
            after = t(N_(", ")).join(coming.get(serving.role, []))
            rows.append(
                (
                    names[one.unit],
                    role_word(t, serving.role),
                    serving.name,
                    local(serving.until, zone),
                    serving.phone,
                    after,
                    t(HELD) if serving.held else serving.source,
                )
            )
        covered = {serving.role for serving in one.on_duty}
        for role, people in coming.items():
            if role not in covered:
                who = t(N_(", ")).join(people)
                rows.append((names[one.unit], role_word(t, role), "—", "", "", who, ""))
    if rows:
        table(session, heads, rows)
    for one in found:
        if not any(serving.role == PRIMARY for serving in one.on_duty):
            said = N_("{unit} has no primary liaison at this moment.")
            warn(t(said).format(unit=names[one.unit]))
