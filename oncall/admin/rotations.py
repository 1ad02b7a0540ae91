"""Rotation files against the rotations in force: planned, applied and taken back like sheets.

What is shown is never the rule but what it does: the dates it gives, and whose hours change. A new
version counts from the moment it is applied; what the one before said of the past stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.admin import stranded
from oncall.admin.coverage import length, newly, open_time
from oncall.admin.office import new_id
from oncall.admin.rosters import Plan, add_newcomers, digest, reference
from oncall.admin.settling import Line, Settled
from oncall.admin.uploads import Upload, Wanted, spellings
from oncall.core.errors import Stale
from oncall.store import directory as rows
from oncall.store import holidays, overrides, pages, rotations, sources
from oncall.store.database import Tx
from oncall.store.directory import Batch
from oncall.store.log import dumps
from oncall.store.overrides import Ordered
from rosters.clocks import instant
from rosters.compose import within
from rosters.daykinds import EVERY_KIND, DayTable
from rosters.diff import Window, diff
from rosters.errors import problem
from rosters.match import match
from rosters.model import PRIMARY, Duty, Entry, PersonRef, Problem, Severity
from rosters.rotation import Rule, Version, layers
from rosters.rotation_body import written
from rosters.rotation_file import Named, RotationFile, read, uses_days

SUFFIX = ".toml"
#: A name in a file: its unit, the name, and the number beside it.
_Named = tuple[str, str, str | None]
_SOME_DAY, _HOUR = datetime(2000, 1, 1, tzinfo=UTC), timedelta(hours=1)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
#: How far ahead a plan looks, where no month is asked for.
AHEAD = timedelta(days=62)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A unit's rotations as a file would have them."""

    unit: str
    upload: Upload
    zone: ZoneInfo
    rules: tuple[Rule, ...]
    table: DayTable

    def body(self, ids: Mapping[str, str]) -> str:
        """The text that is kept; ``ids`` are those of new people."""
        rules = tuple(
            replace(
                rule,
                groups=tuple(tuple(ids.get(one, one) for one in group) for group in rule.groups),
            )
            for rule in self.rules
        )
        return written(self.zone, rules, self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPlan(Plan):
    """What some rotation files would do."""

    fresh: tuple[Fresh, ...]

    @property
    def empty(self) -> bool:
        """Whether every unit has these very rules already."""
        return not self.fresh

    @property
    def units(self) -> tuple[str, ...]:
        """The units whose rotations change."""
        return tuple(sorted(one.unit for one in self.fresh))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """All that was found in the files."""

    uploads: Sequence[Upload]
    wanted: Wanted
    fresh: Sequence[Fresh]
    problems: Sequence[Problem]
    known: Sequence[PersonRef]
    newcomers: Sequence[PersonRef]


def meant(uploads: Sequence[Upload]) -> bool:
    """Whether these are rotation files, by their names."""
    return bool(uploads) and all(upload.name.lower().endswith(SUFFIX) for upload in uploads)


def plan(
    tx: Tx, uploads: Sequence[Upload], wanted: Wanted, now: datetime, zone: ZoneInfo
) -> RotationPlan:
    """Read the files and compare what they give with the roster in force. Writes nothing, never
    raises for what stands in a file: that is in ``problems``."""
    problems: list[Problem] = []
    files: dict[str, tuple[Upload, RotationFile]] = {}
    known_units = spellings(rows.all_units(tx))
    for upload in uploads:
        found, told = _read(upload, zone)
        problems += told
        if found is not None:
            problems += _take(files, upload, found, known_units, wanted)
    known = [reference(person) for person in rows.all_people(tx)]
    people, told, newcomers = _people(files, known, create=wanted.create)
    problems += told
    fresh = []
    for unit, (upload, file) in files.items():
        table = _table(tx, now) if uses_days(file.drafts) else DayTable()
        one = Fresh(
            unit=unit, upload=upload, zone=file.zone, rules=_rules(unit, file, people), table=table
        )
        if uses_days(file.drafts):
            problems += _years_without(table, file.where, now)
        current = rotations.current(tx, unit)
        if [stored.body for stored in current] != [one.body({})]:
            fresh.append(one)
    if any(told.severity is Severity.ERROR for told in problems):
        fresh = []
    start, end = _window(wanted, now, zone)
    found_in_all = _Read(
        uploads=uploads,
        wanted=wanted,
        fresh=fresh,
        problems=problems,
        known=known,
        newcomers=newcomers,
    )
    return _compared(tx, found_in_all, now, start, end, zone)


def apply(
    tx: Tx, planned: RotationPlan, now: datetime, by: str, *, seen: frozenset[object] | None = None
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
    batch = Batch(
        id=new_id(),
        at=now,
        by=by,
        files=", ".join(upload.name for upload in planned.uploads),
        sha256=digest(planned.uploads),
        summary=dumps({**planned.counts, "units": planned.units}),
    )
    rows.apply_batch(tx, batch, add=[], remove=[])
    for one in planned.fresh:
        rotations.replace(
            tx,
            one.unit,
            name=one.upload.name[:200],
            body=one.body(ids),
            text=one.upload.data.decode(),
            batch=batch.id,
            now=now,
        )
    pages.nudge(tx, now)
    return batch


def renew(tx: Tx, now: datetime) -> tuple[str, ...]:
    """The holiday table changed: rules that ask it go by the new one from ``now`` on; says whose.

    What they gave until now they gave by the table of that time.
    """
    table = _table(tx, now)
    renewed = []
    for stored in rotations.current(tx):
        held = stored.version
        if all(rule.days == EVERY_KIND for rule in held.rules):
            continue
        body = written(held.zone, held.rules, table)
        if body != stored.body:
            rotations.replace(
                tx, stored.unit, name=stored.name, body=body, text=stored.text,
                batch=stored.batch, now=now,
            )  # fmt: skip
            renewed.append(stored.unit)
    if renewed:
        pages.nudge(tx, now)
    return tuple(renewed)


# -- reading -------------------------------------------------------------------------------


def _read(upload: Upload, zone: ZoneInfo) -> tuple[RotationFile | None, list[Problem]]:
    try:
        text = upload.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, [problem("rotation-encoding", upload.name)]
    return read(text, upload.name, zone)


def _take(
    files: dict[str, tuple[Upload, RotationFile]],
    upload: Upload,
    found: RotationFile,
    known: Mapping[str, str],
    wanted: Wanted,
) -> list[Problem]:
    """Note which unit a file is about, or what is wrong with that."""
    unit = known.get(found.unit)
    if unit is None:
        return [problem("rotation-unit", found.where, found.unit)]
    if wanted.unit not in (None, unit):
        return [problem("rotation-other-unit", found.where, found.unit, asked=wanted.unit)]
    if unit in files:
        other = files[unit][0].name
        return [problem("rotation-unit-twice", found.where, found.unit, other=other)]
    files[unit] = (upload, found)
    return []


def _people(
    files: Mapping[str, tuple[Upload, RotationFile]], known: Sequence[PersonRef], *, create: bool
) -> tuple[dict[_Named, str], list[Problem], list[PersonRef]]:
    """(unit, name, number) -> who that is; what is wrong with the others; and new people."""
    names: dict[_Named, Named] = {}
    for unit, (_, found) in files.items():
        for group in (group for draft in found.drafts for group in draft.people):
            for one in group:
                names.setdefault((unit, one.name, one.mobile), one)
    # The reader of sheets tells people apart; it wants duties, so each name gets an hour.
    hours = {_SOME_DAY + 2 * n * _HOUR: key for n, key in enumerate(names)}
    entries = [
        Entry(
            unit=unit,
            role=PRIMARY,
            name=name,
            mobile=mobile,
            start=start,
            end=start + _HOUR,
            source=names[unit, name, mobile].where,
        )
        for start, (unit, name, mobile) in hours.items()
    ]
    if create:
        duties, told, newcomers = match(entries, known, create=True)
    else:
        duties, told = match(entries, known)
        newcomers = []
    return {hours[duty.start]: duty.person for duty in duties}, told, newcomers


def _rules(unit: str, found: RotationFile, people: Mapping[_Named, str]) -> tuple[Rule, ...]:
    """The rules with their people; who was not found is left out, and told of elsewhere."""
    return tuple(
        replace(
            draft.rule,
            groups=tuple(
                tuple(
                    dict.fromkeys(
                        people[unit, one.name, one.mobile]
                        for one in group
                        if (unit, one.name, one.mobile) in people
                    )
                )
                for group in draft.people
            ),
        )
        for draft in found.drafts
    )


# -- holidays ------------------------------------------------------------------------------


def _table(tx: Tx, now: datetime) -> DayTable:
    """The days of this year and later that are not as usual."""
    days = holidays.work_calendar(tx)
    return DayTable(
        off=frozenset(day for day in days.off if day.year >= now.year),
        working=frozenset(day for day in days.working if day.year >= now.year),
    )


def _years_without(table: DayTable, where: str, now: datetime) -> list[Problem]:
    """A warning for each year of the next months for which there is no holiday table."""
    have = {day.year for day in (*table.off, *table.working)}
    years = sorted({now.year, (now + AHEAD).year} - have)
    return [problem("rotation-no-table", where, year) for year in years]


# -- comparing -----------------------------------------------------------------------------


def _window(wanted: Wanted, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The time a plan shows: the month asked for, as far as it is to come, or the next weeks."""
    if wanted.month is None:
        return now, now + AHEAD
    year, month = wanted.month
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    start, end = instant(first, 0, zone), instant(after, 0, zone)
    return (max(start, now), end) if end > now else (now, now + AHEAD)


def _compared(
    tx: Tx,
    plan: _Read,
    now: datetime,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
) -> RotationPlan:
    """What the rules give from ``start`` to ``end``, against what holds there today."""
    before: list[Duty] = []
    after: list[Duty] = []
    given: list[Duty] = []
    versions: list[int] = []
    lost: list[Ordered] = []
    lines: dict[Line, tuple[datetime, datetime]] = {}
    for one in plan.fresh:
        around = sources.read(tx, start, end, unit=one.unit)
        new = Version(unit=one.unit, zone=one.zone, rules=one.rules, since=now, table=one.table)
        ended = [replace(old, until=now) if old.until is None else old for old in around.rotations]
        given += [duty for layer in layers([new], start, end) for duty in layer]
        then = replace(around, rotations=[*ended, new])
        before += around.settled(start, end)
        after += then.settled(start, end)
        ordered = overrides.between(tx, start, end, unit=one.unit)
        lost += stranded.between(ordered, around, then, start, end, now)
        versions += [stored.id for stored in rotations.current(tx, one.unit)]
        held = [rule for old in around.rotations if old.until is None for rule in old.rules]
        lines |= {(one.unit, rule.role): (start, end) for rule in (*held, *one.rules)}
    old, coming = within(before, start, end), within(after, start, end)
    found = diff(old, coming, _everywhere([*old, *coming]))
    now_open, then_open = open_time(before, lines), open_time(after, lines)
    settled = Settled(
        diff=found,
        live_old=tuple(old),
        live_new=tuple(coming),
        filled=(),
        past_same=0,
        past_kept=0,
        rows_to_remove=(),
        rows_to_add=(),
        fingerprint=frozenset([*versions, *(one.body({}) for one in plan.fresh)]),
    )
    people = {person.id: person for person in (*plan.known, *plan.newcomers)}
    told = stranded.told(lost, people, plan.wanted, zone)
    return RotationPlan(
        uploads=tuple(plan.uploads),
        wanted=plan.wanted,
        mappings={},
        duties=tuple(sorted(given, key=lambda duty: (duty.start, duty.role, duty.person))),
        problems=(*plan.problems, *told),
        settled=settled,
        newcomers=tuple(plan.newcomers),
        gaps=tuple(then_open),
        new_gaps=tuple(newly(then_open, now_open)),
        worse=length(then_open) > length(now_open),
        people=people,
        fresh=tuple(plan.fresh),
    )


def _everywhere(duties: Iterable[Duty]) -> dict[Line, Window]:
    found: dict[Line, Window] = {}
    for duty in duties:
        found[duty.unit, duty.role] = Window(start=_FIRST, end=_LAST)
    return found
