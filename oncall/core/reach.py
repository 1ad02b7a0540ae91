"""Reach one person: by which channel, at what hour, and what when a channel is dead."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from oncall.core.climb import Climb, reached_for
from oncall.core.model import Alarm, Channel, Contact, Contacted, Notice, Nudge, Reason, Way


def memory(climb: Climb, contact: Contact, level: int) -> Contacted:
    """What the page knows of somebody it has paged; else a new memory at ``level``."""
    told = climb.page.person(contact.person)
    if told is None or not told.paged:
        return reached_for(contact, level, climb.now, told)
    # A card mended meanwhile brings somebody back whom we had written off.
    told = replace(told, channels=contact.channels, ways=contact.ways, own=contact.own)
    told = replace(told, failed=tuple(c for c in told.failed if not told.left(c)))
    alive = bool(set(contact.channels) - set(told.failed))
    return replace(told, unreachable=told.unreachable and not alive)


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
    *,
    why: Reason | None = None,
) -> bool:
    """Page one person by the wanted channels, or by what works; True when a message goes out.

    ``why``, where it is not because of the duty they hold.
    """
    if not known.in_play and notice is not Notice.ALARM:
        climb.keep(known)
        climb.note(Reason.OUT_OF_PLAY, level=known.level, who=known.name)
        return False
    if known.last_at is None and known.own:
        known, wanted = _by_own_rules(climb, known, wanted)
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
    if why is None:
        usual = Reason.BY_NAME if climb.page.policy.alone else Reason.ROSTER_ROLE
        why = Reason.HANDED_OVER if notice is Notice.HANDOVER else usual
    climb.note(why, level=known.level, who=known.name, detail=known.role)
    climb.notify(known, new, notice=notice, step=label, planned=planned)
    return True


def _by_own_rules(
    climb: Climb, known: Contacted, wanted: tuple[Channel, ...]
) -> tuple[Contacted, tuple[Channel, ...]]:
    """What somebody wants at once beside the ladder's channels, and what is planned for later."""
    mine = [one for one in known.own if one.urgency is climb.page.policy.urgency]
    later = tuple(
        Nudge(at=climb.now + one.after, channels=one.channels) for one in mine if one.after
    )
    first = [channel for one in mine if not one.after for channel in one.channels]
    if set(first) - set(wanted):
        climb.note(Reason.PERSONAL_RULE, level=known.level, who=known.name)
    return replace(known, nudges=later), tuple(dict.fromkeys((*first, *wanted)))


def nudge(climb: Climb) -> bool:
    """Do what people's own rules have planned by now; True when a message goes out."""
    anybody = False
    for known in climb.page.contacted:
        due = [one for one in known.nudges if one.at <= climb.now]
        if not due or not known.in_play:
            continue
        left = replace(known, nudges=tuple(one for one in known.nudges if one.at > climb.now))
        climb.keep(left)
        wanted = tuple(dict.fromkeys(channel for one in due for channel in one.channels))
        anybody |= page_person(
            climb, left, wanted, Notice.PAGE, "p", due[0].at, why=Reason.PERSONAL_RULE
        )
    return anybody


def lose(climb: Climb, known: Contacted, channel: Channel, number: str = "") -> Reason:
    """A number is dead: the person's next one, else by another channel, or none is left (rule 5).

    PERSON_UNREACHABLE, and QUIET_HOURS where the next one is a call and it is night, mean that the
    ladder should go on without waiting for this person.
    """
    waiting = known.in_play
    known = mark_dead(climb, known, channel, number)
    if waiting and channel not in known.failed:
        return _another_number(climb, known, channel)
    if not waiting or any(c not in known.failed for c in known.tried):
        return Reason.CHANNEL_FAILED
    if known.unreachable:
        return Reason.PERSON_UNREACHABLE
    if _wait_for_morning(climb, known):
        return Reason.QUIET_HOURS
    _next_channel(climb, known)
    return Reason.NEXT_CHANNEL


def detour(climb: Climb, known: Contacted, channel: Channel, *, used_up: bool) -> Reason:
    """A message is stuck for now: the person's next way, if there is one and it may be used.

    A number that has had all that may be sent is left for the next number of the card.
    """
    asleep = climb.calls_wait_until(known.channels) is not None
    fresh = _unused(known, channel) if used_up and known.in_play else []
    if fresh and not (asleep and channel is Channel.VOICE):
        return _say_at(climb, known, channel, fresh[0])
    untried = [c for c in working(known) if c not in known.tried]
    if not (known.in_play and untried) or asleep:
        return Reason.CHANNEL_STALLED
    _next_channel(climb, known)
    return Reason.NEXT_CHANNEL


def mark_dead(climb: Climb, known: Contacted, channel: Channel, number: str = "") -> Contacted:
    """Remember that a number is dead, with the last one the channel, with that the person."""
    gone = (number,) if number else known.left(channel)
    dead = tuple(Way(channel=channel, number=one) for one in gone)
    known = replace(known, dead=(*known.dead, *dead) if known.ways else ())
    if known.left(channel):
        climb.keep(known)
        climb.note(Reason.NUMBER_FAILED, level=known.level, who=known.name, detail=number)
        return known
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


def _another_number(climb: Climb, known: Contacted, channel: Channel) -> Reason:
    """The next number of a channel, unless another one of it was reached for already."""
    alive = [way for way in known.used if way not in known.dead]
    if any(way.channel is channel for way in alive):
        return Reason.NUMBER_FAILED
    if channel is Channel.VOICE and climb.calls_wait_until(known.channels) is not None:
        if not alive and _wait_for_morning(climb, known):
            return Reason.QUIET_HOURS
        return Reason.NUMBER_FAILED
    return _say_at(climb, known, channel, known.number(channel))


def _unused(known: Contacted, channel: Channel) -> list[str]:
    used = {way.number for way in known.used if way.channel is channel}
    return [number for number in known.left(channel) if number not in used]


def _say_at(climb: Climb, known: Contacted, channel: Channel, number: str) -> Reason:
    climb.note(Reason.NEXT_NUMBER, level=known.level, who=known.name, detail=number)
    climb.notify(known, (channel,), notice=Notice.PAGE, step="c", planned=climb.now, number=number)
    return Reason.NEXT_NUMBER


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
