"""A roster as a workbook in layout L1: what a unit fills in, and what we read back without a word.

A form for the unit has its people on a second sheet, which the cells of the first offer for choice
and from which their numbers are taken when it is read, and an example on a third that is not read.
This door to openpyxl only writes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

_HEADER = ("日期", "星期", "班次", "带班领导", "值班人员", "联系电话", "副班", "备注")
_WIDTHS = (13, 7, 8, 14, 12, 16, 12, 22)
_WEEKDAYS = "一二三四五六日"
_HEADER_ROW = 3
_SHADE = PatternFill("solid", fgColor="DCE6F1")
_NOTE = "注:1.值班时间白班8:00-20:00,夜班20:00-次日8:00;2.如需调班须提前一天报办公室。"
_DAY, _NIGHT = "白班", "夜班"
#: The sheet of people, and the first words of a sheet that only explains.
_PEOPLE, _EXAMPLE = "通讯录", "示例"
EXAMPLE_MARK = "示例(本页不读取)"
_HOWTO = (
    "1. 在第一页填写:人员可从下拉列表选取,也可直接输入姓名;两人之间用顿号隔开。",
    "2. 联系电话可以留空:读取时按“通讯录”一页补上;新来的人员请先写进“通讯录”。",
    "3. 白班、夜班的起止时间写在表下的“注”里;某一班不同的,写在该行备注,如 17:30-次日8:00。",
    "4. 没有人值的班次留空或写“—”;还没有定的不要写“待定”,定了再报。",
    "5. 整天一班的,把“班次”写成“24小时”,删去另一行,并在“注”里写明几点交接。",
    "6. 填好后:oncall roster plan 文件名 先看变化和问题,再 oncall roster apply 文件名。",
)
_SAMPLE = (
    ("2026-11-03", "二", "白班", "陈建国(局长)", "张三", "13900000001", "李四", ""),
    ("2026-11-03", "二", "夜班", "陈建国(局长)", "王五", "13900000002", "赵六", "17:30-次日8:00"),
    ("2026-11-04", "三", "白班", "林芳", "张三、李四", "", "—", ""),
)
#: From here on characters are as wide as they are high.
_FIRST_WIDE = 0x1100
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Somebody who may be chosen in a form."""

    name: str
    title: str = ""
    mobile: str = ""


def form_workbook(
    unit: str, days: Sequence[Day], people: Sequence[Card], *, phone: str = ""
) -> bytes:
    """The .xlsx bytes of a month to fill in: choices for shifts and people, and an example."""
    book = _book(unit, days, phone)
    sheet = book.active
    _list_people(book.create_sheet(_PEOPLE), people)
    _explain(book.create_sheet(_EXAMPLE))
    first, last = _HEADER_ROW + 1, sheet.max_row - 1
    _offer(sheet, f"C{first}:C{last}", f'"{_DAY},{_NIGHT},24小时"', "班次")
    if people:
        choices = f"{_PEOPLE}!$A$2:$A${len(people) + 1}"
        for column in "DEG":
            _offer(
                sheet, f"{column}{first}:{column}{last}", choices, _HEADER["ABCDEFGH".index(column)]
            )
    return _saved(book)


def l1_workbook(unit: str, days: Sequence[Day], *, phone: str = "") -> bytes:
    """The .xlsx bytes of a unit's month; every day has two rows, merged as units merge them."""
    return _saved(_book(unit, days, phone))


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _list_people(sheet: Any, people: Sequence[Card]) -> None:
    sheet.append(["姓名", "职务", "手机"])
    for card in people:
        sheet.append([escaped(card.name), escaped(card.title), escaped(card.mobile)])
    for column, width in zip("ABC", (14, 18, 16), strict=True):
        sheet.column_dimensions[column].width = width
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _SHADE
    sheet.freeze_panes = "A2"
    fit_paper(sheet, heads="1:1")


def _explain(sheet: Any) -> None:
    sheet.append([EXAMPLE_MARK])
    sheet["A1"].font = Font(size=14, bold=True)
    for line in _HOWTO:
        sheet.append([line])
    sheet.append([])
    sheet.append(_HEADER)
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = Font(bold=True), _SHADE
    for row in _SAMPLE:
        sheet.append(row)
    sheet.append([_NOTE])
    for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    fit_paper(sheet, pages=1, wide=True)


def _offer(sheet: Any, cells: str, choices: str, label: str) -> None:
    """A drop-down that helps and does not forbid: a name may be new, a cell may hold two."""
    offered = DataValidation(type="list", formula1=choices, allow_blank=True, errorStyle="warning")
    offered.promptTitle, offered.prompt = label, "可从列表选取,也可直接输入"
    offered.errorTitle, offered.error = label, "列表中没有,仍要使用吗?"
    offered.showInputMessage = offered.showErrorMessage = True
    sheet.add_data_validation(offered)
    offered.add(cells)


def _book(unit: str, days: Sequence[Day], phone: str) -> Any:
    book = Workbook()
    sheet = book.active
    first = days[0].day
    sheet.title = f"{first.year}年{first.month}月"
    sheet.append([f"{unit}{first.year}年{first.month}月值班安排表"])
    sheet.append([f"值班室电话:{phone}"])
    sheet.append(_HEADER)
    for day in days:
        _add(sheet, day)
    sheet.append([_NOTE])
    for row in (1, 2, sheet.max_row):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_HEADER))
    _dress(sheet)
    return book


def fit_paper(sheet: Any, *, pages: int = 0, wide: bool = False, heads: str | None = None) -> None:
    """Print on A4, as wide as the page; on so many pages (0: as many as it takes), the rows
    ``heads`` on top of each."""
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.45)
    if heads is not None:
        sheet.print_title_rows = heads


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def breadth(text: str) -> int:
    """How many narrow characters wide a text is; a Chinese one is two."""
    return sum(2 if ord(character) >= _FIRST_WIDE else 1 for character in text)


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
    for cell in sheet[_HEADER_ROW]:
        cell.font, cell.fill = Font(bold=True), _SHADE
    sheet[f"A{sheet.max_row}"].alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[sheet.max_row].height = 34
    sheet.freeze_panes = "A4"
    # On paper a month is one page: no day is cut in two.
    fit_paper(sheet, pages=1)
