"""The duty sheet as a workbook to print: a table for each day. It only writes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from rosters.template import breadth, escaped, fit_paper

_WIDTHS = (26, 15, 22, 28, 28, 28)
#: The height of a line in points.
_LINE = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Who serves in one role that day, one entry a line; whether nobody does at some time."""

    entries: tuple[str, ...]
    gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit on one day."""

    unit: str
    #: The number of its duty room.
    desk: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One day: a short title for the tab, a heading, a line for each unit."""

    title: str
    heading: str
    lines: tuple[Line, ...]


def duty_workbook(pages: Sequence[Page], heads: Sequence[str], note: str) -> bytes:
    """The .xlsx bytes, for A4 across; names and numbers are text and never formulas."""
    book = Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.title[:31])
        sheet.append([page.heading])
        sheet.append([note])
        sheet.append(list(heads))
        for line in page.lines:
            _add(sheet, line)
        _dress(sheet, len(heads))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add(sheet: Any, line: Line) -> None:
    texts = (line.unit, line.desk, *("\n".join(cell.entries) for cell in line.cells))
    sheet.append([escaped(text) for text in texts])
    # Said by us: not every office program finds out by itself how high a row of lines is.
    lines = max(
        sum(_lines(part, width) for part in text.split("\n"))
        for text, width in zip(texts, _WIDTHS, strict=True)
    )
    sheet.row_dimensions[sheet.max_row].height = _LINE * lines + 3
    for column, cell in enumerate(line.cells, 3):
        if cell.gap:
            written = sheet.cell(sheet.max_row, column)
            written.font = Font(bold=True)
            written.fill = PatternFill("solid", fgColor="F4C7C3")


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column so wide."""
    return max(1, -(-breadth(text) // width))


def _dress(sheet: Any, columns: int) -> None:
    thin = Side(style="thin")
    edge = Border(left=thin, right=thin, top=thin, bottom=thin)
    for column, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows(min_row=3, max_row=sheet.max_row, max_col=columns):
        for cell in row:
            cell.border = edge
            cell.alignment = Alignment(vertical="center", wrap_text=True)
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    sheet["A1"].font = Font(size=14, bold=True)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B4"
    fit_paper(sheet, wide=True, heads="1:3")
