"""What a new file would change, and what it leaves alone."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rosters.diff import Diff, applied, covered, diff
from rosters.model import Duty
from rosters.resolve import compile_roster
from tests.rosters.building import SHANGHAI, at, duty, l1, load

T0 = at("2026-11-03 08:00")


def night_and_day(*people: str, day: int = 3, role: str = "primary") -> list[Duty]:
    """Twelve-hour duties in a row from 08:00 of that day of November."""
    start = at(f"2026-11-{day:02} 08:00")
    return [
        duty(who, start + timedelta(hours=12 * i), 12, role=role, row=i)
        for i, who in enumerate(people)
    ]


def plan(base: list[Duty], new: list[Duty]) -> Diff:
    """The diff of a file with these duties."""
    return diff(base, new, covered(new, SHANGHAI))


def test_the_window_of_a_file() -> None:
    """From the first local day to the end of the last on which a duty starts, unit by role."""
    found = covered(load(l1()).entries, SHANGHAI)
    assert set(found) == {("U", "primary"), ("U", "deputy"), ("U", "leader")}
    window = found["U", "primary"]
    assert (window.start, window.end) == (at("2026-11-03 00:00"), at("2026-11-04 00:00"))


def test_days_without_people_belong_to_the_window() -> None:
    """A file that names the fifth without anyone empties the fifth."""
    new = night_and_day("a", "b")
    window = covered(new, SHANGHAI, (date(2026, 11, 3), date(2026, 11, 5)))
    base = night_and_day("a", "b", "c", "d", "e", "f", "g")
    found = diff(base, new, window)
    assert [d.person for d in found.remove] == ["c", "d", "e", "f"]
    assert [d.person for d in applied(base, new, window)] == ["g", "a", "b"]


def test_the_night_before_and_the_day_after_stay() -> None:
    """The night that began the evening before, and the next morning, are not this file's."""
    base = [*night_and_day("x", "y", day=2), *night_and_day("z", day=4)]
    found = plan(base, night_and_day("a", "b"))
    assert (found.remove, found.change, [d.person for d in found.add]) == ((), (), ["a", "b"])


def test_other_roles_and_units_stay() -> None:
    """A file replaces only the units and roles it names."""
    base = [*night_and_day("a", role="leader"), duty("a", T0, 12, unit="V")]
    found = plan(base, night_and_day("b"))
    assert (found.remove, found.change) == ((), ())


def test_add_change_remove_unchanged() -> None:
    """Another person in the same slot is a change; other hours are one removed and one added."""
    base = night_and_day("a", "b", "c")
    new = [base[0], *night_and_day("a", "x")[1:], duty("c", at("2026-11-04 09:00"), 11)]
    found = plan(base, new)
    assert found.unchanged == (base[0],)
    assert [(c.old.person, c.new.person) for c in found.change] == [("b", "x")]
    assert [d.start for d in found.add] == [at("2026-11-04 09:00")]
    assert found.remove == (base[2],)


def test_per_person() -> None:
    """Each person sees the hours that come and go, and nobody else is bothered."""
    found = plan(night_and_day("a", "b"), night_and_day("a", "c"))
    told = {p.person: (p.hours_gained, p.hours_lost) for p in found.per_person}
    assert told == {"b": (0, 12), "c": (12, 0)}
    lost = found.per_person[0].loses[0]
    assert (lost.unit, lost.role, lost.start) == ("U", "primary", at("2026-11-03 20:00"))


def test_the_same_hours_cut_otherwise_are_no_change_for_the_person() -> None:
    """One long duty instead of two short ones: the person gains and loses nothing."""
    found = plan(night_and_day("a", "a"), [duty("a", T0, 24)])
    assert not found.empty
    assert found.per_person == ()


def test_the_same_file_again() -> None:
    """The same duties from another file are no change."""
    rows = night_and_day("a", "b")
    again = [duty(d.person, d.start, 12, row=99) for d in rows]
    found = plan(rows, again)
    assert (found.empty, len(found.unchanged), found.per_person) == (True, 2, ())


rosters = st.lists(
    st.builds(
        lambda who, role, start, hours: duty(who, T0 + timedelta(hours=start), hours, role=role),
        st.sampled_from("abc"),
        st.sampled_from(["primary", "leader"]),
        st.integers(-48, 48),
        st.integers(1, 24),
    ),
    max_size=12,
)


@given(rosters, rosters)
def test_applying_twice_changes_nothing(base: list[Duty], new: list[Duty]) -> None:
    """After a file is applied, the same file is no change, and every duty is accounted for."""
    window = covered(new, SHANGHAI)
    found = diff(base, new, window)
    after = applied(base, new, window)
    assert diff(after, new, window).empty
    assert len(found.add) + len(found.change) + len(found.unchanged) == len(new)
    assert len(after) == len(base) + len(found.add) - len(found.remove)


@given(rosters, rosters)
def test_gains_and_losses_are_what_resolve_sees(base: list[Duty], new: list[Duty]) -> None:
    """A person's gains and losses are exactly the hours `who` answers differently."""
    window = covered(new, SHANGHAI)
    found = {p.person: p for p in diff(base, new, window).per_person}
    before, after = compile_roster(base), compile_roster(applied(base, new, window))
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for role in ("primary", "leader"):
        for hour in range(120):
            moment = start + timedelta(hours=hour)
            had, has = (set(r.who(role, moment).people) for r in (before, after))
            for person, told in found.items():
                gains = any(s.role == role and s.start <= moment < s.end for s in told.gains)
                loses = any(s.role == role and s.start <= moment < s.end for s in told.loses)
                assert not (gains and loses)
                assert gains or person not in has - had
                assert loses or person not in had - has
