"""Which mapping file answers for a roster file: one named, one beside it, the unit's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oncall.admin.tables import file_bytes
from rosters.habits import Habits
from rosters.mapping import parse
from rosters.model import Problem

#: What the file is called in the folder of the rosters themselves.
BESIDE = "roster-map.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFile:
    """A mapping file as it was read: its name, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """Where answers are looked for, the nearest first; the first file that is there counts."""

    #: What --mapping named: it counts for every roster, and nothing else does.
    named: Path | None = None
    #: The folder with a CODE.toml for each unit, as the settings say.
    folder: Path | None = None
    #: Roster file -> the mapping it was read with before: a saved plan asks no disk.
    kept: Mapping[str, MappingFile | None] = field(default_factory=dict)

    def find(self, name: str, folder: Path | None, unit: str | None) -> MappingFile | None:
        """The mapping file for a roster file of this name, from this folder, of this unit.

        Raises Invalid for one that is there (or was named) and cannot be read.
        """
        if name in self.kept:
            return self.kept[name]
        if self.named is not None:
            return _read(self.named)
        candidates = [folder / BESIDE] if folder is not None else []
        if self.folder is not None and unit is not None:
            candidates.append(self.folder / f"{unit}.toml")
        return next((_read(path) for path in candidates if path.is_file()), None)


def habits_of(found: MappingFile | None) -> tuple[Habits, list[Problem]]:
    """The answers of a mapping file, and what is wrong with it; none for no file."""
    return (Habits(), []) if found is None else parse(found.data, found.name)


def _read(path: Path) -> MappingFile:
    return MappingFile(name=path.name, data=file_bytes(str(path), lambda: b""))
