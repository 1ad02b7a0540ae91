"""Tables and charts as a workbook that office programs open; this door to openpyxl only writes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter
from openpyxl.worksheet.pagebreak import Break

from rosters.template import breadth, escaped, fit_paper

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_PERCENT, _WHOLE, _AMONG = "0.0%", "0", '"n = "0'
#: A text beside a number must not touch it.
_INSET = Alignment(horizontal="left", indent=1)
_LINE = 16
#: Columns beside a table that charts may hang from.
_BESIDE = 30
_GRID = "D9D9D9"
_NARROW, _WIDE = 9, 40
#: So many characters beside each other can still be read on an upright page.
_UPRIGHT = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A number shown as per cent; None where there is nothing to share."""

    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """How many a number beside it was taken from."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars of one column over the rows ``first`` to ``last`` (from 0), beside the table at a cell.

    ``labels`` and ``values`` are columns (from 0); ``wide`` lays the bars on their side.
    """

    title: str
    labels: int
    values: int
    first: int
    last: int
    at: str
    wide: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet: a title, headings, rows, and charts beside them."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    charts: Sequence[Chart] = ()


def workbook(tables: Sequence[Table]) -> bytes:
    """The .xlsx bytes; a text that looks like a formula stays a text."""
    book = Workbook()
    book.remove(book.active)
    for table in tables:
        _sheet(book.create_sheet(table.name), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Any, table: Table) -> None:
    sheet.append([escaped(table.title)])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([escaped(head) for head in table.heads])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.fill = _HEAD
        side = "center" if cell.column > 1 else None
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=side)
    for number, row in enumerate(table.rows, 3):
        for column, value in enumerate(row, 1):
            _fill(sheet.cell(row=number, column=column), value)
    sheet.freeze_panes = "B3"
    total, lines = 0, 1
    for column in range(1, len(table.heads) + 1):
        # A day that does not fit is shown as ####.
        texts = [
            str(row[column - 1]) for row in table.rows if isinstance(row[column - 1], str | date)
        ]
        widest = max((breadth(text) for text in texts), default=0)
        width = min(_WIDE, max(_NARROW, widest + 2, breadth(table.heads[column - 1]) // 2 + 3))
        sheet.column_dimensions[get_column_letter(column)].width = width
        total += width
        lines = max(lines, ceil((breadth(table.heads[column - 1]) + 1) / (width - 1)))
    fit_paper(sheet, wide=total > _UPRIGHT or bool(table.charts), heads="1:2")
    sheet.row_dimensions[2].height = lines * _LINE
    # Charts hang from cells: the same width everywhere, or each program puts them elsewhere.
    for column in range(len(table.heads) + 1, len(table.heads) + _BESIDE):
        sheet.column_dimensions[get_column_letter(column)].width = _NARROW
    for chart in table.charts:
        sheet.add_chart(_chart(sheet, chart), chart.at)
        row, below = coordinate_to_tuple(chart.at)[0], len(table.rows) + 2
        if row > below and chart.wide:
            # Not cut in two by the end of a page.
            sheet.row_breaks.append(Break(id=row - 1))


def _fill(cell: Any, value: object) -> None:
    if isinstance(value, Share):
        cell.value, cell.number_format = value.value, _PERCENT
    elif isinstance(value, Among):
        cell.value, cell.number_format = value.count, _AMONG
        cell.alignment = _INSET
    elif isinstance(value, str):
        cell.value = escaped(value)
        cell.alignment = _INSET if cell.column > 1 else Alignment()
    else:
        cell.value = value
        if isinstance(value, float):
            cell.number_format = _WHOLE


def _chart(sheet: Any, chart: Chart) -> Any:
    bars = BarChart()
    bars.type = "bar" if chart.wide else "col"
    bars.title = chart.title
    bars.legend = None
    bars.gapWidth = 60
    first, last = chart.first + 3, chart.last + 3
    bars.add_data(Reference(sheet, min_col=chart.values + 1, min_row=first, max_row=last))
    bars.set_categories(Reference(sheet, min_col=chart.labels + 1, min_row=first, max_row=last))
    bars.dataLabels = DataLabelList()
    bars.dataLabels.showVal = True
    for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(bars.dataLabels, name, False)
    bars.x_axis.delete = bars.y_axis.delete = False
    # The bars are to be seen, not the lines behind them.
    bars.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_GRID))
    if chart.percent:
        bars.y_axis.number_format = "0%"
        bars.dataLabels.numFmt = "0%"
        # Room for the number at the end of a full bar.
        bars.y_axis.scaling.min, bars.y_axis.scaling.max = 0, 1.1
        bars.y_axis.majorUnit = 0.2
    if chart.wide:
        # A spreadsheet draws the first row at the bottom; people read from the top.
        bars.x_axis.scaling.orientation = "maxMin"
    count = last - first + 1
    bars.width, bars.height = 18, max(7.5, 0.55 * count + 2.5 if chart.wide else 8)
    return bars
