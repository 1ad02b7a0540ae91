"""What is worth a look, and what is told about it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

import rosters
from oncall.admin import uploads
from rosters import check
from rosters.errors import MESSAGES, WORDS, explain, problem
from rosters.model import Duty, Severity
from rosters.resolve import compile_roster
from rosters.units import assign, in_title
from tests.rosters.building import at, codes, duty, l1, load, person, workbook

T0 = at("2026-11-03 08:00")


def later(hours: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=hours)


def test_a_seam_is_no_gap() -> None:
    """23:59:30 to 24:00 is a slip of the pen; a minute is a gap."""
    rows = [
        duty("a", T0, 12 - 30 / 3600),
        duty("b", T0 + later(12), 12 - 1 / 60),
        duty("c", T0 + later(24), 12),
    ]
    roster, window = compile_roster(rows), (T0, T0 + later(36))
    assert [(g.end - g.start) for g in check.gaps(roster, "primary", *window)] == [
        timedelta(minutes=1)
    ]
    seams = check.seams(roster, "primary", *window)
    assert [(p.code, p.params["seconds"]) for p in seams] == [("seam", "30")]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([duty("a", T0, 0.4)], [("shift-short", "Sheet1!B1")]),
        ([duty("a", T0, 24)], []),
        (
            [duty("a", T0, 24), duty("a", T0 + later(24), 1, role="leader")],
            [("long-stretch", "Sheet1!B1")],
        ),
        ([duty("a", T0, 24), duty("a", T0 + later(25), 24)], []),
        (
            [duty("a", T0, 12), duty("a", T0 + later(6), 12, unit="V", row=2)],
            [("double-booked", "Sheet1!B2")],
        ),
        (
            [duty("a", T0, 12), duty("a", T0, 12, role="leader", row=2)],
            [("double-booked", "Sheet1!B2")],
        ),
        ([duty("a", T0, 12), duty("b", T0, 12, role="leader", row=2)], []),
        ([duty("a", T0, 12), duty("a", T0 + later(12), 12, unit="V", row=2)], []),
    ],
)
def test_lint(rows: list[Duty], told: list[tuple[str, str]]) -> None:
    """Too short, too long in a row, and in two places at once are warnings with their place."""
    found = check.lint(rows)
    assert codes(found) == told
    assert all(p.severity is Severity.WARNING for p in found)


def test_one_number_on_two_people() -> None:
    """A number two serving people share is a warning; one who left does not count."""
    people = [
        person("张三", "13900000001"),
        person("李四", "139 0000 0001"),
        person("王五", "13900000001", active=False),
    ]
    assert [p.params for p in check.lint([], people)] == [
        {"mobile": "13900000001", "people": "张三、李四"}
    ]


def test_names_in_words() -> None:
    """Warnings name people, not ids, where the names are known."""
    found = check.lint([duty("p1", T0, 25)], [person("张三", id="p1")])
    assert explain(found[0]).startswith("张三 serves 25 hours in a row.")


def test_every_code_has_its_words() -> None:
    """Each code told anywhere in the library has a message, and each message is told."""
    files = [
        *Path(rosters.__file__).parent.glob("*.py"),
        *Path(uploads.__file__).parent.glob("*.py"),
    ]
    code = "\n".join(f.read_text(encoding="utf-8") for f in files)
    assert {found for found in MESSAGES if f'"{found}"' not in code} == set()
    told = set(re.findall(r'(?:problem|tell|tell_at|fault=)\(?\s*"([a-z-]+)"', code))
    assert len(told) > 40
    assert told <= set(MESSAGES)
    with pytest.raises(KeyError):
        problem("no-such-code", "")


def test_problems_speak_another_language() -> None:
    """Translations are asked for whole sentences and for the words put into them."""
    chinese = {"primary": "主班", MESSAGES["slot-empty"].text: "{day} 没有{role}。"}
    found = problem("slot-empty", "Sheet1!E4", "", role="primary", day="2026-11-03")
    told = explain(found, lambda text: chinese.get(text, text))
    assert "primary" in WORDS
    assert told.startswith("2026-11-03 没有主班。")


def test_braces_in_a_cell_do_no_harm() -> None:
    """What stood in the cell is quoted as it is, even if it looks like a template."""
    assert "{unit}{0}" in explain(problem("role-unknown", "a.csv:2", "{unit}{0}"))


KNOWN = {"B-1": "B-1", "水利局": "B-1", "县水利局": "B-1", "B-2": "B-2", "林业局": "B-2"}


def test_units_by_code_name_and_title() -> None:
    """A row's own unit counts first, then the one asked for, then the one in the title."""
    assert in_title("德化县水利局2026年11月值班表", KNOWN) == "B-1"
    assert in_title("水利局、林业局联合值班表", KNOWN) is None
    result = assign(load(l1(title="德化县水利局2026年11月值班安排表"), unit=None), KNOWN)
    assert {e.unit for e in result.entries} == {"B-1"}
    assert not result.failed
    nobody = assign(load(l1(), unit=None), KNOWN)
    assert [f.code for f in nobody.problems if f.severity is Severity.ERROR] == ["unit-missing"]
    assert nobody.entries == ()


def test_units_in_rows() -> None:
    """Rows of several units are told apart; unknown ones and ones not asked for are errors."""
    table = [["单位", "日期", "班次", "岗位", "姓名"]]
    table += [
        [unit, "2026-11-03", "8:00-20:00", "主班", "张三"] for unit in ("林业局", "B-1", "外星局")
    ]
    read = load(workbook(table), unit=None)
    result = assign(read, KNOWN)
    assert [e.unit for e in result.entries] == ["B-2", "B-1"]
    assert codes(result.problems) == [("unit-unknown", "Sheet1!E4")]
    only = assign(read, KNOWN, only="B-1")
    assert [e.unit for e in only.entries] == ["B-1"]
    assert [f.code for f in only.problems] == ["unit-other", "unit-unknown"]
