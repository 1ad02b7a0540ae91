"""Tables and charts as a workbook that office programs open; this door to openpyxl only writes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from rosters.template import breadth, escaped, fit_paper

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_PERCENT = "0.0%"
_NARROW, _WIDE = 9, 40
#: So many characters beside each other can still be read on an upright page.
_UPRIGHT = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A number shown as per cent; None where there is nothing to share."""

    value: float | None


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
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for number, row in enumerate(table.rows, 3):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(row=number, column=column)
            if isinstance(value, Share):
                cell.value, cell.number_format = value.value, _PERCENT
            else:
                cell.value = escaped(value) if isinstance(value, str) else value
    sheet.freeze_panes = "B3"
    total = 0
    for column in range(1, len(table.heads) + 1):
        # A day that does not fit is shown as ####.
        texts = [
            str(row[column - 1]) for row in table.rows if isinstance(row[column - 1], str | date)
        ]
        widest = max((breadth(text) for text in texts), default=0)
        width = min(_WIDE, max(_NARROW, widest + 2, breadth(table.heads[column - 1]) // 2 + 3))
        sheet.column_dimensions[get_column_letter(column)].width = width
        total += width
    fit_paper(sheet, wide=total > _UPRIGHT or bool(table.charts), heads="1:2")
    for chart in table.charts:
        sheet.add_chart(_chart(sheet, chart), chart.at)


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
    if chart.percent:
        bars.y_axis.number_format = "0%"
        bars.dataLabels.numFmt = "0%"
        bars.y_axis.scaling.min, bars.y_axis.scaling.max = 0, 1
    if chart.wide:
        # A spreadsheet draws the first row at the bottom; people read from the top.
        bars.x_axis.scaling.orientation = "maxMin"
    count = last - first + 1
    bars.width, bars.height = 18, max(7.5, 0.55 * count + 2.5 if chart.wide else 8)
    return bars
