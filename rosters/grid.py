"""A sheet as values: sparse cells, merged ranges, and the name of every place in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

Place = tuple[int, int]
#: Days from the first day of one date system to the first of the other.
_FROM_1904 = 1462
#: Numbers that are serial dates and nothing shorter: 1927 to 2173.
_SERIALS = (10_000, 100_000)


def column_letters(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows and columns count from 1; a merged range has its value in its first cell only."""

    #: The sheet's name, or the file's name where there are no sheets.
    name: str
    cells: Mapping[Place, object]
    #: Every other cell of a merged range -> the range's first cell.
    merged: Mapping[Place, Place] = field(default_factory=dict)
    #: The first cell of a merged range -> its last.
    spans: Mapping[Place, Place] = field(default_factory=dict)
    #: For a text file: row -> line it starts on. Its places read "file.csv:12".
    lines: Mapping[int, int] | None = None
    #: Whether a bare number counts its days from 1904, as old Macintosh workbooks do.
    dates_1904: bool = False

    @cached_property
    def _rows(self) -> dict[int, tuple[int, ...]]:
        rows: dict[int, list[int]] = {}
        for row, column in sorted(self.cells):
            rows.setdefault(row, []).append(column)
        return {row: tuple(columns) for row, columns in rows.items()}

    def rows(self) -> Iterator[int]:
        """The rows in which anything is written, from the top."""
        return iter(self._rows)

    def columns(self, row: int) -> tuple[int, ...]:
        """The columns in which this very row has something written."""
        return self._rows.get(row, ())

    def anchor(self, row: int, column: int) -> Place:
        """Where the value seen at this place is written: itself, or its range's first cell."""
        return self.merged.get((row, column), (row, column))

    def value(self, row: int, column: int) -> object:
        """What a reader sees at this place; None where it is empty."""
        return self.cells.get(self.anchor(row, column))

    def when(self, row: int, column: int) -> object:
        """The value as a date counts it: a bare number of a 1904 workbook is moved to 1900."""
        value = self.value(row, column)
        if self.dates_1904 and isinstance(value, int | float) and not isinstance(value, bool):
            return value + _FROM_1904 if _SERIALS[0] <= value < _SERIALS[1] else value
        return value

    def width(self, row: int, column: int) -> int:
        """How many columns the cell at this place covers."""
        first = self.anchor(row, column)
        return self.spans.get(first, first)[1] - first[1] + 1

    def where(self, row: int, column: int) -> str:
        """The place in words a person finds again: "Sheet1!B5" or "file.csv:12"."""
        row, column = self.anchor(row, column)
        if self.lines is not None:
            return f"{self.name}:{self.lines.get(row, row)}"
        return f"{self.name}!{column_letters(column)}{row}"
