"""Conferences of the emulated Twilio: calls put together, and what its customer hears of them."""

from xml.etree import ElementTree

from notifiers.twilio.emulator_world import Act, Call, Member, Room, World, new_sid, rfc2822

#: What a call that is in a conference shows among its words.
TOGETHER = "→ ☎☎"


def enter(world: World, call: Call, noun: ElementTree.Element) -> Room:
    """Put a call in; whoever is the first says where the conference reports to."""
    name = "".join(noun.itertext())
    room = world.rooms.get(name)
    if room is None:
        room = world.rooms[name] = Room(
            sid=new_sid("CF"),
            name=name,
            url=noun.get("statusCallback", ""),
            events=frozenset(noun.get("statusCallbackEvent", "").split()),
        )
    ends = noun.get("endConferenceOnExit") == "true"
    member = Member(call=call, label=noun.get("participantLabel", ""), ends=ends)
    room.members[call.sid] = member
    call.spoken.append(TOGETHER)
    world.touch()
    _tell(world, room, "join", "participant-join", member)
    if not room.started and len(room.members) > 1:
        room.started = True
        _tell(world, room, "start", "conference-start", member)
    return room


def leave(world: World, room: Room, call: Call) -> None:
    """A call goes; with the last one, or with one that ends it, the conference is over."""
    member = room.members.pop(call.sid, None)
    if member is None:
        return
    _tell(world, room, "leave", "participant-leave", member)
    if world.rooms.get(room.name) is room and (member.ends or not room.members):
        del world.rooms[room.name]
        for other in room.members.values():
            other.call.acts.put_nowait(Act(verb="hang-up"))
        _tell(world, room, "end", "conference-end", member)


def _tell(world: World, room: Room, wanted: str, event: str, about: Member) -> None:
    room.posted += 1
    if not room.url or wanted not in room.events or world.callbacks.off:
        return
    form = {
        "ConferenceSid": room.sid,
        "FriendlyName": room.name,
        "StatusCallbackEvent": event,
        "SequenceNumber": str(room.posted),
        "Timestamp": rfc2822(world.clock()),
    }
    if event.startswith("participant"):
        form |= {
            "CallSid": about.call.sid,
            "ParticipantLabel": about.label,
            "Muted": "false",
            "Hold": "false",
            "Coaching": "false",
            "EndConferenceOnExit": str(about.ends).lower(),
            "StartConferenceOnEnter": "true",
        }
    world.spawn(world.report(room.url, form))
