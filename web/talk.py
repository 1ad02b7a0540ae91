"""A talk of three parties: who was asked, who joined, who is in its conference call; never whom
the caller is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from oncall.core.errors import NotFound
from oncall.core.transfers.talks import Conference, Talk
from web.api import PREFIX, PROBLEMS
from web.door import Caller, Door, TheDoor, calling
from web.roles import Call
from web.shapes import Stamp

router = APIRouter(prefix=PREFIX, tags=["transfers"], responses=PROBLEMS)


class JoinedOut(BaseModel):
    """Somebody who joined, for which unit."""

    unit: str
    name: str
    at: Stamp


class GuestOut(BaseModel):
    """Somebody rung for the conference call; no unit and no name is the caller."""

    unit: str | None
    name: str | None
    #: rung, in, left or missing.
    presence: str
    since: Stamp


class ConferenceOut(BaseModel):
    """The telephone conference, with who is in it."""

    number: int
    by: str
    at: Stamp
    ended_at: Stamp | None
    guests: list[GuestOut]


class TalkOut(BaseModel):
    """The latest talk about a transfer."""

    transfer: str
    code: str
    at: Stamp
    join_by: Stamp
    units: list[str]
    joined: list[JoinedOut]
    outcome: str
    ended_at: Stamp | None
    conference: ConferenceOut | None


@router.get("/talks/{ref:path}")
def show_talk(
    ref: str, door: TheDoor, caller: Annotated[Caller, calling(Call.READ_TRANSFERS)]
) -> TalkOut:
    """The latest talk about a transfer (id, printed code, or origin:origin_ref), as it stands."""
    transfer = door.app.desk.find(ref, caller.actor)
    talk = transfer.life.talk
    if talk is None:
        raise NotFound("no_talk", transfer=transfer.code)
    return TalkOut(
        transfer=transfer.id,
        code=transfer.code,
        at=door.stamp(talk.at),
        join_by=door.stamp(talk.join_by),
        units=list(talk.units),
        joined=_joined(door, talk),
        outcome=talk.outcome,
        ended_at=door.maybe(talk.ended_at),
        conference=_conference(door, talk.conference),
    )


def _joined(door: Door, talk: Talk) -> list[JoinedOut]:
    return [JoinedOut(unit=j.unit, name=j.name, at=door.stamp(j.at)) for j in talk.joined]


def _conference(door: Door, call: Conference | None) -> ConferenceOut | None:
    if call is None:
        return None
    return ConferenceOut(
        number=call.number,
        by=call.by,
        at=door.stamp(call.at),
        ended_at=door.maybe(call.ended_at),
        guests=[
            GuestOut(
                unit=guest.unit,
                name=guest.name or None,
                presence=guest.presence,
                since=door.stamp(guest.since),
            )
            for guest in call.guests
        ],
    )
