"""The diagram of states is drawn from the tables, and tells neither too much nor too little."""

from hashlib import shake_128

from oncall.core.escalation import LEADS_TO, TRANSITIONS
from oncall.core.events import Event, ShiftChanged
from oncall.core.model import State
from scripts import states
from tests.core.histories import history, play

Arrow = tuple[State, type[Event], State]

#: Too rare to wait for; test_escalation_hours tells how it comes about.
SHOWN_ELSEWHERE: set[Arrow] = {(State.WAITING, ShiftChanged, State.EXHAUSTED)}


def test_the_drawing_is_fresh() -> None:
    """Whoever changes a table also runs `python scripts/states.py`."""
    assert states.TARGET.read_text(encoding="utf-8") == states.document()


def test_every_arrow_is_taken_by_some_page() -> None:
    """An arrow that no history ever takes would be a lie in the diagram."""
    drawn: set[Arrow] = {
        (state, event, target)
        for (state, event), rule in TRANSITIONS.items()
        for target in LEADS_TO.get(rule, ())
        if target is not state
    }
    left, count = drawn - SHOWN_ELSEWHERE, 0
    while left and count < 5_000:
        count += 1
        for moment in play(history(shake_128(bytes(str(count), "ascii")).digest(150))):
            arrow = (moment.before.state, type(moment.event), moment.decision.page.state)
            assert arrow in drawn or arrow[0] is arrow[2]
            left.discard(arrow)
    assert left == set()


def test_every_event_and_state_is_in_the_document() -> None:
    """A reader finds each state as a section and each event in it."""
    text = states.document()
    for state in State:
        assert f"## {state}\n" in text
    for _, event in TRANSITIONS:
        assert f"| {event.__name__} |" in text
