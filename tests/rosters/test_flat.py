"""The flat table, as CSV in every encoding and as a sheet."""

import pytest

from rosters.errors import MESSAGES
from tests.rosters.building import codes, lines, load, told, workbook

ENGLISH = """unit,date,shift,role,name,mobile
U,2026-11-03,08:00-20:00,primary,张三,13900000001
U,2026-11-03,20:00-08:00,primary,王五,13900000002
U,2026-11-03,00:00-24:00,leader,陈建国,
"""
CHINESE = """单位;日期;班次;岗位;姓名;手机
U;2026年11月3日;8:00-20:00;主班;张 三;139 0000 0001
U;2026/11/3;20:00-次日8:00;值班人员;王五;+8613900000002
U;20261103;0:00-24:00;带班领导;陈建国;
"""
READ = [
    "leader 陈建国 11-03 00:00–11-04 00:00",
    "primary 张三 11-03 08:00–11-03 20:00",
    "primary 王五 11-03 20:00–11-04 08:00",
]


@pytest.mark.parametrize(
    "text", [ENGLISH, CHINESE, CHINESE.replace(";", "\t"), CHINESE.replace("\n", "\r\n")]
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_encodings_and_delimiters(text: str, encoding: str) -> None:
    """The same table, whoever saved it."""
    result = load(text.encode(encoding), "file.csv", unit=None)
    assert lines(result.entries) == READ
    assert not result.problems
    assert {e.mobile for e in result.entries} == {"13900000001", "13900000002", None}
    assert {e.unit for e in result.entries} == {"U"}
    assert [e.source for e in result.entries] == ["file.csv:2", "file.csv:3", "file.csv:4"]


def test_the_flat_table_as_a_sheet() -> None:
    """The flat table may be a workbook, with a title above it."""
    table = [["2026年11月值班表"], *(line.split(",") for line in ENGLISH.splitlines())]
    assert lines(load(workbook(table), unit=None).entries) == READ


def test_shifts_by_name() -> None:
    """A named shift is one of the unit's own, or an error."""
    text = "date,shift,role,name\n2026-11-03,白班,primary,张三\n2026-11-03,夜班,primary,王五\n"
    result = load(text.encode(), "file.csv", mapping='[shifts]\n"白班" = "08:00-20:00"')
    assert lines(result.entries) == READ[1:2]
    assert told(result, "shift-unknown") == ["file.csv:3"]


def test_places_count_lines_of_the_file() -> None:
    """Blank lines and line breaks inside quotes do not shift the places."""
    text = (
        "date,shift,role,name,mobile\n\n"
        '2026-11-03,08:00-20:00,primary,"张三\n李四",\n'
        "2026-11-03,x,primary,王五,\n"
    )
    result = load(text.encode(), "file.csv")
    assert [e.source for e in result.entries] == ["file.csv:3", "file.csv:3"]
    assert told(result, "shift-unknown") == ["file.csv:5"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("U,,08:00-20:00,primary,张三,", "date-missing"),
        ("U,2026-02-30,08:00-20:00,primary,张三,", "date-impossible"),
        ("U,11月3日,08:00-20:00,primary,张三,", "year-unknown"),
        ("U,2026-11-03,,primary,张三,", "shift-missing"),
        ("U,2026-11-03,25:00-26:00,primary,张三,", "shift-unknown"),
        ("U,2026-11-03,08:00-20:00,,张三,", "role-missing"),
        ("U,2026-11-03,08:00-20:00,厨师,张三,", "role-unknown"),
        ("U,2026-11-03,08:00-20:00,primary,,", "name-missing"),
        ("U,2026-11-03,08:00-20:00,primary,待定,", "person-pending"),
        ("U,2026-11-03,08:00-20:00,primary,张三,1390000000", "phone-wrong"),
        ('U,2026-11-03,08:00-20:00,primary,"张三', "csv-broken"),
    ],
)
def test_wrong_rows(row: str, code: str) -> None:
    """Each mistake is told with its line, and keeps the file from being applied."""
    result = load(f"unit,date,shift,role,name,mobile\n{row}\n".encode(), "file.csv", unit=None)
    assert (code, "file.csv:2") in codes(result.problems)
    assert result.failed


def test_every_mistake_of_a_row_at_once() -> None:
    """One row, four mistakes, four problems."""
    text = "unit,date,shift,role,name,mobile\nU,x,y,z,,\n"
    found = [code for code, _ in codes(load(text.encode(), "f.csv").problems)]
    assert found == ["date-unreadable", "shift-unknown", "role-unknown", "name-missing"]


def test_missing_columns() -> None:
    """A header without a needed column names each one that is missing."""
    result = load(b"unit,role,mobile\nU,primary,13900000001\n", "f.csv")
    assert [found.value for found in result.problems] == ["date", "shift", "name"]
    assert {found.code for found in result.problems} == {"column-missing"}


def test_another_month_than_asked() -> None:
    """With a month asked for, a date in another year is an error."""
    result = load(
        ENGLISH.replace("2026-11-03,20", "2025-11-03,20").encode(), "f.csv", month=(2026, 11)
    )
    assert told(result, "date-outside-month") == ["f.csv:3"]


def test_l1_as_csv() -> None:
    """Layout L1 saved as CSV is still layout L1."""
    text = (
        "2026年11月值班表,,,\n日期,班次,值班人员,电话\n"
        "11月3日,白班,张三,13900000001\n注:白班8:00-20:00,,,\n"
    )
    result = load(text.encode("gb18030"), "f.csv")
    assert lines(result.entries) == READ[1:2]
    assert result.entries[0].source == "f.csv:3"


@pytest.mark.parametrize("text", ["unit,date,shift,role,name,mobile\n", "\n\n", "hello\nworld\n"])
def test_files_without_a_duty(text: str) -> None:
    """A file without any duty is an error, never an empty roster."""
    result = load(text.encode(), "f.csv")
    assert result.failed
    assert all(found.code in MESSAGES for found in result.problems)
