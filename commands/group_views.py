"""How a call to a group looks on the command line: before it is made, and its roll."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from commands.output import local, pairs, say, show_json, stamp, table, warn
from commands.session import Session
from oncall.admin import group_calls
from oncall.admin.group_preview import Cost, Preview, as_data
from oncall.admin.rollcall import RollCall
from oncall.admin.rollcall import as_data as roll_data
from oncall.core.rollcall import Line, Response
from oncall.core.words import N_, TRANSFER_STATES, URGENCY
from oncall.core.words.rolls import ARRIVALS, RESPONSES, WORDS
from oncall.directory import Snapshot

_COST = N_("{people} people, {sms} parts of texts, {calls} calls")


def previewed(session: Session, snapshot: Snapshot, seen: Preview, *, as_json: bool) -> None:
    """Who would be called when, and what it costs."""
    t = session.t
    if as_json:
        show_json(as_data(seen, snapshot))
        return
    found = seen.called
    pairs(
        session,
        {
            N_("Group"): found.group.name,
            N_("To be called"): found.members.size,
            N_("Must answer"): found.needed or t(N_("all")),
            N_("At once"): _cost(session, seen.first),
            N_("If nobody answers"): _cost(session, seen.most),
        },
    )
    click.echo()
    table(
        session,
        (N_("Wave"), N_("Begins after"), N_("Unit"), N_("Asked first")),
        [
            (
                wave.number,
                t(N_("{n} min")).format(n=_minutes(wave.after)),
                snapshot.unit_name(one.unit, session.lang),
                t(N_(", ")).join(one.people) or t(N_("nobody")),
            )
            for wave in seen.waves
            for one in wave.units
        ],
    )
    said = N_("If too few have answered after {n} min, desk and county are told.")
    say(t(said).format(n=_minutes(seen.short_after)))
    members_told(session, found.members)
    if group_calls.must_count(found.members.size, snapshot):
        say(t(N_("To call them, --count {n} must be given.")).format(n=found.members.size))


def members_told(session: Session, members: group_calls.Members) -> None:
    """Units of the group that have ended."""
    t = session.t
    for ended, heir in members.moved:
        warn(t(N_("{unit} has ended; {heir} is called instead.")).format(unit=ended, heir=heir))
    for ended in members.gone:
        said = N_("{unit} has ended and nobody has its duties; mend the group.")
        warn(t(said).format(unit=ended))

    for name in members.left:
        warn(t(N_("{name} has left and is not called; mend the group.")).format(name=name))


def rolled(session: Session, snapshot: Snapshot, call: RollCall, *, as_json: bool) -> None:
    """The roll, wave by wave: a line for each unit and each person asked."""
    t, zone, roll = session.t, session.settings.zone, call.roll
    if as_json:
        show_json(
            roll_data(
                call,
                lambda unit: snapshot.unit_name(unit, session.lang),
                lambda moment: stamp(moment, zone),
            )
        )
        return
    transfer = call.transfer
    pairs(
        session,
        {
            N_("Number"): transfer.code,
            N_("Group"): roll.group,
            N_("State"): t(TRANSFER_STATES[transfer.state]),
            N_("Urgency"): t(URGENCY[transfer.urgency]),
            N_("Summary"): transfer.summary,
            N_("Have answered"): f"{roll.count(Response.ACKED)}/{roll.required}",
            N_("Next wave"): "" if call.over else local(roll.next_at, zone),
        },
    )
    click.echo()
    rows: list[tuple[object, ...]] = []
    for wave in roll.waves:
        for line in wave.lines:
            rows.append(_unit(session, snapshot, wave.number, line))
            rows += [
                (
                    "",
                    f"  {one.name}",
                    t(RESPONSES[one.response]),
                    t(ARRIVALS[one.arrival]),
                    _clock(one.called_at, session),
                    "",
                )
                for one in line.people
            ]
    heads = (N_("Wave"), N_("Unit"), N_("Response"), N_("Message"), N_("Called"), N_("There by"))
    table(session, heads, rows)
    for word in call.words:
        said = N_("{what} at {clock} by {who}: to {n} people, arrived at {arrived}. {text}")
        say(
            t(said).format(
                what=t(WORDS[word.what]),
                clock=_clock(word.at, session),
                who=word.by,
                n=word.people,
                arrived=word.arrived,
                text=word.text,
            )
        )
    if roll.short_at is not None and not call.over:
        warn(t(N_("Too few answer; desk and county have been told.")))


def _unit(session: Session, snapshot: Snapshot, wave: int, line: Line) -> tuple[object, ...]:
    t = session.t
    answer = t(RESPONSES[line.response])
    if line.answered_by:
        clock = _clock(line.answered_at, session)
        answer = t(N_("{answer}: {who}, {clock}")).format(
            answer=answer, who=line.answered_by, clock=clock
        )
    return (
        wave,
        " · ".join(filter(None, (snapshot.unit_name(line.unit, session.lang), line.person))),
        answer,
        "",
        _clock(line.called_at, session),
        _clock(line.eta_at, session),
    )


def _clock(moment: datetime | None, session: Session) -> str:
    return "" if moment is None else f"{moment.astimezone(session.settings.zone):%H:%M:%S}"


def _cost(session: Session, cost: Cost) -> str:
    return session.t(_COST).format(people=cost.people, sms=cost.sms, calls=cost.calls)


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
