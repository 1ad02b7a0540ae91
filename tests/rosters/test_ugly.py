"""Rosters as ugly as they come, one bug each, read the same in any order of their rows."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from rosters.model import ReadResult
from rosters.units import assign
from tests.rosters.building import lines, load, told, workbook
from tests.rosters.ugly import NOTE, THIRD, UGLY, WHOLE, Rows, Ugly, written


def read(ugly: Ugly, rows: Rows) -> ReadResult:
    """What is read of it."""
    data, name = written(ugly, rows)
    return load(data, name, mapping=ugly.mapping)


@pytest.mark.parametrize("name", UGLY)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_ugly_tables(name: str, seed: int | None) -> None:
    """Read right, or with precise problems, and the same in shuffled order."""
    ugly = UGLY[name]
    rows = list(ugly.rows)
    if seed is not None:
        random.Random(seed).shuffle(rows)
    result = read(ugly, rows)
    assert lines(result.entries) == sorted(ugly.read, key=_by_time)
    found = {problem.code for problem in result.problems} - {"shift-from-note"}
    assert found == set(ugly.told)


def _by_time(line: str) -> tuple[str, str]:
    role, name, *when = line.split(" ")
    return " ".join(when[:2])[:11], f"{role} {name}"


BIG: Rows = [
    [date(2026, 11, n), "白班" if m == 0 else "夜班", who, number]
    for n in range(1, 11)
    for m, (who, number) in enumerate([("张三", "13900000001"), ("王五", 13900000002)])
]


@settings(max_examples=30)
@given(st.permutations(range(len(BIG))))
def test_shuffling_rows_changes_nothing(order: list[int]) -> None:
    """Twenty rows in any order are the same twenty duties with the same numbers."""
    head: Rows = [["日期", "班次", "值班人员", "手机"]]
    tail: Rows = [[NOTE]]
    plain, mixed = (
        load(workbook([list(row) for row in [*head, *rows, *tail]]))
        for rows in (BIG, [BIG[index] for index in order])
    )
    assert _facts(plain) == _facts(mixed)
    assert not mixed.failed


def _facts(result: ReadResult) -> set[tuple[object, ...]]:
    return {(e.role, e.name, e.mobile, e.start, e.end) for e in result.entries}


def test_a_year_of_formulas_never_computed() -> None:
    """Dates made by =A2+1 and saved by a program that computes nothing: told cell by cell."""

    def formulas(sheet: Any) -> None:
        for row in range(3, 6):
            sheet[f"A{row}"] = f"=A{row - 1}+1"

    table: list[list[object]] = [
        ["日期", "值班人员"],
        [date(2026, 11, 3), "张三"],
        [None, "王五"],
        [None, "王五"],
        [None, "王五"],
        [WHOLE],
    ]
    change: Callable[[Any], None] = formulas
    result = load(workbook(table, change=change))
    assert told(result, "formula-without-value") == ["Sheet1!A3", "Sheet1!A4", "Sheet1!A5"]
    assert result.failed


def _stacked(*titles: str, page: str = "", month: tuple[int, int] | None = None) -> ReadResult:
    """A table of two days under each title, on one sheet; with the hours below the last."""
    rows: list[list[object]] = []
    for title in titles:
        rows += [[title], ["日期", "值班人员"], ["3日", "张三"], ["4日", "王五"]]
        rows += [[page]] if page else []
    return load(workbook([*rows, [WHOLE]]), unit=None, month=month)


def test_two_months_below_one_another() -> None:
    """The second title counts for what stands below it; its first day is no day of the first."""
    result = _stacked("2026年11月值班表", "2026年12月值班表")
    assert [line[11:16] for line in lines(result.entries)] == ["12-03", "12-04"]
    # The hours stand below the second table, and are asked of the first.
    assert [found.code for found in result.problems if found.code == "shift-missing"]
    hours = "值班时间:8:00-次日8:00"
    both = _stacked(f"2026年11月值班表 {hours}", f"2026年12月值班表 {hours}")
    assert [line[11:16] for line in lines(both.entries)] == ["11-03", "11-04", "12-03", "12-04"]
    assert not both.failed
    titles = (f"2026年11月值班表 {hours}", f"2026年12月值班表 {hours}")
    asked = _stacked(*titles, month=(2026, 12))
    assert [line[11:16] for line in lines(asked.entries)] == ["12-03", "12-04"]
    assert told(asked, "other-month") == ["Sheet1!A1"]


def test_what_a_second_title_leaves_out_is_what_the_first_says() -> None:
    """Without a year, or without any month: of the same year or month; January follows December."""
    hours = "值班时间:8:00-次日8:00"
    for second, days in (
        ("12月值班表", ["11-03", "11-04", "12-03", "12-04"]),
        ("值班人员安排表（二）", ["11-03", "11-03", "11-04", "11-04"]),
        ("2027年值班表", ["11-03", "11-04", "11-03", "11-04"]),
    ):
        found = _stacked(f"2026年11月值班表 {hours}", f"{second} {hours}")
        assert not found.failed
        assert [line[11:16] for line in lines(found.entries)] == days
    over = _stacked(f"2026年12月值班表 {hours}", f"1月值班表 {hours}")
    assert [entry.start.year for entry in over.entries] == [2026, 2026, 2027, 2027]


def test_two_units_below_one_another() -> None:
    """Each table is the unit's whose name is in its own title, in a workbook and in a CSV."""
    hours = "值班时间:8:00-次日8:00"
    titles = [f"县水利局2026年11月值班表 {hours}", f"县林业局2026年11月值班表 {hours}"]
    known = {"县水利局": "WATER", "县林业局": "FOREST"}
    found = assign(_stacked(*titles), known)
    assert [entry.unit for entry in found.entries] == ["WATER", "WATER", "FOREST", "FOREST"]
    table = "\n".join(f"{title}\n日期,值班人员\n3日,张三\n4日,王五" for title in titles)
    found = assign(load(table.encode(), "两局.csv", unit=None), known)
    assert [entry.unit for entry in found.entries] == ["WATER", "WATER", "FOREST", "FOREST"]


def test_pages_are_one_table() -> None:
    """The same title and header on every page, or a note, part nothing: a note is for all."""
    result = _stacked(
        *["2026年11月值班表（第1页）", "2026年11月值班表（第2页）"], page="第1页 共2页"
    )
    assert {line[11:16] for line in lines(result.entries)} == {"11-03", "11-04"}
    assert len(result.entries) == 4
    assert not result.failed
    note = "注：本值班安排表如有调整另行通知。值班时间:8:00-次日8:00"
    rows: list[list[object]] = [["日期", "值班人员"], ["2026-11-03", "张三"], [note]]
    result = load(workbook([*rows, ["日期", "值班人员"], ["2026-11-04", "王五"]]))
    assert len(result.entries) == 2
    assert not result.failed


def test_last_month_s_title_on_this_month_s_file() -> None:
    """The title is followed, and that the file's name says another month is told."""
    table: list[list[object]] = [
        ["2026年11月值班表"],
        ["日期", "值班人员"],
        ["3日", "张三"],
        [WHOLE],
    ]
    copied = load(workbook(table), "值班表2026年12月.xlsx")
    assert told(copied, "month-doubtful") == ["值班表2026年12月.xlsx"]
    assert lines(copied.entries) == [THIRD]
    for name in ("值班表2026年11月.xlsx", "值班表.xlsx", "2026-11.xlsx"):
        assert not told(load(workbook(table), name), "month-doubtful")
    asked = load(workbook(table), "值班表2026年12月.xlsx", month=(2026, 11))
    assert not told(asked, "month-doubtful")


def test_comments_are_told() -> None:
    """A number or a swap that hides in a comment is not read, and that is said."""

    def comment(sheet: Any) -> None:
        sheet["B2"].comment = Comment("与李四换班", "办公室")

    table: list[list[object]] = [["日期", "值班人员"], [date(2026, 11, 3), "张三"], [WHOLE]]
    result = load(workbook(table, change=comment))
    assert told(result, "comment-left-out") == ["Sheet1!B2"]
    assert lines(result.entries) == ["primary 张三 11-03 08:00–11-04 08:00"]
