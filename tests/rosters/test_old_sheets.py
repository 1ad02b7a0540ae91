"""Old .xls workbooks: what they say, and what hides in them. The fixtures were written by xlwt."""

from pathlib import Path

import pytest

from rosters.errors import explain
from tests.house.files import ROOT
from tests.rosters.building import codes, lines, load

FIXTURES = ROOT / "tests" / "fixtures" / "rosters"
MONTH = (FIXTURES / "old_month.xls").read_bytes()


@pytest.mark.parametrize("name", ["november.xls", "november.et", "renamed.xlsx", "renamed.csv"])
def test_an_old_workbook_is_read_like_a_new_one(name: str) -> None:
    """Merged cells count for their rows; what is hidden or struck through is left out and told."""
    result = load(MONTH, name)
    assert lines(result.entries) == [
        "leader 陈建国 11-03 08:00–11-03 20:00",
        "primary 张三 11-03 08:00–11-03 20:00",
        "deputy 赵六 11-03 20:00–11-04 08:00",
        "leader 陈建国 11-03 20:00–11-04 08:00",
        "primary 王五 11-03 20:00–11-04 08:00",
    ]
    assert codes(result.problems) == [
        ("struck-through", "11月!G3"),
        ("struck-through", "11月!E4"),
        ("hidden-row", "11月!5"),
        ("hidden-sheet", "旧表"),
        ("slot-empty", "11月!G3"),
        ("shift-from-note", "11月!A6"),
    ]
    assert {e.mobile for e in result.entries if e.role == "primary"} == {
        "13900000001",
        "13900000002",
    }


@pytest.mark.parametrize("name", ["old_1904.xls", "old_far_cell.xls"])
def test_the_other_date_system_and_a_cell_at_the_far_end(name: str) -> None:
    """Days counted from 1904 are the same days; a stray cell in the last corner costs nothing."""
    result = load((FIXTURES / name).read_bytes(), name)
    assert lines(result.entries) == ["primary 张三 11-03 08:00–11-04 08:00"]
    assert not result.failed


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("*.xls")))
@pytest.mark.parametrize("step", [97, 331])
def test_any_damage_to_an_old_workbook(name: str, step: int) -> None:
    """With bytes knocked over it is read or refused with a mend, and never breaks anything."""
    whole = Path(FIXTURES / name).read_bytes()
    for place in range(0, len(whole), step):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        result = load(bytes(broken), name)
        assert result.entries or result.failed
    for length in range(8, len(whole), 911):
        refused = load(whole[:length], name)
        assert refused.entries or all(explain(found) for found in refused.problems)
