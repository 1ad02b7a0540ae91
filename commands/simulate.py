"""`oncall simulate`: play a page on a virtual clock; nothing is written and nothing is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from commands.lazy import Word, command, option
from commands.moments import MOMENT, moment_of
from commands.output import json_option, local, say, show_json, stamp, table
from commands.records import office_of
from commands.session import Session, session_of
from oncall.admin import playing
from oncall.core.model import Alarm, Channel, Colour, Notice, Urgency
from oncall.core.simulate import Kind, Line
from oncall.core.spelling import unit_of
from oncall.core.why import NOTICES
from oncall.core.words import CHANNELS, COLOURS, N_, alarm_text, reason_text

_HEARD = {
    "Acked": N_("takes it"),
    "Declined": N_("cannot take it"),
    "DeliveryFailed": N_("cannot be reached this way"),
}
_DRAFT = N_("a {colour} supervision order is drafted")


@command(N_("Play a page with the rosters there are: who would be contacted, when, and why."))
@option("--to", required=True, metavar="UNIT", help=N_("Which unit."))
@option("--urgency", required=True, type=Word(Urgency), help=N_("How fast."))
@option("--category", help=N_("What kind of matter; may choose the ladder."))
@option("--at", type=MOMENT, metavar="TIME", help=N_("When it comes in (default: now)."))
@option("--no-answer", multiple=True, metavar="NAME|all",
        help=N_("Who never answers; repeatable. Whoever else is reached takes it."))  # fmt: skip
@option("--decline", multiple=True, metavar="NAME", help=N_("Who cannot take it; repeatable."))
@option("--answer-after", type=click.FloatRange(0, 1440), default=2.0, show_default=True,
        metavar="MINUTES", help=N_("How long people take to answer."))  # fmt: skip
@option("--fail", multiple=True, type=Word(Channel),
        help=N_("A channel that reaches nobody; repeatable."))  # fmt: skip
@option("--hours", type=click.FloatRange(0.1, 240), help=N_("How long to watch."))
@json_option
@click.pass_context
def simulate(ctx: click.Context, /, as_json: bool, **given: Any) -> None:
    """The very same decisions the service would make."""
    session = session_of(ctx)
    with office_of(session) as office, office.db.read() as tx:
        start = moment_of(ctx, given["at"], office.now)
        snapshot = office.snapshot(tx)
        unit = unit_of(snapshot.units, given["to"]).code
        lines = playing.play(
            tx,
            snapshot,
            unit,
            Urgency(given["urgency"]),
            start,
            category=given["category"],
            silent=given["no_answer"],
            declining=given["decline"],
            after=timedelta(minutes=given["answer_after"]),
            failing=[Channel(channel) for channel in given["fail"]],
            hours=given["hours"],
        )
    zone, t = session.settings.zone, session.t
    if as_json:
        listed = [
            {
                "at": stamp(line.at, zone),
                "kind": line.kind,
                "what": line.what,
                "level": line.level or None,
                "person": line.name or None,
                "channel": line.channel,
                "reason": line.reason,
            }
            for line in lines
        ]
        show_json({"unit": unit, "start": stamp(start, zone), "lines": listed})
        return
    table(
        session,
        (N_("At"), N_("Elapsed"), N_("Level"), N_("What"), N_("Why")),
        [
            (
                local(line.at, zone),
                _after(line.at - start),
                line.level or "",
                _what(session, line),
                reason_text(t, line.reason),
            )
            for line in lines
        ],
    )
    say(t(N_("Nothing was sent.")))


def _after(passed: timedelta) -> str:
    minutes, seconds = divmod(round(passed.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"+{hours}:{minutes:02}:{seconds:02}"


def _what(session: Session, line: Line) -> str:
    t = session.t
    if line.kind is Kind.ALARM:
        return f"⚠ {alarm_text(t, Alarm(line.what), who=line.name, level=line.level)}"
    if line.kind is Kind.DRAFT:
        return t(_DRAFT).format(colour=t(COLOURS[Colour(line.what)]))
    channel = t(CHANNELS[line.channel]) if line.channel is not None else ""
    if line.kind is Kind.HEARD:
        said = f"← {line.name}: {t(_HEARD[line.what])}"
        return f"{said} ({channel})" if channel else said
    return f"→ {line.name}: {t(NOTICES[Notice(line.what)])} ({channel})"
