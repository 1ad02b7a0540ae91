"""What happened, as told to the machines. An event carries facts, never a decision."""

from __future__ import annotations

from datetime import datetime

import msgspec

from oncall.core.model import Channel


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened."""


class Arrived(Event, frozen=True, kw_only=True):
    """A transfer arrived for this unit and was accepted: start the ladder."""


class StepDue(Event, frozen=True, kw_only=True):
    """The alarm clock rang: look at what is due."""


class ShiftChanged(Event, frozen=True, kw_only=True):
    """The roster's answer changed: a handover, or a new roster applied."""


class Delivered(Event, frozen=True, kw_only=True):
    """A message reached a person's phone. Not an ack."""

    person: str
    channel: Channel


class DeliveryFailed(Event, frozen=True, kw_only=True):
    """A message will definitely not reach a person by this channel, at this ``number``.

    A number is told by its label; "" is all that the person has on the channel.
    """

    person: str
    channel: Channel
    code: str = ""
    number: str = ""


class DeliveryStalled(Event, frozen=True, kw_only=True):
    """A provider does not take a message now; it is tried again, but must not be waited for.

    ``used_up``: this person has had as many as the providers carry, and no more for a while.
    """

    person: str
    channel: Channel
    code: str = ""
    used_up: bool = False


class Acked(Event, frozen=True, kw_only=True):
    """A human takes the matter, ``via`` sms, keypad, web, cli or phone.

    ``entered_by`` names who typed it in on the person's behalf; ``eta`` is when they promise to be
    there. From the owner again, with an ``eta``, it is a new promise. ``together``: said of many
    matters in one word, which whoever heard it confirms for all of them.
    """

    person: str
    name: str
    via: str
    entered_by: str | None = None
    takeover: bool = False
    eta: datetime | None = None
    together: bool = False


class Declined(Event, frozen=True, kw_only=True):
    """A human says they cannot; ``entered_by`` as for an ack."""

    person: str
    name: str
    why: str = ""
    via: str = ""
    entered_by: str | None = None


class Released(Event, frozen=True, kw_only=True):
    """The owner gives the matter back."""

    person: str
    name: str
    why: str = ""


class Escalated(Event, frozen=True, kw_only=True):
    """A dispatcher wants the next level now."""

    by: str
    why: str = ""


class Progressed(Event, frozen=True, kw_only=True):
    """A progress note was written: the first action."""

    by: str


class Cancelled(Event, frozen=True, kw_only=True):
    """The transfer was withdrawn; or, with ``enough``, others have answered and that suffices; or,
    with ``moved``, it goes on without this unit."""

    by: str
    why: str = ""
    enough: bool = False
    moved: bool = False


class Finished(Event, frozen=True, kw_only=True):
    """The whole transfer has come to its end: nothing more is asked of anybody."""

    by: str
    why: str = ""


#: Every event, by name: for the log, and for the proof that the table is total.
EVENTS: dict[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        Arrived,
        StepDue,
        ShiftChanged,
        Delivered,
        DeliveryFailed,
        DeliveryStalled,
        Acked,
        Declined,
        Released,
        Escalated,
        Progressed,
        Cancelled,
        Finished,
    )
}
