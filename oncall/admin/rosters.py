"""Roster files against the roster in force: what they say, what they would change, all or nothing.

The past is never rewritten: duties that have ended stay as they are, and one that is running keeps
the hours already served; the file counts from now on. Where nobody is recorded at all, the past is
filled in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.admin import stranded
from oncall.admin.coverage import around, length, newly, open_time, spans
from oncall.admin.mappings import MappingFile
from oncall.admin.office import new_id
from oncall.admin.settling import Line, Row, Settled, settle
from oncall.admin.uploads import Upload, Wanted, said
from oncall.core.errors import Stale
from oncall.store import directory as rows
from oncall.store import pages
from oncall.store.database import Tx
from oncall.store.directory import Batch, Person
from oncall.store.log import dumps
from rosters.check import lint
from rosters.diff import PersonDiff, Window
from rosters.match import match
from rosters.model import LEADER, Duty, Entry, Gap, PersonRef, Problem, Severity

#: Passes files on, one by one, and may show how far it is.
Watch = Callable[[Sequence[Upload]], Iterable[Upload]]

#: A duty may begin this long before the window it reaches into.
_REACH = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What some files would do to the roster, ready to be looked at or carried out."""

    uploads: tuple[Upload, ...]
    wanted: Wanted
    #: Upload -> the mapping file it was read with.
    mappings: Mapping[str, MappingFile | None]
    #: Every duty the files give, the past ones too.
    duties: tuple[Duty, ...]
    problems: tuple[Problem, ...]
    settled: Settled
    newcomers: tuple[PersonRef, ...]
    gaps: tuple[Gap, ...]
    #: Those of them that are not there today.
    new_gaps: tuple[Gap, ...]
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
    *,
    watched: Watch = iter,
) -> Plan:
    """Read the files and compare them with the roster in force. Writes nothing, never raises for
    what stands in a file: that is in ``problems``. ``watched`` sees each file as it is read."""
    found = _meant(tx, watched(uploads), wanted, zone, many=len(uploads) > 1)
    problems = [*found.problems]
    people = {person.id: person for person in found.people}
    base = _base(tx, found.windows)
    plain = {line: [window for _, window in own] for line, own in found.windows.items()}
    settled = settle(base, found.duties, plain, now)
    before, after = [d for _, d in base], settled.after(base)
    lines = spans(settled, plain, now)
    now_open, then_open = (open_time(own, lines) for own in around(tx, lines, before, after))
    problems += _strains(settled, after, people, now)
    problems += stranded.told(
        stranded.under_uploads(tx, lines, before, after, now), people, wanted, zone
    )
    return Plan(
        uploads=tuple(uploads),
        wanted=wanted,
        mappings=found.mappings,
        duties=found.duties,
        problems=tuple(problems),
        settled=settled,
        newcomers=found.newcomers,
        gaps=tuple(then_open),
        new_gaps=tuple(newly(then_open, now_open)),
        worse=length(then_open) > length(now_open),
        people=people,
    )


def apply(
    tx: Tx, planned: Plan, now: datetime, by: str, *, seen: frozenset[object] | None = None
) -> Batch | None:
    """Carry out a plan made in this very transaction; None where there was nothing to do.

    ``seen`` is the fingerprint of what a person looked at before: Stale when it is no longer what
    would happen.
    """
    if seen is not None and seen != planned.settled.fingerprint:
        raise Stale("plan_stale")
    if planned.empty:
        return None
    ids = add_newcomers(tx, planned.newcomers)
    settled = planned.settled
    added = [
        replace(d, person=ids[d.person]) if d.person in ids else d for d in settled.rows_to_add
    ]
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
        sha256=digest(planned.uploads),
        summary=dumps(summary),
    )
    rows.apply_batch(tx, batch, add=added, remove=settled.rows_to_remove)
    pages.nudge(tx, now)
    return batch


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """The files once everybody in them is found."""

    duties: tuple[Duty, ...]
    problems: Sequence[Problem]
    newcomers: tuple[PersonRef, ...]
    #: Everybody there is, newcomers included.
    people: Sequence[PersonRef]
    windows: Mapping[Line, Sequence[tuple[str, Window]]]
    mappings: Mapping[str, MappingFile | None]


def _meant(
    tx: Tx, uploads: Iterable[Upload], wanted: Wanted, zone: ZoneInfo, *, many: bool
) -> _Meant:
    """Read the files and find their people. What the files wrote, word by word, ends here: a
    city's month would be half of all memory."""
    told = said(uploads, wanted, rows.all_units(tx), zone, many=many)
    known = [reference(person) for person in rows.all_people(tx)]
    newcomers: list[PersonRef] = []
    if wanted.create:
        duties, doubts, newcomers = match(told.entries, known, create=True)
    else:
        duties, doubts = match(told.entries, known)
    return _Meant(
        duties=tuple(duties),
        problems=[
            *told.problems, *doubts, *_unknown(told.unsettled, known, create=wanted.create),
        ],
        newcomers=tuple(newcomers),
        people=[*known, *newcomers],
        windows=told.windows,
        mappings=told.mappings,
    )  # fmt: skip


def _unknown(
    entries: Sequence[Entry], known: Sequence[PersonRef], *, create: bool
) -> list[Problem]:
    """Who is unknown in duties without hours. That two of them overlap means nothing there."""
    if create:
        _, doubts, _ = match(entries, known, create=True)
    else:
        _, doubts = match(entries, known)
    return [found for found in doubts if found.code not in ("duplicate-row", "overlap-self")]


def add_newcomers(tx: Tx, newcomers: Iterable[PersonRef]) -> dict[str, str]:
    """Write new people down; provisional id -> id."""
    ids = {person.id: new_id() for person in newcomers}
    rows.put_people(
        tx,
        [
            Person(
                id=ids[p.id],
                unit=p.unit,
                name=p.name,
                mobile=p.mobile,
                more_numbers=p.more_mobiles,
            )
            for p in newcomers
        ],
    )
    return ids


def reference(person: Person) -> PersonRef:
    """A person as the readers of files know them."""
    return PersonRef(
        id=person.id,
        unit=person.unit,
        name=person.name,
        mobile=person.mobile,
        mobile2=person.mobile2,
        more_mobiles=person.mobiles,
        active=person.active,
        title=person.title,
    )


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


def digest(uploads: Sequence[Upload]) -> str:
    """The same for the same files in the same order."""
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
