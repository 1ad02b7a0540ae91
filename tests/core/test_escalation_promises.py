"""An ack that says when somebody will be there, and what becomes of that promise."""

from __future__ import annotations

from oncall.core.events import Acked
from oncall.core.model import Reason, State
from oncall.core.upcoming import What, next_action
from tests.core.ladders import Story


def promises(story: Story, who: str, by: str, via: str = "sms") -> list[str]:
    """Somebody takes it and says when."""
    return story.happens(Acked(person=who, name=who, via=via, eta=story.moment(by)))


def owned(by: str, via: str = "sms") -> Story:
    """An urgent page at 14:00, taken by Wang with a promise."""
    story = Story()
    story.begins()
    promises(story, "Wang", by, via)
    return story


def test_a_promise_that_passes_is_asked_about_once() -> None:
    """The owner alone is asked at the promised minute; the first action is asked for as ever."""
    story = owned("14:20")
    assert story.state is State.ACKED
    assert next_action(story.page, lambda ask, _: story.on_duty(ask)).what is What.ETA
    assert story.until("14:19:59") == []
    assert story.until("14:20") == ["14:20 tell Wang eta_passed"]
    assert story.trail() == [(Reason.ETA_PASSED, "Wang")]
    assert story.until("15:00") == ["15:00 tell Wang first_action", "15:00 tell Li first_action"]


def test_a_later_word_replaces_a_promise() -> None:
    """Who says a new time is asked at that time only, and hears that it was understood."""
    story = owned("14:20")
    assert promises(story, "Wang", "14:40") == ["14:00 tell Wang confirmed"]
    assert story.reason is Reason.PROMISED
    assert story.until("14:39") == []
    assert story.until("14:40") == ["14:40 tell Wang eta_passed"]


def test_a_note_keeps_a_promise() -> None:
    """Work was reported, so nobody is asked about anything; what was promised stays on the page."""
    story = owned("14:20")
    story.progresses()
    assert story.until("18:00") == []
    assert story.page.eta_at == story.moment("14:20")


def test_a_promise_goes_with_its_owner() -> None:
    """Given back, taken over or withdrawn: nobody is held to what another promised."""
    story = owned("14:20")
    story.releases("Wang")
    assert (story.page.eta_at, story.page.eta_due) == (None, None)
    story = owned("14:20")
    story.acks("Li", takeover=True)
    assert (story.page.eta_at, story.page.eta_due) == (None, None)
    story = owned("14:20")
    story.cancels()
    assert story.page.wake_at is None


def test_two_reminders_at_one_moment_are_one() -> None:
    """A promise for the very minute of the first action adds nothing to that reminder."""
    story = owned("15:00")
    assert next_action(story.page, lambda ask, _: story.on_duty(ask)).what is What.FIRST_ACTION
    assert story.until("15:00") == ["15:00 tell Wang first_action", "15:00 tell Li first_action"]


def test_somebody_else_s_promise_changes_nothing() -> None:
    """Who comes too late with a time hears who has it."""
    story = owned("14:20")
    assert promises(story, "Li", "14:10", via="web") == []
    assert story.reason is Reason.ALREADY_OWNED
    assert story.page.eta_at == story.moment("14:20")
