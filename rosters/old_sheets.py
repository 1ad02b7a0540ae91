"""The old .xls (and .et files that are .xls inside) to grids, with all that hides in them.

xlrd knows merged, hidden and struck-through cells of this format; only formulas it shows by their
last value alone, so one that was never computed cannot be told from a number.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

import xlrd

from rosters.delimited import MAX_ROWS
from rosters.errors import problem
from rosters.grid import Grid, Place, column_letters
from rosters.model import Problem

#: More sheets than a roster has, each of which may pretend to have 65 536 rows.
_MAX_SHEETS = 60


def read_old_file(data: bytes, filename: str) -> tuple[list[Grid] | None, list[Problem]]:
    """The visible sheets of an old workbook; or None, and why it cannot be opened."""
    try:
        book = xlrd.open_workbook(
            file_contents=data,
            logfile=io.StringIO(),
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,
        )
        if book.nsheets > _MAX_SHEETS:
            return None, [problem("too-many-rows", filename, limit=MAX_ROWS)]
        sheets = [_OldSheet(book, book.sheet_by_index(number)) for number in range(book.nsheets)]
        grids = [sheet.grid() for sheet in sheets if sheet.visible]
    except xlrd.XLRDError as wrong:
        code = "file-locked" if "ncrypted" in str(wrong) else "file-broken"
        return None, [problem(code, filename)]
    except Exception:  # noqa: BLE001 - a damaged workbook makes xlrd raise almost anything
        return None, [problem("file-broken", filename)]
    return grids, [found for sheet in sheets for found in sheet.problems]


class _OldSheet:
    def __init__(self, book: Any, sheet: Any) -> None:
        self.book = book
        self.sheet = sheet
        self.name = str(sheet.name)
        self.problems: list[Problem] = []
        self.visible = sheet.visibility == 0
        if not self.visible and any(True for _ in self._written()):
            self.problems.append(problem("hidden-sheet", self.name, self.name))

    def grid(self) -> Grid:
        hidden_rows = {row + 1 for row, info in self.sheet.rowinfo_map.items() if info.hidden}
        hidden_columns = {col + 1 for col, info in self.sheet.colinfo_map.items() if info.hidden}
        merged, spans = self._merged(hidden_rows)
        cells: dict[Place, object] = {}
        unseen_rows: set[int] = set()
        unseen_columns: set[int] = set()
        for row, column in self._written():
            place = (row + 1, column + 1)
            value = self._value(row, column)
            if value is None or value == "":
                continue
            if place[0] in hidden_rows and place not in spans:
                unseen_rows.add(place[0])
                continue
            if place[1] in hidden_columns:
                unseen_columns.add(place[1])
            cells[place] = value
        self.problems += [
            problem("hidden-row", f"{self.name}!{row}") for row in sorted(unseen_rows)
        ]
        self.problems += [
            problem("hidden-column", f"{self.name}!{column_letters(column)}")
            for column in sorted(unseen_columns)
        ]
        return Grid(
            name=self.name,
            cells=cells,
            merged=merged,
            spans=spans,
            dates_1904=self.book.datemode == 1,
        )

    def _written(self) -> Iterator[tuple[int, int]]:
        for row in range(self.sheet.nrows):
            for column, kind in enumerate(self.sheet.row_types(row)):
                if kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                    yield row, column

    def _merged(self, hidden_rows: set[int]) -> tuple[dict[Place, Place], dict[Place, Place]]:
        merged: dict[Place, Place] = {}
        spans: dict[Place, Place] = {}
        for top, bottom, left, right in self.sheet.merged_cells:
            rows = range(top + 1, bottom + 1)
            if all(row in hidden_rows for row in rows) or right - left > 256:
                continue
            first = (top + 1, left + 1)
            spans[first] = (bottom, right)
            for row in rows:
                for column in range(left + 1, right + 1):
                    if (row, column) != first:
                        merged[row, column] = first
        return merged, spans

    def _tell(self, code: str, row: int, column: int, value: object) -> None:
        where = f"{self.name}!{column_letters(column + 1)}{row + 1}"
        self.problems.append(problem(code, where, value))

    def _value(self, row: int, column: int) -> object:
        kind = self.sheet.cell_type(row, column)
        value = self.sheet.cell_value(row, column)
        if kind == xlrd.XL_CELL_ERROR:
            shown = xlrd.error_text_from_code.get(value, "#?")
            self._tell("cell-error", row, column, shown)
            return None
        if kind == xlrd.XL_CELL_DATE:
            value = self._moment(value)
        runs = self.sheet.rich_text_runlist_map.get((row, column))
        if isinstance(value, str) and runs:
            return self._without_struck(row, column, value, runs)
        if self._struck(self._font(row, column)):
            self._tell("struck-through", row, column, value)
            return None
        return bool(value) if kind == xlrd.XL_CELL_BOOLEAN else value

    def _moment(self, value: float) -> object:
        try:
            moment: datetime = xlrd.xldate_as_datetime(value, self.book.datemode)
        except (ValueError, OverflowError, xlrd.XLDateError):
            return value
        if value < 1:
            found: time = moment.time()
            return found
        day: date = moment.date()
        return day if moment.time() == time() else moment

    def _font(self, row: int, column: int) -> int:
        style = self.book.xf_list[self.sheet.cell_xf_index(row, column)]
        index: int = style.font_index
        return index

    def _struck(self, font: int) -> bool:
        return bool(self.book.font_list[font].struck_out)

    def _without_struck(
        self, row: int, column: int, text: str, runs: list[tuple[int, int]]
    ) -> str | None:
        edges = [(0, self._font(row, column)), *runs, (len(text), 0)]
        kept: list[str] = []
        struck: list[str] = []
        for (start, font), (end, _) in pairwise(edges):
            (struck if self._struck(font) else kept).append(text[start:end])
        if gone := "".join(struck).strip():
            self._tell("struck-through", row, column, gone)
        return "".join(kept) or None
