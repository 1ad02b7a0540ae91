"""What happened, as told to the machines. An event carries facts, never a decision."""

from __future__ import annotations

from dataclasses import dataclass

from oncall.core.model import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """A transfer arrived for this unit and was accepted: start the ladder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDue(Event):
    """The alarm clock rang: look at what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChanged(Event):
    """The roster's answer changed: a handover, or a new roster applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Event):
    """A message reached a person's phone. Not an ack."""

    person: str
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed(Event):
    """A message will definitely not reach a person by this channel."""

    person: str
    channel: Channel
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStalled(Event):
    """A provider does not take a message now; it is tried again, but must not be waited for."""

    person: str
    channel: Channel
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acked(Event):
    """A human takes the matter, ``via`` sms, keypad, web, cli or phone.

    ``entered_by`` names who typed it in on the person's behalf.
    """

    person: str
    name: str
    via: str
    entered_by: str | None = None
    takeover: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Event):
    """A human says they cannot."""

    person: str
    name: str
    why: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Event):
    """The owner gives the matter back."""

    person: str
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """A dispatcher wants the next level now."""

    by: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed(Event):
    """A progress note was written: the first action."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Event):
    """The transfer was withdrawn."""

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
    )
}
