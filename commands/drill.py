"""`oncall drill`: ask whoever is on duty for a sign of life, and see who gave one."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import click

from commands.lazy import command, group, option
from commands.moments import MOMENT, moment_of
from commands.output import good, json_option, local, say, show_json, stamp, table
from commands.records import office_of
from commands.session import Session, session_of
from commands.windows import from_option, to_option
from oncall.core.drills import Check, Heard, Score, scores
from oncall.core.errors import NotFound
from oncall.core.model import Channel
from oncall.core.spelling import unit_of
from oncall.core.words import CHANNELS, N_
from oncall.directory import Snapshot
from oncall.store import drills as rows

_MONTH = timedelta(days=30)
_HEARD = {
    Heard.ASKED: N_("waiting"),
    Heard.ANSWERED: N_("answered in time"),
    Heard.LATE: N_("answered late"),
    Heard.MISSED: N_("no answer"),
    Heard.DEAD: N_("dead number"),
    Heard.NOBODY: N_("nobody to ask"),
}
_minutes = option("--minutes", type=click.IntRange(1, 120), default=10, show_default=True,
                  metavar="N", help=N_("In time is an answer within so many minutes."))  # fmt: skip


_channel = option("--by", "channel", type=click.Choice(["sms", "voice"]), default="sms",
                  show_default=True, help=N_("Ask by text message or by a call."))  # fmt: skip


@group(N_("Reachability checks: is whoever is on duty reading their phone?"))
@click.pass_context
def drill(ctx: click.Context) -> None:
    """Every message says that it is a drill; nothing else counts it."""
    session_of(ctx)


@drill.command("new", help=N_("Ask whoever is on duty now, or at another moment."))
@option("--unit", "units", multiple=True, metavar="CODE", help=N_("This unit; may be repeated."))
@option("--all", "everybody", is_flag=True, help=N_("Every unit that has people."))
@option("--sample", type=click.IntRange(1, 10_000), metavar="N",
        help=N_("So many units, drawn at random."))  # fmt: skip
@option("--count", type=int, metavar="N", help=N_("How many units that is, where it is many."))
@option("--at", type=MOMENT, metavar="TIME", help=N_("When to ask (default: now)."))
@_minutes
@_channel
@json_option
@click.pass_context
def new(
    ctx: click.Context,
    units: tuple[str, ...],
    everybody: bool,
    sample: int | None,
    count: int | None,
    at: str | None,
    minutes: int,
    channel: str,
    as_json: bool,
) -> None:
    """A node sends the messages; they go behind every page."""
    session = session_of(ctx)
    if (bool(units), everybody, sample is not None).count(True) != 1:
        raise click.UsageError(session.t(N_("Give one of --unit, --all, --sample.")))
    with office_of(session) as office:
        with office.db.read() as tx:
            known = office.snapshot(tx).units
            codes = [unit_of(known, unit).code for unit in units]
        moment = moment_of(ctx, at, office.now)
        number = office.drills.new(
            codes,
            session.user,
            office.now,
            at=moment if at is not None else None,
            sample=sample,
            minutes=minutes,
            channel=Channel(channel),
            count=count,
        )
    if as_json:
        show_json({"id": number, "at": stamp(moment, session.settings.zone)})
    else:
        said = session.t(N_("Drill {id} is booked for {clock}."))
        good(said.format(id=number, clock=local(moment, session.settings.zone)))


@drill.command("list", help=N_("Drills, the newest first."))
@option("--limit", type=click.IntRange(1, 500), default=20, show_default=True,
        help=N_("How many at most."))  # fmt: skip
@json_option
@click.pass_context
def list_(ctx: click.Context, limit: int, as_json: bool) -> None:
    """With how many answered in time."""
    session = session_of(ctx)
    zone = session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        found = [(one, rows.checks_of(tx, one.id)) for one in rows.listed(tx, limit)]
    if as_json:
        items = [
            {
                "id": one.id,
                "at": stamp(one.at, zone),
                "minutes": one.minutes,
                "channel": one.channel,
                "by": one.created_by,
                "asked": len(checks),
                "in_time": _in_time(checks),
                "closed_at": stamp(one.closed_at, zone),
            }
            for one, checks in found
        ]
        show_json({"items": items})
        return
    heads = (
        N_("Number"), N_("At"), N_("Channel"), N_("Entered by"), N_("Asked"), N_("In time"),
    )  # fmt: skip
    table(
        session,
        heads,
        [
            (
                one.id,
                local(one.at, zone),
                session.t(CHANNELS[one.channel]),
                one.created_by,
                len(checks),
                _in_time(checks),
            )
            for one, checks in found
        ],
    )


@drill.command("show", help=N_("Whom one drill asked, and what came of it."))
@click.argument("number", type=int, metavar="NUMBER")
@json_option
@click.pass_context
def show(ctx: click.Context, number: int, as_json: bool) -> None:
    """Nobody's number is shown."""
    session = session_of(ctx)
    t, zone = session.t, session.settings.zone
    with office_of(session) as office, office.db.read() as tx:
        if rows.one(tx, number) is None:
            raise NotFound("no_such_drill", drill=str(number))
        snapshot, checks = office.snapshot(tx), rows.checks_of(tx, number)
    if as_json:
        show_json({"id": number, "checks": [_check(session, one) for one in checks]})
        return
    heads = (N_("Unit"), N_("Recipient"), N_("State"), N_("At"))
    table(
        session,
        heads,
        [
            (
                snapshot.unit_name(one.unit, session.lang),
                one.name or "",
                t(_HEARD[one.state]),
                local(one.answered_at, zone) if one.answered_at else "",
            )
            for one in checks
        ],
    )


@drill.command("plan", help=N_("Bring a drill every so many days, at a moment nobody knows."))
@option("--every", "days", type=click.IntRange(1, 366), metavar="DAYS", help=N_("How often."))
@option("--sample", type=click.IntRange(1, 10_000), default=5, show_default=True, metavar="N",
        help=N_("So many units, drawn at random."))  # fmt: skip
@option("--after", type=click.IntRange(0, 23), default=8, show_default=True, metavar="HOUR",
        help=N_("Not before this hour."))  # fmt: skip
@option("--before", type=click.IntRange(1, 23), default=20, show_default=True, metavar="HOUR",
        help=N_("Not after this hour."))  # fmt: skip
@_minutes
@_channel
@option("--end", type=int, metavar="NUMBER", help=N_("End this plan instead."))
@json_option
@click.pass_context
def plan(
    ctx: click.Context,
    days: int | None,
    sample: int,
    after: int,
    before: int,
    minutes: int,
    channel: str,
    end: int | None,
    as_json: bool,
) -> None:
    """Without --every and --end: the plans in force."""
    session = session_of(ctx)
    with office_of(session) as office:
        if end is not None:
            with office.db.begin() as tx:
                if not rows.end_plan(tx, end):
                    raise NotFound("no_such_drill", drill=str(end))
        elif days is not None:
            office.drills.plan(
                session.user,
                office.now,
                every_days=days,
                sample=sample,
                minutes=minutes,
                channel=Channel(channel),
                after=time(after),
                before=time(before),
            )
        with office.db.read() as tx:
            found = rows.plans(tx)
    if as_json:
        show_json(
            {
                "items": [
                    {
                        "id": one.id,
                        "every_days": one.every_days,
                        "sample": one.sample,
                        "minutes": one.minutes,
                        "channel": one.channel,
                        "after": f"{one.after_minute // 60:02d}:00",
                        "before": f"{one.before_minute // 60:02d}:00",
                        "last_at": stamp(one.last_at, session.settings.zone),
                    }
                    for one in found
                ]
            }
        )
        return
    if not found:
        say(session.t(N_("No plans.")))
        return
    heads = (
        N_("Number"), N_("Every (days)"), N_("Units drawn"), N_("Channel"), N_("Between"),
    )  # fmt: skip
    table(
        session,
        heads,
        [
            (
                one.id,
                one.every_days,
                one.sample,
                session.t(CHANNELS[one.channel]),
                f"{one.after_minute // 60:02d}:00-{one.before_minute // 60:02d}:00",
            )
            for one in found
        ],
    )


@command(N_("Who could be reached: a scorecard by unit, the worst first."))
@from_option
@to_option
@option("--unit", metavar="CODE", help=N_("Only this unit."))
@json_option
@click.pass_context
def scorecard(
    ctx: click.Context, start: str | None, end: str | None, unit: str | None, as_json: bool
) -> None:
    """The last 30 days unless --from and --to say otherwise."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        snapshot = office.snapshot(tx)
        code = unit_of(snapshot.units, unit).code if unit else None
        until = moment_of(ctx, end, office.now) if end else office.now
        since = moment_of(ctx, start, office.now) if start else until - _MONTH
        found = scores(rows.between(tx, since, until, code))
    if as_json:
        show_json({"units": [_score(one) for one in found]})
    else:
        _table(session, snapshot, found)


def _table(session: Session, snapshot: Snapshot, found: list[Score]) -> None:
    t = session.t
    heads = (
        N_("Unit"),
        N_("Asked"),
        N_("In time"),
        N_("Reachable"),
        N_("Middle wait"),
        N_("No answer"),
        N_("Dead numbers"),
    )
    rows_ = [
        (
            snapshot.unit_name(one.unit, session.lang),
            one.asked,
            one.in_time,
            f"{one.rate:.0%}",
            t(N_("{n} s")).format(n=one.seconds) if one.seconds is not None else "",
            t(N_(", ")).join(one.missed),
            t(N_(", ")).join(one.dead),
        )
        for one in found
    ]
    table(session, heads, rows_)


def _score(one: Score) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "asked": one.asked,
        "in_time": one.in_time,
        "late": one.late,
        "rate": round(one.rate, 4),
        "median_seconds": one.seconds,
        "missed": list(one.missed),
        "dead": list(one.dead),
        "nobody": one.nobody,
    }


def _check(session: Session, one: Check) -> dict[str, Any]:
    zone = session.settings.zone
    return {
        "unit": one.unit,
        "person": one.name,
        "state": one.state,
        "asked_at": stamp(one.asked_at, zone),
        "until": stamp(one.until, zone),
        "answered_at": stamp(one.answered_at, zone),
    }


def _in_time(checks: list[Check]) -> int:
    return sum(one.state is Heard.ANSWERED for one in checks)
