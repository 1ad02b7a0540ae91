"""The telephone conference of a talk: opened by a desk, filled by whoever joins, ended for all.

It hangs on the talk and on nothing else: no ladder waits for it, and no clock moves. Who is in it
is what the provider says; a word that comes late or twice never takes back a later one.
"""

from __future__ import annotations

from msgspec.structs import replace

from oncall.core.model import Alarm, Reason
from oncall.core.transfers.case import Case
from oncall.core.transfers.commands import AskBack, Book, HangUp, Later, Ring, Unbook
from oncall.core.transfers.events import (
    UNSUPPORTED,
    ConferenceDue,
    ConferenceOpened,
    ConferenceOver,
    GuestMoved,
    TransferEvent,
)
from oncall.core.transfers.model import POLICE_DESK
from oncall.core.transfers.talks import Conference, Guest, Joined, Presence

#: Two make a conversation.
_ENOUGH = 2


def connect(case: Case, event: TransferEvent) -> Reason:
    """Whoever joined the talk is rung, the caller too if wanted; who joins later enters as well."""
    assert isinstance(event, ConferenceOpened)
    talk = case.life.talk
    case.require(talk is not None and talk.ended_at is None, Reason.NOT_TALKING)
    assert talk is not None
    case.require(talk.connected is None, Reason.ALREADY_CONNECTED)
    case.require(case.facts.caller or not event.caller, Reason.NO_CALLER_NUMBER)
    number = case.life.conferences + 1
    call = Conference(number=number, by=event.by, at=case.now)
    case.keep(talk=replace(talk, conference=call), conferences=number)
    invite(case, talk.joined)
    if event.caller:
        _ring(case, Guest(id=str(len(talk.joined) + 1), since=case.now))
    until = case.now + case.facts.terms.join_within
    case.do(Book(what=Later.CONFERENCE, at=until))
    return Reason.CONFERENCE_OPENED


def invite(case: Case, came: tuple[Joined, ...]) -> None:
    """Whoever has joined the talk is rung, where its conference call is open."""
    talk = case.life.talk
    call = talk.connected if talk is not None else None
    if call is None:
        return
    for i, one in enumerate(came, len(call.guests) + 1):
        _ring(case, Guest(id=str(i), since=case.now, unit=one.unit, name=one.name))


def _ring(case: Case, guest: Guest) -> None:
    talk = case.life.talk
    assert talk is not None
    assert talk.conference is not None
    call = talk.conference
    grown = replace(call, guests=(*call.guests, guest))
    case.keep(talk=replace(talk, conference=grown))
    case.do(Ring(number=call.number, guest=guest.id, unit=guest.unit))


def move(case: Case, event: TransferEvent) -> Reason:
    """Somebody entered, left, or cannot be connected; whoever was missed is asked to call back."""
    assert isinstance(event, GuestMoved)
    talk = case.life.talk
    call = talk.conference if talk is not None else None
    if talk is None or call is None or call.number != event.number:
        return Reason.NOTHING_MOVED
    guest = next((one for one in call.guests if one.id == event.guest), None)
    presence = _after(guest, event.presence) if guest is not None else None
    if guest is None or presence is None:
        return Reason.NOTHING_MOVED
    moved = replace(guest, presence=presence, since=case.now)
    guests = tuple(moved if one is guest else one for one in call.guests)
    call = replace(call, guests=guests)
    case.keep(talk=replace(talk, conference=call))
    if presence is Presence.MISSING and call.ended_at is None and guest.unit is not None:
        case.do(AskBack(number=call.number, guest=guest.id, unit=guest.unit))
        case.sound(Alarm.NOT_JOINED, guest.unit)
    if presence is Presence.LEFT and call.ended_at is None:
        waited_for = any(one.presence in (Presence.IN, Presence.RUNG) for one in guests)
        if guest.unit == POLICE_DESK or not waited_for:
            # Without 110 the three parties do not talk.
            hang_up(case)
    if presence is Presence.MISSING and event.code == UNSUPPORTED:
        return Reason.NO_CONFERENCE
    return _SAID[presence]


_SAID = {
    Presence.IN: Reason.GUEST_IN,
    Presence.LEFT: Reason.GUEST_LEFT,
    Presence.MISSING: Reason.GUEST_MISSING,
}


def _after(guest: Guest, told: Presence) -> Presence | None:
    """Where a guest is after such a word; None if it tells nothing new."""
    if guest.presence is Presence.RUNG:
        return told
    if guest.presence is Presence.IN and told in (Presence.LEFT, Presence.MISSING):
        # The call of somebody inside is over: they have left.
        return Presence.LEFT
    return None


def over(case: Case, event: TransferEvent) -> Reason:
    """The provider says that the conference has ended."""
    assert isinstance(event, ConferenceOver)
    talk = case.life.talk
    call = talk.connected if talk is not None else None
    if call is None or call.number != event.number:
        return Reason.NOTHING_MOVED
    hang_up(case)
    return Reason.CONFERENCE_OVER


def count(case: Case, event: TransferEvent) -> Reason:
    """The time to enter is over: where no two are inside nobody is kept waiting in it."""
    assert isinstance(event, ConferenceDue)
    talk = case.life.talk
    call = talk.connected if talk is not None else None
    if talk is None or call is None or len(call.inside) >= _ENOUGH:
        return Reason.NOTHING_MOVED
    inside = {guest.unit for guest in call.inside}
    missing = [unit for unit in talk.units if unit not in inside]
    hang_up(case)
    if missing:
        case.sound(Alarm.NOT_JOINED, "、".join(missing))
    return Reason.CONFERENCE_EMPTY


def hang_up(case: Case) -> None:
    """End the conference call, if one is open, for everybody in it or being rung."""
    talk = case.life.talk
    call = talk.connected if talk is not None else None
    if talk is None or call is None:
        return
    left = {Presence.IN: Presence.LEFT, Presence.RUNG: Presence.MISSING}
    guests = tuple(
        replace(guest, presence=left[guest.presence], since=case.now)
        if guest.presence in left
        else guest
        for guest in call.guests
    )
    ended = replace(call, guests=guests, ended_at=case.now)
    case.keep(talk=replace(talk, conference=ended))
    case.do(HangUp(number=call.number), Unbook(what=Later.CONFERENCE))
