"""How a change of duty goes, and who could stand in: the table, the walk, the ranking."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosters.changes import OPEN, TRANSITIONS, Kind, State, Verb, is_urgent, possible, step
from rosters.model import Duty
from rosters.standins import rank
from tests.rosters.building import at, duty, person

ZONE = ZoneInfo("Asia/Shanghai")
T0 = at("2026-11-03 08:00")
HOUR = timedelta(hours=1)


@given(st.sampled_from(list(Kind)), st.lists(st.sampled_from(list(Verb)), max_size=12))
def test_every_walk_ends_settled_or_waits(kind: Kind, verbs: list[Verb]) -> None:
    """Whatever is tried in whatever order: in force only by consent, and what ended stays so."""
    state = State.IN_FORCE if kind is Kind.TAKEOVER else State.ASKED
    done: list[Verb] = []
    for verb in verbs:
        after = step(kind, state, verb)
        assert (after is not None) == (verb in possible(kind, state))
        if after is None:
            continue
        assert after is not state
        done.append(verb)
        state = after
    if kind is Kind.SWAP and state in (State.IN_FORCE, State.UNDONE):
        assert done[:2] == [Verb.AGREE, Verb.APPROVE]
    if state not in OPEN and state is not State.IN_FORCE:
        assert possible(kind, state) == ()


def test_what_is_open_can_always_end() -> None:
    """An open change can be withdrawn and lapses by itself; one in force can be taken back."""
    states = {(kind, state) for kind, state, _ in TRANSITIONS}
    for kind, state in states:
        if state in OPEN:
            assert {Verb.WITHDRAW, Verb.LAPSE} <= set(possible(kind, state))
        else:
            assert possible(kind, state) == (Verb.UNDO,)


@pytest.mark.parametrize(("hours", "urgent"), [(23.9, True), (24, False), (-1, True), (48, False)])
def test_less_than_a_day_ahead_is_urgent(hours: float, urgent: bool) -> None:
    """Counted to the first of the duties it touches."""
    assert is_urgent([T0 + hours * HOUR, T0 + 100 * HOUR], T0) is urgent


def test_the_best_comes_first() -> None:
    """Free before busy, of the trade before not, without strain, rested, with the least hours."""
    wanted = duty("x", T0, 12)
    rows: list[Duty] = [
        wanted,
        duty("busy", T0 + 2 * HOUR, 4, unit="V"),
        duty("tired", T0 - 13 * HOUR, 12),
        duty("long", T0 - 14 * HOUR, 14),
        duty("loaded", T0 + 72 * HOUR, 12),
        duty("loaded", T0 + 120 * HOUR, 12),
        duty("light", T0 + 72 * HOUR, 8),
        duty("stranger", T0 + 72 * HOUR, 4, role="team"),
    ]
    names = ("busy", "tired", "long", "loaded", "light", "stranger", "away", "gone", "x")
    people = [person(name, id=name, active=name != "gone") for name in names]
    found = rank(people, rows, wanted, ZONE, qualified={"busy", "away"}, away={"away"})
    assert [one.person for one in found] == [
        "light",
        "loaded",
        "tired",
        "long",
        "stranger",
        "away",
        "busy",
    ]
    told = {one.person: one for one in found}
    assert told["tired"].rest == 1
    assert not told["tired"].rested
    assert told["away"].rest is None
    assert told["long"].strains == ("long-stretch",)
    assert (told["loaded"].hours, told["light"].hours) == (24, 8)
    assert [one.person for one in found if one.free] == [one.person for one in found[:5]]
