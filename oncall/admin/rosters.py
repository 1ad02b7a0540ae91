"""Roster files against the roster in force: what they say, what they would change, all or nothing.

The past is never rewritten: duties that have ended stay as they are, and one that is running keeps
the hours already served; the file counts from now on. Where nobody is recorded at all, the past is
filled in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.admin.office import new_id
from oncall.admin.settling import Line, Row, Settled, settle
from oncall.core.errors import Stale
from oncall.store import directory as rows
from oncall.store import overrides, pages
from oncall.store.database import Tx
from oncall.store.directory import Batch, Person, Unit
from oncall.store.log import dumps
from oncall.store.overrides import effects
from rosters import files
from rosters.check import gaps, lint
from rosters.compose import compose
from rosters.diff import PersonDiff, Window, covered, parted
from rosters.match import match
from rosters.model import LEADER, Duty, Entry, Gap, Override, PersonRef, Problem, Severity
from rosters.resolve import compile_roster
from rosters.units import assign

#: A duty may begin this long before the window it reaches into.
_REACH = timedelta(days=8)
_LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it was given."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the uploader said beside the files."""

    unit: str | None = None
    month: tuple[int, int] | None = None
    #: Whether names nobody knows become new people.
    create: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What some files would do to the roster, ready to be looked at or carried out."""

    uploads: tuple[Upload, ...]
    #: Every duty the files give, the past ones too.
    duties: tuple[Duty, ...]
    problems: tuple[Problem, ...]
    settled: Settled
    newcomers: tuple[PersonRef, ...]
    gaps: tuple[Gap, ...]
    #: Whether more time is without anybody than before.
    worse: bool
    #: id -> name and mobile of everybody named here, newcomers included.
    people: Mapping[str, PersonRef]

    @property
    def failed(self) -> bool:
        """Whether an error keeps the files from being applied."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def empty(self) -> bool:
        """Whether applying would change nothing."""
        return self.settled.empty

    @property
    def notify(self) -> tuple[PersonDiff, ...]:
        """Whose hours change."""
        return self.settled.per_person

    @property
    def counts(self) -> dict[str, int]:
        """The summary in numbers."""
        found = self.settled
        return {
            "add": len(found.diff.add) + len(found.filled),
            "change": len(found.diff.change),
            "remove": len(found.diff.remove),
            "unchanged": len(found.diff.unchanged) + found.past_same,
        }

    @property
    def units(self) -> tuple[str, ...]:
        """The units the files speak of."""
        return tuple(sorted({duty.unit for duty in self.duties}))


def plan(
    tx: Tx,
    uploads: Sequence[Upload],
    wanted: Wanted,
    now: datetime,
    zone: ZoneInfo,
) -> Plan:
    """Read the files and compare them with the roster in force. Writes nothing, never raises for
    what stands in a file: that is in ``problems``."""
    units = rows.all_units(tx)
    entries: list[Entry] = []
    problems: list[Problem] = []
    windows: dict[Line, list[tuple[str, Window]]] = {}
    for upload in uploads:
        read = files.read(upload.data, upload.name, unit=wanted.unit, month=wanted.month, tz=zone)
        read = assign(read, _spellings(units), only=wanted.unit)
        problems += read.problems
        own = read.entries if len(uploads) == 1 else [_from(upload, e) for e in read.entries]
        mine = {
            line: parted(window, read.pauses, zone)
            for line, window in covered(own, zone, read.days).items()
        }
        problems += _add_windows(windows, upload.name, mine, zone)
        entries += own
    known = [_ref(person) for person in rows.all_people(tx)]
    duties, told, newcomers = match(entries, known, create=True)
    if not wanted.create:
        duties, told = match(entries, known)
        newcomers = []
    problems += told
    people = {person.id: person for person in (*known, *newcomers)}
    base = _base(tx, windows)
    plain = {line: [window for _, window in found] for line, found in windows.items()}
    settled = settle(base, duties, plain, now)
    before, after = [d for _, d in base], settled.after(base)
    lines = _spans(settled, plain, now)
    on_top = _on_top(tx, lines)
    now_open = _gaps(compose([before], on_top), lines)
    then_open = _gaps(compose([after], on_top), lines)
    problems += _strains(settled, after, people, now)
    return Plan(
        uploads=tuple(uploads),
        duties=tuple(duties),
        problems=tuple(problems),
        settled=settled,
        newcomers=tuple(newcomers),
        gaps=tuple(then_open),
        worse=_length(then_open) > _length(now_open),
        people=people,
    )


def apply(
    tx: Tx, planned: Plan, now: datetime, by: str, *, seen: Plan | None = None
) -> Batch | None:
    """Carry out a plan made in this very transaction; None where there was nothing to do.

    ``seen`` is what a person looked at before: Stale when it is no longer what would happen.
    """
    if seen is not None and seen.settled.fingerprint != planned.settled.fingerprint:
        raise Stale("plan_stale")
    if planned.empty:
        return None
    ids = {person.id: new_id() for person in planned.newcomers}
    rows.put_people(
        tx,
        [
            Person(id=ids[p.id], unit=p.unit, name=p.name, mobile=p.mobile)
            for p in planned.newcomers
        ],
    )
    settled = planned.settled
    added = [replace(d, person=ids.get(d.person, d.person)) for d in settled.rows_to_add]
    summary = {
        **planned.counts,
        "units": planned.units,
        "from": min(duty.start for duty in added) if added else None,
        "to": max(duty.end for duty in added) if added else None,
    }
    batch = Batch(
        id=new_id(),
        at=now,
        by=by,
        files=", ".join(upload.name for upload in planned.uploads),
        sha256=_digest(planned.uploads),
        summary=dumps(summary),
    )
    rows.apply_batch(tx, batch, add=added, remove=settled.rows_to_remove)
    pages.nudge(tx, now)
    return batch


# -- reading -------------------------------------------------------------------------------


def _spellings(units: Iterable[Unit]) -> dict[str, str]:
    found: dict[str, str] = {}
    for unit in units:
        for word in (unit.code, unit.name_zh, unit.name_en):
            if word:
                found.setdefault(word, unit.code)
    return found


def _ref(person: Person) -> PersonRef:
    return PersonRef(
        id=person.id,
        unit=person.unit,
        name=person.name,
        mobile=person.mobile,
        mobile2=person.mobile2,
        active=person.active,
        title=person.title,
    )


def _from(upload: Upload, entry: Entry) -> Entry:
    """With several files, a place says in which."""
    if entry.source.startswith(upload.name):
        return entry
    return replace(entry, source=f"{upload.name}:{entry.source}"[:_LONGEST_SOURCE])


def _add_windows(
    windows: dict[Line, list[tuple[str, Window]]],
    name: str,
    found: Mapping[Line, Sequence[Window]],
    zone: ZoneInfo,
) -> list[Problem]:
    """Note which days of which roster a file speaks of; an error where two files do."""
    problems = []
    for (unit, role), window in ((line, one) for line, own in found.items() for one in own):
        mine = windows.setdefault((unit, role), [])
        for other, theirs in mine:
            if window.start < theirs.end and theirs.start < window.end:
                day: date = max(window.start, theirs.start).astimezone(zone).date()
                problems.append(
                    Problem(
                        severity=Severity.ERROR,
                        where=name,
                        code="window_shared",
                        params={
                            "unit": unit,
                            "role": role,
                            "first": other,
                            "second": name,
                            "day": day.isoformat(),
                        },
                    )
                )
        mine.append((name, window))
    return problems


def _base(tx: Tx, windows: Mapping[Line, Sequence[tuple[str, Window]]]) -> list[Row]:
    """The rows in force around the windows, of the units the files speak of."""
    spans = [window for found in windows.values() for _, window in found]
    if not spans:
        return []
    start = min(window.start for window in spans) - _REACH
    end = max(window.end for window in spans) + _REACH
    units = {unit for unit, _ in windows}
    if len(units) == 1:
        return rows.duty_rows(tx, start, end, unit=next(iter(units)))
    return [(row, duty) for row, duty in rows.duty_rows(tx, start, end) if duty.unit in units]


def _digest(uploads: Sequence[Upload]) -> str:
    whole = hashlib.sha256()
    for upload in uploads:
        whole.update(hashlib.sha256(upload.data).digest())
    return whole.hexdigest()


def _strains(
    settled: Settled, after: Sequence[Duty], people: Mapping[str, PersonRef], now: datetime
) -> list[Problem]:
    """Warnings about duties of the files that no one should have to serve, or that clash."""
    serving = {duty.person for duty in settled.live_new}
    places = {duty.source for duty in settled.live_new}
    # A leader may be called for a week on end; that is no week without sleep.
    found = lint(
        [d for d in after if d.end > now and d.person in serving and d.role != LEADER],
        [person for person in people.values() if person.id in serving],
    )
    return [problem for problem in found if problem.where in places or not problem.where]


# -- coverage ------------------------------------------------------------------------------


def _spans(
    settled: Settled, windows: Mapping[Line, Sequence[Window]], now: datetime
) -> dict[Line, tuple[datetime, datetime]]:
    """From when to when each roster that is spoken of should have somebody."""
    found: dict[Line, tuple[datetime, datetime]] = {}
    for line, own in windows.items():
        mine = [d for d in (*settled.live_old, *settled.live_new) if (d.unit, d.role) == line]
        end = max([w.end for w in own] + [d.end for d in mine])
        starts = [d.start for d in mine]
        if starts and min(starts) < end and end > now:
            found[line] = (min(starts), end)
    return found


def _on_top(tx: Tx, lines: Mapping[Line, tuple[datetime, datetime]]) -> list[Override]:
    """The overrides in the time that is looked at: they stay, whatever the files say."""
    if not lines:
        return []
    start = min(first for first, _ in lines.values())
    end = max(last for _, last in lines.values())
    return effects(overrides.between(tx, start, end))


def _gaps(duties: Sequence[Duty], lines: Mapping[Line, tuple[datetime, datetime]]) -> list[Gap]:
    by_unit: dict[str, list[Duty]] = {}
    for duty in duties:
        by_unit.setdefault(duty.unit, []).append(duty)
    rosters = {unit: compile_roster(own) for unit, own in by_unit.items()}
    found: list[Gap] = []
    for (unit, role), (start, end) in sorted(lines.items()):
        roster = rosters.get(unit)
        if roster is None:
            found.append(Gap(unit=unit, role=role, start=start, end=end))
        else:
            found += gaps(roster, role, start, end)
    return found


def _length(found: Iterable[Gap]) -> timedelta:
    return sum((gap.end - gap.start for gap in found), timedelta())
