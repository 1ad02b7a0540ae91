"""Roster files as an upload gives them: what they say, and of which days of which roster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall.admin.mappings import MappingFile, Mappings, habits_of
from oncall.admin.settling import Line
from oncall.store.directory import Unit
from rosters import files
from rosters.diff import Window, covered, parted
from rosters.errors import problem
from rosters.habits import Habits
from rosters.model import Entry, Problem, ReadResult, Request, Severity
from rosters.units import assign, in_title

_LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it was given."""

    name: str
    data: bytes
    #: Where it lay: a mapping file is looked for beside it.
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the uploader said beside the files."""

    unit: str | None = None
    month: tuple[int, int] | None = None
    #: Whether names nobody knows become new people.
    create: bool = False
    #: Whether overrides may be left with nothing to change.
    strand: bool = False
    mappings: Mappings = field(default_factory=Mappings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Everything some files say, with a unit code in every entry."""

    entries: tuple[Entry, ...]
    #: Duties without hours: see ``ReadResult.unsettled``.
    unsettled: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    #: Unit and role -> which file speaks of which days.
    windows: Mapping[Line, Sequence[tuple[str, Window]]]
    #: File -> the mapping file it was read with.
    mappings: Mapping[str, MappingFile | None]


def said(
    uploads: Iterable[Upload], wanted: Wanted, units: Iterable[Unit], zone: ZoneInfo, *, many: bool
) -> Said:
    """Read files, each with the answers its unit gave once. What is wrong is in ``problems``.

    With ``many`` files, every place says in which it is.
    """
    known = spellings(units)
    entries: list[Entry] = []
    unsettled: list[Entry] = []
    problems: dict[str, Problem] = {}
    windows: dict[Line, list[tuple[str, Window]]] = {}
    mappings: dict[str, MappingFile | None] = {}
    for upload in uploads:
        read, mappings[upload.name] = _read(upload, wanted, known, zone)
        own = [_from(upload, e) for e in read.entries] if many else read.entries
        unsettled += [_from(upload, e) for e in read.unsettled] if many else read.unsettled
        mine = {
            line: parted(window, read.pauses, zone)
            for line, window in covered(own, zone, read.days).items()
        }
        found = [*read.problems, *_add_windows(windows, upload.name, mine, zone)]
        # One mapping file may answer for many rosters: what is wrong with it is told once.
        problems |= {str(one): one for one in found}
        entries += own
    return Said(
        entries=tuple(entries),
        unsettled=tuple(unsettled),
        problems=tuple(problems.values()),
        windows=windows,
        mappings=mappings,
    )


def _read(
    upload: Upload, wanted: Wanted, spellings: Mapping[str, str], zone: ZoneInfo
) -> tuple[ReadResult, MappingFile | None]:
    found = files.opened(upload.data, upload.name)
    unit = wanted.unit or in_title(found.heading, spellings) or in_title(upload.name, spellings)
    mapping = wanted.mappings.find(upload.name, upload.folder, unit)
    habits, wrong = habits_of(mapping)
    known, unknown = _with_habits(spellings, habits)
    request = Request(
        filename=upload.name, unit=wanted.unit, month=wanted.month, tz=zone, habits=habits
    )
    read = files.understood(found, request)
    read = replace(read, problems=(*wrong, *unknown, *read.problems))
    own = known.get(habits.unit) if habits.unit else None
    return assign(read, known, only=wanted.unit, filename=upload.name, own=own), mapping


def _with_habits(
    spellings: Mapping[str, str], habits: Habits
) -> tuple[dict[str, str], list[Problem]]:
    """The names of units with those the mapping adds; and those it adds for units there are not."""
    known = dict(spellings)
    unknown = []
    for word, meant in [*habits.units.items(), *([("", habits.unit)] if habits.unit else [])]:
        if meant not in spellings:
            unknown.append(problem("mapping-unit", habits.name, meant))
        elif word:
            known[word] = spellings[meant]
    return known, unknown


def spellings(units: Iterable[Unit]) -> dict[str, str]:
    """Every word for a unit -> its code; a name goes before another's alias."""
    known = list(units)
    found: dict[str, str] = {}
    for unit in known:
        for word in (unit.code, unit.name_zh, unit.name_en):
            if word:
                found.setdefault(word, unit.code)
    for unit in known:
        for word in unit.aliases:
            found.setdefault(word, unit.code)
    return found


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
