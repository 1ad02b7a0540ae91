"""What to do about it. A command says who and why; how it travels is somebody else's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oncall.core.model import Alarm, Channel, Colour, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to be done, in the same commit as the state that asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(Command):
    """Page one person by one channel. ``key`` is unique: page/step/person/channel/attempt."""

    key: str
    person: str
    name: str
    channel: Channel
    notice: Notice
    level: int
    planned_at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandDown(Command):
    """Stop reaching for one person: drop what is queued, hang up what rings, say why once."""

    key: str
    person: str
    name: str
    channel: Channel
    notice: Notice
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell(Command):
    """Inform one person who need not answer (confirmation, reminder, "X has it")."""

    key: str
    person: str
    name: str
    channel: Channel
    notice: Notice
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm(Command):
    """Show the desk something it must look at."""

    alarm: Alarm
    level: int = 0
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSupervision(Command):
    """Prepare a supervision order; blue may go out by itself, the others need a person."""

    colour: Colour
