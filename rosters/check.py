"""What is worth a look in a roster: gaps to the second, and duties no one should have to serve."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from rosters.errors import problem
from rosters.model import Duty, Gap, PersonRef, Problem
from rosters.phones import mobile
from rosters.resolve import Roster

#: A hole shorter than this is a slip of the pen ("23:59"), not a time without anyone.
SEAM = timedelta(minutes=1)
SHORT = timedelta(minutes=30)
LONG = timedelta(hours=24)


class Stretch(Protocol):
    """Anything with a beginning and an end."""

    @property
    def start(self) -> datetime:
        """Its first instant."""

    @property
    def end(self) -> datetime:
        """The instant after its last."""


def gaps(roster: Roster, role: str, start: datetime, end: datetime, *, need: int = 1) -> list[Gap]:
    """The stretches of [start, end) in which fewer than `need` people serve; seams left out."""
    found = roster.gaps(role, start, end, need=need)
    return [gap for gap in found if not is_seam(gap, start, end)]


def seams(roster: Roster, role: str, start: datetime, end: datetime) -> list[Problem]:
    """A warning for every hole under a minute between two duties."""
    found = [gap for gap in roster.gaps(role, start, end) if is_seam(gap, start, end)]
    return [
        problem(
            "seam", "", gap.start.isoformat(), seconds=int((gap.end - gap.start).total_seconds())
        )
        for gap in found
    ]


def is_seam(gap: Stretch, start: datetime, end: datetime) -> bool:
    """Whether a hole in [start, end) is under a minute between two duties."""
    # A stretch cut short by the window itself is no seam: who knows how long it goes on.
    return gap.end - gap.start < SEAM and gap.start > start and gap.end < end


def lint(duties: Sequence[Duty], people: Sequence[PersonRef] = ()) -> list[Problem]:
    """Warnings about duties of any number of units: short ones, more than 24 hours in a row,
    two at once; and about numbers that two people share. `people` also gives the names."""
    names = {person.id: person.name for person in people}
    by_person: dict[str, list[Duty]] = {}
    found: list[Problem] = []
    for duty in duties:
        by_person.setdefault(duty.person, []).append(duty)
        length = duty.end - duty.start
        if length < SHORT:
            minutes = int(length / timedelta(minutes=1))
            found.append(
                problem("shift-short", duty.source, duty.start.isoformat(), minutes=minutes)
            )
    for person, own in by_person.items():
        own.sort(key=lambda duty: (duty.start, duty.end))
        name = names.get(person, person)
        found += _long_stretches(name, own)
        found += _double_bookings(name, own)
    return [*found, *shared_mobiles(people)]


def _long_stretches(name: str, own: Sequence[Duty]) -> Iterable[Problem]:
    first = own[0]
    end = first.end
    for duty in [*own[1:], None]:
        if duty is not None and duty.start - end < SEAM:
            end = max(end, duty.end)
            continue
        if end - first.start > LONG:
            hours = f"{round((end - first.start) / timedelta(hours=1), 1):g}"
            yield problem("long-stretch", first.source, name, person=name, hours=hours)
        if duty is not None:
            first, end = duty, duty.end


def _double_bookings(name: str, own: Sequence[Duty]) -> Iterable[Problem]:
    open_duties: list[Duty] = []
    for duty in own:
        open_duties = [other for other in open_duties if other.end > duty.start]
        for other in open_duties:
            if (other.unit, other.role) != (duty.unit, duty.role):
                yield problem(
                    "double-booked",
                    duty.source,
                    name,
                    person=name,
                    role=other.role,
                    unit=other.unit,
                    other=other.source,
                )
        open_duties.append(duty)


def shared_mobiles(people: Iterable[PersonRef]) -> list[Problem]:
    """A warning for every mobile number that several serving people have."""
    owners: dict[str, dict[str, str]] = {}
    for person in people:
        for number in (person.mobile, person.mobile2, *person.more_mobiles):
            if number and person.active:
                owners.setdefault(mobile(number) or number, {})[person.id] = person.name
    return [
        problem("shared-mobile", "", number, mobile=number, people="、".join(known.values()))
        for number, known in owners.items()
        if len(known) > 1
    ]
