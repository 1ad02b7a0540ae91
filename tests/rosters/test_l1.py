"""Layout L1, clean and as ugly as it comes."""

from datetime import date

import pytest

from rosters.errors import explain
from tests.rosters.building import (
    HEADER,
    TITLE,
    codes,
    l1,
    lines,
    load,
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


def test_clean_month() -> None:
    """The sheet as the units' own drawing has it: six duties, and only the hours to confirm."""
    result = load(l1())
    assert lines(result.entries) == CLEAN
    assert codes(result.problems) == [("shift-from-note", "Sheet1!A6")]
    assert result.title.startswith(TITLE)


def test_every_duty_knows_its_cell_and_number() -> None:
    """A merged leader is found at its first cell, and the leader has no number."""
    found = {(e.role, e.name): (e.source, e.mobile, e.title) for e in load(l1()).entries}
    assert found == {
        ("primary", "张三"): ("Sheet1!E4", "13900000001", None),
        ("primary", "王五"): ("Sheet1!E5", "13900000002", None),
        ("deputy", "李四"): ("Sheet1!G4", None, None),
        ("deputy", "赵六"): ("Sheet1!G5", None, None),
        ("leader", "陈建国"): ("Sheet1!D4", None, "局长"),
    }


def test_a_number_belongs_to_the_person_left_of_it() -> None:
    """With a number column after each role, each role has its own number."""
    header = ["日期", "班次", "带班领导", "电话", "值班人员", "手机", "副班", "联系方式"]
    row = [
        "2026-11-03",
        "08:00-20:00",
        "陈建国",
        "13900000009",
        "张三",
        "13900000001",
        "李四",
        "23500000",
    ]
    found = load(workbook([header, row])).entries
    assert [(e.name, e.mobile, e.landline) for e in found] == [
        ("陈建国", "13900000009", None),
        ("张三", "13900000001", None),
        ("李四", None, "23500000"),
    ]


def test_one_column_for_two_roles() -> None:
    """值班人员(主班/副班) holds the first and the second; two numbers go to the two of them."""
    header = ["日期", "班次", "值班人员(主班/副班)", "值班电话", "手机"]
    row = ["2026-11-03", "08:00-20:00", "张三/李四", "0595-23500000", "13900000001/13900000002"]
    found = load(workbook([header, row])).entries
    assert [(e.role, e.name, e.mobile, e.landline) for e in found] == [
        ("primary", "张三", "13900000001", "0595-23500000"),
        ("deputy", "李四", "13900000002", "0595-23500000"),
    ]


UGLY: dict[str, tuple[dict[int, object], dict[int, object]]] = {
    "text dates with the year only in the title": ({1: "11月3日"}, {1: "１１．３"}),
    "weekday beside the date": ({1: "2026年11月3日（星期二）"}, {1: "11/3 周二"}),
    "dates as numbers": ({1: 46329}, {1: "20261103"}),
    "spaces, full width and invisible characters": (
        {5: "张\u3000三", 6: "１３９　００００　０００１", 7: "\u200b李四\u00a0"},
        {3: "夜 班", 5: " 王 五 ", 6: "+86 139-0000-0002"},
    ),
    "numbers as numbers": ({6: 13900000001.0}, {6: 13900000002}),
    "titles without brackets": ({4: "陈建国 局长"}, {4: "陈建国局长"}),
    "the clock in the shift cell": ({3: "白班(8:00-20:00)"}, {3: "20:00-08:00"}),
    "short shift names": ({3: "白"}, {3: "夜间"}),
    "same as above": ({}, {4: "同上", 8: "值班时间：20:00－次日8:00"}),
}


@pytest.mark.parametrize("name", UGLY)
def test_ugly_variants(name: str) -> None:
    """However it is typed, the same two shifts are read, without an error."""
    result = load(l1(rows(*UGLY[name]), merged=()))
    assert lines(result.entries) == CLEAN
    assert {e.mobile for e in result.entries if e.role == "primary"} == {
        "13900000001",
        "13900000002",
    }
    assert not result.failed, codes(result.problems)


def test_hours_from_the_remark_alone() -> None:
    """Without a note, each row's remark tells its hours, and those of its namesakes."""
    more = [[date(2026, 11, 4), "三", "夜班", "林芳", "孙七", "13900000003", "周八", None]]
    table = [*rows({8: "8:00-20:00"}, {8: "20:00-次日8:00"}), *more]
    result = load(l1(table, notes=None, merged=()))
    assert "primary 孙七 11-04 20:00–11-05 08:00" in lines(result.entries)
    assert not result.problems


def test_hours_nobody_told() -> None:
    """A named shift without hours is an error that says how to mend it; nothing is guessed."""
    result = load(l1(rows(), notes=None, merged=()))
    assert result.entries == ()
    assert codes(result.problems) == [
        ("shift-unknown", "Sheet1!C4"),
        ("shift-unknown", "Sheet1!C5"),
    ]
    assert "白班8:00-20:00" in explain(result.problems[0])


def test_hours_the_unit_is_known_by() -> None:
    """The unit's own shifts fill in where the file is silent."""
    mapping = '[shifts]\n"白班" = "08:00-20:00"\n"夜班" = "20:00-08:00"'
    result = load(l1(rows(), notes=None, merged=()), mapping=mapping)
    assert lines(result.entries) == CLEAN
    assert not result.problems


def test_hours_that_contradict_each_other() -> None:
    """A row's own hours win over the note and are pointed at; two notes are an error."""
    own = load(l1(rows({8: "8:30-20:00"}), merged=()))
    assert "primary 张三 11-03 08:30–11-03 20:00" in lines(own.entries)
    assert told(own, "shift-clock-differs") == ["Sheet1!H4"]
    two = load(l1(rows(), notes="注:白班8:00-20:00,夜班20:00-8:00;白班冬季8:30-20:00。", merged=()))
    assert told(two, "shift-clock-conflict") == ["Sheet1!C4"]


def test_a_whole_day_needs_its_hour() -> None:
    """Without a shift column the day is 08:00 to 08:00 only where the notes say so."""
    table = [[TITLE], ["日期", "值班人员"], ["11月3日", "张三"]]
    asked = load(workbook(table))
    assert codes(asked.problems) == [("shift-missing", "Sheet1!A3")]
    note = ["值班电话:23511111 值班时间:当日上午8:00至次日上午8:00 2026年9月28日"]
    assert lines(load(workbook([*table, note])).entries) == ["primary 张三 11-03 08:00–11-04 08:00"]


def test_the_weekday_is_a_cross_check() -> None:
    """A wrong weekday is a warning with its own cell, and the date stands."""
    result = load(l1([[*DAY[:1], "三", *DAY[2:]]], merged=()))
    assert told(result, "weekday-mismatch") == ["Sheet1!B4"]
    assert not result.failed


def test_a_date_that_two_days_share() -> None:
    """11.3 stored as a number is settled by its weekday, and asked about without one."""
    settled = load(l1(rows({1: 11.3, 2: "一"}), merged=()))
    assert "primary 张三 11-30 08:00–11-30 20:00" in lines(settled.entries)
    asked = load(l1(rows({1: 11.3, 2: None}), merged=()))
    assert told(asked, "date-ambiguous") == ["Sheet1!A4"]


@pytest.mark.parametrize(
    ("title", "cell", "month", "code"),
    [
        ("值班安排表", "11月3日", None, "year-unknown"),
        ("11月值班安排表", "11月3日", None, "year-unknown"),
        ("2026年值班安排表", "3日", None, "month-unknown"),
        (TITLE, 45236, None, "date-outside-month"),
        (TITLE, "2025-11-03", None, "date-outside-month"),
        ("值班安排表", "2026-10-03", (2026, 11), "date-outside-month"),
        (TITLE, "11月31日", None, "date-impossible"),
        (TITLE, "十一月初三", None, "date-unreadable"),
        (TITLE, "11月8日—11月2日", None, "range-wrong"),
        (TITLE, None, None, "date-missing"),
    ],
)
def test_wrong_dates(title: str, cell: object, month: tuple[int, int] | None, code: str) -> None:
    """A date that is wrong, incomplete or in another month is an error at its cell."""
    result = load(l1(rows({1: cell, 2: None})[:1], title=title, merged=()), month=month)
    assert told(result, code) == ["Sheet1!A4"]
    assert (result.failed, result.entries) == (True, ())


def test_the_month_asked_for() -> None:
    """--month gives year and month where the file has none."""
    data = l1(rows({1: "3日"}, {1: "3"}), title="值班安排表", merged=())
    assert lines(load(data, month=(2026, 11)).entries) == CLEAN


def test_the_month_in_the_file_name() -> None:
    """Without a month in the title the file's name gives it."""
    data = l1(rows({1: "11.3"}, {1: "3日"}), title="值班安排表", merged=())
    assert lines(load(data, "值班表2026年11月.xlsx").entries) == CLEAN


def test_the_day_of_issue_is_not_the_month() -> None:
    """A line below the title may tell when it was issued; the title's month stands."""
    table: list[list[object]] = [
        [TITLE],
        ["印发日期:2026年10月28日"],
        ["日期", "班次", "值班人员"],
        ["3日", "8:00-20:00", "张三"],
    ]
    assert lines(load(workbook(table)).entries) == CLEAN[2:3]


def test_days_of_the_file() -> None:
    """A day named without people still belongs to what the file speaks of."""
    table = [*rows(), [date(2026, 11, 4), "三", "白班"]]
    result = load(l1(table, merged=()))
    assert result.days == (date(2026, 11, 3), date(2026, 11, 4))
    assert told(result, "slot-empty") == ["Sheet1!E6"]


def test_a_second_column_of_the_same_role_may_stay_empty() -> None:
    """值班员1 and 值班员2 serve together; only a shift without any of them is worth a word."""
    table: list[list[object]] = [
        ["日期", "班次", "值班员1", "值班员2"],
        ["2026-11-03", "8:00-20:00", "张三", "李四"],
        ["2026-11-04", "8:00-20:00", None, "李四"],
        ["2026-11-05", "8:00-20:00", None, None],
    ]
    result = load(workbook(table))
    assert [e.role for e in result.entries] == ["primary"] * 3
    assert told(result, "slot-empty") == ["Sheet1!C4"]


def test_the_wrong_file() -> None:
    """A November title is refused when December is asked for."""
    result = load(l1(), month=(2026, 12))
    assert "month-conflict" in {found.code for found in result.problems}
    assert result.failed


def test_a_holiday_over_the_edge_of_the_month() -> None:
    """A day just outside the month is read, with a word about it."""
    result = load(l1(rows({1: "12月1日", 2: None})[:1], merged=()))
    assert told(result, "date-near-month") == ["Sheet1!A4"]
    assert lines(result.entries)[0].endswith("12-01 08:00–12-01 20:00")


def test_a_year_far_from_the_others() -> None:
    """Without any month to hold on to, a date in another year still stands out."""
    days = ["2026-11-03", "2026-11-04", "2023-11-05"]
    table: list[list[object]] = [list(HEADER)]
    table += [[day, None, "8:00-20:00", None, "张三", None, None, None] for day in days]
    assert told(load(workbook(table)), "date-far") == ["Sheet1!A4"]


def test_a_date_cell_that_is_not_merged() -> None:
    """Only a merged cell counts for the rows below: a blank one is an error, never a guess."""
    result = load(l1(merged=("D4:D5",)))
    assert told(result, "date-missing") == ["Sheet1!A5"]


def test_footers_are_not_people() -> None:
    """Totals, checkers and notes below the table name nobody on duty."""
    table: list[list[object]] = [
        *rows(),
        ["合计", None, None, None, "5人次"],
        ["审核:吴九", None, None, None, "制表:郑十"],
        [None, None, None, None, "值班电话", "23511111"],
        ["2.如需调班须提前一天报办公室。"],
        [None, None, None, None, None, None, "2026年10月28日"],
    ]
    result = load(l1(table, merged=()))
    assert lines(result.entries) == CLEAN
    assert not result.failed


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("待定", "person-pending"),
        ("（轮空）", "person-pending"),
        ("张三、待定", "person-pending"),
        ("同上", "ditto-without"),
        ("恢复正常上班", "name-unreadable"),
        ("13900000001", "name-unreadable"),
        ("=B2", None),
        ("—", "slot-empty"),
        ("休", "slot-empty"),
        (None, "slot-empty"),
    ],
)
def test_cells_without_a_person(cell: object, code: str | None) -> None:
    """Nobody yet is an error, nobody at all a warning; neither ever becomes a person."""
    result = load(l1(rows({5: cell, 6: None})[:1], merged=()))
    assert not [e for e in result.entries if e.role == "primary" and e.name != "张三"]
    assert told(result, code or "formula-without-value")[0] == "Sheet1!E4"


def test_swaps_and_covers_written_into_a_cell() -> None:
    """Who really serves is read, and a person is asked to look."""
    result = load(l1(rows({5: "赵六（顶班：张三）"}, {5: "(与孙七换班)王五"}), merged=()))
    assert lines(result.entries) == CLEAN
    assert told(result, "cover-understood") == ["Sheet1!E4"]
    assert told(result, "swap-noted") == ["Sheet1!E5"]


@pytest.mark.parametrize(
    ("names", "numbers", "code"),
    [
        ("张三、李四", "13900000001/13900000002/13900000003", "phone-count"),
        ("张三、李四", "13900000001", "phone-shared"),
        ("张三", "13900000001/13900000002", "phone-extra"),
        ("张三", "1390000000", "phone-wrong"),
        ("张三", "见群公告", "phone-words"),
        (None, "13900000001", "phone-nobody"),
    ],
)
def test_numbers_that_do_not_fit(names: object, numbers: object, code: str) -> None:
    """Numbers must fit the names; whose a number is is never guessed."""
    result = load(l1(rows({5: names, 6: numbers})[:1], merged=()))
    assert told(result, code) == ["Sheet1!F4"]
