"""Who may do what with a change: nobody decides their own, nobody answers for another."""

from __future__ import annotations

from oncall import superiors
from oncall.core.errors import Forbidden
from oncall.duty_changes.values import Stage
from oncall.store.duty_changes import Change
from rosters.changes import Kind, Verb


def must_be(stage: Stage, person: str) -> None:
    """Raise Forbidden unless it is asked by this person, or by who may for anybody."""
    if not stage.by.free and stage.by.person != person:
        raise Forbidden("not_your_duty")


def require(stage: Stage, change: Change, verb: Verb) -> None:
    """Raise Forbidden where whoever acts may not do this with this change."""
    by = stage.by
    if verb in (Verb.AGREE, Verb.REFUSE):
        _require_answer(stage, change)
    elif verb in (Verb.APPROVE, Verb.REJECT):
        require_leading(stage, change)
    elif verb is Verb.WITHDRAW:
        if not by.free and by.person != change.person:
            raise Forbidden("not_your_change", change=str(change.id))
    elif by.person not in (change.person, change.other) or by.person is None:
        require_leading(stage, change)


def require_leading(stage: Stage, change: Change) -> None:
    """Raise Forbidden unless whoever acts leads the unit and is no party to the change."""
    by = stage.by
    if by.person is not None and by.person in (change.person, change.other):
        raise Forbidden("own_matter", change=str(change.id))
    if by.free:
        return
    if by.person is None or not leads(stage, change, by.person):
        raise Forbidden("not_a_leader", unit=change.unit)


def leads(stage: Stage, change: Change, person: str) -> bool:
    """Whether a person may decide a change, if it is not their own."""
    moments = (stage.now, change.start_at)
    if superiors.may_decide(stage.tx, stage.snapshot, change.unit, person, *moments):
        return True
    return person in deciders(stage, change)


def deciders(stage: Stage, change: Change) -> list[str]:
    """The unit's leaders; the county's office where there are none who may decide it."""
    parties = [p for p in (change.person, change.other) if p]
    found = superiors.leaders(stage.tx, stage.snapshot, change.unit, stage.now, but=parties)
    return found or superiors.office(stage.tx, stage.snapshot, stage.office, stage.now)


def _require_answer(stage: Stage, change: Change) -> None:
    person = stage.by.person
    if change.kind is Kind.SWAP and person != change.other:
        raise Forbidden("not_the_other", change=str(change.id))
    if change.kind is Kind.COVER:
        known = stage.snapshot.people.get(person or "")
        fits = known is not None and known.active and known.unit == change.unit
        if not fits or person == change.person:
            raise Forbidden("not_asked", change=str(change.id))
