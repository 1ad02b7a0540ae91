"""The coverage file: which roles a unit must have, when it may be closed, and every fault in it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall.core.model import WorkCalendar
from oncall.core.needs import Rules, closed_spans, read_closed, read_rules
from oncall.core.policies import default_book

ZONE = ZoneInfo("Asia/Shanghai")
BOOK = default_book()


def test_without_a_file_the_ladders_say_what_is_needed() -> None:
    """Primary, deputy and the leader the ladders ask; a desk its primary; supervision its own."""
    rules = Rules()
    assert rules.needs("TWN-100", "township", BOOK).roles == ("primary", "deputy", "leader")
    assert rules.needs("DESK-110", "desk", BOOK).roles == ("primary",)
    assert "supervisor" in rules.needs("GOV-OFFICE", "gov_department", BOOK).roles


def test_a_file_sets_the_rule_and_its_exceptions() -> None:
    """A unit's own section outweighs the general rule, role by role and hour by hour."""
    rules, faults = read_rules(
        'roles = ["deputy", "primary"]\nclosed = ["休息日 00:00-24:00"]\noffice = "GOV-DUTY"\n'
        '[unit.SCHOOL]\nroles = ["primary"]\n'
        '[unit."SHOP"]\nclosed = ["mon,周二 22:00-06:00", "daily 12:00-13:00"]\n',
        "c.toml",
    )
    assert faults == []
    assert rules is not None
    assert rules.office == "GOV-DUTY"
    assert rules.needs("TWN-100", "township", BOOK).roles == ("primary", "deputy")
    assert rules.needs("SCHOOL", "office", BOOK).roles == ("primary",)
    assert len(rules.needs("SHOP", "office", BOOK).closed) == 2
    assert rules.needs("SCHOOL", "office", BOOK).closed == rules.closed


def test_every_fault_at_once() -> None:
    """A misspelled key, a role nobody has, hours that are none: each with its place."""
    rules, faults = read_rules(
        'rolls = []\nroles = ["boss"]\nclosed = ["whenever", 3]\noffice = ""\n'
        'unit.A = 1\n[unit.B]\nroles = []\nclosed = "x"\nopen = 1\n',
        "c.toml",
    )
    assert rules is None
    assert sorted(fault.where for fault in faults) == [
        "c.toml:closed",
        "c.toml:closed",
        "c.toml:office",
        "c.toml:roles",
        "c.toml:rolls",
        "c.toml:unit.A",
        "c.toml:unit.B.closed",
        "c.toml:unit.B.open",
        "c.toml:unit.B.roles",
    ]
    assert [f.code for f in read_rules("roles = [", "c.toml")[1]] == ["coverage_syntax"]
    assert [f.where for f in read_rules("unit = 3", "c.toml")[1]] == ["c.toml:unit"]


@pytest.mark.parametrize("text", ["", "daily", "daily 9", "never 08:00-09:00", "mon tue 8:00-9:00"])
def test_hours_that_are_none(text: str) -> None:
    """Rather a fault than a guess."""
    assert read_closed(text) is None


def test_closed_hours_follow_the_working_calendar() -> None:
    """A make-up Saturday is a working day, a holiday is none; a night belongs to its evening."""
    calendar = WorkCalendar(
        off=frozenset({date(2026, 11, 4)}), working=frozenset({date(2026, 11, 7)})
    )
    night = read_closed("workdays 20:00-08:00")
    assert night is not None
    start = datetime(2026, 11, 3, tzinfo=ZONE)
    found = closed_spans([night], start, start + timedelta(days=6), calendar, ZONE)
    evenings = [span[0].astimezone(ZONE) for span in found]
    assert [(wall.day, wall.hour) for wall in evenings] == [
        (2, 20),
        (3, 20),
        (5, 20),
        (6, 20),
        (7, 20),
    ]
    assert all(span[1] - span[0] == timedelta(hours=12) for span in found)


def test_hours_that_overlap_are_closed_once() -> None:
    """Two rules about the same hour make one closed stretch."""
    rules = [read_closed("daily 00:00-24:00"), read_closed("sat 08:00-09:00")]
    start = datetime(2026, 11, 6, tzinfo=ZONE)
    closed = [rule for rule in rules if rule is not None]
    [only] = closed_spans(closed, start, start + timedelta(days=2), WorkCalendar(), ZONE)
    assert only[0] <= start
    assert only[1] >= start + timedelta(days=2)
