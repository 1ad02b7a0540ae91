"""Layouts L2, L4, L5 and L6 as the specification draws them, and their near relations."""

from datetime import date

import pytest

from rosters.layouts import read_grids
from rosters.model import Request
from rosters.sheets import read_grid_file
from tests.rosters.building import SHANGHAI, codes, lines, load, told, workbook
from tests.rosters.drawn import L2_ROWS, L4_ROWS, L5_TEXT, l2, l4, l5, l6

WHOLE_DAYS = "值班时间:8:00-次日8:00"


def test_the_townships_holiday() -> None:
    """Two people and two numbers in a cell, a leader over two days, 同上 and 〃, a make-up day."""
    result = load(l2())
    assert lines(result.entries) == [
        "leader 林书记 10-01 08:00–10-02 08:00",
        "primary 张三 10-01 08:00–10-02 08:00",
        "primary 李四 10-01 08:00–10-02 08:00",
        "leader 林书记 10-02 08:00–10-03 08:00",
        "primary 王五 10-02 08:00–10-03 08:00",
        "primary 赵六 10-02 08:00–10-03 08:00",
        "leader 黄镇长 10-03 08:00–10-04 08:00",
        "primary 孙七 10-03 08:00–10-04 08:00",
        "leader 黄镇长 10-10 08:00–10-11 08:00",
        "primary 周八 10-10 08:00–10-11 08:00",
    ]
    assert codes(result.problems) == [("shift-from-note", "国庆!A8")]
    numbers = {e.name: e.mobile for e in result.entries if e.mobile}
    assert numbers == {
        "林书记": "13900000009", "张三": "13900000001", "李四": "13900000002",
        "王五": "13900000003", "赵六": "13900000004", "孙七": "13900000005", "周八": "13900000006",
    }  # fmt: skip


def test_usual_days_inside_a_holiday_roster_are_not_its_own() -> None:
    """恢复正常上班 leaves that day, and those until the next row, to the monthly roster."""
    assert load(l2()).pauses == ((date(2026, 10, 8), date(2026, 10, 9)),)
    assert load(l2(L2_ROWS[:4])).pauses == ()
    assert load(l2(L2_ROWS[:4])).days == (date(2026, 10, 1), date(2026, 10, 3))


def test_a_whole_day_is_asked_for_where_no_note_tells_its_hour() -> None:
    """24小时 does not say when it begins; that is one question, not one per row."""
    result = load(l2(note="值班电话:23511111"))
    assert result.entries == ()
    unknown = [found for found in result.problems if found.code == "shift-unknown"]
    assert [(found.where, found.value) for found in unknown] == [("国庆!F3", "24小时")]


def test_a_heading_may_tell_the_hours_of_its_shift() -> None:
    """白班(8:00-20:00) over a column of people needs no note; a leader beside it is still asked."""
    table = [
        ["日期", "白班（8:00-20:00）", "夜班（20:00-次日8:00）"],
        ["2026-11-03", "张三", "李四"],
    ]
    found = load(workbook(table))
    assert lines(found.entries) == [
        "primary 张三 11-03 08:00–11-03 20:00",
        "primary 李四 11-03 20:00–11-04 08:00",
    ]
    assert codes(found.problems) == [("shift-from-note", "Sheet1!B1")]
    for row, cell in zip(table, ("带班领导", "陈建国"), strict=True):
        row.append(cell)
    asked = load(workbook(table))
    assert [found.where for found in asked.problems if found.severity == "error"] == ["Sheet1!A2"]
    table[0][3] = "带班领导（8:00-次日8:00）"
    assert "leader 陈建国 11-03 08:00–11-04 08:00" in lines(load(workbook(table)).entries)


def test_weekly_groups() -> None:
    """A range stands for each of its days; 组长 leads, A角 and B角 are primary and deputy."""
    rows = [*L4_ROWS]
    rows[1] = [*rows[1][:5], "郑十", "13900000003"]
    result = load(l4(rows, note=WHOLE_DAYS), month=(2026, 11))
    assert not result.failed
    primary = [e for e in result.entries if e.role == "primary"]
    assert len(primary) == 21
    assert [e.name for e in primary[::7]] == ["张三", "李四", "吴九"]
    names = {
        role: {e.name for e in result.entries if e.role == role} for role in ("leader", "team")
    }
    assert names == {"leader": {"陈建国", "林芳"}, "team": {"王五", "赵六", "郑十"}}
    third = [e for e in result.entries if e.role == "team"][-1]
    assert (third.name, third.landline) == ("郑十", "0595-23500002转8012")


def test_weekly_groups_as_drawn() -> None:
    """待定 is nobody yet, and so is what repeats it; without a note the hours are asked for."""
    result = load(l4(), month=(2026, 11))
    assert told(result, "person-pending") == ["Sheet1!F3", "Sheet1!F4"]
    assert told(result, "shift-missing") == ["Sheet1!A2"]
    assert told(load(l4(note=WHOLE_DAYS)), "year-unknown") == [
        f"Sheet1!B{row}" for row in (2, 3, 4)
    ]


def test_a_csv_file_of_wps() -> None:
    """GB18030, a number beside each person, a cover in brackets, a total that is nobody."""
    text = L5_TEXT.replace("45236", "2026-11-06")
    result = load(l5(text, note=f"说明:{WHOLE_DAYS}\n"), "值班.csv")
    assert [(e.role, e.name, e.mobile, e.landline) for e in result.entries] == [
        ("leader", "陈建国", "13900000009", None),
        ("primary", "张三", None, "0595-23500000"),
        ("primary", "李四", "13900000002", None),
        ("leader", "林芳", None, None),
        ("primary", "王五", "13900000003", None),
        ("primary", "孙七", "13900000004", None),
        ("leader", "林芳", None, None),
        ("primary", "周八", "13900000005", None),
    ]
    assert codes(result.problems) == [
        ("cover-understood", "值班.csv:4"),
        ("shift-from-note", "值班.csv:7"),
    ]


def test_a_serial_date_in_the_wrong_year_is_caught() -> None:
    """45236 is a day of 2023 among days of 2026."""
    assert told(load(l5(), "值班.csv"), "date-far") == ["值班.csv:5"]
    assert told(load(l5(), "值班.csv", month=(2026, 11)), "date-outside-month") == ["值班.csv:5"]


def test_two_halves_side_by_side() -> None:
    """Both halves are read under the header of two rows; a wrong weekday is a warning."""
    result = load(l6(note="白班8:00-17:30;"), month=(2026, 11))
    assert [(line, e.mobile) for e in result.entries for line in lines([e])] == [
        ("primary 张三 11-03 08:00–11-03 17:30", "13900000001"),
        ("primary 李四 11-03 17:30–11-04 08:00", "13900000002"),
        ("primary 李四 11-04 08:00–11-04 17:30", "13900000002"),
        ("primary 张三 11-04 17:30–11-05 08:00", "13900000001"),
        ("primary 张三 11-18 08:00–11-18 17:30", "13900000001"),
        ("primary 赵六 11-18 17:30–11-19 08:00", "13900000004"),
        ("primary 吴九 11-19 08:00–11-19 17:30", "13900000009"),
        ("primary 赵六 11-19 17:30–11-20 08:00", None),
    ]
    assert codes(result.problems) == [
        ("struck-through", "值班表!I6"),
        ("weekday-mismatch", "值班表!B5"),
        ("swap-noted", "值班表!I5"),
        ("shift-from-note", "值班表!A7"),
    ]


def test_two_halves_as_drawn() -> None:
    """The note tells the night's hours only: the day's are asked for, once for both halves."""
    assert told(load(l6(), month=(2026, 11)), "shift-unknown") == ["值班表!C5"]


def test_a_header_of_two_rows_without_merged_cells() -> None:
    """A CSV file has no merged cells: an empty cell continues the label left of it."""
    text = (
        "日期,星期,白班,,夜班,\n,,姓名,电话,姓名,电话\n"
        "2026-11-03,二,张三,13900000001,李四,13900000002\n"
        "注:白班8:00-20:00;夜班20:00-次日8:00\n"
    )
    result = load(text.encode(), "f.csv")
    assert [(e.name, e.mobile) for e in result.entries] == [
        ("张三", "13900000001"),
        ("李四", "13900000002"),
    ]


def test_a_two_row_header_with_roles_below_shifts() -> None:
    """白班 over 主班 and 副班 is a role within a shift."""
    table: list[list[object]] = [
        ["日期", "白班", None, "夜班", None],
        [None, "主班", "副班", "主班", "副班"],
        ["2026-11-03", "张三", "李四", "王五", "赵六"],
        ["注:白班8:00-20:00,夜班20:00-8:00"],
    ]
    result = load(workbook(table, merged=["A1:A2", "B1:C1", "D1:E1"]))
    assert lines(result.entries) == [
        "deputy 李四 11-03 08:00–11-03 20:00",
        "primary 张三 11-03 08:00–11-03 20:00",
        "deputy 赵六 11-03 20:00–11-04 08:00",
        "primary 王五 11-03 20:00–11-04 08:00",
    ]


def test_the_right_half_may_be_shorter() -> None:
    """February's right half ends early: its empty rows are nothing."""
    table: list[list[object]] = [
        ["序号", "日期", "值班人员", "序号", "日期", "值班人员"],
        [1, "2026-02-01", "张三", 3, "2026-02-03", "王五"],
        [2, "2026-02-02", "李四"],
        [WHOLE_DAYS],
    ]
    result = load(workbook(table, merged=["A4:F4"]))
    assert [e.name for e in result.entries] == ["张三", "李四", "王五"]
    assert not result.failed


@pytest.mark.parametrize("data", [l2(), l4(title="2026年11月", note=WHOLE_DAYS)])
def test_every_entry_knows_its_cell(data: bytes) -> None:
    """What is read from a range or a merged cell points at a cell that holds the name."""
    grids, _ = read_grid_file(data, "f.xlsx")
    assert grids is not None
    request = Request(filename="f.xlsx", tz=SHANGHAI, unit="U")
    cells = {grids[0].where(*place): str(value) for place, value in grids[0].cells.items()}
    for entry in read_grids(grids, request).entries:
        assert entry.name in cells[entry.source].replace(" ", "") or cells[entry.source] == "〃"
