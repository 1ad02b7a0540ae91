"""Whom a step of a change concerns, and what each of them is told: they and nobody else."""

from __future__ import annotations

from collections.abc import Sequence

from oncall import overrides, superiors
from oncall.duty_changes import finding, words
from oncall.duty_changes.rights import deciders
from oncall.duty_changes.telling import Teller, Words, saying
from oncall.duty_changes.values import Move, Outcome, Stage, moves
from oncall.duty_changes.warning import warnings
from oncall.store.duty_changes import Change
from rosters.changes import OPEN, Kind, State, Verb


def moves_of(stage: Stage, change: Change) -> tuple[Move, ...]:
    """What a change moves, or would."""
    return moves(change, [overrides.find(stage.tx, number) for number in change.overrides])


def outcome(stage: Stage, change: Change, told: Sequence[str] = ()) -> Outcome:
    """A change as it stands; while it is open, with what would be too much about it."""
    found = moves_of(stage, change)
    is_open = change.state in OPEN and change.kind is not Kind.LEAVE
    risks = warnings(stage, change.unit, found) if is_open else ()
    return Outcome(change=change, moves=found, told=tuple(told), warnings=risks)


def tell_asked(stage: Stage, change: Change) -> list[str]:
    """Whoever has to answer."""
    asked: dict[Kind, tuple[str, list[str | None]]] = {
        Kind.SWAP: (words.SWAP_ASKED, [change.other]),
        Kind.COVER: (words.COVER_ASKED, [*change.asked_of]),
        Kind.LEAVE: (words.LEAVE_ASKED, [*deciders(stage, change)]),
    }
    template, people = asked[change.kind]
    teller = Teller.of(stage, change, "asked")
    teller.tell(people, say(stage, change, template))
    return teller.told


def tell(
    stage: Stage, before: Change, change: Change, verb: Verb, back: tuple[Move, ...] = ()
) -> list[str]:
    """Everybody this step concerns; ``back`` is what went back to whom."""
    teller = Teller.of(stage, change, change.state)
    parties = [change.person, change.other]
    if change.state is State.AGREED:
        teller.tell(deciders(stage, change), say(stage, change, words.SWAP_TO_DECIDE))
    elif change.state is State.IN_FORCE and change.kind is Kind.LEAVE:
        teller.tell([change.person], say(stage, change, words.LEAVE_GRANTED))
    elif change.state is State.IN_FORCE:
        tell_in_force(stage, change, teller)
    elif verb is Verb.UNDO:
        touched = sorted({p for move in back for p in (move.old, move.new) if p})
        teller.tell([*parties, *touched], say(stage, change, words.UNDONE, back))
    elif verb is Verb.REFUSE:
        teller.tell([change.person], say(stage, change, words.SWAP_REFUSED))
    elif verb is Verb.REJECT:
        teller.tell(parties, say(stage, change, words.REJECTED))
    elif verb is Verb.LAPSE:
        teller.tell(parties, say(stage, change, words.LAPSED))
    elif verb is Verb.WITHDRAW:
        asked = [change.other, *change.asked_of]
        if before.state is State.AGREED or change.kind is Kind.LEAVE:
            asked += deciders(stage, change)
        teller.tell(asked, say(stage, change, words.WITHDRAWN))
    return teller.told


def tell_in_force(stage: Stage, change: Change, teller: Teller) -> None:
    """Both people; their leader where no leader decided it; who else was asked; and the county's
    office of what is urgent."""
    parties = [p for p in (change.person, change.other) if p]
    teller.tell(parties, say(stage, change, words.IN_FORCE))
    if change.kind is not Kind.SWAP:
        leading = superiors.leaders(stage.tx, stage.snapshot, change.unit, stage.now, but=parties)
        teller.tell(leading, say(stage, change, words.TO_LEADER))
    if change.urgent and change.kind is not Kind.TAKEOVER:
        sitting = superiors.office(stage.tx, stage.snapshot, stage.office, stage.now)
        teller.tell(sitting, say(stage, change, words.URGENT))
    teller.tell(change.asked_of, say(stage, change, words.COVER_SETTLED))


def say(stage: Stage, change: Change, template: str, found: tuple[Move, ...] = ()) -> Words:
    """A text about a change, in its reader's language."""
    own = Move(
        role=change.role or "",
        start=change.start_at,
        end=change.end_at,
        old=change.person,
        new=None,
    )
    speak = saying(stage.snapshot, stage.zone)
    leave = change.kind is Kind.LEAVE
    count = len(finding.conflicts(stage, change)) if leave else 0
    return speak.words(
        template,
        found or moves_of(stage, change),
        kind=change.kind,
        why=(change.decided_why or "") if change.decided_at else change.why,
        name=change.person,
        other=change.other,
        number=str(change.id),
        span=speak.span(own),
        count=str(count),
        unit=stage.snapshot.unit_name(change.unit, stage.notices.lang),
    )
