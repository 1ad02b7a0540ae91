"""What is still open about a transfer, on the command line: returns, disputes, who is in a talk."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.output import local, paint, stamp, table
from commands.session import Session
from oncall.admin.undecided import Teller, undecided
from oncall.core.transfers import Transfer
from oncall.core.transfers.talks import Guest, Talk
from oncall.core.words import N_, PRESENCES
from oncall.directory import Snapshot
from oncall.store import deadlines
from oncall.store.database import Tx


def show_undecided(session: Session, tx: Tx, snapshot: Snapshot, transfer: Transfer) -> None:
    """What waits for somebody's decision, and what comes by itself."""
    tell = Teller(
        t=session.t,
        unit=lambda code: snapshot.unit_name(code, session.lang),
        clock=lambda at: local(at, session.settings.zone),
    )
    for one in undecided(tell, transfer, deadlines.undecided(tx, transfer.id)):
        click.echo()
        click.echo(paint(one.title, bold=True))
        for line in (*one.lines, f"{one.clock} {one.then}".strip()):
            if line:
                click.echo(f"  {line}")


def undecided_json(transfer: Transfer, zone: ZoneInfo) -> dict[str, Any]:
    """A return and a dispute as values, with the names the HTTP interface uses."""
    returned, dispute = transfer.life.returned, transfer.life.dispute
    return {
        "returned": None
        if returned is None
        else {
            "unit": returned.unit,
            "by": returned.by,
            "at": stamp(returned.at, zone),
            "why": returned.why,
            "suggestion": returned.suggestion,
        },
        "dispute": None
        if dispute is None
        else {
            "at": stamp(dispute.at, zone),
            "deadline": stamp(dispute.deadline, zone),
            "candidates": list(dispute.candidates),
            "proposals": dict(dispute.proposals),
        },
    }


def show_talk(session: Session, snapshot: Snapshot, talk: Talk | None) -> None:
    """Who was asked and who joined; then the telephone conference, if there was one."""
    if talk is None:
        return
    t, zone = session.t, session.settings.zone
    joined = {one.unit: one for one in talk.joined}
    click.echo()
    click.echo(paint(t(N_("Talk of {clock}")).format(clock=local(talk.at, zone)), bold=True))
    rows = [
        (
            snapshot.unit_name(unit, session.lang),
            joined[unit].name if unit in joined else "",
            local(joined[unit].at if unit in joined else None, zone),
        )
        for unit in talk.units
    ]
    table(session, (N_("Unit"), N_("Who"), N_("Joined")), rows)
    call = talk.conference
    if call is None:
        return
    head = N_("Telephone conference of {clock}")
    click.echo(paint(t(head).format(clock=local(call.at, zone)), bold=True))
    seats = [_seat(session, snapshot, guest) for guest in call.guests]
    table(session, (N_("Unit"), N_("Who"), N_("Where")), seats)


def _seat(session: Session, snapshot: Snapshot, guest: Guest) -> tuple[str, str, str]:
    t = session.t
    since = local(guest.since, session.settings.zone)
    where = f"{t(PRESENCES[guest.presence])} {since}"
    if guest.unit is None:
        return "", t(N_("the caller")), where
    return snapshot.unit_name(guest.unit, session.lang), guest.name, where


def talk_json(talk: Talk | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """The same as values, with the names the HTTP interface uses; None where there was none."""
    if talk is None:
        return None
    call = talk.conference
    return {
        "at": stamp(talk.at, zone),
        "join_by": stamp(talk.join_by, zone),
        "units": list(talk.units),
        "joined": [
            {"unit": one.unit, "name": one.name, "at": stamp(one.at, zone)} for one in talk.joined
        ],
        "outcome": talk.outcome,
        "ended_at": stamp(talk.ended_at, zone),
        "conference": None
        if call is None
        else {
            "number": call.number,
            "by": call.by,
            "at": stamp(call.at, zone),
            "ended_at": stamp(call.ended_at, zone),
            "guests": [
                {
                    "unit": guest.unit,
                    "name": guest.name or None,
                    "presence": guest.presence,
                    "since": stamp(guest.since, zone),
                }
                for guest in call.guests
            ],
        },
    }
