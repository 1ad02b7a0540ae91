"""Cells as people type them."""

from datetime import date, datetime

import pytest

from rosters.clocks import find_clocks, read_clock
from rosters.dates import Period, period, read_day, weekday
from rosters.phones import phones
from rosters.text import clean, fold_name, names, role

NOVEMBER = Period(year=2026, month=11)


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("张三、李四", ["张三", "李四"]),
        ("王 五，赵六", ["王五", "赵六"]),
        ("张三/李四；王五\n赵六", ["张三", "李四", "王五", "赵六"]),
        ("张三 李四", ["张三", "李四"]),
        ("欧阳 娜娜", ["欧阳娜娜"]),
        ("王\u3000五", ["王五"]),
        ("张\u200b三\ufeff", ["张三"]),
        ("陈建国(局长)", ["陈建国"]),
        ("陈建国（局长、党组书记）", ["陈建国"]),
        ("陈建国局长", ["陈建国"]),
        ("陈建国 局长", ["陈建国"]),
        ("陈建国，13900000009", ["陈建国"]),
        ("林书记\n13900000009", ["林书记"]),
        ("阿卜杜拉·买买提", ["阿卜杜拉·买买提"]),
        ("Zhang San, Li Si", ["Zhang San", "Li Si"]),
        ("(与王五换班)张三", ["张三"]),
        ("赵六（顶班：孙七）", ["孙七"]),
        ("13900000001", []),
        ("", []),
    ],
)
def test_names(cell: str, people: list[str]) -> None:
    """A cell's people come in order, without titles, numbers, notes and stray spaces."""
    assert [named.name for named in names(cell)] == people


def test_what_stands_beside_a_name() -> None:
    """Titles, numbers and covers are kept, apart from the name."""
    assert names("陈建国(局长)")[0].title == "局长"
    assert names("陈建国 局长")[0].title == "局长"
    assert names("陈建国，13900000009")[0].phone == "13900000009"
    assert names("赵六（顶班：孙七）")[0].instead_of == "赵六"
    assert names("(与王五换班)张三")[0].swapped


@pytest.mark.parametrize(
    ("cell", "mobiles", "landlines"),
    [
        (13900000001, ["13900000001"], []),
        (13900000001.0, ["13900000001"], []),
        ("13900000001.0", ["13900000001"], []),
        ("1.3900000001E10", ["13900000001"], []),
        ("139 0000 0001\n13900000002", ["13900000001", "13900000002"], []),
        ("139-0000-0003/13900000004", ["13900000003", "13900000004"], []),
        ("13900000001 13900000002", ["13900000001", "13900000002"], []),
        ("+86 13900000005", ["13900000005"], []),
        ("8613900000002", ["13900000002"], []),
        ("0086-139-0000-0002", ["13900000002"], []),
        ("１３９０００００００６", ["13900000006"], []),
        ("手机：13900000001", ["13900000001"], []),
        ("(0595)23500000", [], ["0595-23500000"]),
        ("0595-23500000转8012", [], ["0595-23500000转8012"]),
        ("+86 595 23500000", [], ["0595-23500000"]),
        ("23500000", [], ["23500000"]),
        ("0595-23500000、13900000001", ["13900000001"], ["0595-23500000"]),
    ],
)
def test_phones(cell: object, mobiles: list[str], landlines: list[str]) -> None:
    """A number is the same number however it is typed."""
    found = phones(cell)
    assert (list(found.mobiles), list(found.landlines), found.unread) == (mobiles, landlines, ())


@pytest.mark.parametrize(
    "cell", ["1390000000", "139000000012", "12900000001", "详见通讯录", "1.39E+10"]
)
def test_no_phone(cell: str) -> None:
    """What is no whole number is handed back as it stood, never trimmed into one."""
    found = phones(cell)
    assert (found.mobiles, found.landlines) == ((), ())
    assert found.unread or found.short


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 11, 3),
        datetime(2026, 11, 3, 8, 0),  # noqa: DTZ001 - as a spreadsheet stores it
        "2026-11-03",
        "2026/11/3",
        "2026.11.3",
        "2026年11月3日",
        "２０２６年１１月３日",
        "2026 年 11 月 3 日",
        "2026-11-03 00:00:00",
        "20261103",
        "11月3日",
        "11月3日(星期二)",
        "11.3",
        "11/3",
        "11-03",
        "3日",
        "3",
        3,
        3.0,
        46329,
        "46329",
        46329.375,
    ],
)
def test_days(cell: object) -> None:
    """The third of November, as people write it."""
    assert read_day(cell, NOVEMBER).day == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("cell", "known", "fault"),
    [
        ("11月3日", Period(), "year-unknown"),
        ("11月3日", Period(month=11), "year-unknown"),
        ("3日", Period(year=2026), "month-unknown"),
        ("2月30日", NOVEMBER, "date-impossible"),
        ("2026-13-01", NOVEMBER, "date-impossible"),
        ("0026-11-03", NOVEMBER, "date-impossible"),
        ("11月8日—11月2日", NOVEMBER, "range-wrong"),
        ("1月1日-12月31日", NOVEMBER, "range-wrong"),
        ("3日、3日", NOVEMBER, "range-wrong"),
        ("11月2日—11月31日", NOVEMBER, "range-wrong"),
        ("11月31日—12月2日", NOVEMBER, "date-impossible"),
        ("2日—8日", Period(year=2026), "month-unknown"),
        ("恢复正常上班", NOVEMBER, "date-unreadable"),
        ("26.11.3", NOVEMBER, "date-unreadable"),
        (True, NOVEMBER, "date-unreadable"),
        (-3.7, NOVEMBER, "date-unreadable"),
        (float("nan"), NOVEMBER, "date-unreadable"),
        (float("inf"), NOVEMBER, "date-unreadable"),
    ],
)
def test_no_day(cell: object, known: Period, fault: str) -> None:
    """A missing year or month is asked for, never guessed; nonsense is named as such."""
    read = read_day(cell, known)
    assert (read.day, read.fault) == (None, fault)


@pytest.mark.parametrize(
    "cell",
    [
        "11月2日—11月8日", "11月2日-8日", "11.2-11.8", "11/2~11/8", "２日～８日", "2-8日",
        "2日至8日",
        "2026-11-02~2026-11-08", "2026年11月2日（周一）至11月8日（周日）", "20261102-20261108",
        "11月2日、3日、4日、5日、6日、7日、8日", "11月2日-5日、6日至8日",
    ],
)  # fmt: skip
def test_ranges_and_lists_of_days(cell: str) -> None:
    """A week is a week, however its first and last day are joined."""
    read = read_day(cell, NOVEMBER)
    assert read.fault is None
    assert read.day == date(2026, 11, 2)
    assert read.more == tuple(date(2026, 11, n) for n in range(3, 9))


def test_a_range_over_the_turn_of_the_year() -> None:
    """What follows December is the January after it."""
    read = read_day("12月28日-1月3日", Period(year=2026, month=12))
    assert (read.day, read.more[-1]) == (date(2026, 12, 28), date(2027, 1, 3))


def test_a_number_that_may_be_two_days() -> None:
    """A spreadsheet shows 11.3 for the third and for the thirtieth; only 11.15 is clear."""
    assert read_day(11.3, NOVEMBER).other == date(2026, 11, 30)
    assert read_day(11.15, NOVEMBER).other is None
    assert read_day("11.3", NOVEMBER).other is None


def test_over_the_new_year() -> None:
    """The year of 1月1日 at the end of a December roster is not in doubt."""
    assert read_day("1月1日", Period(year=2026, month=12)).day == date(2027, 1, 1)
    assert read_day("12月31日", Period(year=2027, month=1)).day == date(2026, 12, 31)


@pytest.mark.parametrize(
    "cell", ["二", "星期二", "周二", "(周二、补班)", "Tue", "Tuesday", date(2026, 11, 3)]
)
def test_weekdays(cell: object) -> None:
    """Tuesday, as people write it."""
    assert weekday(cell) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("德化县××局2026年11月值班安排表", (2026, 11)),
        ("二〇二六年十一月值班表", (2026, 11)),
        ("××镇2026年国庆节假期值班表", (2026, None)),
        ("县××中心值班表(11月)", (None, 11)),
        ("roster-202611.xlsx", (2026, 11)),
        ("2026-11.csv", (2026, 11)),
        ("2026年10月28日至11月3日值班表", (2026, None)),
        ("电话0595-23500000", (None, None)),
    ],
)
def test_periods(text: str, found: tuple[int | None, int | None]) -> None:
    """A title tells year and month only where it says so, once."""
    read = period(text)
    assert (read.year, read.month) == found


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-20:00", (8, 20)),
        ("8:00—20:00", (8, 20)),
        ("８：００～２０：００", (8, 20)),
        ("8点-20点", (8, 20)),
        ("8时30分至17时", (8.5, 17)),
        ("上午8:00-下午5:30", (8, 17.5)),
        ("20:00-08:00", (20, 32)),
        ("20:00-次日8:00", (20, 32)),
        ("20:00-8:00(次日)", (20, 32)),
        ("当日上午8:00至次日上午8:00", (8, 32)),
        ("08:00-08:00", (8, 32)),
        ("00:00-24:00", (0, 24)),
        ("白班(8:00-20:00)", (8, 20)),
        ("08:00:00-20:00:00", (8, 20)),
    ],
)
def test_clocks(text: str, hours: tuple[float, float]) -> None:
    """A range ends the next day where it says so, or where it would end before it starts."""
    clock = read_clock(text)
    assert clock is not None
    assert (clock.start / 60, clock.end / 60) == hours


@pytest.mark.parametrize(
    "text",
    ["白班", "", "3-5人", "2026-11-03", "25:00-26:00", "0595-23500000", "8:00-12:00,14:00-18:00"],
)
def test_no_clock(text: str) -> None:
    """No range, or several, is no answer."""
    assert read_clock(text) is None


def test_clocks_of_a_note() -> None:
    """Each range of a note belongs to the shift named before it in its own clause."""
    note = "注:1.值班时间白班8:00-17:30,大夜班22:00至次日6:00。2.食堂供餐12:00-13:00"
    assert [(f.label, str(f.clock)) for f in find_clocks(note)] == [
        ("白班", "08:00-17:30"),
        ("大夜班", "22:00-06:00"),
        ("", "12:00-13:00"),
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("主班", "primary"),
        ("值班人员", "primary"),
        ("副班", "deputy"),
        ("B角", "deputy"),
        ("带班领导", "leader"),
        ("应急队", "team"),
        ("督办", "supervisor"),
        (" Primary ", "primary"),
        ("DEPUTY", "deputy"),
        ("厨师", None),
    ],
)
def test_roles(word: str, meant: str | None) -> None:
    """Roles have Chinese and English words; any other word is none."""
    assert role(word) == meant


def test_clean_and_fold() -> None:
    """Full-width letters, no-break and zero-width spaces never tell two names apart."""
    assert clean("\ufeffＡ１\u00a0\u00a0b\u200b\r\nc ") == "A1 b\nc"
    assert fold_name("王 五") == fold_name("王\u3000五") == "王五"
    assert fold_name("Zhang  San") == "zhang san"
