"""Rotation files: what they may say, and every mistake at its line, all at once."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosters.clocks import Clock
from rosters.daykinds import DayKind
from rosters.errors import explain
from rosters.rotation import Step, wall
from rosters.rotation_file import Named, RotationFile, read

SHANGHAI = ZoneInfo("Asia/Shanghai")
GOOD = """\
unit = "县城建集团"
zone = "Europe/Berlin"

[[rotation]]
name = "夜班"
role = "主班"
turn = "2 weeks"
handover = "20:00"
start = 2026-11-02
first = 2
groups = [["张三 13900000001"], ["李四", "王五"], "赵六"]
layer = 3
from = 2026-12-01
until = 2027-01-01T08:00:00
weekdays = ["Mon", "周二", "sunday"]
hours = ["20:00-08:00", "8:00-8:00"]
days = ["workday", "补班"]
"""


def good(text: str) -> RotationFile:
    """A file without a problem."""
    found, problems = read(text, "city.toml", SHANGHAI)
    assert problems == []
    assert found is not None
    return found


def test_everything_a_file_may_say() -> None:
    """Words in both languages, several people in a group, namesakes told apart by number."""
    found = good(GOOD)
    assert (found.unit, found.zone.key) == ("县城建集团", "Europe/Berlin")
    [draft] = found.drafts
    assert draft.people == (
        (Named(name="张三", mobile="13900000001", where="city.toml:11"),),
        (Named(name="李四", mobile=None, where="city.toml:11"),
         Named(name="王五", mobile=None, where="city.toml:11")),
        (Named(name="赵六", mobile=None, where="city.toml:11"),),
    )  # fmt: skip
    rule = draft.rule
    assert (rule.name, rule.role, rule.layer, rule.first) == ("夜班", "primary", 3, 1)
    assert (rule.every, rule.step, rule.handover) == (2, Step.WEEKS, 20 * 60)
    assert rule.anchor == wall(date(2026, 11, 2), 20 * 60)
    assert rule.since == wall(date(2026, 12, 1), 20 * 60)
    assert rule.until == wall(date(2027, 1, 1), 8 * 60)
    assert rule.weekdays == {0, 1, 6}
    assert rule.hours == (Clock(start=1200, end=1920), Clock(start=480, end=1920))
    assert rule.days == {DayKind.WORKDAY, DayKind.MAKEUP}


@pytest.mark.parametrize(
    ("word", "every", "step"),
    [("12 hours", 12, Step.HOURS), ("8小时", 8, Step.HOURS), ("1d", 1, Step.DAYS),
     ("1 天", 1, Step.DAYS), ("１周", 1, Step.WEEKS), ("2个月", 2, Step.MONTHS),
     ("1 month", 1, Step.MONTHS)],
)  # fmt: skip
def test_lengths_of_a_turn(word: str, every: int, step: Step) -> None:
    """Hours, days, weeks, months, as people write them."""
    [draft] = good(GOOD.replace("2 weeks", word)).drafts
    assert (draft.rule.every, draft.rule.step) == (every, step)


def test_a_file_without_rotations_ends_them() -> None:
    """Only the unit: nobody takes turns there any more."""
    assert good('unit = "TWN-100"\n').drafts == ()


def test_every_problem_has_its_line() -> None:
    """A broken line, missing keys, unknown ones and wrong values are told together."""
    text = """\
zone = "Asia/Shanghigh"
cook = 1

[[rotation]]
name = "一"
role = "cook"
turn = "3 fortnights"
handover = "25:00"
start = 2026-11-31
groups = []
first = 0

[[rotation]]
name = "一"
role = "primary"
turn = "0 days"
start = 2026-11-02T08:00:00Z
groups = [["张三"], [], [7]]
first = 4
layer = -1
until = "soon"
weekdays = ["Funday", "Mon"]
hours = "20"
days = ["party"]

[[rotation]]
name = "三"
role = "deputy"
turn = "1 day"
start = 2026-11-02
until = 2026-11-02
groups = [["李四"]]
weekdays = []
hours = []
"""
    _, problems = read(text, "x.toml", SHANGHAI)
    assert [(one.where.removeprefix("x.toml:"), one.code) for one in problems] == [
        ("1", "rotation-missing"), ("1", "rotation-zone"), ("2", "rotation-unknown"),
        ("4", "rotation-missing"), ("6", "rotation-role"), ("7", "rotation-turn"),
        ("8", "rotation-clock"), ("9", "rotation-syntax"), ("10", "rotation-groups"),
        ("14", "rotation-name-twice"), ("16", "rotation-turn"), ("17", "rotation-day"),
        ("18", "rotation-groups"), ("18", "rotation-type"), ("19", "rotation-first"),
        ("20", "rotation-type"), ("21", "rotation-day"), ("22", "rotation-weekday"),
        ("23", "rotation-hours"), ("24", "rotation-daykind"), ("26", "rotation-never"),
        ("31", "rotation-ends"), ("34", "rotation-hours"),
    ]  # fmt: skip
    for one in problems:
        assert "{" not in explain(one)


@given(st.one_of(st.text(max_size=300), st.builds(
    lambda at, cut, put: GOOD[:at] + put + GOOD[at + cut:],
    st.integers(0, len(GOOD)), st.integers(0, 40),
    st.text(alphabet="[]{}\"'=#\n,.:-0123日a ", max_size=12),
)))  # fmt: skip
def test_no_text_is_too_strange(text: str) -> None:
    """Noise, and good files with noise in them, are read or refused with a line, never a fault."""
    found, problems = read(text, "x.toml", SHANGHAI)
    assert found is not None or problems
    for one in problems:
        assert one.where.startswith("x.toml:")
        assert explain(one)
