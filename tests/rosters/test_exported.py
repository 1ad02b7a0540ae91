"""What we write ourselves: forms to fill in, and exports that read back as they were."""

import io
import json
from datetime import date

import pytest
from openpyxl import load_workbook

from rosters.template import Card, Day, Line, escaped, form_workbook
from rosters.text import clean
from tests.rosters.building import codes, lines, load

PEOPLE = [
    Card(name="陈建国", title="局长", mobile="13900000009"),
    Card(name="张三", title="科员", mobile="13900000001"),
    Card(name="王五", title="科员", mobile="13900000002"),
]
DAYS = [Day(day=date(2026, 11, n)) for n in range(1, 31)]


def test_an_empty_form_reads_back_as_an_empty_month() -> None:
    """Its example is no roster and its people are a telephone list: only empty slots are told."""
    result = load(form_workbook("水利局", DAYS, PEOPLE))
    assert result.entries == ()
    assert {code for code, _ in codes(result.problems)} == {"slot-empty", "no-duties"}
    assert result.days == (date(2026, 11, 1), date(2026, 11, 30))


def test_a_filled_form_takes_its_numbers_from_the_list() -> None:
    """Names alone are enough: the second sheet has the numbers."""
    filled = [
        Day(
            day=date(2026, 11, 1),
            leader="陈建国",
            shifts=(Line(primary="张三"), Line(primary="王五", deputy="张三")),
        )
    ]
    result = load(form_workbook("水利局", filled, PEOPLE))
    assert not result.failed
    assert {(e.role, e.name, e.mobile) for e in result.entries} == {
        ("leader", "陈建国", "13900000009"),
        ("primary", "张三", "13900000001"),
        ("primary", "王五", "13900000002"),
        ("deputy", "张三", "13900000001"),
    }


def test_the_form_offers_people_and_shifts() -> None:
    """Drop-downs for the shift and for each column of people, none that forbids another name."""
    book = load_workbook(io.BytesIO(form_workbook("水利局", DAYS, PEOPLE)))
    sheet = book.worksheets[0]
    offered = {
        str(rule.sqref): (rule.formula1, rule.errorStyle)
        for rule in sheet.data_validations.dataValidation
    }
    assert offered == {
        "C4:C63": ('"白班,夜班,24小时"', "warning"),
        "D4:D63": ("通讯录!$A$2:$A$4", "warning"),
        "E4:E63": ("通讯录!$A$2:$A$4", "warning"),
        "G4:G63": ("通讯录!$A$2:$A$4", "warning"),
    }
    assert [s.title for s in book.worksheets] == ["2026年11月", "通讯录", "示例"]
    assert [cell.value for cell in book["通讯录"][2]] == ["陈建国", "局长", "13900000009"]


def test_a_form_for_a_unit_without_people() -> None:
    """There is nobody to choose, and still a form."""
    assert load(form_workbook("水利局", DAYS[:1], [])).days == (date(2026, 11, 1),) * 2


@pytest.mark.parametrize(
    "text", ["=1+1", "+8613900000001", "-张", "@who", "\tx", "张三", "'", "'s"]
)
def test_what_export_escapes_import_undoes(text: str) -> None:
    """A text that looks like a formula is kept from being one, and comes back as it was."""
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t"))
    assert clean(escaped(text)) == clean(text)


def test_our_own_json_reads_back() -> None:
    """To the second; what is no duty is told by its number, and the rest is kept."""
    good = {
        "unit": "U",
        "role": "primary",
        "person": "张三",
        "mobile": None,
        "start": "2026-11-03T08:00:07+08:00",
        "end": "2026-11-06T08:00:00+08:00",
    }
    wrong = [
        good | {"role": "king"},
        good | {"start": "2026-11-03T08:00:00"},
        good | {"end": "2026-11-01T08:00:00+08:00"},
        good | {"start": "soon"},
        {"unit": "U"},
        "x",
        None,
    ]
    data = json.dumps({"duties": [good, *wrong]}).encode()
    result = load(data, "r.json")
    assert lines(result.entries) == ["primary 张三 11-03 08:00–11-06 08:00"]
    assert result.entries[0].start.second == 7
    assert codes(result.problems) == [("json-duty", f"r.json:{n}") for n in range(2, 9)]


@pytest.mark.parametrize(
    "data", [b'{"duties":', b'{"duties": 3}', b'{"duties": []}', b'{"x": "\xff", "duties": []}']
)
def test_json_that_is_no_export(data: bytes) -> None:
    """Cut short, of another shape, or empty: one problem, no traceback."""
    result = load(data, "r.json")
    assert result.failed
    assert len(result.problems) == 1
