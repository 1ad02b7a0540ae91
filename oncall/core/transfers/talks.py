"""The values of a talk of three parties (clause 8): who was asked, who came, who is in the call."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Presence(StrEnum):
    """Where somebody rung for a conference call is."""

    RUNG = "rung"
    IN = "in"
    LEFT = "left"
    #: Did not pick up, did not want to, or could not be connected.
    MISSING = "missing"


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who joined the talk, for which unit, and when."""

    unit: str
    name: str
    at: datetime


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody rung for the conference call; without a unit the caller, who has no name here."""

    id: str
    since: datetime
    unit: str | None = None
    name: str = ""
    presence: Presence = Presence.RUNG


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """The parties of a talk in one telephone call; ``number`` counts those of the transfer."""

    number: int
    by: str
    at: datetime
    guests: tuple[Guest, ...] = ()
    ended_at: datetime | None = None

    @property
    def inside(self) -> tuple[Guest, ...]:
        """Who is in it."""
        return tuple(guest for guest in self.guests if guest.presence is Presence.IN)


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """The caller, the candidates and 110 in one conversation (clause 8)."""

    at: datetime
    join_by: datetime
    units: tuple[str, ...]
    joined: tuple[Joined, ...] = ()
    outcome: str = ""
    ended_at: datetime | None = None
    conference: Conference | None = None

    @property
    def connected(self) -> Conference | None:
        """The conference call that is open; None where there is none."""
        call = self.conference
        return call if call is not None and call.ended_at is None else None
