"""A talk on the console: who was asked, who joined, and who is in the telephone conference now."""

from __future__ import annotations

from dataclasses import dataclass

from oncall.core.transfers import Transfer
from oncall.core.transfers.talks import Guest, Talk
from oncall.core.words import N_, PRESENCES
from web.board import Reader

_MARKS = {"rung": "☎", "in": "●", "left": "–", "missing": "✕"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody asked to the talk, or rung for its conference."""

    who: str
    unit: str
    presence: str
    mark: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkView:
    """The latest talk."""

    title: str
    asked: tuple[Seat, ...]
    #: None until a conference was opened.
    conference: str | None
    guests: tuple[Seat, ...]
    outcome: str


def talk_of(reader: Reader, transfer: Transfer) -> TalkView | None:
    """The latest talk about a transfer as its reader may see it; None where there was none."""
    talk = transfer.life.talk
    if talk is None:
        return None
    t, call = reader.t, talk.conference
    conference = None
    if call is not None:
        said = N_("Telephone conference since {clock}: {n} in it")
        if call.ended_at is not None:
            said = N_("Telephone conference of {clock}: over")
        conference = t(said).format(clock=reader.clock(call.at), n=len(call.inside))
    title = N_("Talk, called at {clock}; to be joined by {until}")
    return TalkView(
        title=t(title).format(clock=reader.clock(talk.at), until=reader.clock(talk.join_by)),
        asked=tuple(_asked(reader, talk, unit) for unit in talk.units),
        conference=conference,
        guests=tuple(_guest(reader, guest) for guest in call.guests) if call is not None else (),
        outcome=talk.outcome,
    )


def _asked(reader: Reader, talk: Talk, unit: str) -> Seat:
    joined = next((one for one in talk.joined if one.unit == unit), None)
    if joined is None:
        note = reader.t(N_("has not joined"))
        return Seat(who="", unit=reader.name(unit), presence="missing", mark="…", note=note)
    note = reader.t(N_("joined at {clock}")).format(clock=reader.clock(joined.at))
    return Seat(who=joined.name, unit=reader.name(unit), presence="in", mark="✓", note=note)


def _guest(reader: Reader, guest: Guest) -> Seat:
    t = reader.t
    return Seat(
        who=guest.name if guest.unit is not None else t(N_("the caller")),
        unit=reader.name(guest.unit) if guest.unit is not None else "",
        presence=guest.presence,
        mark=_MARKS[guest.presence],
        note=f"{t(PRESENCES[guest.presence])} {reader.clock(guest.since)}",
    )
