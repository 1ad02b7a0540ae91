"""Whatever the bytes, the answer is problems, never an exception."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rosters.errors import explain
from rosters.grid import Grid
from rosters.layouts import read_grids
from rosters.match import match
from rosters.model import ReadResult, Request
from tests.rosters.building import CHICAGO, HEADER, NOTES, SHANGHAI, TITLE, l1, load, workbook

WORDS = (
    "张三 待定 同上 无 白班 夜班 8:00-20:00 次日8:00 24:00-24:00 11月3日 3日 45236 2026-02-30"
    " 注: 合计 日期 星期 班次 值班人员 电话 主班 {x} %s =A1 (顶班:) 1.39E+10 １３９０００００００１"
    " 😀 \u202e\u200b () 、、 值班人员(主班/副班) 二〇二六年十三月 99999999999999999999 0:00-0:00"
    " 周八 unit date shift role name"
).split()
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(WORDS), max_size=4).map("".join),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
tables = st.lists(st.lists(cells, max_size=9), max_size=8)


def survives(result: ReadResult) -> None:
    """A result whose every problem can be put into words, and whose entries can be matched."""
    for found in result.problems:
        assert explain(found)
        assert found.where or found.code
    match(result.entries, [], create=True)
    assert result.entries or result.failed


@given(tables, st.booleans(), st.booleans())
def test_any_cells(table: list[list[object]], chicago: bool, header: bool) -> None:
    """Random cells, with or without a true header above them."""
    rows: list[list[object]] = [[TITLE], [*HEADER], *table, [NOTES]] if header else table
    grid = Grid(
        name="Sheet1",
        cells={
            (r, c): value
            for r, row in enumerate(rows, 1)
            for c, value in enumerate(row, 1)
            if value is not None
        },
    )
    zone = CHICAGO if chicago else SHANGHAI
    survives(read_grids([grid], Request(filename="f.xlsx", tz=zone, unit="U")))


excel = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.dates(date(1900, 1, 1), date(9999, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001 - as Excel has them
    st.just(time(8)),
    st.just(timedelta(hours=30)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.lists(excel, max_size=9), max_size=6))
def test_any_workbook(table: list[list[object]]) -> None:
    """Random cells, saved as a workbook and read back."""
    survives(load(workbook([[TITLE], HEADER, *table])))


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe"])
)
def test_any_bytes(data: bytes, magic: bytes) -> None:
    """Random bytes, with or without a promising start."""
    survives(load(magic + data, "f.csv"))


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Random text below a true header."""
    data = f"unit,date,shift,role,name,mobile\n{text}".encode("utf-8", "surrogatepass")
    survives(load(data, "f.csv"))


@pytest.mark.parametrize("step", [7, 31, 101])
def test_any_damage(step: int) -> None:
    """A good workbook with bytes knocked over is read or refused, but never breaks anything."""
    whole = bytearray(l1())
    for place in range(0, len(whole), step * 13):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        survives(load(bytes(broken), "f.xlsx"))
