"""All that is worth a look in the rosters of a whole county: `rosters.check.lint`, and what needs a
zone or the list of those who left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rosters.check import lint
from rosters.clocks import instant
from rosters.compose import union
from rosters.errors import problem
from rosters.fairness import NIGHT, nights_of, rows_of_nights
from rosters.model import LEADER, Duty, PersonRef, Problem

_LONG = "long-stretch"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One warning, and the duty it is about; None where it is about people alone."""

    duty: Duty | None
    problem: Problem


def review(duties: Sequence[Duty], people: Sequence[PersonRef], zone: ZoneInfo) -> list[Remark]:
    """Every warning about these duties and people, of any number of units.

    A leader may be called for a week on end; that is no week without sleep.
    """
    # Where a duty was written need not be one place only; here each has a number of its own.
    numbered = [replace(duty, source=str(number)) for number, duty in enumerate(duties)]
    awake = [duty for duty in numbered if duty.role != LEADER]
    known = [person for person in people if person.active]
    found = [
        *(one for one in lint(numbered, known) if one.code != _LONG),
        *(one for one in lint(awake, people) if one.code == _LONG),
        *_nights(awake, people, zone),
        *_left(numbered, people),
        *_ambiguous(numbered, zone),
    ]
    return [_placed(one, duties) for one in found]


def _placed(found: Problem, duties: Sequence[Duty]) -> Remark:
    """Places instead of numbers."""
    if not found.where:
        return Remark(duty=None, problem=found)
    duty = duties[int(found.where)]
    params = dict(found.params)
    if "other" in params:
        params["other"] = duties[int(params["other"])].source
    return Remark(duty=duty, problem=replace(found, where=duty.source, params=params))


def _nights(duties: Sequence[Duty], people: Sequence[PersonRef], zone: ZoneInfo) -> list[Problem]:
    names = {person.id: person.name for person in people}
    by_person: dict[str, list[Duty]] = {}
    for duty in duties:
        by_person.setdefault(duty.person, []).append(duty)
    found = []
    for person, own in by_person.items():
        name = names.get(person, person)
        spans = union((duty.start, duty.end) for duty in own)
        for first, count in rows_of_nights(nights_of(spans, zone)):
            evening = instant(first, NIGHT[0], zone)
            duty = next(d for d in own if d.end > evening)
            params = {"person": name, "nights": count, "day": first.isoformat()}
            found.append(problem("nights-running", duty.source, name, **params))
    return found


def _left(duties: Sequence[Duty], people: Sequence[PersonRef]) -> list[Problem]:
    names = {person.id: person.name for person in people if not person.active}
    return [
        problem("person-left", duty.source, duty.start.isoformat(), person=names[duty.person])
        for duty in duties
        if duty.person in names
    ]


def _ambiguous(duties: Sequence[Duty], zone: ZoneInfo) -> list[Problem]:
    """Handovers at a clock that is shown twice, or that begins right after one never shown."""
    found = {}
    for duty in duties:
        for moment in (duty.start, duty.end):
            if moment not in found and _changed(moment, zone):
                found[moment] = duty
    return [
        problem(
            "clock-ambiguous",
            duty.source,
            moment.isoformat(),
            clock=moment.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        )
        for moment, duty in sorted(found.items(), key=lambda item: item[0])
    ]


def _changed(moment: datetime, zone: ZoneInfo) -> bool:
    wall = moment.astimezone(zone)
    early, late = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # Right after a hole the clock a second before would be one that was never shown.
    before = (moment.astimezone(UTC) - _SECOND).astimezone(zone)
    return early != late or before.utcoffset() != wall.utcoffset()
