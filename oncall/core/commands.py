"""What to do about it. A command says who and why; how it travels is somebody else's business."""

from __future__ import annotations

from datetime import datetime

import msgspec

from oncall.core.model import Alarm, Channel, Colour, Notice


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done, in the same commit as the state that asked for it."""


class Notify(Command, frozen=True, kw_only=True):
    """Page one person by one channel. ``key`` is unique: page/step/person/channel/attempt."""

    key: str
    person: str
    name: str
    channel: Channel
    #: The label of the number to use; "" where the card has just the one.
    number: str = ""
    notice: Notice
    level: int
    planned_at: datetime
    late: bool = False


class StandDown(Command, frozen=True, kw_only=True):
    """Stop reaching for one person: drop what is queued, hang up what rings, say why once."""

    key: str
    person: str
    name: str
    channel: Channel
    #: The label of the number to use; "" where the card has just the one.
    number: str = ""
    notice: Notice
    owner: str


class Tell(Command, frozen=True, kw_only=True):
    """Inform one person who need not answer (confirmation, reminder, "X has it")."""

    key: str
    person: str
    name: str
    channel: Channel
    #: The label of the number to use; "" where the card has just the one.
    number: str = ""
    notice: Notice
    owner: str = ""


class RaiseAlarm(Command, frozen=True, kw_only=True):
    """Show the desk something it must look at."""

    alarm: Alarm
    level: int = 0
    who: str = ""


class DraftSupervision(Command, frozen=True, kw_only=True):
    """Prepare a supervision order; blue may go out by itself, the others need a person."""

    colour: Colour
