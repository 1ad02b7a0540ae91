"""Layout L3: the month as a calendar, with the telephone list on a sheet of its own."""

import pytest

from tests.rosters.building import codes, lines, load, told
from tests.rosters.drawn import CARDS, l3

BLANK: list[object] = [None] * 6
WHOLE_DAYS = "值班时间8:00-次日8:00"
ANSWERS = 'hours = "08:00-08:00"\n[people]\n"陈局" = "陈建国"\n'


def test_the_calendar_as_drawn_asks_for_its_hours() -> None:
    """Nothing in it says from when to when; 〃 below nothing is an error with its cell."""
    result = load(l3(), "排班表.xlsx")
    assert codes(result.problems) == [("shift-missing", "排班!H3"), ("ditto-without", "排班!C6")]
    assert result.entries == ()


def test_people_and_numbers_come_from_two_sheets() -> None:
    """Days, roles by row, 陈局 by the mapping, and each number from the telephone list."""
    rows: list[list[object]] = [
        [None, *BLANK, 1],
        ["带班", *BLANK, "陈局"],
        ["值班", *BLANK, "张三/李四"],
        [None, 2, 3],
        ["带班", "陈局", "林芳"],
        ["值班", "李四", "—"],
    ]
    result = load(l3(rows=rows), "排班表.xlsx", mapping=ANSWERS)
    assert [(line, e.mobile) for e in result.entries for line in lines([e])] == [
        ("leader 陈建国 11-01 08:00–11-02 08:00", "13900000009"),
        ("primary 张三 11-01 08:00–11-02 08:00", "13900000001"),
        ("primary 李四 11-01 08:00–11-02 08:00", "13900000002"),
        ("leader 陈建国 11-02 08:00–11-03 08:00", "13900000009"),
        ("leader 林芳 11-03 08:00–11-04 08:00", None),
        ("primary 李四 11-02 08:00–11-03 08:00", "13900000002"),
    ]
    assert not result.problems


def test_namesakes_in_the_telephone_list_get_no_number() -> None:
    """Which of two 李四 serves is for the directory to say, not for chance."""
    cards: list[list[object]] = [*CARDS, ["李四", "司机", "13900000007", ""]]
    rows: list[list[object]] = [[None, *BLANK, 1], ["值班", *BLANK, "张三/李四"]]
    result = load(l3(rows=rows, cards=cards, note=WHOLE_DAYS))
    assert [(e.name, e.mobile) for e in result.entries] == [
        ("张三", "13900000001"),
        ("李四", None),
    ]


def test_grey_days_of_the_months_around() -> None:
    """Nobody on them: not a word. Somebody on them: that month's day, and a warning."""
    rows: list[list[object]] = [
        [None, 26, 27, 28, 29, 30, 31, 1],
        ["值班", *BLANK, "张三"],
        [None, 30, 1, 2, 3, 4, 5, 6],
        ["值班", "张三", "李四"],
    ]
    result = load(l3(rows=rows, note=WHOLE_DAYS))
    assert lines(result.entries) == [
        "primary 张三 11-01 08:00–11-02 08:00",
        "primary 张三 11-30 08:00–12-01 08:00",
        "primary 李四 12-01 08:00–12-02 08:00",
    ]
    assert told(result, "date-near-month") == ["排班!C4"]
    assert not result.failed


@pytest.mark.parametrize(
    ("rows", "corner", "code", "where"),
    [
        ([[None, *BLANK, 1], [None, *BLANK, "张三"]], "2026年11月", "row-unlabelled", "排班!H3"),
        ([["值班", "张三"], [None, *BLANK, 1]], "2026年11月", "date-missing", "排班!B2"),
        ([[None, 1], ["值班", "张三"]], "2026年11月", "weekday-mismatch", "排班!B1"),
        ([[None, 1, 2], ["值班", "张三", "李四"]], "11月", "month-unknown", "排班!B2"),
        (
            [[None, *BLANK, 31], ["值班", *BLANK, "张三"]],
            "2026年11月",
            "date-impossible",
            "排班!H2",
        ),
    ],
)
def test_wrong_calendars(rows: list[list[object]], corner: str, code: str, where: str) -> None:
    """Each fault is told once, at its own cell."""
    assert told(load(l3(rows=rows, corner=corner, note=WHOLE_DAYS)), code) == [where]


def test_shifts_as_rows() -> None:
    """白班 and 夜班 may be rows, with their hours in a note or in the label itself."""
    rows: list[list[object]] = [
        ["日期", 2, 3],
        ["白班", "张三", "李四"],
        ["夜班(20:00-8:00)", "李四", "张三"],
    ]
    result = load(l3(rows=rows, note="注:白班8:00-20:00"))
    assert lines(result.entries) == [
        "primary 张三 11-02 08:00–11-02 20:00",
        "primary 李四 11-02 20:00–11-03 08:00",
        "primary 李四 11-03 08:00–11-03 20:00",
        "primary 张三 11-03 20:00–11-04 08:00",
    ]
