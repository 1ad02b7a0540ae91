"""Hold-over: whoever should have left stays until the relief takes over, and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rosters.holding import Hold, held_roster, hold_over, is_held
from rosters.model import Duty
from rosters.resolve import compile_roster

EIGHT = datetime(2026, 11, 4, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def duty(person: str, start: int, end: int) -> Duty:
    """A duty from so many minutes after eight to so many."""
    return Duty(
        unit="U",
        role="primary",
        person=person,
        start=EIGHT + start * MINUTE,
        end=EIGHT + end * MINUTE,
        source=f"x{start}",
    )


def hold(person: str, start: int, until: int, number: int = 1) -> Hold:
    """What is held when this person comes."""
    return Hold(
        id=number,
        unit="U",
        role="primary",
        person=person,
        start=EIGHT + start * MINUTE,
        until=EIGHT + until * MINUTE,
    )


def who(duties: list[Duty], holds: list[Hold], at: float, now: float | None = None) -> list[str]:
    """Who serves so many minutes after eight, by what is known then, or at another moment."""
    seen = EIGHT + (at if now is None else now) * MINUTE
    roster = held_roster(compile_roster(duties), holds, seen)
    return sorted(roster.who("primary", EIGHT + at * MINUTE).people)


def test_whoever_leaves_stays_until_the_bound() -> None:
    """At eight it is still a; at half past, to the second, it is b; and the source says why."""
    rows, held = [duty("a", -720, 0), duty("b", 0, 720)], [hold("b", 0, 30)]
    assert [who(rows, held, at) for at in (-1, 0, 29.9, 30)] == [["a"], ["a"], ["a"], ["b"]]
    now = held_roster(compile_roster(rows), held, EIGHT).who("primary", EIGHT)
    assert (now.sources, now.until) == (("holdover 1",), EIGHT + 30 * MINUTE)
    assert is_held(now.sources[0])
    assert not is_held("holdover.csv:3")


def test_nothing_is_held_before_its_moment() -> None:
    """Asked in the evening about tomorrow, the plan is the answer."""
    rows, held = [duty("a", -720, 0), duty("b", 0, 720)], [hold("b", 0, 30)]
    assert who(rows, held, 5, now=-600) == ["b"]


def test_of_two_only_the_place_that_is_not_taken_is_held() -> None:
    """b and c relieve a and d; c has taken over, b not yet: both who leave wait for b."""
    rows = [duty("a", -720, 0), duty("d", -720, 0), duty("b", 0, 720), duty("c", 0, 720)]
    assert who(rows, [hold("b", 0, 30)], 5) == ["a", "c", "d"]


def test_nobody_waits_where_nobody_leaves_or_comes() -> None:
    """Somebody beside those who go on, a start after a gap, and a relief that was given away."""
    assert who([duty("a", -720, 720), duty("b", 0, 720)], [hold("b", 0, 30)], 5) == ["a", "b"]
    assert who([duty("a", -720, -60), duty("b", 0, 720)], [hold("b", 0, 30)], 5) == ["b"]
    assert who([duty("a", -720, 0), duty("c", 0, 720)], [hold("b", 0, 30)], 5) == ["c"]


def test_two_reliefs_in_a_row_that_nobody_takes() -> None:
    """Each bound counts by itself: a until half past, then b, then c; nobody is held for ever."""
    rows = [duty("a", -720, 0), duty("b", 0, 10), duty("c", 10, 720)]
    held = [hold("b", 0, 30, 1), hold("c", 10, 40, 2)]
    assert [who(rows, held, at) for at in (5, 15, 35, 40)] == [["a"], ["a"], ["b"], ["c"]]


def test_two_do_not_wait_for_each_other() -> None:
    """b waits for a, who does not come, and is relieved by b's own next watch: b goes on."""
    rows = [duty("b", 0, 5), duty("a", 5, 10), duty("b", 10, 60)]
    held = [hold("a", 5, 20, 1), hold("b", 10, 20, 2)]
    assert [who(rows, held, at) for at in (6, 10, 15, 20)] == [["b"]] * 4


@st.composite
def watches(draw: st.DrawFn) -> tuple[list[Duty], list[Hold]]:
    """Watches of any length, one or two people at once, some reliefs held for any time."""
    rows, holds, at = [], [], 0
    for number in range(draw(st.integers(1, 6))):
        at += draw(st.sampled_from([0, 0, 0, 15]))
        length = draw(st.integers(5, 90))
        for person in draw(st.sets(st.sampled_from("abcd"), min_size=1, max_size=2)):
            rows.append(duty(person, at, at + length))
            if draw(st.booleans()):
                holds.append(hold(person, at, at + draw(st.integers(0, 120)), number))
        at += length
    return rows, holds


@given(watches())
def test_somebody_serves_whenever_somebody_should(found: tuple[list[Duty], list[Hold]]) -> None:
    """No hold makes a gap, none outlives its bound, and whoever took over serves."""
    rows, holds = found
    end = EIGHT + timedelta(days=2)
    plan, served = compile_roster(rows), compile_roster(hold_over(rows, holds, end))
    moments = sorted({m for d in (*rows, *served.all_duties) for m in (d.start, d.end)})
    for at in moments:
        planned, there = plan.who("primary", at), served.who("primary", at)
        assert there.people or not planned.people
        running = [h for h in holds if h.start <= at < h.until]
        if not running:
            assert set(there.people) == set(planned.people)
        waited_for = {h.person for h in running}
        assert set(planned.people) - set(there.people) <= waited_for
