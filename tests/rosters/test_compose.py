"""Layers and overrides settled into duties, checked against a slow reading minute by minute."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosters.compose import acting, builds_on, compose, contradiction, union
from rosters.model import Duty, Override, OverrideKind
from rosters.resolve import compile_roster

ZERO = datetime(2026, 11, 3, tzinfo=UTC)
ADD, REMOVE = OverrideKind.ADD, OverrideKind.REMOVE
REPLACE, VACANT = OverrideKind.REPLACE, OverrideKind.VACANT


def hour(n: float) -> datetime:
    """So many hours after the beginning."""
    return ZERO + timedelta(hours=n)


def duty(person: str, start: float, end: float, role: str = "primary", source: str = "") -> Duty:
    """One duty of unit U."""
    return Duty(
        unit="U", role=role, person=person, start=hour(start), end=hour(end),
        source=source or f"{person}{start:g}",
    )  # fmt: skip


def over(
    number: int,
    kind: OverrideKind,
    start: float,
    end: float,
    person: str | None = None,
    replaces: str | None = None,
    role: str = "primary",
) -> Override:
    """One override of unit U."""
    return Override(
        id=number, unit="U", role=role, kind=kind, person=person, replaces=replaces,
        start=hour(start), end=hour(end), source=f"override {number}",
    )  # fmt: skip


def spans(duties: Iterable[Duty]) -> list[tuple[str, float, float]]:
    """Who from when to when, in hours, by start."""
    found = [
        (d.person, (d.start - ZERO) / timedelta(hours=1), (d.end - ZERO) / timedelta(hours=1))
        for d in duties
    ]
    return sorted(found, key=lambda one: (one[1], one[0]))


def test_a_higher_layer_cuts_a_lower_one() -> None:
    """Where the upper layer has somebody the lower is silent, and nowhere else."""
    low, high = duty("a", 0, 24), [duty("b", 4, 8), duty("c", 8, 10), duty("d", 20, 30)]
    found = compose([[low], high])
    assert spans(found) == [("a", 0, 4), ("b", 4, 8), ("c", 8, 10), ("a", 10, 20), ("d", 20, 30)]


def test_one_layer_serves_together() -> None:
    """Two duties of the same layer at one time are two people on duty."""
    found = compose([[duty("z", 0, 12)], [duty("a", 0, 8), duty("b", 4, 12)]])
    assert spans(found) == [("a", 0, 8), ("b", 4, 12)]


def test_layers_are_per_unit_and_role() -> None:
    """A deputy above does not silence the primary below."""
    found = compose([[duty("a", 0, 8)], [duty("b", 0, 8, role="deputy")]])
    assert spans(found) == [("a", 0, 8), ("b", 0, 8)]


def test_an_empty_layer_silences_nobody() -> None:
    """A layer that has nobody lets everything beneath it through, untouched."""
    base = [duty("a", 0, 8)]
    assert compose([base, [], []]) == base


def test_a_piece_says_of_which_duty_it_is_one() -> None:
    """What is left keeps its source and the hours it had before it was cut, however often."""
    found = compose([[duty("a", 0, 24)], [duty("b", 4, 8)]], [over(1, REPLACE, 10, 12, "c", "a")])
    pieces = [d for d in found if d.person == "a"]
    assert {d.whole for d in pieces} == {(hour(0), hour(24))}
    assert {d.source for d in pieces} == {"a0"}
    [given_to] = [d for d in found if d.person == "c"]
    assert (given_to.source, given_to.cut_from) == ("override 1", None)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (over(1, ADD, 2, 10, "b"), [("a", 0, 8), ("b", 2, 10)]),
        (over(1, REMOVE, 2, 4, "a"), [("a", 0, 2), ("a", 4, 8)]),
        (over(1, REMOVE, 2, 4, "b"), [("a", 0, 8)]),
        (over(1, REPLACE, 2, 4, "b", "a"), [("a", 0, 2), ("b", 2, 4), ("a", 4, 8)]),
        # Instead of somebody means where that one would serve, and nowhere else.
        (over(1, REPLACE, 6, 12, "b", "a"), [("a", 0, 6), ("b", 6, 8)]),
        (over(1, REPLACE, 8, 12, "b", "a"), [("a", 0, 8)]),
        (over(1, REPLACE, 6, 12, "b"), [("a", 0, 6), ("b", 6, 12)]),
        (over(1, VACANT, 2, 4), [("a", 0, 2), ("a", 4, 8)]),
        (over(1, VACANT, 2, 4, role="deputy"), [("a", 0, 8)]),
    ],
)
def test_an_override_touches_what_it_names(
    override: Override, expected: list[tuple[str, float, float]]
) -> None:
    """Beside, without, instead of one, instead of all, nobody: the remainder stays."""
    assert spans(compose([[duty("a", 0, 8)]], [override])) == expected


def test_an_override_acts_where_it_finds_somebody_or_puts_somebody_on() -> None:
    """Relieving who is not there changes nothing, nor does vacancy where nobody was."""
    base = [[duty("a", 0, 8)]]
    overrides = [over(1, REPLACE, 0, 4, "b", "a"), over(2, REPLACE, 4, 8, "b", "x"),
                 over(3, REMOVE, 0, 8, "x"), over(4, ADD, 9, 10, "c"), over(5, VACANT, 20, 21),
                 over(6, REMOVE, 9, 10, "c"), over(7, REPLACE, 20, 21, "c")]  # fmt: skip
    assert acting(base, overrides) == {1, 4, 6, 7}


def test_standing_in_over_several_duties() -> None:
    """One override from Monday to Friday takes over exactly the nights the other had."""
    nights = [duty("a", 20, 32), duty("b", 44, 56), duty("a", 68, 80)]
    found = compose([nights], [over(1, REPLACE, 0, 100, "c", "a")])
    assert spans(found) == [("c", 20, 32), ("b", 44, 56), ("c", 68, 80)]


def test_a_later_override_stands_on_an_earlier_one() -> None:
    """What b took over from a can be handed on to c; the order of the rows does not matter."""
    first, second = over(1, REPLACE, 0, 8, "b", "a"), over(2, REPLACE, 4, 8, "c", "b")
    for order in ([first, second], [second, first]):
        assert spans(compose([[duty("a", 0, 8)]], order)) == [("b", 0, 4), ("c", 4, 8)]
    assert builds_on(second, first)
    assert not builds_on(first, second)
    assert contradiction(first, second) is None


def test_an_override_that_names_nobody_cannot_be_made() -> None:
    """Silence is kept by the word vacant only: a name left out is an error, not an empty night."""
    for kind in (ADD, REMOVE, REPLACE):
        with pytest.raises(ValueError, match="vacant"):
            over(1, kind, 0, 8)
    with pytest.raises(ValueError, match="vacant"):
        over(1, VACANT, 0, 8, "a")
    with pytest.raises(ValueError, match="replace"):
        over(1, ADD, 0, 8, "a", "b")


@pytest.mark.parametrize(
    ("earlier", "later", "about"),
    [
        (over(1, ADD, 0, 8, "a"), over(2, REMOVE, 4, 12, "a"), "a"),
        (over(1, REMOVE, 0, 8, "a"), over(2, ADD, 4, 12, "a"), "a"),
        (over(1, REMOVE, 0, 8, "a"), over(2, REPLACE, 4, 12, "a", "b"), "a"),
        (over(1, REPLACE, 0, 8, "b", "a"), over(2, REPLACE, 4, 12, "c", "a"), "a"),
        (over(1, REPLACE, 0, 8, "b", "a"), over(2, REMOVE, 4, 12, "a"), "a"),
        (over(1, REPLACE, 0, 8, "b", "a"), over(2, REMOVE, 4, 12, "b"), "b"),
        (over(1, REPLACE, 0, 8, "b", "a"), over(2, REPLACE, 4, 12, "a", "b"), "a"),
        (over(1, ADD, 0, 8, "a"), over(2, VACANT, 4, 12), ""),
        (over(1, VACANT, 0, 8), over(2, REPLACE, 4, 12, "a"), ""),
        # The same said twice, other people, other hours, another role: nothing is contradicted.
        (over(1, REMOVE, 0, 8, "a"), over(2, REMOVE, 4, 12, "a"), None),
        (over(1, REPLACE, 0, 8, "b", "a"), over(2, REPLACE, 4, 12, "b", "a"), None),
        (over(1, REMOVE, 0, 8, "a"), over(2, VACANT, 4, 12), None),
        (over(1, ADD, 0, 8, "a"), over(2, REMOVE, 4, 12, "b"), None),
        (over(1, ADD, 0, 8, "a"), over(2, REMOVE, 8, 12, "a"), None),
        (over(1, ADD, 0, 8, "a"), over(2, REMOVE, 4, 12, "a", role="deputy"), None),
        (over(1, REPLACE, 0, 8, "b", "a"), over(2, REPLACE, 4, 12, "c"), None),
    ],
)  # fmt: skip
def test_the_opposite_about_one_person_is_a_contradiction(
    earlier: Override, later: Override, about: str | None
) -> None:
    """Given and taken, taken in two ways, or vacant and yet somebody: it is found, and of whom."""
    assert contradiction(earlier, later) == about


# -- against a slow reading ----------------------------------------------------------------

_PEOPLE = "abcd"
_HOURS = st.integers(0, 24)


@st.composite
def _span(draw: st.DrawFn) -> tuple[int, int]:
    start, end = draw(_HOURS), draw(_HOURS)
    return (min(start, end), max(start, end) + 1)


@st.composite
def _duties(draw: st.DrawFn) -> list[Duty]:
    found = draw(st.lists(st.tuples(st.sampled_from(_PEOPLE), _span()), max_size=6))
    return [duty(person, *span) for person, span in found]


@st.composite
def _overrides(draw: st.DrawFn) -> list[Override]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(list(OverrideKind)))
        person = None if kind is VACANT else draw(st.sampled_from(_PEOPLE))
        replaces = draw(st.sampled_from([None, *_PEOPLE])) if kind is REPLACE else None
        found.append(over(number, kind, *draw(_span()), person, replaces))
    return found


def slow(layers: Sequence[Sequence[Duty]], overrides: Sequence[Override], at: datetime) -> set[str]:
    """Who serves at one instant, read off the rules in the order in which people would."""
    serving: set[str] = set()
    for layer in layers:
        here = {d.person for d in layer if d.start <= at < d.end}
        serving = here or serving
    for one in sorted(overrides, key=lambda o: o.id):
        if not one.start <= at < one.end:
            continue
        if one.kind is VACANT:
            serving = set()
        elif one.kind is REMOVE:
            serving = serving - {one.person or ""}
        elif one.kind is ADD:
            serving = serving | {one.person or ""}
        elif one.replaces is None:
            serving = {one.person or ""}
        elif one.replaces in serving:
            serving = serving - {one.replaces} | {one.person or ""}
    return serving


@given(st.lists(_duties(), max_size=3), _overrides())
def test_composing_is_what_the_rules_say_at_every_half_hour(
    layers: list[list[Duty]], overrides: list[Override]
) -> None:
    """Whatever the layers and overrides, at any instant the same people serve as by the rules."""
    roster = compile_roster(compose(layers, overrides))
    for step in range(54):
        at = hour(step / 2)
        assert set(roster.who("primary", at).people) == slow(layers, overrides, at), at


@given(st.lists(_duties(), min_size=1, max_size=3), _overrides(), st.randoms())
def test_the_order_of_rows_does_not_matter(
    layers: list[list[Duty]], overrides: list[Override], chance: Random
) -> None:
    """Shuffled rows settle into the same hours of the same people."""
    one = compose(layers, overrides)
    chance.shuffle(overrides)
    for layer in layers:
        chance.shuffle(layer)
    other = compose(layers, overrides)
    times = [{p: union((d.start, d.end) for d in found if d.person == p) for p in _PEOPLE}
             for found in (one, other)]  # fmt: skip
    assert times[0] == times[1]
