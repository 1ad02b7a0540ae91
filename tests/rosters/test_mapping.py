"""A unit's mapping file: what it answers, what is wrong with it, and the lines that would help."""

import tomllib

import pytest

from rosters.errors import explain
from rosters.habits import Rule
from rosters.mapping import parse
from rosters.questions import answers
from tests.rosters.building import codes, lines, load, told, workbook
from tests.rosters.drawn import l2, l4, l5, l6

WHOLE = """
unit = "TWN-XUNZHONG"
hours = "08:00-08:00"
[shifts]
"24小时" = "08:00-08:00"
"夜 班" = "20:00-次日8:00"
[columns]
"D" = "leader"
"5" = "副班"
"值班人员" = ["primary", "deputy"]
"门卫" = "ignore"
[people]
"陈 局" = "陈建国"
[units]
"城管局" = "GOV-URBAN"
[roles]
"总值班" = "带班领导"
"""


def test_every_answer_is_understood() -> None:
    """Columns by letter, number or header; roles in either language; names as they are compared."""
    habits, wrong = parse(WHOLE.encode("utf-8-sig"), "map.toml")
    assert not wrong
    assert (habits.unit, habits.hours) == ("TWN-XUNZHONG", "08:00-08:00")
    assert habits.shifts == {"24小时": "08:00-08:00", "夜 班": "20:00-次日8:00"}
    assert habits.columns == {
        "d": Rule(kind="person", roles=("leader",)),
        "e": Rule(kind="person", roles=("deputy",)),
        "值班人员": Rule(kind="person", roles=("primary", "deputy")),
        "门卫": Rule(kind="idle"),
    }
    assert habits.people == {"陈局": "陈建国"}
    assert habits.units == {"城管局": "GOV-URBAN"}
    assert habits.roles == {"总值班": "leader"}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("hours = 8", "mapping-text", 1),
        ('\nhours = "早上"', "mapping-clock", 2),
        ('[shifts]\n\n"夜班" = "晚上"', "mapping-clock", 3),
        ('[columns]\n"D" = "国王"', "mapping-column", 2),
        ('[columns]\n"D" = []', "mapping-column", 2),
        ('[columns]\n"D" = ["leader", 3]', "mapping-column", 2),
        ('[roles]\n"x" = "国王"', "mapping-role", 2),
        ('[people]\n"陈局" = ""', "mapping-text", 2),
        ('[people]\n"陈局" = "陈建国"\n"陈 局" = "陈大年"', "mapping-twice", 3),
        ('shifts = "夜班"', "mapping-table", 1),
        ('colour = "red"', "mapping-unknown", 1),
        ('[shift]\n"a" = "b"', "mapping-unknown", 1),
        ("[shifts]\n夜班 = 08:00", "mapping-broken", 2),
        ('a = "\x00"', "mapping-broken", 1),
    ],
)
def test_every_fault_has_its_line(text: str, code: str, line: int) -> None:
    """What is wrong, where, and how to mend it; the right answers beside it still count."""
    _, wrong = parse(text.encode(), "map.toml")
    assert codes(wrong) == [(code, f"map.toml:{line}")]
    assert explain(wrong[0])


def test_not_even_text() -> None:
    """Bytes that are no text, a file beyond all measure, brackets without end: one problem."""
    for data in (b"\xff\xfe\x00", b"#" * 300_000, b"a = " + b"[" * 5000):
        _, wrong = parse(data, "map.toml")
        assert [found.code for found in wrong] == ["mapping-broken"]


def test_a_whole_day_that_was_answered_once() -> None:
    """24小时 means 08:00–08:00 for this unit, whatever word of it the row uses."""
    data = l2(note="")
    asked = load(data)
    lines_told = answers(asked.problems)
    assert tomllib.loads(lines_told) == {
        "hours": "08:00-08:00",
        "shifts": {"24小时": "08:00-08:00"},
    }
    assert not load(data, mapping=lines_told).failed
    once = load(data, mapping='hours = "08:30-08:30"\n[shifts]\n"全天" = "08:00-08:00"')
    assert lines(once.entries)[0] == "leader 林书记 10-01 08:00–10-02 08:00"
    assert lines(once.entries)[-1] == "primary 周八 10-10 08:30–10-11 08:30"


def test_the_hours_of_the_csv_file() -> None:
    """L5 asks one question; the line that answers it is printed, and is enough."""
    data = l5().replace(b"45236", b"20261106")
    asked = load(data, "值班.csv")
    assert tomllib.loads(answers(asked.problems)) == {"hours": "08:00-08:00"}
    assert not load(data, "值班.csv", mapping=answers(asked.problems)).failed


def test_the_day_shift_of_two_halves() -> None:
    """L6 tells the night's hours; the day's are proposed, to be looked at."""
    asked = load(l6(), month=(2026, 11))
    assert tomllib.loads(answers(asked.problems)) == {"shifts": {"白班": "08:00-20:00"}}


def test_column_four_is_the_leader() -> None:
    """A header nobody understands is a question; the answer may name it by letter or by label."""
    table: list[list[object]] = [
        ["日期", "值班人员", "备注", "总把关"],
        ["2026-11-03", "张三、李四", "8:00-次日8:00", "陈建国"],
    ]
    asked = load(workbook(table))
    assert told(asked, "column-ignored") == ["Sheet1!D1"]
    assert tomllib.loads(answers(asked.problems)) == {"columns": {"总把关": "ignore"}}
    for key in ("D", "4", "第4列", "总把关"):
        answer = f'[columns]\n"{key}" = "带班领导"\n"值班人员" = ["主班", "副班"]'
        found = load(workbook(table), mapping=answer)
        assert [(e.role, e.name) for e in found.entries] == [
            ("primary", "张三"),
            ("deputy", "李四"),
            ("leader", "陈建国"),
        ]
        assert not found.problems


def test_a_note_may_confirm_or_contradict_an_answer() -> None:
    """What the file says itself counts; only what was never confirmed is told again."""
    note = "值班时间:8:00-次日8:00"
    rows: list[list[object]] = [["第1周", "11月2日", "陈建国", "张三", "—", "—", ""]]
    data = l4(rows, title="2026年11月", note=note)
    assert told(load(data), "shift-from-note") == ["Sheet1!A4"]
    assert not load(data, mapping='hours = "08:00-08:00"').problems
    other = load(data, mapping='hours = "09:00-09:00"')
    assert lines(other.entries)[0] == "leader 陈建国 11-02 08:00–11-03 08:00"
    assert told(other, "shift-from-note") == ["Sheet1!A4"]


def test_two_notes_are_settled_by_the_answer() -> None:
    """Where the file contradicts itself, the answer decides, if it is one of the two."""
    notes = "注:白班8:00-20:00;白班冬季8:30-20:00"
    rows: list[list[object]] = [
        ["日期", "班次", "值班人员"],
        ["2026-11-03", "白班", "张三"],
        [notes],
    ]
    asked = load(workbook(rows))
    assert tomllib.loads(answers(asked.problems)) == {"shifts": {"白班": "08:00-20:00"}}
    settled = load(workbook(rows), mapping='[shifts]\n"白班" = "8:30-20:00"')
    assert lines(settled.entries) == ["primary 张三 11-03 08:30–11-03 20:00"]
    assert told(
        load(workbook(rows), mapping='[shifts]\n"白班" = "9:00-20:00"'), "shift-clock-conflict"
    )


def test_a_line_with_nothing_to_propose_is_refused_until_it_is_filled_in() -> None:
    """A question nobody can guess is printed with ?, and ? is no answer."""
    table: list[list[object]] = [["日期", "班次", "值班人员"], ["2026-11-03", "甲班", "张三"]]
    lines_told = answers(load(workbook(table)).problems)
    _, wrong = parse(lines_told.encode(), "map.toml")
    assert codes(wrong) == [("mapping-clock", "map.toml:2")]


def test_strange_words_are_quoted() -> None:
    """Whatever stands in a cell, the lines stay TOML."""
    name = 'a"b\\c\x7f'
    table: list[list[object]] = [["日期", "班次", "值班人员"], ["2026-11-03", name, "张三"]]
    told_value = load(workbook(table)).problems[0].value
    assert tomllib.loads(answers(load(workbook(table)).problems)) == {"shifts": {told_value: "?"}}
