"""Rosters as ugly as they come, one bug each, read the same in any order of their rows."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosters.model import ReadResult
from tests.rosters.building import lines, load, told, workbook
from tests.rosters.ugly import NOTE, UGLY, WHOLE, Rows, Ugly, written


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
