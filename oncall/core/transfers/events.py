"""What happened to a transfer. An event carries facts, never a decision.

Each names who did it (``by``; empty where the clock or a page did) and for which unit. The log
keeps every event whole, so that whatever is counted can be counted again from it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from oncall.core.transfers.model import Calls, Ground, PartRole, Share, Waiver
from oncall.core.transfers.talks import Presence


class TransferEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened."""

    by: str = ""
    unit: str | None = None


class Accepted(TransferEvent, frozen=True, kw_only=True):
    """It was handed over and is durable: to whom, from whom, with or without waiting for 110."""

    to: tuple[str, ...] = ()
    origin: str = ""
    shares: tuple[Share, ...] = ()
    police_first: bool = False
    #: How many of the units must answer; 0 for all of them.
    needed: int = 0
    #: A group that is called together, perhaps some at a time.
    calls: Calls | None = None
    #: Somebody marked this caller as malicious: the desk decides before a unit is disturbed.
    nuisance: bool = False


class Settled(TransferEvent, frozen=True, kw_only=True):
    """A page moved: somebody answered, gave back, or was withdrawn."""


class Noted(TransferEvent, frozen=True, kw_only=True):
    """Progress was written down."""

    text: str
    entered_by: str = ""


class ResultReported(TransferEvent, frozen=True, kw_only=True):
    """The work is done, and this is what came of it."""

    text: str


class FedBack(TransferEvent, frozen=True, kw_only=True):
    """The result was told to whoever sent it, to the caller, or to both."""

    to: str
    text: str = ""


class Closed(TransferEvent, frozen=True, kw_only=True):
    """Whoever handed it over is content; waivers stand for what is missing."""

    waivers: tuple[Waiver, ...] = ()
    why: str = ""


class Corrected(TransferEvent, frozen=True, kw_only=True):
    """What was said at first was wrong or has changed: everybody who was told is told so."""

    text: str


class Reopened(TransferEvent, frozen=True, kw_only=True):
    """The result did not hold: it begins again, once."""

    why: str


class Withdrawn(TransferEvent, frozen=True, kw_only=True):
    """Whoever handed it over takes it back."""

    why: str = ""


# -- decided at the door -------------------------------------------------------------------


class Rejected(TransferEvent, frozen=True, kw_only=True):
    """Not ours to accept (不予受理): the ground, why, and for R6 to whom it is forwarded."""

    ground: Ground
    why: str
    forward: str | None = None


class Guided(TransferEvent, frozen=True, kw_only=True):
    """The caller was told where to turn and why (引导和解释)."""

    text: str


class Answered(TransferEvent, frozen=True, kw_only=True):
    """Answered on the spot (即问即答)."""

    text: str


class NuisanceMarked(TransferEvent, frozen=True, kw_only=True):
    """Somebody thinks this is a malicious call, and says on what evidence."""

    evidence: str


class NuisanceConfirmed(TransferEvent, frozen=True, kw_only=True):
    """Another person has looked at the evidence and agrees."""


class NuisanceLifted(TransferEvent, frozen=True, kw_only=True):
    """The mark was wrong, or is no longer needed."""

    why: str


class NuisanceDue(TransferEvent, frozen=True, kw_only=True):
    """The mark's time is over."""


class HeldDue(TransferEvent, frozen=True, kw_only=True):
    """The units have been kept waiting for a while; ``nuisance`` tells on whose account."""

    nuisance: bool = False


# -- whose is it? --------------------------------------------------------------------------


class Returned(TransferEvent, frozen=True, kw_only=True):
    """A unit says it is not theirs, why, and perhaps whose."""

    why: str
    suggestion: str | None = None


class ReturnUpheld(TransferEvent, frozen=True, kw_only=True):
    """The sender agrees, and hands it to another unit."""

    to: str | None = None
    why: str = ""


class ReturnDenied(TransferEvent, frozen=True, kw_only=True):
    """The sender does not agree: the unit keeps it."""

    why: str


class ReturnAllowed(TransferEvent, frozen=True, kw_only=True):
    """Supervision lets a first receiver return it after all."""

    why: str


class Disputed(TransferEvent, frozen=True, kw_only=True):
    """Several units, or none, say it is theirs: the parties talk, with a deadline."""

    candidates: tuple[str, ...]
    why: str = ""


class Proposed(TransferEvent, frozen=True, kw_only=True):
    """A party (``unit``) says whose it should be."""

    owner: str


class DisputeDue(TransferEvent, frozen=True, kw_only=True):
    """The talking is over."""


class PartiesCalled(TransferEvent, frozen=True, kw_only=True):
    """Everybody concerned is to talk now (三方沟通): these units and the 110 desk are called."""

    candidates: tuple[str, ...] = ()


class JoinDue(TransferEvent, frozen=True, kw_only=True):
    """Whoever has not joined by now is missing."""


class TalkRecorded(TransferEvent, frozen=True, kw_only=True):
    """What came of the talk; with an ``owner``, the unit and 110 agreed on it."""

    outcome: str
    owner: str | None = None


# -- a group that is called together -------------------------------------------------------


class UnitRefused(TransferEvent, frozen=True, kw_only=True):
    """Somebody at ``unit`` said that they cannot; its ladder goes on beside this.

    ``nobody``: there is nobody of the unit to be asked, only whoever supervises it. ``person``: it
    is one person who was called for themselves.
    """

    nobody: bool = False
    person: str | None = None


class WaveDue(TransferEvent, frozen=True, kw_only=True):
    """Those who were called have had their time."""


class ConferenceOpened(TransferEvent, frozen=True, kw_only=True):
    """The parties of the talk are to be put into one telephone call, perhaps with the caller."""

    caller: bool = False


#: Said of a guest where no provider of calls can put several together.
UNSUPPORTED = "no_conference"


class GuestMoved(TransferEvent, frozen=True, kw_only=True):
    """The provider says where a guest of conference call ``number`` is."""

    number: int
    guest: str
    presence: Presence
    #: The provider's word for why somebody is missing; UNSUPPORTED where none holds conferences.
    code: str = ""


class ConferenceOver(TransferEvent, frozen=True, kw_only=True):
    """The provider says that conference call ``number`` has ended."""

    number: int


class ConferenceDue(TransferEvent, frozen=True, kw_only=True):
    """Whoever has not entered the conference call by now will not."""


# -- danger --------------------------------------------------------------------------------


class DangerReported(TransferEvent, frozen=True, kw_only=True):
    """Danger to persons, property or public safety, said by anyone involved."""

    why: str = ""


class PoliceCalled(TransferEvent, frozen=True, kw_only=True):
    """转110."""

    why: str = ""


class PoliceDispatched(TransferEvent, frozen=True, kw_only=True):
    """The police are on their way, since ``at`` (None: since now)."""

    at: datetime | None = None


class FanOutForced(TransferEvent, frozen=True, kw_only=True):
    """The units are to be paged without waiting for the police."""

    why: str


class MajorDeclared(TransferEvent, frozen=True, kw_only=True):
    """A major matter (重大问题): the county must know at once."""

    why: str = ""


class Ruled(TransferEvent, frozen=True, kw_only=True):
    """The conference (会商) ruled whose such matters are from now on, or from ``since`` on.

    ``minutes`` is where that is written; ``everywhere``: not only at this matter's place.
    """

    owner: str
    minutes: str
    assist: tuple[str, ...] = ()
    since: datetime | None = None
    everywhere: bool = False


class UnitsAdded(TransferEvent, frozen=True, kw_only=True):
    """More units take part: to assist, or only to know."""

    units: tuple[str, ...]
    role: PartRole = PartRole.ASSIST


# -- what else stands beside the work ----------------------------------------


class TimeGranted(TransferEvent, frozen=True, kw_only=True):
    """More time was granted, until when."""

    until: datetime


class FollowUpPlanned(TransferEvent, frozen=True, kw_only=True):
    """Somebody wants whoever is on duty at ``at`` to be reminded of something."""

    at: datetime
    text: str


class FollowUpDue(TransferEvent, frozen=True, kw_only=True):
    """The moment of a reminder has come."""

    text: str


#: Every event, by name: for the log, and for the proof that the table is total.
EVENTS: dict[str, type[TransferEvent]] = {
    cls.__name__: cls for cls in TransferEvent.__subclasses__()
}
