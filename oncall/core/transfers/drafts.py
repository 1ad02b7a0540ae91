"""What a sender hands in: everything wrong with it at once, and the shares that come of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from oncall.core.errors import Fault
from oncall.core.model import Urgency
from oncall.core.transfers.model import POLICE_DESK, Calls, PartRole, Share

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


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A person of a unit who is called by name, beside others of the same unit perhaps."""

    unit: str
    person: str
    name: str


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
    #: Units told without a duty to answer 抄送.
    copy: tuple[str, ...] = ()
    #: The units wait until the police are on their way (clause 13).
    police_first: bool = False
    #: How many of the units must answer; 0 for all of them.
    needed: int = 0
    #: The units are a group that is called together, perhaps some at a time.
    calls: Calls | None = None
    #: Of these units not whoever is on duty is called but these people, each for themselves.
    people: tuple[Named, ...] = ()
    #: Answered, guided or not accepted at the door: no unit is named, nobody is paged.
    decided: bool = False


def check(draft: Draft, units: Collection[str], now: datetime) -> list[Fault]:
    """Everything that is wrong with a draft, at once; empty when it may be accepted."""
    faults: list[Fault] = []

    def wrong(where: str, code: str, value: object = "", **params: str) -> None:
        faults.append(Fault(where=where, code=code, value=str(value), params=params))

    if draft.urgency not in set(Urgency):
        wrong("urgency", "unknown_urgency", draft.urgency, known=", ".join(Urgency))
    if not draft.to and not draft.decided:
        wrong("to", "no_unit")
    if draft.decided and (draft.to or draft.copy):
        wrong("to", "unit_and_decided")
    named = [("to", i, code) for i, code in enumerate(draft.to)]
    named += [("copy", i, code) for i, code in enumerate(draft.copy)]
    for place, (field, i, code) in enumerate(named):
        if code not in units:
            wrong(f"{field}[{i}]", "unknown_unit", code)
        elif any(code == other for _, _, other in named[:place]):
            wrong(f"{field}[{i}]", "unit_twice", code)
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
    """One part per unit named, the first in the lead; and the police desk where it must know.

    A unit of which people are called by name has one for each of them instead.
    """
    urgency = Urgency(draft.urgency)
    out: list[Share] = []
    for unit in draft.to:
        whole = Share(unit=unit, role=PartRole.ASSIST, urgency=urgency)
        mine = [
            replace(whole, person=p.person, name=p.name) for p in draft.people if p.unit == unit
        ]
        out += mine or [whole]
    out[:1] = [replace(one, role=PartRole.LEAD) for one in out[:1]]
    out += [Share(unit=unit, role=PartRole.COPY, urgency=urgency) for unit in draft.copy]
    # Critical or a police matter: 110 hears of it in parallel (clause 2).
    critical = urgency is Urgency.CRITICAL
    alarming = critical or draft.police or draft.danger or draft.police_first
    if alarming and draft.origin not in _POLICE_ORIGINS and POLICE_DESK not in draft.to:
        out.append(Share(unit=POLICE_DESK, role=PartRole.POLICE, urgency=Urgency.CRITICAL))
    return tuple(out)
