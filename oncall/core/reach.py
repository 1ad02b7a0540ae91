"""Reach one person: by which channel, at what hour, and what when a channel is dead."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from oncall.core.climb import Climb, reached_for
from oncall.core.model import Alarm, Channel, Contact, Contacted, Notice, Reason


def memory(climb: Climb, contact: Contact, level: int) -> Contacted:
    """What the page knows of somebody it has paged; else a new memory at ``level``."""
    told = climb.page.person(contact.person)
    if told is None or not told.paged:
        return reached_for(contact, level, climb.now, told)
    # A card mended meanwhile brings somebody back whom we had written off.
    alive = bool(set(contact.channels) - set(told.failed))
    return replace(told, channels=contact.channels, unreachable=told.unreachable and not alive)


def working(known: Contacted) -> tuple[Channel, ...]:
    """The channels of this person that have not failed on this page."""
    return tuple(c for c in known.channels if c not in known.failed)


def page_person(
    climb: Climb,
    known: Contacted,
    wanted: tuple[Channel, ...],
    notice: Notice,
    label: str,
    planned: datetime,
) -> bool:
    """Page one person by the wanted channels, or by what works; True when a message goes out."""
    if not known.in_play and notice is not Notice.ALARM:
        climb.keep(known)
        climb.note(Reason.OUT_OF_PLAY, level=known.level, who=known.name)
        return False
    left = working(known)
    channels = tuple(c for c in wanted if c in left) or left[:1]
    if not channels:
        climb.note(Reason.NO_CHANNEL, level=known.level, who=known.name)
        if known.in_play:
            _write_off(climb, known)
        return False
    if climb.calls_wait_until(known.channels) is not None:
        channels = tuple(c for c in left if c is Channel.SMS)
        if not channels:
            _wait_for_morning(climb, known)
            return False
    new = tuple(c for c in channels if not climb.just_said(known, c))
    if not new:
        # After an outage two overdue rungs would say the same thing twice at once (rule 9).
        climb.note(Reason.MERGED, level=known.level, who=known.name)
        return False
    why = Reason.HANDED_OVER if notice is Notice.HANDOVER else Reason.ROSTER_ROLE
    climb.note(why, level=known.level, who=known.name, detail=known.role)
    climb.notify(known, new, notice=notice, step=label, planned=planned)
    return True


def lose(climb: Climb, known: Contacted, channel: Channel) -> Reason:
    """A channel is dead: the person's next one, or none is left (rule 5).

    PERSON_UNREACHABLE, and QUIET_HOURS where the next one is a call and it is night, mean that the
    ladder should go on without waiting for this person.
    """
    waiting = known.in_play
    known = mark_dead(climb, known, channel)
    if not waiting or any(c not in known.failed for c in known.tried):
        return Reason.CHANNEL_FAILED
    if known.unreachable:
        return Reason.PERSON_UNREACHABLE
    if _wait_for_morning(climb, known):
        return Reason.QUIET_HOURS
    _next_channel(climb, known)
    return Reason.NEXT_CHANNEL


def detour(climb: Climb, known: Contacted) -> Reason:
    """A channel is stuck for now: the person's next one, if there is one and it may be used."""
    untried = [c for c in working(known) if c not in known.tried]
    if not (known.in_play and untried) or climb.calls_wait_until(known.channels) is not None:
        return Reason.CHANNEL_STALLED
    _next_channel(climb, known)
    return Reason.NEXT_CHANNEL


def mark_dead(climb: Climb, known: Contacted, channel: Channel) -> Contacted:
    """Remember that a channel is dead; with the last one the person is written off."""
    known = replace(known, failed=(*known.failed, channel))
    climb.keep(known)
    climb.note(Reason.CHANNEL_FAILED, level=known.level, who=known.name, detail=channel)
    return known if working(known) else _write_off(climb, known)


def reopen(climb: Climb, giver: str) -> None:
    """Tell everybody still in play that ``giver`` gave it back; whoever sleeps hears it later."""
    for known in climb.page.contacted:
        if not known.in_play:
            continue
        asleep = climb.asleep_until(known.level) is not None
        if asleep or not climb.tell(known, Notice.REOPENED, giver):
            climb.keep(replace(known, owed=Notice.REOPENED))


def after_the_night(climb: Climb) -> bool:
    """Say what the night has put off to those who may be disturbed by now; False if nobody."""
    anybody = False
    for known in climb.page.contacted:
        if known.owed is None or not known.in_play:
            continue
        asleep = climb.asleep_until(known.level) or climb.calls_wait_until(known.channels)
        if asleep is not None:
            climb.watch_until(asleep)
        elif known.owed is Notice.REOPENED:
            climb.note(Reason.REPEATED, level=known.level, detail=climb.now.isoformat())
            first = working(known)[:1]
            climb.notify(known, first, notice=Notice.PAGE, step="n", planned=climb.now)
            anybody = True
        else:
            _next_channel(climb, known)
            anybody = True
    return anybody


def _write_off(climb: Climb, known: Contacted) -> Contacted:
    """No channel of this person is left; the desk should mend the contact card."""
    known = replace(known, unreachable=True)
    climb.keep(known)
    climb.note(Reason.PERSON_UNREACHABLE, level=known.level, who=known.name)
    climb.alarm(Alarm.UNREACHABLE, level=known.level, who=known.name)
    return known


def _next_channel(climb: Climb, known: Contacted) -> None:
    """Try this person by a channel not tried yet, else by any that works."""
    left = working(known)
    channel = next((c for c in left if c not in known.tried), left[0])
    climb.note(Reason.NEXT_CHANNEL, level=known.level, who=known.name, detail=channel)
    climb.notify(known, (channel,), notice=Notice.PAGE, step="c", planned=climb.now)


def _wait_for_morning(climb: Climb, known: Contacted) -> bool:
    """Whether a call to this person must wait for the morning; it is then remembered."""
    awake = climb.calls_wait_until(known.channels)
    if awake is None:
        return False
    climb.keep(replace(known, owed=Notice.PAGE))
    climb.watch_until(awake)
    climb.note(Reason.QUIET_HOURS, level=known.level, detail=awake.isoformat())
    return True
