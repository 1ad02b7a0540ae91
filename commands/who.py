"""`oncall who` and `oncall schedule`: what the roster says, now or at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.lazy import Word, command, option
from commands.moments import MOMENT, moment_of
from commands.output import json_option, local, show_json, stamp, table, warn
from commands.records import office_of
from commands.session import Session, session_of
from oncall import duty
from oncall.admin.office import unit_of
from oncall.core.words import N_
from oncall.core.words import role as role_word
from rosters.model import PRIMARY, ROLES

ROLE = Word(ROLES)
_WEEK = timedelta(days=7)


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
    with office_of(session) as office, office.db.read() as tx:
        moment = moment_of(ctx, at, office.now)
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, unit).code] if unit else sorted(snapshot.units)
        found = [duty.who(tx, snapshot, code, moment, role=role) for code in codes]
        names = {code: snapshot.unit_name(code, session.lang) for code in codes}
    zone = session.settings.zone
    if unit is None:
        found = [one for one in found if one.on_duty or one.next]
    if as_json:
        answers = [_who_json(one, zone) for one in found]
        whole = {"at": stamp(moment, zone), "units": answers}
        show_json(answers[0] if unit else whole)
        return
    _who_table(session, found, names)


def _who_json(found: duty.Who, zone: ZoneInfo) -> dict[str, Any]:
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


def _who_table(session: Session, found: Sequence[duty.Who], names: dict[str, str]) -> None:
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
                    serving.source,
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


@command(N_("Who is on duty over a stretch of time, without holes: where nobody is, it says so."))
@click.argument("units", nargs=-1, required=True, metavar="UNIT...")
@option("--role", type=ROLE, default=PRIMARY, show_default=True, help=N_("Which role."))
@option("--from", "start", type=MOMENT, metavar="TIME", help=N_("From when (default: now)."))
@option("--to", "end", type=MOMENT, metavar="TIME", help=N_("Until when (default: 7 days on)."))
@json_option
@click.pass_context
def schedule(
    ctx: click.Context,
    units: tuple[str, ...],
    role: str,
    start: str | None,
    end: str | None,
    as_json: bool,
) -> None:
    """Half-open: the end itself is outside."""
    session = session_of(ctx)
    zone = session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        first = moment_of(ctx, start, office.now)
        last = moment_of(ctx, end, first + _WEEK) if end else first + _WEEK
        snapshot = office.snapshot(tx)
        codes = [unit_of(snapshot.units, unit).code for unit in units]
        found = [duty.schedule(tx, snapshot, code, role, first, last) for code in codes]
        names = {code: snapshot.unit_name(code, session.lang) for code in codes}
    if as_json:
        answers = [_schedule_json(one, zone) for one in found]
        show_json(answers[0] if len(answers) == 1 else {"units": answers})
        return
    t = session.t
    table(
        session,
        (N_("Unit"), N_("Role"), N_("Starts"), N_("Ends"), N_("On duty")),
        [
            (
                names[one.unit],
                role_word(t, one.role),
                local(segment.start, zone),
                local(segment.end, zone),
                t(N_(", ")).join(segment.people) or t(N_("nobody")),
            )
            for one in found
            for segment in one.segments
        ],
    )


def _schedule_json(found: duty.Schedule, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "unit": found.unit,
        "role": found.role,
        "from": stamp(found.start, zone),
        "to": stamp(found.end, zone),
        "segments": [
            {"start": stamp(s.start, zone), "end": stamp(s.end, zone), "people": list(s.people)}
            for s in found.segments
        ],
        "gaps": [{"start": stamp(g.start, zone), "end": stamp(g.end, zone)} for g in found.gaps],
    }
