"""What a unit earns by failing again and again: counted once, and graver each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oncall.core.model import Colour, WorkCalendar
from oncall.core.oversight import Failed, Failing, Had, Oversight, Tally, earned
from oncall.core.terms import Terms

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = Oversight(tallies=(Tally(what=Failing.LATE, times=3, within=30 * DAY),))


def late(*days_ago: float, unit: str = "A") -> list[Failed]:
    """Pages that a unit did not answer in time."""
    return [
        Failed(what=Failing.LATE, unit=unit, transfer=f"t{d}", at=NOW - d * DAY) for d in days_ago
    ]


def had(colour: Colour, days_ago: float, *, cause: Failing | None = None) -> Had:
    """An order that unit A has had."""
    return Had(unit="A", colour=colour, drafted_at=NOW - days_ago * DAY, cause=cause)


def test_three_failings_in_thirty_days_are_a_blue_order() -> None:
    """Two are not, and one of long ago is not the third."""
    assert earned(RULES, late(1, 2), [], NOW) == []
    assert earned(RULES, late(1, 2, 31), [], NOW) == []
    [order] = earned(RULES, late(1, 2, 29), [], NOW)
    assert (order.unit, order.colour, order.cause) == ("A", Colour.BLUE, Failing.LATE)
    assert order.transfers == ("t29", "t2", "t1")


def test_the_next_one_is_graver() -> None:
    """After blue yellow, after yellow red, after red red again."""
    for before, after in (
        (Colour.BLUE, Colour.YELLOW),
        (Colour.YELLOW, Colour.RED),
        (Colour.RED, Colour.RED),
    ):
        [order] = earned(RULES, late(1, 2, 3), [had(before, 9)], NOW)
        assert order.colour is after
    [order] = earned(RULES, late(1, 2, 3), [had(Colour.RED, 31)], NOW)
    assert order.colour is Colour.BLUE


def test_what_led_to_an_order_is_not_counted_again() -> None:
    """The next order needs as many new failings."""
    orders = [had(Colour.BLUE, 3, cause=Failing.LATE)]
    assert earned(RULES, late(4, 5, 6, 1, 2), orders, NOW) == []
    [order] = earned(RULES, late(4, 5, 6, 0.5, 1, 2), orders, NOW)
    assert order.transfers == ("t2", "t1", "t0.5")
    # One that a page's own timer drafted has used up nothing.
    assert len(earned(RULES, late(4, 5, 6), [had(Colour.BLUE, 3)], NOW)) == 1


@given(st.lists(st.tuples(st.sampled_from("AB"), st.floats(0, 60)), max_size=20))
def test_a_tally_repeated_at_once_drafts_nothing_new(found: list[tuple[str, float]]) -> None:
    """However often it is counted, an order comes once."""
    failings = [f for unit, day in found for f in late(day, unit=unit)]
    first = earned(RULES, failings, [], NOW)
    orders = [Had(unit=p.unit, colour=p.colour, drafted_at=NOW, cause=p.cause) for p in first]
    assert earned(RULES, failings, orders, NOW + timedelta(seconds=1)) == []
    assert {p.unit for p in first} == {
        u for u in "AB" if sum(unit == u and 0 <= day < 30 for unit, day in found) >= 3
    }


def test_numbers_and_deadlines_are_the_countys() -> None:
    """The year and the running number; a red order is answered on the next working day."""
    assert Oversight().numbered(2026, 7) == "德督办〔2026〕7号"
    friday = datetime(2026, 11, 6, 2, tzinfo=UTC)
    due = Oversight().reply_due(Colour.RED, friday, Terms(), WorkCalendar())
    assert due == datetime(2026, 11, 9, 10, tzinfo=UTC)
