"""Several numbers of one person: the next one at once, each once, before the ladder climbs."""

from __future__ import annotations

from oncall.core.model import Channel, Reason, Urgency
from tests.core.ladders import Story

SMS, VOICE = Channel.SMS, Channel.VOICE


def test_the_first_number_is_used() -> None:
    """A message goes to the first number of the card that takes it."""
    story = Story()
    story.card("Wang", sms="ab", voice="ab")
    assert story.begins() == ["14:00 sms Wang"]
    assert story.dialled() == ["sms a"]


def test_a_dead_number_gives_way_to_the_next_of_the_same_person() -> None:
    """At once, by the same channel, and the trail says which is tried."""
    story = Story()
    story.card("Wang", sms="ab", voice="a")
    story.begins()
    assert story.fails("Wang", SMS, "a") == ["14:00 sms Wang"]
    assert story.dialled() == ["sms b"]
    assert story.reason is Reason.NEXT_NUMBER
    trail = [(note.reason, note.detail) for note in story.decisions[-1].trail]
    assert trail == [(Reason.NUMBER_FAILED, "a"), (Reason.NEXT_NUMBER, "b")]


def test_after_the_last_number_comes_the_next_channel_then_the_next_level() -> None:
    """No number is tried twice on the way."""
    story = Story()
    story.card("Wang", sms="ab", voice="bc")
    story.begins()
    story.fails("Wang", SMS, "a")
    assert story.fails("Wang", SMS, "b") == ["14:00 voice Wang"]
    assert story.dialled() == ["voice b"]
    assert story.fails("Wang", VOICE, "b") == ["14:00 voice Wang"]
    assert story.dialled() == ["voice c"]
    lines = story.fails("Wang", VOICE, "c")
    assert lines == ["14:00 alarm unreachable Wang", "14:00 sms+voice Li"]


def test_a_second_word_about_a_dead_number_changes_nothing() -> None:
    """Receipts come twice; the next number is tried once."""
    story = Story()
    story.card("Wang", sms="abc")
    story.begins()
    story.fails("Wang", SMS, "a")
    assert story.fails("Wang", SMS, "a") == []
    assert story.reason is Reason.CHANNEL_FAILED


def test_a_repeated_level_uses_the_number_that_still_works() -> None:
    """A routine page's second text does not go back to the dead number."""
    story = Story(Urgency.ROUTINE)
    story.card("Wang", sms="ab")
    story.begins()
    story.fails("Wang", SMS, "a")
    assert story.until("14:15") == ["14:15 sms Wang"]
    assert story.dialled() == ["sms b"]


def test_a_number_that_has_had_all_it_may_get_is_left_for_the_next() -> None:
    """The person's other number has a limit of its own; only then the next level is asked."""
    story = Story()
    story.card("Wang", sms="ab")
    story.begins()
    assert story.stalls("Wang", SMS, used_up=True) == ["14:00 sms Wang"]
    assert story.dialled() == ["sms b"]
    assert story.stalls("Wang", SMS, used_up=True) == ["14:00 sms+voice Li"]


def test_when_both_channels_are_used_a_dead_number_is_replaced_in_its_own() -> None:
    """A call that rings at one number does not keep the text from another."""
    story = Story(Urgency.CRITICAL)
    story.card("Wang", sms="ab", voice="ab")
    assert story.begins() == ["14:00 sms+voice Wang"]
    assert story.fails("Wang", SMS, "a") == ["14:00 sms Wang"]
    assert story.dialled() == ["sms b"]
    assert story.fails("Wang", SMS, "b") == []
    assert story.fails("Wang", VOICE, "a") == ["14:00 voice Wang"]
    assert story.dialled() == ["voice b"]


def test_a_number_put_on_the_card_meanwhile_brings_somebody_back() -> None:
    """Who was written off is reached again when the card is mended."""
    story = Story(Urgency.ROUTINE)
    story.card("Wang", sms="a")
    story.begins()
    story.fails("Wang", SMS, "a")
    story.card("Wang", sms="b")
    assert "14:15 sms Wang" in story.until("14:15")
    assert story.dialled() == ["sms b"]


def test_at_night_the_next_number_is_not_called() -> None:
    """A text that waits for an answer needs no call, and a call waits for the morning."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.card("Wang", sms="ab", voice="ab")
    story.begins()
    assert story.fails("Wang", SMS, "a") == ["23:00 sms Wang"]
    story.fails("Wang", SMS, "b")
    assert "voice Wang" not in " ".join(story.until("11-04 07:59"))
    assert "11-04 08:00 voice Wang" in story.until("11-04 08:00")
