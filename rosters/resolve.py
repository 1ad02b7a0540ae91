"""Who is on duty: the one answer the pager, the console, the feeds and the figures all ask for.

Rule 1: nothing else in the product decides who serves when.
Rule 2: nothing here knows the time, a file or a name; it takes duties and answers about instants.
Rotations, overrides and swaps are settled into duties before they come here.

Half-open: at the very second of a handover the new person is on duty, and only that person.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rosters.model import Duty, Gap, OnDuty, Segment, utc

_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One role, cut at every instant at which anything changes.

    Stretch 0 lies before the first edge, stretch i begins at `edges[i - 1]`; before the first edge
    and from the last one on nobody serves. Neighbours with the same set of people form one run.
    """

    edges: tuple[datetime, ...]
    #: Stretch -> its duties, in the order of their people.
    active: tuple[tuple[Duty, ...], ...]
    #: Stretch -> its run.
    run_of: tuple[int, ...]
    #: Run -> the instant it begins, and its people. Run 0 begins with time itself.
    starts: tuple[datetime | None, ...]
    people: tuple[tuple[str, ...], ...]


class Roster:
    """The compiled duties of one unit. A question costs microseconds, however many the rows."""

    def __init__(self, unit: str, duties: tuple[Duty, ...]) -> None:
        """Use `compile_roster`, which checks and sorts what comes here."""
        self.unit = unit
        #: Every duty it was made of, by start.
        self.all_duties = duties
        by_role: dict[str, list[Duty]] = {}
        self._by_person: dict[str, list[Duty]] = {}
        for duty in duties:
            by_role.setdefault(duty.role, []).append(duty)
            self._by_person.setdefault(duty.person, []).append(duty)
        self._lines = {role: _line(found) for role, found in by_role.items()}

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role with at least one duty, sorted."""
        return tuple(sorted(self._lines))

    def duties(self, person: str) -> list[Duty]:
        """A person's duties in all roles, by start."""
        return list(self._by_person.get(person, ()))

    def who(self, role: str, at: datetime) -> OnDuty:
        """Who serves at an instant, since when, and until the set of people next changes.

        People come in the order of their start, then of their rows. ValueError for a naive `at`.
        """
        at = utc(at)
        line = self._lines.get(role)
        if line is None:
            return OnDuty(people=(), since=None, until=None, sources=())
        stretch = bisect_right(line.edges, at)
        run = line.run_of[stretch]
        sources = {duty.person: duty.source for duty in reversed(line.active[stretch])}
        people = line.people[run]
        return OnDuty(
            people=people,
            since=line.starts[run],
            until=line.starts[run + 1] if run + 1 < len(line.starts) else None,
            sources=tuple(sources[person] for person in people),
        )

    def following(self, role: str, at: datetime) -> Segment | None:
        """Who is next: the first covered segment after the one at this instant; None if nobody.

        It may begin after a gap, and then even with the same people.
        """
        at = utc(at)
        line = self._lines.get(role)
        if line is None:
            return None
        for run in range(line.run_of[bisect_right(line.edges, at)] + 1, len(line.starts) - 1):
            start, end = line.starts[run], line.starts[run + 1]
            if line.people[run] and start is not None and end is not None:
                return Segment(start=start, end=end, people=line.people[run])
        return None

    def schedule(self, role: str, start: datetime, end: datetime) -> list[Segment]:
        """[start, end) tiled exactly by segments, no two neighbours alike; nobody serves in one
        whose people are (). Empty if start is end; ValueError if it is later, or naive."""
        start, end = utc(start), utc(end)
        if start > end:
            raise ValueError("a window cannot end before it starts")
        if start == end:
            return []
        line = self._lines.get(role)
        if line is None:
            return [Segment(start=start, end=end, people=())]
        first = line.run_of[bisect_right(line.edges, start)]
        last = line.run_of[bisect_left(line.edges, end)]
        segments = []
        for run in range(first, last + 1):
            begin = start if run == first else line.starts[run]
            finish = end if run == last else line.starts[run + 1]
            if begin is not None and finish is not None:
                segments.append(Segment(start=begin, end=finish, people=line.people[run]))
        return segments

    def gaps(self, role: str, start: datetime, end: datetime, *, need: int = 1) -> list[Gap]:
        """The stretches of the window in which fewer than `need` people serve, to the second.
        ValueError as in `schedule`."""
        found: list[Gap] = []
        for segment in self.schedule(role, start, end):
            if len(segment.people) >= need:
                continue
            begin = segment.start
            if found and found[-1].end == begin:
                begin = found.pop().start
            found.append(Gap(unit=self.unit, role=role, start=begin, end=segment.end))
        return found


def compile_roster(duties: Iterable[Duty]) -> Roster:
    """The roster of one unit, ready for questions. The order of the rows does not matter: equal
    starts are ordered by where they were written. ValueError for duties of several units."""
    rows = sorted(duties, key=_order)
    units = {duty.unit for duty in rows}
    if len(units) > 1:
        raise ValueError(f"one roster, one unit: {', '.join(sorted(units))}")
    return Roster(units.pop() if units else "", tuple(rows))


def _order(duty: Duty) -> tuple[datetime, list[tuple[int, str]]]:
    # Row 9 comes before row 10, and column B before column AA.
    parts = _NUMBER.split(duty.source)
    return duty.start, [(int(p) if p.isdecimal() else len(p), p) for p in parts]


def _line(duties: list[Duty]) -> _Line:
    edges = sorted({duty.start for duty in duties} | {duty.end for duty in duties})
    index = {edge: number for number, edge in enumerate(edges)}
    starting: dict[int, list[Duty]] = {}
    for duty in duties:
        starting.setdefault(index[duty.start], []).append(duty)
    active: list[tuple[Duty, ...]] = [()]
    run_of = [0]
    starts: list[datetime | None] = [None]
    people: list[tuple[str, ...]] = [()]
    present: tuple[Duty, ...] = ()
    for number, edge in enumerate(edges):
        kept = tuple(duty for duty in present if duty.end > edge)
        present = kept + tuple(starting.get(number, ()))
        names = tuple(dict.fromkeys(duty.person for duty in present))
        if set(names) != set(people[-1]):
            starts.append(edge)
            people.append(names)
        active.append(present)
        run_of.append(len(starts) - 1)
    return _Line(
        edges=tuple(edges),
        active=tuple(active),
        run_of=tuple(run_of),
        starts=tuple(starts),
        people=tuple(people),
    )
