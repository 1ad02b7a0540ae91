"""What a change would make too much for somebody: said before and after, never in the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from oncall.directory import duties_of
from oncall.duty_changes.values import Move, Stage
from rosters.compose import compose
from rosters.model import Duty, Override, OverrideKind, PersonRef, Problem
from rosters.strain import review

#: Long stretches and nights running may begin this long before, and end this long after.
_REACH = timedelta(days=3)


def warnings(stage: Stage, unit: str, found: Sequence[Move]) -> tuple[Problem, ...]:
    """What will be too much that is not already: as if ``found`` were in force."""
    people = sorted({p for move in found for p in (move.old, move.new) if p})
    if not people or not any(move.new for move in found):
        return ()
    start = min(move.start for move in found) - _REACH
    end = max(move.end for move in found) + _REACH
    near = [duty for person in people for duty in duties_of(stage.tx, person, start, end)]
    after = compose([near], [_override(n, unit, move) for n, move in enumerate(found) if move.new])
    refs = [_ref(stage, person) for person in people]
    known = {_key(problem) for problem in _told(stage, near, refs)}
    return tuple(p for p in _told(stage, after, refs) if _key(p) not in known)


def _told(stage: Stage, duties: Sequence[Duty], people: Sequence[PersonRef]) -> list[Problem]:
    return [remark.problem for remark in review(duties, people, stage.zone)]


def _override(number: int, unit: str, move: Move) -> Override:
    return Override(
        id=number,
        unit=unit,
        role=move.role,
        kind=OverrideKind.REPLACE if move.old else OverrideKind.ADD,
        person=move.new,
        replaces=move.old,
        start=move.start,
        end=move.end,
        source="change",
    )


def _key(problem: Problem) -> tuple[str, tuple[tuple[str, str], ...]]:
    return problem.code, tuple(sorted(problem.params.items()))


def _ref(stage: Stage, person: str) -> PersonRef:
    known = stage.snapshot.people.get(person)
    if known is None:
        return PersonRef(id=person, unit="", name=person, mobile=None)
    return PersonRef(
        id=known.id, unit=known.unit, name=known.name, mobile=known.mobile, active=known.active
    )
