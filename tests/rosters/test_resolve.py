"""Who is on duty: the answers, and the laws they keep whatever the duties are."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosters.clocks import Clock, instant, span
from rosters.model import Duty, Segment
from rosters.resolve import Roster, compile_roster
from tests.rosters.building import CHICAGO, SHANGHAI, at, duty

T0 = datetime(2026, 11, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(number: float) -> datetime:
    """So many hours after the beginning."""
    return T0 + number * HOUR


def people(roster: Roster, number: float, role: str = "primary") -> tuple[str, ...]:
    """Who serves so many hours after the beginning."""
    return roster.who(role, hours(number)).people


def test_handover_to_the_second() -> None:
    """At the very second of a handover the new person is on duty, and only that person."""
    roster = compile_roster([duty("a", T0, 12), duty("b", hours(12), 12)])
    second = timedelta(microseconds=1)
    assert roster.who("primary", hours(12) - second).people == ("a",)
    assert roster.who("primary", hours(12)).people == ("b",)
    assert roster.who("primary", hours(24) - second).people == ("b",)
    assert roster.who("primary", hours(24)).people == ()


def test_since_until_and_sources() -> None:
    """An answer knows since when and until when it holds, and where it was written."""
    roster = compile_roster([duty("a", T0, 12, row=4), duty("b", hours(12), 12, row=5)])
    now = roster.who("primary", hours(13))
    assert (now.since, now.until, now.sources) == (hours(12), hours(24), ("Sheet1!B5",))
    before = roster.who("primary", hours(-1))
    assert (before.people, before.since, before.until) == ((), None, T0)
    after = roster.who("primary", hours(30))
    assert (after.people, after.since, after.until) == ((), hours(24), None)
    assert roster.who("leader", T0).until is None


def test_until_is_when_the_people_change() -> None:
    """Two duties of one person without a break are one stretch; the place follows the duty."""
    roster = compile_roster([duty("a", T0, 12, row=4), duty("a", hours(12), 12, row=5)])
    found = roster.who("primary", hours(1))
    assert (found.since, found.until, found.sources) == (T0, hours(24), ("Sheet1!B4",))
    assert roster.who("primary", hours(13)).sources == ("Sheet1!B5",)


def test_people_come_by_start_then_by_row() -> None:
    """Who began first comes first; with equal starts row 9 comes before row 10."""
    roster = compile_roster(
        [duty("c", hours(1), 5, row=1), duty("b", T0, 12, row=10), duty("a", T0, 12, row=9)]
    )
    assert people(roster, 2) == ("a", "b", "c")


def test_who_is_next() -> None:
    """The next people follow at once, or after a gap, be they the same; after the last nobody."""
    roster = compile_roster([duty("a", T0, 2), duty("b", hours(2), 2), duty("b", hours(6), 2)])
    assert roster.following("primary", T0) == Segment(start=hours(2), end=hours(4), people=("b",))
    assert roster.following("primary", hours(3)) == Segment(
        start=hours(6), end=hours(8), people=("b",)
    )
    assert roster.following("primary", hours(5)) == roster.following("primary", hours(3))
    assert roster.following("primary", hours(6)) is None
    assert roster.following("leader", T0) is None


def test_schedule_and_gaps() -> None:
    """A window is tiled to its edges; what nobody covers is a gap, to the second."""
    roster = compile_roster([duty("a", T0, 2), duty("b", hours(3), 2)])
    tiles = roster.schedule("primary", hours(1), hours(4))
    assert [(s.people, s.start, s.end) for s in tiles] == [
        (("a",), hours(1), hours(2)),
        ((), hours(2), hours(3)),
        (("b",), hours(3), hours(4)),
    ]
    assert [(g.start, g.end) for g in roster.gaps("primary", hours(-1), hours(6))] == [
        (hours(-1), hours(0)),
        (hours(2), hours(3)),
        (hours(5), hours(6)),
    ]
    assert [s.people for s in roster.schedule("leader", T0, hours(1))] == [()]
    assert roster.schedule("primary", T0, T0) == []
    with pytest.raises(ValueError, match="before it starts"):
        roster.schedule("primary", hours(1), T0)


def test_a_slot_may_need_two() -> None:
    """Where two must serve, one alone is a gap."""
    roster = compile_roster([duty("a", T0, 4), duty("b", hours(1), 2)])
    found = roster.gaps("primary", T0, hours(4), need=2)
    assert [(gap.start, gap.end) for gap in found] == [(T0, hours(1)), (hours(3), hours(4))]


def test_roles_and_duties_of_a_person() -> None:
    """Roles are kept apart; a person's duties come from all of them, by start."""
    late, early = duty("a", hours(5), 1, role="leader"), duty("a", T0, 1)
    roster = compile_roster([late, early])
    assert roster.roles == ("leader", "primary")
    assert roster.duties("a") == [early, late]
    assert roster.duties("b") == []
    assert people(roster, 5) == ()
    assert people(roster, 5, "leader") == ("a",)


def test_one_roster_one_unit() -> None:
    """Two units in one roster are a mistake of the caller; no duty at all is an empty roster."""
    with pytest.raises(ValueError, match="one unit"):
        compile_roster([duty("a", T0, 1, unit="U"), duty("a", T0, 1, unit="V")])
    assert compile_roster([]).who("primary", T0).people == ()
    assert compile_roster([]).roles == ()


def test_no_instant_without_a_zone() -> None:
    """A naive time and a backward interval cannot even be written down."""
    naive = T0.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        compile_roster([]).who("primary", naive)
    with pytest.raises(ValueError, match="no time zone"):
        duty("a", naive, 1)
    with pytest.raises(ValueError, match="no interval"):
        duty("a", T0, 0)


# Laws ------------------------------------------------------------------------------------------

duties = st.lists(
    st.builds(
        lambda who, role, start, length, row: duty(
            who, T0 + timedelta(minutes=start), length / 60, role=role, row=row
        ),
        st.sampled_from("abcd"),
        st.sampled_from(["primary", "deputy"]),
        st.integers(-600, 600),
        st.integers(1, 400),
        st.integers(1, 30),
    ),
    max_size=25,
)
windows = st.tuples(st.integers(-700, 1100), st.integers(0, 900)).map(
    lambda pair: (T0 + timedelta(minutes=pair[0]), T0 + timedelta(minutes=sum(pair)))
)


def serving(rows: list[Duty], role: str, moment: datetime) -> set[str]:
    """Who serves, asked the slow way."""
    return {d.person for d in rows if d.role == role and d.start <= moment < d.end}


@given(duties, windows)
def test_segments_tile_any_window(rows: list[Duty], window: tuple[datetime, datetime]) -> None:
    """Segments begin and end with the window, touch, and no two neighbours are alike."""
    start, end = window
    tiles = compile_roster(rows).schedule("primary", start, end)
    if start == end:
        assert tiles == []
        return
    assert (tiles[0].start, tiles[-1].end) == window
    for one, two in pairwise(tiles):
        assert one.end == two.start
        assert set(one.people) != set(two.people)


@given(duties, windows)
def test_who_and_schedule_are_one_truth(
    rows: list[Duty], window: tuple[datetime, datetime]
) -> None:
    """At every edge and in every middle, `who`, `schedule` and the rows themselves agree."""
    roster = compile_roster(rows)
    for tile in roster.schedule("primary", *window):
        for moment in (tile.start, tile.start + (tile.end - tile.start) / 2):
            found = roster.who("primary", moment)
            assert found.people == tile.people
            assert set(found.people) == serving(rows, "primary", moment)
            assert len(found.sources) == len(found.people)
            assert found.since is None or found.since <= moment
            assert found.until is None or found.until >= tile.end


@given(duties, st.integers(-700, 1100))
def test_until_is_the_next_change(rows: list[Duty], minute: int) -> None:
    """Up to `until` the set stays, at `until` it differs, and `following` begins where it says."""
    roster, moment = compile_roster(rows), T0 + timedelta(minutes=minute)
    found = roster.who("primary", moment)
    later = [d.start for d in rows] + [d.end for d in rows]
    changes = [t for t in later if t > moment and serving(rows, "primary", t) != set(found.people)]
    assert found.until == min(changes, default=None)
    following = roster.following("primary", moment)
    until = found.until or max([moment, *later])
    covered = [t for t in later if t >= until and t > moment and serving(rows, "primary", t)]
    assert (following.start if following else None) == min(covered, default=None)


@given(duties.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_shuffling_the_rows_changes_nothing(pair: tuple[list[Duty], list[Duty]]) -> None:
    """The order in which rows are handed over is no part of the roster."""
    window = (T0 - timedelta(days=1), T0 + timedelta(days=1))
    one, two = (compile_roster(rows) for rows in pair)
    for role in ("primary", "deputy"):
        for left, right in zip(
            one.schedule(role, *window), two.schedule(role, *window), strict=True
        ):
            assert (left.start, left.end) == (right.start, right.end)
            assert sorted(left.people) == sorted(right.people)


@given(duties)
def test_rows_apart_are_ordered_by_place(rows: list[Duty]) -> None:
    """With a place of its own for every row, shuffling changes not even the order of people."""
    apart = [
        duty(d.person, d.start, (d.end - d.start) / HOUR, role=d.role, row=i)
        for i, d in enumerate(rows)
    ]
    window = (T0 - timedelta(days=1), T0 + timedelta(days=1))
    one, two = compile_roster(apart), compile_roster(reversed(apart))
    assert one.schedule("primary", *window) == two.schedule("primary", *window)


def test_twenty_thousand_rows() -> None:
    """Twenty thousand rows compile, and their handovers are all found again."""
    rows = [duty(f"p{i % 40}", hours(12 * i), 12, row=i) for i in range(20_000)]
    roster = compile_roster(rows)
    assert all(people(roster, 12 * i) == (f"p{i % 40}",) for i in range(0, 20_000, 97))
    assert len(roster.schedule("primary", T0, hours(12 * 20_000))) == 20_000
    assert roster.gaps("primary", T0, hours(12 * 20_000)) == []


# Wall clocks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "clock", "start", "end"),
    [
        # Spring in Chicago: 02:30 does not exist; the first instant after the hole is 03:00.
        (date(2026, 3, 8), "02:30-08:00", "2026-03-08T08:00+00:00", "2026-03-08T13:00+00:00"),
        (date(2026, 3, 7), "20:00-02:30", "2026-03-08T02:00+00:00", "2026-03-08T08:00+00:00"),
        # Autumn: 01:30 comes twice; a start takes the first, an end the last.
        (date(2026, 11, 1), "01:30-08:00", "2026-11-01T06:30+00:00", "2026-11-01T14:00+00:00"),
        (date(2026, 10, 31), "20:00-01:30", "2026-11-01T01:00+00:00", "2026-11-01T07:30+00:00"),
        (date(2026, 11, 1), "00:00-24:00", "2026-11-01T05:00+00:00", "2026-11-02T06:00+00:00"),
    ],
)
def test_daylight_saving(day: date, clock: str, start: str, end: str) -> None:
    """Clocks in holes and folds mean the instants the rule gives them."""
    first, last = (int(part[:2]) * 60 + int(part[3:]) for part in clock.split("-"))
    hours_of_shift = Clock(start=first, end=last if last > first else last + 1440)
    assert span(day, hours_of_shift, CHICAGO) == (
        datetime.fromisoformat(start),
        datetime.fromisoformat(end),
    )


@given(
    st.sampled_from([CHICAGO, SHANGHAI]),
    st.dates(date(2010, 1, 1), date(2040, 1, 1)),
    st.integers(0, 1439),
)
def test_handovers_never_leave_a_hole(zone: object, day: date, minute: int) -> None:
    """Whatever the zone does that day, the next shift starts no later than the last one ends."""
    assert zone in (CHICAGO, SHANGHAI)
    tz = CHICAGO if zone is CHICAGO else SHANGHAI
    ending, starting = instant(day, minute, tz, ending=True), instant(day, minute, tz)
    assert timedelta(0) <= ending - starting <= HOUR
    assert starting.tzinfo is UTC


def test_a_day_in_dehua() -> None:
    """China has one clock: a local day is always 24 hours, from 16:00 UTC."""
    assert span(date(2026, 11, 3), Clock(start=0, end=1440), SHANGHAI) == (
        at("2026-11-03 00:00"),
        at("2026-11-04 00:00"),
    )
    assert at("2026-11-03 00:00") == datetime(2026, 11, 2, 16, tzinfo=UTC)
