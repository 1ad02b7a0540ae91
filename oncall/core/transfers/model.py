"""The values of a transfer's life: what it is, who has a share in it, what it remembers. Frozen.

Every moment is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from oncall.core.model import State, Urgency
from oncall.core.transfers.talks import Talk

#: The desk that is paged in parallel for danger and police matters (clauses 2 and 11).
POLICE_DESK = "DESK-110"


#: Who sits at a line that hands matters over; any other origin is a unit's own code.
_DESKS = {"110": POLICE_DESK, "12345": "DESK-12345"}


class TransferState(StrEnum):
    """Where a transfer stands: exactly one of these at any moment."""

    NEW = "new"
    PAGED = "paged"
    ACKED = "acked"
    HANDLING = "handling"
    REPLIED = "replied"
    CLOSED = "closed"
    RETURNED = "returned"
    DISPUTED = "disputed"
    FIRST_RECEIVER = "first_receiver"
    EXTENDED = "extended"
    REJECTED = "rejected"
    GUIDED = "guided"
    CANCELLED = "cancelled"


#: The ends of a life; a closed one may be reopened once.
TERMINAL = frozenset(
    {
        TransferState.CLOSED,
        TransferState.REJECTED,
        TransferState.GUIDED,
        TransferState.CANCELLED,
    }
)
LIVE = tuple(state for state in TransferState if state not in TERMINAL)


class PartRole(StrEnum):
    """A unit's share in a transfer."""

    LEAD = "lead"
    ASSIST = "assist"
    COPY = "copy"
    POLICE = "police"
    #: Called to talk about whose matter it is (三方沟通).
    PARTY = "party"
    #: The county's own duty office, for what is major (重大问题).
    COUNTY = "county"


#: Shares that must be acknowledged before the transfer is.
BINDING = frozenset({PartRole.LEAD, PartRole.ASSIST})


class Ground(StrEnum):
    """Why a matter is not accepted 不予受理: the document's eight grounds."""

    SECRETS = "R1"
    OTHER_POWERS = "R2"
    LEGAL_CHANNELS = "R3"
    ALREADY_ACCEPTED = "R4"
    ALREADY_CONCLUDED = "R5"
    EMERGENCY_LINES = "R6"
    ELSEWHERE = "R7"
    UNLAWFUL = "R8"


class Waiver(StrEnum):
    """Why a transfer may close without a response, a result or feedback (三有)."""

    #: The caller wants nothing more, or cannot be found.
    CALLER_WITHDREW = "W1"
    CALLER_UNREACHABLE = "W2"
    #: The same matter is handled under another number.
    DUPLICATE = "W3"
    #: The result is known to everybody, or by law to nobody.
    PUBLIC_RESULT = "W4"
    CONFIDENTIAL_RESULT = "W5"
    #: Another body handles it from here on.
    HANDED_OUT = "W6"


def member(unit: str, person: str | None) -> str:
    """How one of those who are called together is known: a unit, or one person of it."""
    return f"{unit}/{person}" if person else unit


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a part, in which role, and how urgently it is paged."""

    unit: str
    role: PartRole
    urgency: Urgency
    #: One person of the unit, who answers for nobody else; None for whoever is on duty there.
    person: str | None = None
    name: str = ""

    @property
    def who(self) -> str:
        """The unit, or the one person of it."""
        return member(self.unit, self.person)


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """A unit says: not ours. ``suggestion`` is whose it would be."""

    unit: str
    by: str
    at: datetime
    why: str
    suggestion: str | None = None


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """Whose matter is it? Candidates, what each party proposes, and when the talking ends."""

    at: datetime
    deadline: datetime
    candidates: tuple[str, ...]
    #: Party (a candidate or the police desk) -> the unit it proposes.
    proposals: Mapping[str, str] = {}


class Nuisance(msgspec.Struct, frozen=True, kw_only=True):
    """A mark of malicious calls: evidence, two other people's confirmations, an end."""

    evidence: str
    by: str
    at: datetime
    #: When the mark lapses unconfirmed; once in force, when it expires.
    until: datetime
    confirmed_by: tuple[str, ...] = ()
    in_force: bool = False


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """How a group is called: ``size`` of it at a time (0: all), the next after ``every``."""

    group: str = ""
    size: int = 0
    every: timedelta = timedelta(minutes=5)


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """Units, or single people of them, that were called in one instant."""

    at: datetime
    #: Each as ``member`` names it.
    units: tuple[str, ...]


class Calling(msgspec.Struct, frozen=True, kw_only=True):
    """A group being called: the waves so far, and who has not been called yet."""

    how: Calls
    waves: tuple[Wave, ...] = ()
    left: tuple[Share, ...] = ()
    #: Those of whom somebody has said that they cannot, as ``member`` names them.
    refused: tuple[str, ...] = ()
    #: When the next wave is called, or, after the last one, when the need counts as unmet.
    next_at: datetime | None = None
    #: Since when it is known that too few answer; None while there is hope, or once there is none
    #: needed.
    short_at: datetime | None = None

    @property
    def still(self) -> timedelta:
        """How long from a wave until the need counts as unmet, if nobody answers."""
        waves = -(-len(self.left) // self.how.size) if self.how.size else 0
        return self.how.every * (waves + 1)


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What a transfer remembers of its way. No clock in here is ever set back."""

    #: When every binding unit had first acknowledged; the first result; the first feedback to it.
    responded_at: datetime | None = None
    result_at: datetime | None = None
    feedback_at: datetime | None = None
    closed_at: datetime | None = None
    waivers: tuple[Waiver, ...] = ()
    ground: Ground | None = None
    noted: bool = False
    #: How many of the binding units are enough; 0 for all of them.
    needed: int = 0
    #: Team and the unit above it, where one answer of the two is enough (直转一线).
    couples: tuple[tuple[str, str], ...] = ()
    #: A group that is called together, if this is one.
    calling: Calling | None = None
    reopened: int = 0
    #: How many times it was put into somebody's hands; a third is forbidden without a dispute.
    hops: int = 1
    returned: Return | None = None
    #: Supervision lets the first receiver return it after all.
    return_allowed: bool = False
    #: The first receiver goes ahead because nobody agreed (首接先行).
    fallback: bool = False
    dispute: Dispute | None = None
    disputes: int = 0
    talk: Talk | None = None
    #: How many conference calls its talks have had.
    conferences: int = 0
    extended: bool = False
    police_called_at: datetime | None = None
    police_dispatched_at: datetime | None = None
    #: Shares that wait for the police to be on their way.
    held: tuple[Share, ...] = ()
    nuisance: Nuisance | None = None


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """One matter handed over: accepted, numbered, never lost."""

    id: str
    code: str
    origin: str
    origin_ref: str | None
    urgency: Urgency
    category: str | None
    area: str | None
    summary: str
    received_at: datetime
    transferred_at: datetime
    first_receiver: str | None
    state: TransferState
    created_by: str
    police: bool = False
    danger: bool = False
    confidential: bool = False
    drill: bool = False
    major: bool = False
    nuisance: bool = False
    #: The transfer this one came out of.
    linked_to: str | None = None
    life: Life = Life()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's share in one transfer; it ends when the matter leaves the unit."""

    id: str
    transfer: str
    unit: str
    role: PartRole
    ended_at: datetime | None = None
    #: The one person of the unit whose it is; None where it is the unit's.
    person: str | None = None

    @property
    def who(self) -> str:
        """The unit, or the one person of it."""
        return member(self.unit, self.person)


class PartFact(msgspec.Struct, frozen=True, kw_only=True):
    """A share as the machine sees it: who, in which role, and how its page stands."""

    unit: str
    role: PartRole
    state: State
    owner: str | None = None
    person: str | None = None

    @property
    def who(self) -> str:
        """The unit, or the one person of it."""
        return member(self.unit, self.person)


class LifeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a transfer's life, each a key of the policy file; these are the defaults."""

    dispute_urgent: timedelta = timedelta(minutes=15)
    dispute_routine: timedelta = timedelta(minutes=30)
    join_within: timedelta = timedelta(minutes=5)
    #: Into how many hands a transfer may be put before a dispute decides instead.
    hops: int = 2
    #: How long a mark of nuisance waits for its confirmations, and holds once it has them.
    nuisance_lapses: timedelta = timedelta(hours=24)
    nuisance_holds: timedelta = timedelta(days=30)
    #: How long the desk may leave a marked caller's matter undecided before its units are paged.
    nuisance_waits: timedelta = timedelta(minutes=15)
    #: How often the desk is alarmed again while units wait for the police.
    held_again: timedelta = timedelta(minutes=5)
    county_office: str = "GOV-OFFICE"
    #: More units than this are called at once, or asked in a drill, only once their number was
    #: typed in.
    count_above: int = 10
    #: A matter that goes straight to a team is told to the unit above it (clause 26).
    copy_parent: bool = True
    #: That unit is paged as well, and one answer of the two is enough.
    either_may_ack: bool = False

    def must_count(self, size: int) -> bool:
        """Whether so many units are called only by somebody who typed how many they are."""
        return size > self.count_above

    def dispute_within(self, urgency: Urgency) -> timedelta:
        """How long the parties may talk about whose matter it is."""
        return self.dispute_routine if urgency is Urgency.ROUTINE else self.dispute_urgent


def _none_above(_: str) -> str | None:
    return None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine may not know by itself; the caller brings it."""

    #: The parts that have not ended, in the order they were opened.
    parts: tuple[PartFact, ...] = ()
    #: The unit that first heard of the matter, under the code it has today.
    heir: str | None = None
    #: The units that need only know, where the event may ask for it.
    copies: tuple[str, ...] = ()
    #: A call to 110 about this matter is still being worked on.
    police_live: bool = False
    #: The caller left a number.
    caller: bool = False
    #: The unit above a team; None where there is none.
    above: Callable[[str], str | None] = _none_above
    terms: LifeTerms = LifeTerms()

    def unit_of(self, role: PartRole) -> str | None:
        """The unit in a role; the first where there are several."""
        return next((part.unit for part in self.parts if part.role is role), None)


def standing(
    pages: Sequence[tuple[PartRole, State]], *, noted: bool, needed: int = 0, uncalled: int = 0
) -> TransferState:
    """Where the whole stands, from the states of its pages; ``noted`` once work was reported.

    ``needed`` answers are enough; 0 asks for all of them, the ``uncalled`` units included.
    """
    binding = [state for role, state in pages if role in BINDING]
    live = [state for state in binding if state is not State.CANCELLED]
    if not binding:
        return TransferState.NEW
    if not live and not uncalled:
        return TransferState.CANCELLED
    if not enough(live, needed, uncalled):
        return TransferState.PAGED
    return TransferState.HANDLING if noted else TransferState.ACKED


def enough(live: Sequence[State], needed: int, uncalled: int = 0) -> bool:
    """Whether so many of the binding pages were answered that the matter is in somebody's hands."""
    answered = sum(state is State.ACKED for state in live)
    return answered >= required(len(live) + uncalled, needed)


def required(there: int, needed: int) -> int:
    """How many of the units that are there must answer: never more than there are."""
    return min(needed, there) if needed else there


def part_state(page: State | None) -> str:
    """The word for one part on screens and in answers, from its page."""
    if page is None:
        return TransferState.NEW
    return {
        State.WAITING: TransferState.PAGED,
        State.EXHAUSTED: TransferState.PAGED,
        State.ACKED: TransferState.ACKED,
        State.CANCELLED: TransferState.CANCELLED,
    }[page]


def desk_of(origin: str) -> str:
    """The unit to speak to about a transfer from ``origin``."""
    return _DESKS.get(origin, origin)
