"""The transfer's own life: what may be accepted, who gets a part, and where the whole stands.

The pages are other machines; their outcomes are heard here, and the transfer's state is a function
of theirs. It is acknowledged only when every lead and assisting unit has acknowledged (clause 13);
a copy 抄送 and the parallel police part never hold it back (clauses 2 and 14).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from oncall.core.errors import Fault
from oncall.core.model import State, Urgency

#: The desk that is paged in parallel for danger and police matters (clauses 2 and 11).
POLICE_DESK = "DESK-110"

#: Who sits at a line that hands matters over; any other origin is a unit's own code.
_DESKS = {"110": POLICE_DESK, "12345": "DESK-12345"}

#: Origins that are the police line itself: it need not be told of its own call.
_POLICE_ORIGINS = frozenset({"110", POLICE_DESK, "GOV-POLICE"})

_LONGEST = {
    "origin": 40,
    "origin_ref": 100,
    "summary": 2000,
    "category": 60,
    "area": 40,
    "first_receiver": 40,
}
#: Clocks of two systems differ a little; more than this is a wrong time, not a fast clock.
_CLOCK_SLACK = timedelta(minutes=5)


class TransferState(StrEnum):
    """Where a transfer stands."""

    NEW = "new"
    PAGED = "paged"
    ACKED = "acked"
    HANDLING = "handling"
    CANCELLED = "cancelled"


class PartRole(StrEnum):
    """A unit's share in a transfer."""

    LEAD = "lead"
    ASSIST = "assist"
    COPY = "copy"
    POLICE = "police"


#: Shares that must be acknowledged before the transfer is.
BINDING = frozenset({PartRole.LEAD, PartRole.ASSIST})


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender hands in, before it is checked."""

    origin: str
    to: tuple[str, ...]
    urgency: str
    summary: str
    origin_ref: str | None = None
    category: str | None = None
    area: str | None = None
    received_at: datetime | None = None
    first_receiver: str | None = None
    police: bool = False
    danger: bool = False
    confidential: bool = False
    drill: bool = False
    caller: Mapping[str, str] | None = None


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


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's share in one transfer."""

    id: str
    transfer: str
    unit: str
    role: PartRole


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a part, in which role, and how urgently it is paged."""

    unit: str
    role: PartRole
    urgency: Urgency


def check(draft: Draft, units: Collection[str], now: datetime) -> list[Fault]:
    """Everything that is wrong with a draft, at once; empty when it may be accepted."""
    faults: list[Fault] = []

    def wrong(where: str, code: str, value: object = "", **params: str) -> None:
        faults.append(Fault(where=where, code=code, value=str(value), params=params))

    if draft.urgency not in set(Urgency):
        wrong("urgency", "unknown_urgency", draft.urgency, known=", ".join(Urgency))
    if not draft.to:
        wrong("to", "no_unit")
    for i, code in enumerate(draft.to):
        if code not in units:
            wrong(f"to[{i}]", "unknown_unit", code)
        elif code in draft.to[:i]:
            wrong(f"to[{i}]", "unit_twice", code)
    for name in ("origin", "summary"):
        if not getattr(draft, name).strip():
            wrong(name, "empty")
    faults += _texts(draft)
    if draft.area is not None and draft.area not in units:
        wrong("area", "unknown_unit", draft.area)
    if draft.received_at is not None and draft.received_at > now + _CLOCK_SLACK:
        wrong("received_at", "in_future", draft.received_at.isoformat())
    return faults


def _texts(draft: Draft) -> list[Fault]:
    """Texts that are too long for a row, or carry what no screen can show."""
    faults: list[Fault] = []
    for name, longest in _LONGEST.items():
        value = getattr(draft, name)
        if value is None:
            continue
        if len(value) > longest:
            params = {"longest": str(longest)}
            faults.append(Fault(where=name, code="too_long", value=str(len(value)), params=params))
        if any(ord(c) < ord(" ") and c not in "\n\t" for c in value):
            faults.append(Fault(where=name, code="control_character"))
    return faults


def shares(draft: Draft) -> tuple[Share, ...]:
    """One part per unit named, the first in the lead; and the police desk where it must know."""
    urgency = Urgency(draft.urgency)
    out = [
        Share(unit=unit, role=PartRole.ASSIST if i else PartRole.LEAD, urgency=urgency)
        for i, unit in enumerate(draft.to)
    ]
    alarming = draft.police or draft.danger
    if alarming and draft.origin not in _POLICE_ORIGINS and POLICE_DESK not in draft.to:
        out.append(Share(unit=POLICE_DESK, role=PartRole.POLICE, urgency=Urgency.CRITICAL))
    return tuple(out)


def standing(pages: Sequence[tuple[PartRole, State]], *, noted: bool) -> TransferState:
    """Where the whole stands, from the states of its pages; ``noted`` once work was reported."""
    binding = [state for role, state in pages if role in BINDING]
    live = [state for state in binding if state is not State.CANCELLED]
    if not binding:
        return TransferState.NEW
    if not live:
        return TransferState.CANCELLED
    if any(state is not State.ACKED for state in live):
        return TransferState.PAGED
    return TransferState.HANDLING if noted else TransferState.ACKED


def desk_of(origin: str) -> str:
    """The unit to speak to about a transfer from ``origin``."""
    return _DESKS.get(origin, origin)


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
