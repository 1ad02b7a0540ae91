"""The transfer machine over random lives: one state always, an end in reach, no clock set back."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import shake_128
from itertools import product

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.core.model import State
from oncall.core.transfers import LIVE, TERMINAL, Facts, TransferState, Waiver, decide
from oncall.core.transfers.events import EVENTS, Closed, TransferEvent, Withdrawn
from oncall.core.transfers.machine import IGNORED, LEADS_TO, TRANSITIONS
from scripts import transfer_states
from tests.core.histories import Dice
from tests.core.lives import THROWS, Seen, World, endings, happenings, live, play

LIVES = hypothesis.settings(max_examples=max(1_000, hypothesis.settings().max_examples))
#: Too rare to wait for: each asks for a long chain of its own before it.
RARE = {
    (TransferState.FIRST_RECEIVER, "Returned", TransferState.DISPUTED),
    *((state, "NuisanceConfirmed", TransferState.CLOSED) for state in LIVE),
}
lives = st.binary(min_size=THROWS, max_size=THROWS)


@pytest.mark.parametrize(("state", "event"), list(product(TransferState, EVENTS.values())))
def test_every_pair_is_in_exactly_one_table(
    state: TransferState, event: type[TransferEvent]
) -> None:
    """Either a rule or a reason; never both, never neither."""
    assert ((state, event) in TRANSITIONS) is not ((state, event) in IGNORED)


def test_the_drawing_is_fresh() -> None:
    """Whoever changes a table also runs `python scripts/transfer_states.py`."""
    text = transfer_states.TARGET.read_text(encoding="utf-8")
    assert text == transfer_states.document(text)


@LIVES
@given(lives)
def test_a_life_has_one_state_and_no_clock_goes_back(thrown: bytes) -> None:
    """Whatever happens: a known state, only along drawn arrows, no moment moved once set."""
    for seen in play(thrown):
        _along_an_arrow(seen)
        _no_clock_back(seen)
        _refusals_change_nothing(seen)


@LIVES
@given(lives)
def test_an_end_is_always_in_reach(thrown: bytes) -> None:
    """From wherever a life has led, whoever handed it over can bring it to its end."""
    last = live(thrown)
    if last.transfer.state in TERMINAL:
        return
    for event in (
        Closed(by="desk", waivers=(Waiver.CALLER_WITHDREW,), why="x"),
        Withdrawn(by="desk", why="x"),
    ):
        decision = decide(last.transfer, event, last.now, last.facts())
        assert decision.transfer.state in TERMINAL
        assert decision.transfer.life.dispute is None


def _along_an_arrow(seen: Seen) -> None:
    before, after = seen.before.state, seen.decision.transfer.state
    if before is after:
        return
    rule = TRANSITIONS[(before, type(seen.event))]
    assert after in LEADS_TO[rule][before], (before, seen.event, after)


def _no_clock_back(seen: Seen) -> None:
    before, after = seen.before, seen.decision.transfer
    fixed = ("received_at", "transferred_at", "origin", "code", "first_receiver")
    assert [getattr(before, n) for n in fixed] == [getattr(after, n) for n in fixed]
    reopened = after.life.reopened > before.life.reopened
    for name in ("responded_at", "result_at", "feedback_at", "police_dispatched_at"):
        was = getattr(before.life, name)
        if was is not None and not (reopened and name in ("result_at", "feedback_at")):
            assert getattr(after.life, name) == was
    assert after.life.hops >= before.life.hops


def _refusals_change_nothing(seen: Seen) -> None:
    if seen.decision.refused:
        assert seen.decision.transfer == seen.before
        assert seen.decision.commands == ()


def however_pages_stand(world: World) -> Iterator[Facts]:
    """The same life with its pages as they are, or all of them in one state: they move alone."""
    facts = world.facts()
    yield facts
    for state in State:
        yield replace(facts, parts=tuple(replace(p, state=state) for p in facts.parts))


def test_every_arrow_is_taken_by_some_life() -> None:
    """An arrow that no life ever takes would be a lie in the diagram."""
    left, count = set(transfer_states.arrows()), 0
    while any((s, e.__name__, t) not in RARE for s, e, t in left) and count < 15_000:
        count += 1
        thrown = shake_128(count.to_bytes(4, "big")).digest(THROWS)
        for seen in play(thrown):
            left.discard((seen.before.state, type(seen.event), seen.decision.transfer.state))
        # And whatever might have happened next in a life that stands where an arrow begins.
        world, dice = live(thrown), Dice(thrown[::-1])
        state = world.transfer.state
        wanted = {event for source, event, _ in left if source is state}
        for event in (*endings(dice), *happenings(dice, world.now)) if wanted else ():
            if type(event) in wanted:
                for facts in however_pages_stand(world):
                    decision = decide(world.transfer, event, world.now, facts)
                    left.discard((state, type(event), decision.transfer.state))
    assert {(s, e.__name__, t) for s, e, t in left} <= RARE


def test_live_and_terminal_are_all() -> None:
    """Every state is one or the other."""
    assert set(LIVE) | TERMINAL == set(TransferState)
    assert not set(LIVE) & TERMINAL
