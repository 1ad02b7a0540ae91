"""Contact cards: what may be used, in what order, and what it is called."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oncall.admin.cards import placed
from oncall.core.cards import Flag, labels, lines
from oncall.core.model import Channel
from oncall.store.directory import Person

A, B, C = "13900000001", "13900000002", "13900000003"
LANDLINE = "0595-23500001"
SMS, VOICE = Channel.SMS, Channel.VOICE


def used(*args: object) -> list[tuple[Channel, str]]:
    """The lines of a card without their labels."""
    return [(one.channel, one.address) for one in lines(*args)]  # type: ignore[arg-type]


def test_texts_go_to_mobiles_and_calls_to_every_number() -> None:
    """Each channel keeps the order of the card."""
    assert used([A, LANDLINE, B], [A, B]) == [
        (SMS, A),
        (SMS, B),
        (VOICE, A),
        (VOICE, LANDLINE),
        (VOICE, B),
    ]


def test_a_dead_number_is_left_out_while_there_is_another() -> None:
    """What is dead for texts may still ring."""
    dead = {(A, SMS): Flag.DEAD}
    assert used([A, B], [A, B], dead) == [(SMS, B), (VOICE, A), (VOICE, B)]


def test_the_last_number_is_tried_even_if_it_is_marked_dead() -> None:
    """A wrong mark must silence nobody."""
    dead = {(A, SMS): Flag.DEAD, (A, VOICE): Flag.DEAD}
    assert used([A], [A], dead) == [(SMS, A), (VOICE, A)]


def test_who_wants_no_more_texts_gets_none() -> None:
    """Not even where nothing else is left."""
    wrong = {(A, SMS): Flag.OPTED_OUT, (A, VOICE): Flag.DEAD}
    assert used([A], [A], wrong) == [(VOICE, A)]


def test_two_numbers_of_a_card_are_never_called_alike() -> None:
    """Their middles are hidden, and they may differ only there."""
    assert labels(["13900000001", "13911110001", B]) == {
        "13900000001": "139****0001",
        "13911110001": "139****0001#2",
        B: "139****0002",
    }


@given(st.lists(st.sampled_from([A, B, C, LANDLINE, "0595-23500002", "02123500003"]), unique=True))
def test_a_card_keeps_the_order_its_numbers_were_given_in(numbers: list[str]) -> None:
    """Whatever the order of mobiles and landlines, what was put in is read out."""
    person = Person(id="p", unit="U", name="张三", **placed(numbers))
    assert list(person.numbers) == numbers
    assert list(person.mobiles) == [n for n in numbers if n[0] == "1"]
