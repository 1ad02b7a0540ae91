"""A CSV file of administrators as rows: headings in either language, every fault with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from oncall.core.errors import Fault, Invalid
from rosters.delimited import read_grid
from rosters.errors import explain
from rosters.grid import Grid
from rosters.text import clean, squeeze

#: What our own JSON carries beside the columns.
_OURS = frozenset({"id", "contacts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name in our files, and what else people call it."""

    name: str
    also: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its place ("people.csv:12") and its cells; a column not in the file is not here."""

    where: str
    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        """The cell, "" where it is empty or its column is missing."""
        return self.cells.get(name, "")


@dataclass(slots=True)
class Faults:
    """Gathers what is wrong while the rest is still being read."""

    found: list[Fault] = field(default_factory=list)

    def add(
        self, where: str, code: str, value: str = "", *, severity: str = "error", **params: str
    ) -> None:
        """Note one fault."""
        self.found.append(
            Fault(where=where, code=code, value=value, params=params, severity=severity)
        )

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What does not keep a file from being used."""
        return tuple(fault for fault in self.found if fault.severity != "error")

    def check(self) -> None:
        """Raise Invalid with everything found, if any of it is an error."""
        if any(fault.severity == "error" for fault in self.found):
            raise Invalid(self.found)


def file_bytes(path: str, stdin: Callable[[], bytes]) -> bytes:
    """The bytes of a file, or of stdin for "-". Raises Invalid for a file that cannot be read."""
    if path == "-":
        return stdin()
    try:
        return Path(path).read_bytes()
    except OSError as exc:
        params = {"detail": exc.strerror or type(exc).__name__}
        fault = Fault(where="", code="file_unreadable", value=path, params=params)
        raise Invalid([fault]) from exc


def day_in(row: Row, name: str, faults: Faults) -> date | None:
    """A cell that holds a day, as 2026-11-03, 2026/11/03 or 2026.11.03; None where it is empty."""
    text = row.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        faults.add(row.where, "bad_day", text)
        return None


def read_table(data: bytes, filename: str, columns: Sequence[Column], faults: Faults) -> list[Row]:
    """The rows of a CSV file in UTF-8, UTF-16 or GB18030; what is wrong goes to ``faults``.

    The first line holds the headings. A column nobody knows is passed over with a warning.
    """
    grid, problems = read_grid(data, filename)
    for told in problems:
        faults.add(told.where, "table_unreadable", told.value, detail=explain(told))
    if grid is None:
        return []
    rows = list(grid.rows())
    if not rows:
        faults.add(filename, "no_header", needed=_needed(columns))
        return []
    named = _headings(grid, rows[0], columns, faults)
    if named is None:
        return []
    if len(rows) == 1:
        faults.add(grid.where(rows[0], 1), "nothing_in_it")
    width = max(grid.columns(rows[0]))
    return list(_rows(grid, rows[1:], named, width, faults))


def read_json(data: bytes, filename: str, columns: Sequence[Column], faults: Faults) -> list[Row]:
    """The rows of a JSON file, a list of objects or one under "items", named as our columns.

    What has several values is a list. A name nobody knows is passed over with a warning, once.
    """
    try:
        read = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        faults.add(filename, "table_unreadable", "", detail=str(exc))
        return []
    items = read.get("items") if isinstance(read, dict) else read
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        faults.add(filename, "json_rows_wanted", needed=_needed(columns))
        return []
    if not items:
        faults.add(filename, "nothing_in_it")
    known = {column.name for column in columns}
    for name in sorted({name for item in items for name in item} - known - _OURS):
        faults.add(filename, "column_unknown", name, severity="warning", known=", ".join(known))
    return [
        Row(
            where=f"{filename}:[{i}]",
            cells={name: _cell(item[name]) for name in sorted(known) if name in item},
        )
        for i, item in enumerate(items)
    ]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(clean(str(one)) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else clean(str(value))


def _headings(
    grid: Grid, row: int, columns: Sequence[Column], faults: Faults
) -> dict[int, str] | None:
    """Sheet column -> our name; None where a column that must be there is not."""
    known = {
        squeeze(word): column.name for column in columns for word in (column.name, *column.also)
    }
    where = grid.where(row, 1)
    names = ", ".join(column.name for column in columns)
    found: dict[int, str] = {}
    for place in grid.columns(row):
        said = clean(grid.value(row, place))
        name = known.get(squeeze(said))
        if name is None:
            faults.add(where, "column_unknown", said, severity="warning", known=names)
        elif name in found.values():
            faults.add(where, "column_twice", said)
        else:
            found[place] = name
    if not found:
        faults.found = [fault for fault in faults.found if fault.code != "column_unknown"]
        faults.add(where, "no_header", needed=_needed(columns))
        return None
    missing = [c.name for c in columns if c.required and c.name not in found.values()]
    for name in missing:
        faults.add(where, "column_missing", name, known=names)
    return None if missing else found


def _rows(
    grid: Grid, rows: Sequence[int], named: Mapping[int, str], width: int, faults: Faults
) -> Iterator[Row]:
    for row in rows:
        where = grid.where(row, 1)
        if max(grid.columns(row), default=0) > width:
            faults.add(where, "row_too_long")
            continue
        cells = {name: clean(grid.value(row, place)) for place, name in named.items()}
        yield Row(where=where, cells=cells)


def _needed(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns if column.required)
