"""Drills as figures: who could be reached in time, by unit (通讯畅通率)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median


class Heard(StrEnum):
    """What came of one check."""

    ASKED = "asked"
    ANSWERED = "answered"
    #: Answered, but after the time was over.
    LATE = "late"
    MISSED = "missed"
    #: The message will never arrive: a dead number.
    DEAD = "dead"
    #: Nobody was on duty, or whoever was has no number for texts.
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One person of one unit, asked once."""

    id: int
    drill: int
    unit: str
    person: str | None
    name: str | None
    state: Heard
    asked_at: datetime
    until: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One unit's drills: how often asked, how often answered in time, and who could not be."""

    unit: str
    asked: int
    in_time: int
    late: int
    #: Seconds from the message to the answer, the middle one; None where nobody answered.
    seconds: int | None
    dead: tuple[str, ...]
    missed: tuple[str, ...]
    #: How often nobody was on duty who could be asked.
    nobody: int = 0

    @property
    def rate(self) -> float:
        """通讯畅通率: answered in time of all that were asked."""
        return self.in_time / self.asked if self.asked else 0.0


def scores(checks: Sequence[Check]) -> list[Score]:
    """A scorecard by unit, the worst first; checks still open are left out."""
    units: dict[str, list[Check]] = {}
    for check in checks:
        if check.state is not Heard.ASKED:
            units.setdefault(check.unit, []).append(check)
    found = [_score(unit, some) for unit, some in units.items()]
    return sorted(found, key=lambda score: (score.rate, score.unit))


def _score(unit: str, checks: Sequence[Check]) -> Score:
    waits = [
        int((c.answered_at - c.asked_at).total_seconds())
        for c in checks
        if c.answered_at is not None
    ]
    return Score(
        unit=unit,
        asked=len(checks),
        in_time=sum(c.state is Heard.ANSWERED for c in checks),
        late=sum(c.state is Heard.LATE for c in checks),
        seconds=int(median(waits)) if waits else None,
        dead=_names(checks, Heard.DEAD),
        missed=_names(checks, Heard.MISSED),
        nobody=sum(c.state is Heard.NOBODY for c in checks),
    )


def _names(checks: Sequence[Check], state: Heard) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.name or "" for c in checks if c.state is state and c.name))
