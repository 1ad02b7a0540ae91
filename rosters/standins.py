"""Who could stand in for a duty, the best first: free, of the trade, rested, and not overloaded."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from rosters.compose import union
from rosters.coverage import seconds
from rosters.fairness import nights_of
from rosters.model import LEADER, Duty, PersonRef, Span
from rosters.strain import review

#: Less rest than this before or after is short.
REST = timedelta(hours=11)
#: Load is counted so far around the duty.
AROUND = timedelta(days=15)
_NO_DUTY = AROUND.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One person, and what speaks for and against them."""

    person: str
    #: Whether they are neither on duty nor away at that time.
    free: bool
    #: Whether they have served in this role, or are meant to.
    qualified: bool
    #: The shorter of the two breaks, before and after, in hours; None where there is no duty near.
    rest: float | None
    #: Hours and nights in the month around.
    hours: float
    nights: int
    #: Codes of the warnings that this duty would bring.
    strains: tuple[str, ...]

    @property
    def rested(self) -> bool:
        """Whether there is a night's rest before and after."""
        return self.rest is None or self.rest * 3600 >= REST.total_seconds()


def rank(
    people: Iterable[PersonRef],
    duties: Sequence[Duty],
    wanted: Duty,
    zone: ZoneInfo,
    *,
    qualified: Collection[str] = (),
    away: Collection[str] = (),
) -> list[StandIn]:
    """Everybody who could serve ``wanted`` instead of its person, the best first.

    ``duties`` are all that hold in the month around, in every unit; ``away`` are people on leave.
    """
    near = [d for d in duties if d.start < wanted.end + AROUND and d.end > wanted.start - AROUND]
    by_person: dict[str, list[Duty]] = {}
    for duty in near:
        by_person.setdefault(duty.person, []).append(duty)
    found = [
        _weigh(one, by_person.get(one.id, []), wanted, zone, qualified, away)
        for one in people
        if one.active and one.id != wanted.person
    ]
    return sorted(
        found,
        key=lambda one: (
            not one.free,
            not one.qualified,
            len(one.strains),
            not one.rested,
            one.hours,
            one.nights,
            one.person,
        ),
    )


def _weigh(
    person: PersonRef,
    own: Sequence[Duty],
    wanted: Duty,
    zone: ZoneInfo,
    qualified: Collection[str],
    away: Collection[str],
) -> StandIn:
    spans = union((duty.start, duty.end) for duty in own)
    busy = any(start < wanted.end and wanted.start < end for start, end in spans)
    served = any(duty.role == wanted.role for duty in own)
    return StandIn(
        person=person.id,
        free=not busy and person.id not in away,
        qualified=served or person.id in qualified,
        rest=_rest(own, wanted),
        hours=sum(seconds(*span) for span in spans) / 3600,
        nights=len(nights_of(spans, zone)),
        strains=_strains(person, own, wanted, zone),
    )


def _rest(own: Sequence[Duty], wanted: Duty) -> float | None:
    # Whoever leads may be called, but sleeps.
    awake: list[Span] = union((d.start, d.end) for d in own if d.role != LEADER)
    before = [seconds(end, wanted.start) for _, end in awake if end <= wanted.start]
    after = [seconds(wanted.end, start) for start, _ in awake if start >= wanted.end]
    return min(*before, *after, _NO_DUTY) / 3600 if before or after else None


def _strains(
    person: PersonRef, own: Sequence[Duty], wanted: Duty, zone: ZoneInfo
) -> tuple[str, ...]:
    mine = Duty(
        unit=wanted.unit,
        role=wanted.role,
        person=person.id,
        start=wanted.start,
        end=wanted.end,
        source=wanted.source,
    )
    before = {remark.problem.code for remark in review(own, [person], zone)}
    after = {remark.problem.code for remark in review([*own, mine], [person], zone)}
    return tuple(sorted(after - before))
