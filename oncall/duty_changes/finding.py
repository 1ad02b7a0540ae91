"""Find what people name: whose duty it is, whether it is still theirs, who could stand in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from oncall.core.errors import Conflict, Fault, Invalid, NotFound
from oncall.core.handover import leaving
from oncall.core.model import Channel
from oncall.directory import Snapshot, duties_in_force, duties_of, names
from oncall.duty_changes.values import By, Conflicting, Give, Stage
from oncall.store import duty_changes as rows
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.duty_changes import Change
from oncall.store.handovers import Handover
from rosters.changes import Kind
from rosters.compose import union
from rosters.model import DEPUTY, PRIMARY, Duty, PersonRef
from rosters.standins import AROUND, StandIn, rank

_A_MOMENT = timedelta(seconds=1)
#: The posts whose holders are meant to serve as primary and deputy.
_TRADE = {PRIMARY: ("liaison", "deputy"), DEPUTY: ("liaison", "deputy")}


def person_of(snapshot: Snapshot, name: str, unit: str | None, where: str) -> Person:
    """The one active person of this name; of ``unit`` first, then of any. Raises Invalid."""
    here = unit is not None and any(
        p.unit == unit and p.active and p.named(name) for p in snapshot.people.values()
    )
    try:
        return snapshot.find(name, unit if here else None)
    except NotFound as missing:
        fault = Fault(where=where, code=missing.code, value=name, params=missing.params)
        raise Invalid([fault]) from missing


def acting(
    snapshot: Snapshot, name: str | None, unit: str | None, *, account: str, free: bool
) -> By:
    """Who acts, in whose name. Raises Invalid for a name that is nobody's."""
    person = person_of(snapshot, name, unit, "by").id if name else None
    return By(account=account, person=person, free=free)


def duty_of(stage: Stage, person: Person, give: Give, where: str) -> Duty:
    """The duty meant, cut to what is given and still to come. Raises Invalid where there is none,
    or where two roles are served at once and none is named."""
    at = max(give.at, stage.now)
    found = [
        duty
        for duty in duties_of(stage.tx, person.id, at, at + _A_MOMENT)
        if give.role in (None, duty.role)
    ]
    if not found:
        raise Invalid([Fault(where=where, code="no_such_duty", value=person.name)])
    if len({(duty.unit, duty.role) for duty in found}) > 1:
        roles = ", ".join(sorted({duty.role for duty in found}))
        fault = Fault(
            where=where, code="several_duties", value=person.name, params={"roles": roles}
        )
        raise Invalid([fault])
    duty = max(found, key=lambda one: one.end)
    start = at if give.until is not None or duty.start < stage.now else duty.start
    end = min(duty.end, give.until) if give.until is not None else duty.end
    if end <= start:
        raise Invalid([Fault(where=where, code="ends_before_start", value=end.isoformat())])
    return replace(duty, start=start, end=end, cut_from=duty.whole)


def holds(tx: Tx, person: str, unit: str, role: str, start: datetime, end: datetime) -> bool:
    """Whether a person serves the whole of a stretch."""
    own = [
        (duty.start, duty.end)
        for duty in duties_of(tx, person, start, end)
        if (duty.unit, duty.role) == (unit, role)
    ]
    return any(begin <= start and end <= finish for begin, finish in union(own))


def refuse_second(stage: Stage, person: str, start: datetime, end: datetime) -> None:
    """Raise Conflict where another change about this person's time is still open."""
    for other in rows.listed(stage.tx, person=person, open_only=True, limit=1_000):
        if other.kind is not Kind.LEAVE and _touches(other, person, start, end):
            raise Conflict("change_pending", change=str(other.id))


def _touches(change: Change, person: str, start: datetime, end: datetime) -> bool:
    spans = []
    if change.person == person:
        spans.append((change.start_at, change.end_at))
    if change.other == person and change.back is not None:
        spans.append(change.back)
    return any(begin < end and start < finish for begin, finish in spans)


def relieved(
    stage: Stage, unit: str, role: str, person: Person, instead: str | None
) -> tuple[str | None, datetime | None]:
    """Whom somebody relieves now, and until when that duty lasts; (None, None) where nobody serves.

    Raises Conflict where it is theirs already, Invalid where several serve and nobody says instead
    of whom, or where that person does not serve.
    """
    serving = stage.snapshot.roster(stage.tx, unit).who(role, stage.now).people
    named = person_of(stage.snapshot, instead, unit, "instead") if instead else None
    if person.id in serving:
        raise Conflict("already_on_duty", person=person.name)
    if named is not None and named.id not in serving:
        raise Invalid([Fault(where="instead", code="no_such_duty", value=named.name)])
    if named is None and len(serving) > 1:
        known = ", ".join(names(serving, stage.snapshot))
        raise Invalid([Fault(where="instead", code="several_on_duty", value=known)])
    old = named.id if named else next(iter(serving), None)
    if old is None:
        return None, None
    found = duties_of(stage.tx, old, stage.now, stage.now + _A_MOMENT)
    ends = [duty.end for duty in found if (duty.unit, duty.role) == (unit, role)]
    return old, max(ends)


def held(stage: Stage, handover: Handover) -> tuple[str, ...]:
    """Who stays on duty until the relief of this handover takes over."""
    return leaving(stage.snapshot.roster(stage.tx, handover.unit), handover.shift)


# -- who could stand in --------------------------------------------------------------------


def standins(stage: Stage, wanted: Duty) -> tuple[StandIn, ...]:
    """The people of the duty's unit, the best first."""
    near = duties_in_force(stage.tx, wanted.start - AROUND, wanted.end + AROUND)
    unit = [p for p in stage.snapshot.people.values() if p.unit == wanted.unit]
    people = [
        PersonRef(id=p.id, unit=p.unit, name=p.name, mobile=p.mobile, active=p.active) for p in unit
    ]
    posts = _TRADE.get(wanted.role, ())
    qualified = {p.id for p in unit if p.post in posts}
    away = rows.away(stage.tx, wanted.start, wanted.end)
    return tuple(rank(people, near, wanted, stage.zone, qualified=qualified, away=away))


def askable(stage: Stage, found: tuple[StandIn, ...]) -> tuple[str, ...]:
    """Those who can be asked to cover: free, and with a number for a message."""
    return tuple(
        one.person
        for one in found
        if one.free and stage.snapshot.address(one.person, Channel.SMS) is not None
    )


def conflicts(stage: Stage, leave: Change) -> list[Conflicting]:
    """What somebody on leave would still have to serve, by start, and who could instead."""
    found = []
    start = max(leave.start_at, stage.now)
    for duty in duties_of(stage.tx, leave.person, start, max(leave.end_at, start)):
        cut = replace(
            duty,
            start=max(duty.start, start),
            end=min(duty.end, leave.end_at),
            cut_from=duty.whole,
        )
        found.append(Conflicting(duty=cut, standins=standins(stage, cut)))
    return found
