"""Whatever the bytes, the answer is problems, never an exception."""

import json
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rosters.errors import explain
from rosters.grid import Grid
from rosters.habits import Habits
from rosters.layouts import read_grids
from rosters.mapping import parse
from rosters.match import match
from rosters.model import ReadResult, Request
from rosters.questions import answers
from tests.house.files import ROOT
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


#: In `make soak` the profile asks for twenty times as many; spreadsheets are given more still.
MANY = settings().max_examples

#: The headers of every layout, whose readers are to survive whatever stands below them.
HEADS: list[list[list[object]]] = [
    [["序号", "日期", "带班领导", "值班人员", "手机", "备注"]],
    [["2026年11月", "一", "二", "三", "四", "五", "六", "日"], [None, 2, 3, 4, 5, 6, 7, 8]],
    [["轮次", "起止日期", "组长(带班)", "A角", "B角", "成员", "电话"]],
    [["值班日期", "值班领导", "值班员1", "值班员1电话", "值班员2", "值班员2电话"]],
    [["日期", "白班", None, "日期", "夜班", None], [None, "姓名", "电话", None, "姓名", "电话"]],
    [["unit", "date", "shift", "role", "name", "mobile"]],
]
LABELS = (
    "带班 值班 白班 11月2日—11月8日 11.9-11.15 1-3日 3、5日 恢复正常上班 24小时 陈局 详见通讯录"
    " 13900000001 0595-23500002转8012 (与王五换班)张三 =1 -1 '=1 第三日8:00"
).split()
below = st.lists(
    st.lists(st.one_of(cells, st.sampled_from(LABELS)), max_size=8), min_size=1, max_size=8
)


@settings(max_examples=MANY if MANY <= 100 else MANY * 5)
@given(st.sampled_from(HEADS), below, st.booleans(), st.booleans())
def test_any_cells_below_any_header(
    head: list[list[object]], table: list[list[object]], titled: bool, told_hours: bool
) -> None:
    """Random cells below the header of each layout, with and without a title and hours."""
    above: list[list[object]] = [[TITLE]] if titled else []
    after: list[list[object]] = [[NOTES]] if told_hours else []
    rows = [*above, *head, *table, *after]
    grid = Grid(
        name="Sheet1",
        cells={
            (r, c): value
            for r, row in enumerate(rows, 1)
            for c, value in enumerate(row, 1)
            if value is not None
        },
    )
    habits = Habits(hours="08:00-08:00") if told_hours else Habits()
    request = Request(filename="f.xlsx", tz=SHANGHAI, unit="U", habits=habits)
    result = read_grids([grid], request)
    survives(result)
    _, wrong = parse(answers(result.problems).encode("utf-8", "surrogatepass"), "map.toml")
    assert not any(found.code == "mapping-twice" for found in wrong)


@given(st.text(max_size=300))
def test_any_mapping_file(text: str) -> None:
    """Random text as a mapping file: its answers, and each fault in words with its line."""
    for data in (text, f"[shifts]\n{text}", f'[people]\n"a" = "b"\n{text}'):
        _, wrong = parse(data.encode("utf-8", "surrogatepass"), "map.toml")
        assert all(explain(found) for found in wrong)


@given(
    st.dictionaries(
        st.sampled_from(["unit", "role", "person", "start", "end", "mobile"]),
        st.one_of(st.none(), st.integers(), st.text(max_size=8), st.just("2026-11-03T08:00+08:00")),
    )
)
def test_any_json(row: dict[str, object]) -> None:
    """Random duties as our own JSON has them."""
    survives(load(json.dumps({"duties": [row]}).encode(), "f.json"))


OLD = (ROOT / "tests" / "fixtures" / "rosters" / "old_month.xls").read_bytes()


@given(st.lists(st.tuples(st.integers(0, len(OLD) - 1), st.integers(0, 255)), max_size=6))
def test_any_old_workbook(damage: list[tuple[int, int]]) -> None:
    """A good .xls with bytes of it replaced at random."""
    broken = bytearray(OLD)
    for place, byte in damage:
        broken[place] = byte
    survives(load(bytes(broken), "f.xls"))


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


@settings(max_examples=40 if MANY <= 100 else MANY, suppress_health_check=[HealthCheck.too_slow])
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
