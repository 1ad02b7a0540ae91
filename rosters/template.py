"""A roster as a workbook in layout L1: what a unit fills in, and what we read back without a word.

The second door to openpyxl; it only writes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

_HEADER = ("日期", "星期", "班次", "带班领导", "值班人员", "联系电话", "副班", "备注")
_WIDTHS = (13, 7, 8, 14, 12, 16, 12, 22)
_WEEKDAYS = "一二三四五六日"
_NOTE = "注:1.值班时间白班8:00-20:00,夜班20:00-次日8:00;2.如需调班须提前一天报办公室。"
_DAY, _NIGHT = "白班", "夜班"
#: A cell that begins so would be taken for a formula by whoever opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who serves in one shift; "" where nobody is named yet."""

    primary: str = ""
    mobile: str = ""
    deputy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: its leader, its day shift and its night shift."""

    day: date
    leader: str = ""
    shifts: tuple[Line, Line] = (Line(), Line())


def l1_workbook(unit: str, days: Sequence[Day], *, phone: str = "") -> bytes:
    """The .xlsx bytes of a unit's month; every day has two rows, merged as units merge them."""
    book = Workbook()
    sheet = book.active
    first = days[0].day
    sheet.title = f"{first.year}年{first.month}月"
    sheet.append([f"德化县{unit}{first.year}年{first.month}月值班安排表"])
    sheet.append([f"值班室电话:{phone}"])
    sheet.append(_HEADER)
    for day in days:
        _add(sheet, day)
    sheet.append([_NOTE])
    for row in (1, 2, sheet.max_row):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_HEADER))
    _dress(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _add(sheet: Any, day: Day) -> None:
    row = sheet.max_row + 1
    for offset, (name, line) in enumerate(zip((_DAY, _NIGHT), day.shifts, strict=True)):
        cells = (day.day, _WEEKDAYS[day.day.weekday()], name, day.leader) if not offset else ()
        values = (*(cells or (None, None, name, None)), line.primary, line.mobile, line.deputy, "")
        for column, value in enumerate(values, 1):
            cell = sheet.cell(row + offset, column)
            cell.value = escaped(value) if isinstance(value, str) else value
            if column == 1 and not offset:
                cell.number_format = "yyyy-mm-dd"
    for column in (1, 2, 4):
        sheet.merge_cells(start_row=row, end_row=row + 1, start_column=column, end_column=column)


def _dress(sheet: Any) -> None:
    thin = Side(style="thin")
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows(min_row=1, max_row=sheet.max_row, max_col=len(_HEADER)):
        for cell in row:
            cell.alignment = middle
            if cell.row > 2 and cell.row < sheet.max_row:
                cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    sheet["A1"].font = Font(size=16, bold=True)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A4"
