"""What to do about it, in the same commit as the state that asked for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from oncall.core.model import Alarm
from oncall.core.transfers.model import PartRole, Share


class Later(StrEnum):
    """What is booked to happen to a transfer later; also the kind of the appointment."""

    DISPUTE = "dispute"
    JOIN = "join"
    NUISANCE = "nuisance"
    FOLLOW_UP = "follow_up"
    #: The time to enter a conference call is over.
    CONFERENCE = "conference"
    #: Units are kept waiting: look whether somebody has decided by now.
    HELD = "held"
    #: A group is called: the next of its units, or the end of hope.
    WAVE = "wave"


class News(StrEnum):
    """What a unit's people are told beside paging."""

    COPIED = "copied"
    CORRECTED = "corrected"
    RETURNED = "returned"
    RETURN_DENIED = "return_denied"
    DISPUTED = "disputed"
    AGREED = "agreed"
    FIRST_RECEIVER = "first_receiver"
    RESULT = "result"
    REJECTED = "rejected"
    FOLLOW_UP = "follow_up"
    WITHDRAWN = "withdrawn"
    SHORT = "short"


class TransferCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done."""


class OpenParts(TransferCommand, frozen=True, kw_only=True):
    """Give each of these units a part and start its ladder."""

    shares: tuple[Share, ...]


class EndParts(TransferCommand, frozen=True, kw_only=True):
    """The matter leaves these units, or people (as ``member`` names them): they stand down and are
    told.

    ``quiet``: what was done there is over, and nobody is told. ``enough``: others have answered.
    """

    units: tuple[str, ...]
    role: PartRole
    quiet: bool = False
    enough: bool = False


class ChangeRole(TransferCommand, frozen=True, kw_only=True):
    """A unit that has a part already gets another share in it."""

    unit: str
    role: PartRole


class StandDownAll(TransferCommand, frozen=True, kw_only=True):
    """The life is over: open ladders end, and what is acked asks for nothing more.

    The pages of the police desk go on unless ``police``.
    """

    police: bool = True


class WithdrawAll(TransferCommand, frozen=True, kw_only=True):
    """It is taken back: every page of it ends, and whoever was asked or has it is told."""

    why: str = ""


class NoteProgress(TransferCommand, frozen=True, kw_only=True):
    """Work was done: the first-action timers of what is acked have done theirs."""

    unit: str | None = None


class CallPolice(TransferCommand, frozen=True, kw_only=True):
    """A linked critical transfer to the police desk: text and place inherited.

    ``unit`` is who calls it in; None where nobody says.
    """

    unit: str | None = None


class Forward(TransferCommand, frozen=True, kw_only=True):
    """A linked critical transfer to the emergency line it belongs to (R6)."""

    unit: str


class CallParties(TransferCommand, frozen=True, kw_only=True):
    """Ring the people on duty at these units at once."""

    units: tuple[str, ...]


class Ring(TransferCommand, frozen=True, kw_only=True):
    """Ring somebody for conference call ``number``: who joined for ``unit``; None is the caller."""

    number: int
    guest: str
    unit: str | None


class AskBack(TransferCommand, frozen=True, kw_only=True):
    """Whoever joined for ``unit`` could not be connected: ask them to call the desk."""

    number: int
    guest: str
    unit: str


class HangUp(TransferCommand, frozen=True, kw_only=True):
    """End conference call ``number``: whoever is in it or still being rung."""

    number: int


class PageCounty(TransferCommand, frozen=True, kw_only=True):
    """Page the county's duty office and its duty leader at once."""

    unit: str


class SetRoute(TransferCommand, frozen=True, kw_only=True):
    """From ``since`` on matters of a category (in an area; None: anywhere) usually go there."""

    category: str
    area: str | None
    lead: str
    assist: tuple[str, ...]
    since: datetime
    source: str


class Book(TransferCommand, frozen=True, kw_only=True):
    """Have something happen at a moment."""

    what: Later
    at: datetime
    text: str = ""


class Unbook(TransferCommand, frozen=True, kw_only=True):
    """It need not happen any more."""

    what: Later


class Inform(TransferCommand, frozen=True, kw_only=True):
    """Tell a unit: whoever has it there, else whoever is on duty. None is the origin's unit."""

    unit: str | None
    news: News
    text: str = ""


class InformAll(TransferCommand, frozen=True, kw_only=True):
    """Tell exactly the people to whom anything about this was sent, whoever is on duty by now."""

    news: News


class Sound(TransferCommand, frozen=True, kw_only=True):
    """Show the desk something it must decide."""

    alarm: Alarm
    who: str = ""


class Silence(TransferCommand, frozen=True, kw_only=True):
    """It was decided."""

    alarm: Alarm
