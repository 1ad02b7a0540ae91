"""Cover is the union of time held by people who count; what is missing is told to the second."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rosters.compose import union
from rosters.coverage import Why, days, lacks
from rosters.model import Duty
from rosters.resolve import compile_roster
from tests.rosters.building import at, duty

ZONE = ZoneInfo("Asia/Shanghai")
T0 = at("2026-11-03 08:00")
HOUR = timedelta(hours=1)


def counts(person: str) -> Why | None:
    """People whose name says what is wrong with them."""
    return {"left": Why.LEFT, "mute": Why.UNREACHABLE}.get(person.rstrip("0123456789"))


def found(
    rows: list[Duty],
    hours: float = 24,
    closed: list[tuple[datetime, datetime]] | None = None,
) -> list[tuple[float, float, str]]:
    """What the primary lacks from 08:00 on: (from hour, to hour, why)."""
    missing = lacks(
        compile_roster(rows), "U", "primary", T0, T0 + hours * HOUR, weakness=counts,
        closed=closed or [],
    )  # fmt: skip
    return [((one.start - T0) / HOUR, (one.end - T0) / HOUR, one.why.value) for one in missing]


def test_nobody_those_who_left_and_those_without_a_number() -> None:
    """Each is told apart; one person who counts is enough, however many beside them do not."""
    rows = [
        duty("left", T0, 4),
        duty("mute", T0 + 2 * HOUR, 4),
        duty("a", T0 + 10 * HOUR, 6),
        duty("left", T0 + 12 * HOUR, 8),
    ]
    assert found(rows) == [
        (0, 2, "left"),
        (2, 6, "unreachable"),
        (6, 10, "nobody"),
        (16, 20, "left"),
        (20, 24, "nobody"),
    ]


def test_a_seam_is_no_gap_but_a_closed_hour_makes_none_of_a_gap() -> None:
    """Half a minute between two duties is a slip; half a minute beside closed time is a gap."""
    seam = [duty("a", T0, 12 - 30 / 3600), duty("b", T0 + 12 * HOUR, 12)]
    assert found(seam) == []
    closed = [(T0 + 4 * HOUR, T0 + 8 * HOUR)]
    assert found([duty("a", T0, 3)], 12, closed) == [(3, 4, "nobody"), (8, 12, "nobody")]
    assert found([], 12, [(T0 - HOUR, T0 + 12 * HOUR)]) == []


def test_neighbours_of_whom_neither_counts_are_one_stretch() -> None:
    """Whoever must mend it sees one hole and everybody who is named in it."""
    rows = [duty("left1", T0, 12), duty("left2", T0 + 12 * HOUR, 12)]
    [one] = lacks(
        compile_roster(rows), "U", "primary", T0, T0 + 24 * HOUR, weakness=lambda _: Why.LEFT
    )
    assert (one.start, one.end, one.people) == (T0, T0 + 24 * HOUR, ("left1", "left2"))
    assert one.is_gap


def test_days_of_a_window_that_begins_in_the_afternoon() -> None:
    """The first and the last day count only what lies inside, in local time."""
    end = T0 + 36 * HOUR
    missing = lacks(compile_roster([duty("a", T0, 12)]), "U", "primary", T0, end, weakness=counts)
    told = days(missing, T0, end, ZONE)
    assert [(one.day, one.needed / 3600, one.held / 3600) for one in told] == [
        (date(2026, 11, 3), 16, 12),
        (date(2026, 11, 4), 20, 0),
    ]
    assert [one.share for one in told] == [0.75, 0]


LENGTH = 8 * 60
MINUTES = st.integers(0, LENGTH)
SPANS = st.lists(st.tuples(MINUTES, st.integers(1, 150)), max_size=8)
PEOPLE = st.sampled_from(["a", "b", "left", "mute"])


@given(st.lists(st.tuples(MINUTES, st.integers(1, 200), PEOPLE), max_size=10), SPANS)
def test_every_minute_is_held_lacking_or_closed(
    rows: list[tuple[int, int, str]], closed_minutes: list[tuple[int, int]]
) -> None:
    """A slow count minute by minute says the same as the intervals do."""
    minute = timedelta(minutes=1)
    duties = [duty(who, T0 + n * minute, length / 60) for n, length, who in rows]
    closed = union((T0 + n * minute, T0 + (n + length) * minute) for n, length in closed_minutes)
    end = T0 + LENGTH * minute
    missing = lacks(compile_roster(duties), "U", "primary", T0, end, weakness=counts, closed=closed)
    lacking = closed_for = 0
    for n in range(LENGTH):
        now = T0 + n * minute
        if any(a <= now < b for a, b in closed):
            closed_for += 1
            assert not any(one.start <= now < one.end for one in missing)
            continue
        names = {one.person for one in duties if one.start <= now < one.end}
        expected = not any(counts(name) is None for name in names)
        assert any(one.start <= now < one.end for one in missing) == expected
        lacking += expected
    told = days(missing, T0, end, ZONE, closed)
    assert sum(day.needed for day in told) == (LENGTH - closed_for) * 60
    assert sum(day.needed - day.held for day in told) == lacking * 60
    assert all(0 <= day.share <= 1 for day in told)
