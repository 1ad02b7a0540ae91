"""What a new file would change: slot by slot, and for each person the hours gained and lost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from rosters.clocks import instant
from rosters.model import Duty, Entry, Span

#: One roster: a unit and a role.
Line = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of a roster a file replaces: the duties that start in [start, end)."""

    start: datetime
    end: datetime

    def holds(self, duty: Duty) -> bool:
        """Whether the duty is the file's to replace."""
        return self.start <= duty.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The same unit, role and hours; another person."""

    old: Duty
    new: Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A person's time in one role, whatever duties it is cut into."""

    unit: str
    role: str
    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """Its length in hours."""
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDiff:
    """What the file means for one person; nothing here if their hours stay the same."""

    person: str
    gains: tuple[Stretch, ...]
    loses: tuple[Stretch, ...]

    @property
    def hours_gained(self) -> float:
        """Hours of duty the person did not have before."""
        return sum(stretch.hours for stretch in self.gains)

    @property
    def hours_lost(self) -> float:
        """Hours of duty the person no longer has."""
        return sum(stretch.hours for stretch in self.loses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything a file would do; `empty` means the same file was sent again."""

    add: tuple[Duty, ...]
    change: tuple[Change, ...]
    remove: tuple[Duty, ...]
    unchanged: tuple[Duty, ...]
    per_person: tuple[PersonDiff, ...]

    @property
    def empty(self) -> bool:
        """Whether applying it would change nothing."""
        return not (self.add or self.change or self.remove)


def covered(
    entries: Iterable[Entry | Duty], tz: ZoneInfo, days: tuple[date, date] | None = None
) -> dict[Line, Window]:
    """THE WINDOW RULE: what a file replaces.

    Per unit and role: all duties that start on a local day from the first to the last on which a
    duty of the file starts (`days`, the days the file names, stretches it: a day left empty at the
    end of the file becomes empty). A duty belongs to the day it starts on, so October's last night
    stays October's though it ends in November. Roles and units the file does not name keep theirs.
    """
    spans: dict[Line, tuple[date, date]] = {}
    for entry in entries:
        day = entry.start.astimezone(tz).date()
        first, last = spans.get((entry.unit, entry.role), days or (day, day))
        spans[entry.unit, entry.role] = (min(first, day), max(last, day))
    return {
        line: Window(start=instant(first, 0, tz), end=instant(last + timedelta(days=1), 0, tz))
        for line, (first, last) in spans.items()
    }


def everywhere(duties: Iterable[Duty]) -> dict[Line, Window]:
    """Windows that hold all of these: for whoever knows by other means what is to be compared."""
    found: dict[Line, Window] = {}
    for duty in duties:
        line = duty.unit, duty.role
        before = found.get(line, Window(start=duty.start, end=duty.end))
        after = duty.start + timedelta(seconds=1)
        found[line] = Window(start=min(before.start, duty.start), end=max(before.end, after))
    return found


def parted(window: Window, pauses: Iterable[tuple[date, date]], tz: ZoneInfo) -> tuple[Window, ...]:
    """What is left of a window when some stretches of days, in order, are taken out of it: the
    file says that on those the usual roster holds."""
    left: list[Window] = []
    start = window.start
    for first, last in pauses:
        begin, end = instant(first, 0, tz), instant(last + timedelta(days=1), 0, tz)
        if start < begin < window.end:
            left.append(Window(start=start, end=begin))
        start = max(start, min(end, window.end))
    return (*left, Window(start=start, end=window.end)) if start < window.end else tuple(left)


def applied(base: Iterable[Duty], new: Iterable[Duty], window: Mapping[Line, Window]) -> list[Duty]:
    """The duties after the file: those it does not replace, and its own."""
    return [*(duty for duty in base if not _replaced(duty, window)), *new]


def diff(base: Iterable[Duty], new: Iterable[Duty], window: Mapping[Line, Window]) -> Diff:
    """What becomes of `base` when `new` replaces what lies in its window.

    A duty with the same unit, role, hours and person is unchanged, wherever it was written. In the
    same slot a person who goes and one who comes are a change; the rest is added or removed.
    """
    old, coming = _lines(duty for duty in base if _replaced(duty, window)), _lines(new)
    found = _Found()
    # One roster at a time: what is needed to compare is never there for a whole city.
    for line in sorted({*old, *coming}):
        found.compare(line, old.get(line, []), coming.get(line, []))
    return found.diff()


class _Found:
    """What was found so far, roster by roster."""

    def __init__(self) -> None:
        self.add: list[Duty] = []
        self.change: list[Change] = []
        self.remove: list[Duty] = []
        self.unchanged: list[Duty] = []
        self.gains: dict[str, list[Stretch]] = {}
        self.loses: dict[str, list[Stretch]] = {}

    def compare(self, line: Line, old: Sequence[Duty], new: Sequence[Duty]) -> None:
        """One roster as it was and as it will be."""
        gone, _ = _matched(old, new)
        come, same = _matched(new, old)
        self.unchanged += same
        waiting: dict[Span, list[Duty]] = {}
        for duty in gone:
            waiting.setdefault((duty.start, duty.end), []).append(duty)
        for duty in come:
            if relieved := waiting.get((duty.start, duty.end)):
                self.change.append(Change(old=relieved.pop(0), new=duty))
            else:
                self.add.append(duty)
        self.remove += chain.from_iterable(waiting.values())
        before, after = _times(old), _times(new)
        for person in {*before, *after}:
            one, two = before.get(person, []), after.get(person, [])
            for told, spans in ((self.gains, minus(two, one)), (self.loses, minus(one, two))):
                told.setdefault(person, []).extend(
                    Stretch(unit=line[0], role=line[1], start=start, end=end)
                    for start, end in spans
                )

    def diff(self) -> Diff:
        """All of it."""
        return Diff(
            add=tuple(self.add),
            change=tuple(self.change),
            remove=tuple(self.remove),
            unchanged=tuple(self.unchanged),
            per_person=tuple(
                PersonDiff(
                    person=person,
                    gains=tuple(self.gains[person]),
                    loses=tuple(self.loses[person]),
                )
                for person in sorted(self.gains)
                if self.gains[person] or self.loses[person]
            ),
        )


def _replaced(duty: Duty, window: Mapping[Line, Window]) -> bool:
    own = window.get((duty.unit, duty.role))
    return own is not None and own.holds(duty)


def _lines(duties: Iterable[Duty]) -> dict[Line, list[Duty]]:
    found: dict[Line, list[Duty]] = {}
    for duty in duties:
        found.setdefault((duty.unit, duty.role), []).append(duty)
    return found


def _matched(duties: Iterable[Duty], others: Iterable[Duty]) -> tuple[list[Duty], list[Duty]]:
    """The duties of a roster that have no partner among the others, and those that have one."""
    left = Counter(map(_key, others))
    alone, paired = [], []
    for duty in duties:
        if left[_key(duty)] > 0:
            left[_key(duty)] -= 1
            paired.append(duty)
        else:
            alone.append(duty)
    return alone, paired


def _key(duty: Duty) -> tuple[datetime, datetime, str]:
    return duty.start, duty.end, duty.person


def _times(duties: Iterable[Duty]) -> dict[str, list[Span]]:
    """Person -> the union of their time in a roster, in order."""
    found: dict[str, list[Span]] = {}
    for duty in sorted(duties, key=lambda duty: duty.start):
        spans = found.setdefault(duty.person, [])
        if spans and duty.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], duty.end))
        else:
            spans.append((duty.start, duty.end))
    return found


def minus(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The time of `spans` outside `others`; both in order and without overlaps."""
    found: list[Span] = []
    index = 0
    for start, end in spans:
        while index < len(others) and others[index][1] <= start:
            index += 1
        at = index
        while start < end:
            if at == len(others) or others[at][0] >= end:
                found.append((start, end))
                break
            if others[at][0] > start:
                found.append((start, others[at][0]))
            start = others[at][1]
            at += 1
    return found
