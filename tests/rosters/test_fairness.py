"""Who carries how much, and what is too much: counted by the local calendar."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rosters.errors import explain
from rosters.fairness import loads, nights_of, rows_of_nights
from rosters.strain import review
from tests.rosters.building import at, duty, person

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
#: A Tuesday.
T0 = at("2026-11-03 08:00")
MONTH = (at("2026-11-01 00:00"), at("2026-12-01 00:00"))


def test_hours_are_the_union_of_all_duties() -> None:
    """Two duties at once are not twice the hours, but each role has its own sum."""
    rows = [duty("a", T0, 12), duty("a", T0 + 6 * HOUR, 12, role="leader", unit="V")]
    [load] = loads(rows, *MONTH, ZONE)
    assert load.hours == 18
    assert load.by_role == {"leader": 12, "primary": 12}
    assert load.longest == 12


def test_only_what_lies_in_the_period_counts() -> None:
    """A duty over the edge counts with its inside; one outside not at all; the stretch is whole."""
    rows = [duty("a", MONTH[0] - 6 * HOUR, 12), duty("b", MONTH[0] - 12 * HOUR, 12)]
    [load] = loads(rows, *MONTH, ZONE)
    assert (load.person, load.hours, load.longest) == ("a", 6, 12)


def test_nights_weekends_and_holidays() -> None:
    """From 22:00 to 06:00 is the night; a make-up Saturday is no weekend, a holiday is none too."""
    rows = [
        duty("a", at("2026-11-06 20:00"), 12),  # Friday night: 8 h of Saturday
        duty("a", at("2026-11-14 08:00"), 12),  # a Saturday worked for a holiday
        duty("a", at("2026-11-18 08:00"), 12),  # a Wednesday off
        duty("a", at("2026-11-21 01:00"), 2),  # two hours of a night are no night's duty
    ]
    [load] = loads(rows, *MONTH, ZONE, off={date(2026, 11, 18)}, working={date(2026, 11, 14)})
    assert (load.nights, load.weekend_hours, load.holiday_hours) == (1, 10, 12)


def test_those_with_the_most_hours_come_first() -> None:
    """A list that is read from the top."""
    rows = [duty("a", T0, 2), duty("b", T0, 12), duty("c", T0, 12)]
    assert [load.person for load in loads(rows, *MONTH, ZONE)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("starts", "rows"),
    [
        ([3], []),
        ([3, 4], [(date(2026, 11, 3), 2)]),
        ([3, 5, 6, 7, 9], [(date(2026, 11, 5), 3)]),
        ([3, 4, 6, 7], [(date(2026, 11, 3), 2), (date(2026, 11, 6), 2)]),
    ],
)
def test_rows_of_nights(starts: list[int], rows: list[tuple[date, int]]) -> None:
    """Every row of nights without a free one between, with its length."""
    evenings = [datetime(2026, 11, day, 20, tzinfo=ZONE) for day in starts]
    spans = [(evening, evening + 12 * HOUR) for evening in evenings]
    assert rows_of_nights(nights_of(spans, ZONE)) == rows


def test_what_no_one_should_have_to_serve() -> None:
    """Nights running, a long stretch, people who left: each once, with its duty."""
    nights = [duty("a", at(f"2026-11-0{day} 20:00"), 12, row=9) for day in (3, 4, 5)]
    rows = [*nights, duty("gone", T0, 12, row=3), duty("b", T0, 30, row=4)]
    people = [person("张三", id="a"), person("李四", id="gone", active=False), person("王", id="b")]
    told = {one.problem.code: one for one in review(rows, people, ZONE)}
    assert set(told) == {"nights-running", "person-left", "long-stretch"}
    assert explain(told["nights-running"].problem).startswith(
        "张三 serves 3 nights running, from 2026-11-03 on."
    )
    assert told["nights-running"].duty == nights[0]
    assert told["nights-running"].problem.where == nights[0].source
    assert explain(told["person-left"].problem).startswith("李四 has left")


def test_a_leader_on_call_for_a_week_does_sleep() -> None:
    """Neither a long stretch nor nights running; two duties at once are still told."""
    rows = [duty("a", T0, 168, role="leader", row=3), duty("a", T0, 12, unit="V", row=4)]
    [only] = review(rows, [person("张三", id="a")], ZONE)
    assert only.problem.code == "double-booked"
    # Which of the two is named as the other does not matter, but it is named by its place.
    assert {only.problem.where, only.problem.params["other"]} == {r.source for r in rows}
    [load] = loads(rows[:1], *MONTH, ZONE)
    assert (load.longest, load.nights_running, load.nights) == (0, 0, 7)


def test_handovers_while_the_clocks_are_changed() -> None:
    """In Berlin 02:30 is shown twice in October and never in March; in Shanghai nothing is told."""
    berlin = ZoneInfo("Europe/Berlin")
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    after_hole = datetime(2026, 3, 29, 3, 0, tzinfo=berlin)
    plain = datetime(2026, 10, 24, 2, 30, tzinfo=berlin)
    rows = [duty("a", moment, 8, row=n) for n, moment in enumerate((twice, after_hole, plain), 3)]
    told = review(rows, [], berlin)
    assert {one.problem.code for one in told} == {"clock-ambiguous"}
    assert len(told) == 2
    assert review(rows, [], ZONE) == []
