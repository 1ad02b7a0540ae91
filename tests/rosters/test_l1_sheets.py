"""Layout L1: what a sheet hides, what it repeats, and tables that are not quite tables."""

from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from rosters.model import Severity
from tests.rosters.building import (
    NOTES,
    TITLE,
    codes,
    l1,
    lines,
    load,
    saved,
    told,
    workbook,
)

CLEAN = [
    "deputy 李四 11-03 08:00–11-03 20:00",
    "leader 陈建国 11-03 08:00–11-03 20:00",
    "primary 张三 11-03 08:00–11-03 20:00",
    "deputy 赵六 11-03 20:00–11-04 08:00",
    "leader 陈建国 11-03 20:00–11-04 08:00",
    "primary 王五 11-03 20:00–11-04 08:00",
]
DAY = [date(2026, 11, 3), "二", "白班", "陈建国(局长)", "张三", "13900000001", "李四", None]
NIGHT = [date(2026, 11, 3), "二", "夜班", "陈建国(局长)", "王五", "13900000002", "赵六", None]


def rows(*changes: dict[int, object]) -> list[list[object]]:
    """The day and the night row, with cells (by column number) changed."""
    table: list[list[object]] = [list(DAY), list(NIGHT)]
    for row, change in zip(table, changes, strict=False):
        for column, value in change.items():
            row[column - 1] = value
    return table


def test_what_cannot_be_seen_is_not_read() -> None:
    """Hidden rows and sheets and struck-through names are left out, and each is told."""

    def hide(sheet: Any) -> None:
        sheet.row_dimensions[5].hidden = True
        sheet["G4"].font = Font(strike=True)
        sheet["E4"] = CellRichText(TextBlock(InlineFont(strike=True), "孙七"), "张三")
        sheet["E4"].font = Font()
        other = sheet.parent.create_sheet("旧表")
        other["A1"] = "日期"
        other.sheet_state = "hidden"

    result = load(l1(rows(), merged=(), change=hide))
    assert lines(result.entries) == CLEAN[1:3]
    assert told(result, "hidden-row") == ["Sheet1!5"]
    assert told(result, "hidden-sheet") == ["旧表"]
    assert told(result, "struck-through") == ["Sheet1!E4", "Sheet1!G4"]


def test_formulas_and_error_cells() -> None:
    """A formula never computed counts as empty; an error value is an error."""

    def spoil(sheet: Any) -> None:
        sheet["E4"] = "=VLOOKUP(A4,Sheet2!A:B,2)"
        sheet["G4"] = "#REF!"
        sheet["G4"].data_type = "e"

    result = load(l1(rows(), merged=(), change=spoil))
    assert told(result, "formula-without-value") == ["Sheet1!E4"]
    assert told(result, "cell-error") == ["Sheet1!G4"]


def test_columns_nobody_understands() -> None:
    """A column left out is told, so that nobody's duty is dropped in silence."""
    table = [["日期", "班次", "值班人员", "门卫"], ["2026-11-03", "8:00-20:00", "张三", "李四"]]
    result = load(workbook(table))
    assert codes(result.problems) == [("column-ignored", "Sheet1!D1")]
    assert result.problems[0].value == "门卫"


def test_a_column_per_shift() -> None:
    """白班 and 夜班 as columns of people."""
    table = [[TITLE], ["日期", "白班", "夜班"], ["11月3日", "张三", "王五"], [NOTES]]
    assert lines(load(workbook(table)).entries) == [CLEAN[2], CLEAN[5]]


def test_the_header_again_on_the_second_page() -> None:
    """A repeated header is no row, and may even order its columns anew."""
    again = [["日期", "班次", "副班", "值班人员"], ["11月4日", "白班", "李四", "张三"]]
    result = load(l1([*rows(), *again], merged=()))
    assert lines(result.entries)[-2:] == [
        "deputy 李四 11-04 08:00–11-04 20:00",
        "primary 张三 11-04 08:00–11-04 20:00",
    ]


def test_a_sunday_is_no_header() -> None:
    """日 beside 白班 looks like a header's 日 and 白班, but the row has a day of its own."""
    sunday: list[list[object]] = [
        [date(2026, 11, 8), "日", "白班", "陈建国", "张三", "13900000001", "李四"],
        [None, None, "夜班", None, "王五", "13900000002", "赵六"],
    ]
    result = load(l1(sunday))
    assert not result.failed
    assert [e.name for e in result.entries if e.role == "primary"] == ["张三", "王五"]


def test_a_workbook_with_a_sheet_per_month() -> None:
    """Only the month asked for is read; the other sheets are named."""
    book = Workbook()
    for index, month in enumerate(("10月", "11月")):
        sheet = book.active if index == 0 else book.create_sheet()
        sheet.title = month
        for row in (
            [f"2026年{month}值班表"],
            ["日期", "班次", "值班人员"],
            ["3日", "8:00-20:00", "张三"],
        ):
            sheet.append(row)
    result = load(saved(book), month=(2026, 11))
    assert [e.source for e in result.entries] == ["11月!C3"]
    assert told(result, "other-month") == ["10月!A1"]
    assert not result.failed
    assert len(load(saved(book)).entries) == 2


def test_all_problems_at_once() -> None:
    """Every row is read to its end: three mistakes, three problems, in one go."""
    result = load(l1(rows({1: "11月31日"}, {5: "待定", 6: "1390000000"}), merged=()))
    errors = [code for code, where in codes(result.problems) if where]
    assert {"date-impossible", "person-pending", "phone-wrong"} <= set(errors)
    assert all(found.severity in Severity for found in result.problems)
