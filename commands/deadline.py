"""`oncall deadline`: by when matters must be finished, and more time where it is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from commands.arguments import BY, ID, WHY, limit_option
from commands.lazy import group, option
from commands.moments import MOMENT, moment_of
from commands.output import good, json_option, local, show_json, stamp, table
from commands.records import office_of, operator
from commands.session import Session, session_of
from oncall.core.spelling import unit_of
from oncall.core.words import FLAGS, N_
from oncall.store import deadlines
from oncall.store.deadlines import Listed


@group(N_("By when matters must be finished."))
@click.pass_context
def deadline(ctx: click.Context) -> None:
    """See the commands. ID is an id, a printed number, or origin:number."""
    session_of(ctx)


@deadline.command("list", help=N_("Running deadlines, the nearest first."))
@option("--unit", metavar="CODE", help=N_("Only with a part of this unit."))
@option("--overdue", is_flag=True, help=N_("Only those past their time."))
@limit_option(50)
@json_option
@click.pass_context
def list_(ctx: click.Context, unit: str | None, overdue: bool, limit: int, as_json: bool) -> None:
    """A matter that has come to its end is not here."""
    session = session_of(ctx)
    zone, t = session.settings.zone, session.t
    with office_of(session) as office, office.db.read() as tx:
        now = office.now
        code = unit_of(office.snapshot(tx).units, unit).code if unit else None
        found = deadlines.listed(tx, unit=code, overdue_at=now if overdue else None, limit=limit)
    if as_json:
        show_json({"items": [_json(session, one, now) for one in found]})
        return
    if not found:
        good(t(N_("No deadlines.")))
        return
    rows = []
    for one in found:
        asked = one.asked
        wish = (
            t(N_("{who}, until {until}: {why}")).format(
                who=asked.asked_by, until=local(asked.until, zone), why=asked.why
            )
            if asked is not None
            else ""
        )
        late = t(FLAGS["overdue"]) if one.deadline.overdue(now) else ""
        times = one.deadline.extended or ""
        rows.append((one.code, local(one.deadline.due_at, zone), late, times, wish, one.summary))
    heads = (
        N_("Number"),
        N_("Due"),
        N_("Marks"),
        N_("Extended"),
        N_("More time asked for"),
        N_("Summary"),
    )
    table(session, heads, rows)


@deadline.command("extend", help=N_("Ask for more time; the supervisor on duty is told."))
@ID
@option("--until", required=True, type=MOMENT, metavar="TIME", help=N_("The new deadline."))
@option("--why", required=True, metavar="TEXT", help=N_("Why it takes longer."))
@BY
@json_option
@click.pass_context
def extend(
    ctx: click.Context, id: str, until: str, why: str, by: str | None, as_json: bool
) -> None:
    """Nothing changes until somebody grants it."""
    session = session_of(ctx)
    with office_of(session) as office:
        moment = moment_of(ctx, until, office.now)
        name = by or session.user
        office.deadlines.ask(id, name, moment, why, office.now, operator(session))
        _after(session, id, as_json, N_("Asked for; the deadline stands until it is granted."))


@deadline.command("grant", help=N_("Give the time that was asked for."))
@ID
@BY
@WHY
@json_option
@click.pass_context
def grant(ctx: click.Context, id: str, by: str | None, why: str, as_json: bool) -> None:
    """Whoever handles the matter is told."""
    _decide(ctx, id, by, why, as_json, granted=True)


@deadline.command("refuse", help=N_("Give no more time."))
@ID
@BY
@WHY
@json_option
@click.pass_context
def refuse(ctx: click.Context, id: str, by: str | None, why: str, as_json: bool) -> None:
    """Whoever handles the matter is told."""
    _decide(ctx, id, by, why, as_json, granted=False)


def _decide(
    ctx: click.Context, id: str, by: str | None, why: str, as_json: bool, *, granted: bool
) -> None:
    session = session_of(ctx)
    with office_of(session) as office:
        name, who = by or session.user, operator(session)
        office.deadlines.decide(id, name, office.now, who, grant=granted, why=why)
    said = N_("More time granted.") if granted else N_("More time refused.")
    _after(session, id, as_json, said)


def _after(session: Session, id: str, as_json: bool, said: str) -> None:
    t, zone = session.t, session.settings.zone
    with office_of(session) as office:
        transfer, found, asked = office.deadlines.of(id, operator(session))
        one = Listed(deadline=found, code=transfer.code, summary=transfer.summary, asked=asked)
        if as_json:
            show_json(_json(session, one, office.now))
    due = t(N_("{code} must be finished by {due}.")).format(
        code=transfer.code, due=local(found.due_at, zone)
    )
    good(f"{t(said)} {due}")


def _json(session: Session, one: Listed, now: datetime) -> dict[str, Any]:
    zone, found, asked = session.settings.zone, one.deadline, one.asked
    return {
        "transfer": found.transfer,
        "code": one.code,
        "summary": one.summary,
        "received_at": stamp(found.received_at, zone),
        "due_at": stamp(found.due_at, zone),
        "overdue": found.overdue(now),
        "extended": found.extended,
        "asked": None
        if asked is None
        else {
            "asked_by": asked.asked_by,
            "asked_at": stamp(asked.asked_at, zone),
            "until": stamp(asked.until, zone),
            "why": asked.why,
        },
    }
