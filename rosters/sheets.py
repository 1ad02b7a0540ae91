"""Workbooks to grids of values, merged cells and warnings: the only door to their readers.

openpyxl knows what is merged, hidden or struck through; where there is none of that, calamine reads
the same values thirty times as fast; xlrd reads the old .xls with all of it (`old_sheets`).
"""

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineSheet, CalamineWorkbook

from rosters.archive import look
from rosters.delimited import MAX_ROWS, too_large
from rosters.errors import problem
from rosters.grid import Grid, Place, column_letters
from rosters.model import Problem
from rosters.text import clean

#: Up to here a float tells every integer from its neighbours.
_WHOLE = 2**53


def read_grid_file(data: bytes, filename: str) -> tuple[list[Grid] | None, list[Problem]]:
    """The visible sheets of a workbook; or None, and why it cannot be opened."""
    if wrong := too_large(data, filename):
        return None, [wrong]
    seen = look(data)
    if seen.fault:
        return None, [problem(seen.fault, filename, limit=MAX_ROWS)]
    try:
        if seen.plain:
            return _values(data), []
        book = _open(data, data_only=True)
        formulas = _formulas(data) if seen.formulas else {}
        sheets = [_Sheet(sheet, formulas) for sheet in book.worksheets]
        grids = [sheet.grid() for sheet in sheets if sheet.visible]
    except Exception:  # noqa: BLE001 - a damaged workbook makes openpyxl raise almost anything
        return None, [problem("file-broken", filename)]
    return grids, [found for sheet in sheets for found in sheet.problems]


def _values(data: bytes) -> list[Grid]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [_value_grid(name, book.get_sheet_by_name(name)) for name in book.sheet_names]


def _value_grid(name: str, sheet: CalamineSheet) -> Grid:
    cells: dict[Place, object] = {}
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
        for column, value in enumerate(row, 1):
            if value != "":
                cells[number, column] = _plain(value)
    return Grid(name=name, cells=cells)


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return str(value)
    # Here every number is a float; as openpyxl has them, 20261103 is an integer.
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE
    return int(value) if isinstance(value, float) and whole else value


def _open(data: bytes, *, data_only: bool) -> Any:
    with warnings.catch_warnings():
        # What openpyxl warns of (print areas, extensions, styles) does not touch a roster.
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(data), data_only=data_only, rich_text=data_only)


def _formulas(data: bytes) -> dict[tuple[str, int, int], str]:
    book = _open(data, data_only=False)
    return {
        (sheet.title, cell.row, cell.column): _formula_text(cell.value)
        for sheet in book.worksheets
        for cell in _written(sheet)
        if cell.data_type == "f"
    }


def _formula_text(value: object) -> str:
    # An array formula is an object with its text inside.
    return str(getattr(value, "text", value))


def _written(sheet: Any) -> Iterator[Any]:
    # openpyxl's own iterators create every cell up to the last one: one stray cell in XFD1048576
    # would become seventeen thousand million. What was really written is in this mapping.
    return iter(list(sheet._cells.values()))


@dataclass(kw_only=True)
class _Hidden:
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


class _Sheet:
    def __init__(self, sheet: Any, formulas: Mapping[tuple[str, int, int], str]) -> None:
        self.sheet = sheet
        self.name = str(sheet.title)
        self.formulas = formulas
        self.problems: list[Problem] = []
        self.visible = sheet.sheet_state == "visible"
        if not self.visible and any(cell.value is not None for cell in _written(sheet)):
            self.problems.append(problem("hidden-sheet", self.name, self.name))

    def grid(self) -> Grid:
        hidden = self._hidden()
        merged, spans = self._merged(hidden.rows)
        cells: dict[Place, object] = {}
        unseen_rows: set[int] = set()
        unseen_columns: set[int] = set()
        for cell in _written(self.sheet):
            value = self._value(cell)
            if cell.comment is not None:
                self._tell("comment-left-out", cell.row, cell.column, clean(cell.comment.text))
            if value is None or value == "":
                continue
            if cell.row in hidden.rows and (cell.row, cell.column) not in spans:
                unseen_rows.add(cell.row)
                continue
            if cell.column in hidden.columns:
                unseen_columns.add(cell.column)
            cells[cell.row, cell.column] = value
        for row in sorted(unseen_rows):
            self.problems.append(problem("hidden-row", f"{self.name}!{row}"))
        for column in sorted(unseen_columns):
            self.problems.append(problem("hidden-column", f"{self.name}!{column_letters(column)}"))
        return Grid(
            name=self.name,
            cells=cells,
            merged=merged,
            spans=spans,
            dates_1904=self.sheet.parent.epoch == CALENDAR_MAC_1904,
        )

    def _tell(self, code: str, row: int, column: int, value: object) -> None:
        where = f"{self.name}!{column_letters(column)}{row}"
        self.problems.append(problem(code, where, value))

    def _hidden(self) -> _Hidden:
        hidden = _Hidden()
        for number, row in self.sheet.row_dimensions.items():
            if row.hidden:
                hidden.rows.add(int(number))
        for column in self.sheet.column_dimensions.values():
            if column.hidden:
                # One entry may stand for a run of columns.
                hidden.columns.update(range(column.min or 0, min(column.max or 0, 16384) + 1))
        return hidden

    def _merged(self, hidden_rows: set[int]) -> tuple[dict[Place, Place], dict[Place, Place]]:
        merged: dict[Place, Place] = {}
        spans: dict[Place, Place] = {}
        for found in self.sheet.merged_cells.ranges:
            first = (found.min_row, found.min_col)
            rows = range(found.min_row, found.max_row + 1)
            spans[first] = (found.max_row, found.max_col)
            if all(row in hidden_rows for row in rows):
                del spans[first]
                continue
            for row in rows:
                for column in range(found.min_col, found.max_col + 1):
                    if (row, column) != first:
                        merged[row, column] = first
        return merged, spans

    def _value(self, cell: Any) -> object:
        value = cell.value
        formula = self.formulas.get((self.name, cell.row, cell.column))
        if value is None:
            if formula is not None:
                self._tell("formula-without-value", cell.row, cell.column, formula)
            return None
        if cell.data_type == "e":
            self._tell("cell-error", cell.row, cell.column, value)
            return None
        if isinstance(value, CellRichText):
            return self._without_struck(cell, value)
        if getattr(cell.font, "strike", None):
            self._tell("struck-through", cell.row, cell.column, _shown(value))
            return None
        if isinstance(value, timedelta):
            return str(value)
        return value

    def _without_struck(self, cell: Any, text: CellRichText) -> str | None:
        kept: list[str] = []
        struck: list[str] = []
        for run in text:
            own = run.font.strike if isinstance(run, TextBlock) else None
            # A run without a font of its own looks like the cell.
            gone = getattr(cell.font, "strike", None) if own is None else own
            (struck if gone else kept).append(str(run))
        if "".join(struck).strip():
            self._tell("struck-through", cell.row, cell.column, "".join(struck).strip())
        return "".join(kept) or None


def _shown(value: object) -> str:
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else clean(value)
