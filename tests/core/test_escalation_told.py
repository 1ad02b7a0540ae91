"""What the log and the messages carry: who answered, who has it, and nothing left behind."""

from collections.abc import Callable

import pytest

from oncall.core.commands import RaiseAlarm, StandDown, Tell
from oncall.core.model import Alarm, Reason
from tests.core.ladders import Story, told


def owned() -> Story:
    """Primary and deputy paged, the deputy has it."""
    story = Story()
    story.begins()
    story.until("14:10")
    story.acks("Li")
    return story


def waiting() -> Story:
    """Primary and deputy paged, nobody has it."""
    story = Story()
    story.begins()
    story.until("14:10")
    return story


@pytest.mark.parametrize(
    ("story", "answer", "reason", "who", "detail"),
    [
        (waiting, lambda s: s.acks("Wang", via="sms"), Reason.ACKED, "Wang", "sms"),
        (waiting, lambda s: s.declines("Wang"), Reason.DECLINED, "Wang", ""),
        (waiting, lambda s: s.escalates(), Reason.BY_HAND, "desk", ""),
        (waiting, lambda s: s.cancels(), Reason.CANCELLED, "desk", ""),
        (owned, lambda s: s.acks("Wang"), Reason.ALREADY_OWNED, "Wang", "Li"),
        (owned, lambda s: s.acks("Wang", takeover=True), Reason.TAKEN_OVER, "Wang", "Li"),
        (owned, lambda s: s.releases("Li"), Reason.RELEASED, "Li", ""),
    ],
)
def test_an_answer_is_in_the_trail(
    story: Callable[[], Story],
    answer: Callable[[Story], list[str]],
    reason: Reason,
    who: str,
    detail: str,
) -> None:
    """Whoever asks later why it went as it did finds who said what, and to whom it belonged."""
    page = story()
    answer(page)
    first = page.decisions[-1].trail[0]
    assert (first.reason, first.who, first.detail) == (reason, who, detail)


def test_whoever_stands_down_is_told_the_name() -> None:
    """`Somebody has it` helps nobody: each message names the owner."""
    story = owned()
    commands = list(story.decisions[-1].commands)
    story.acks("Wang", via="sms")
    commands += story.decisions[-1].commands
    names = [c.owner for c in commands if isinstance(c, StandDown | Tell)]
    assert names == ["Li", "Li"]


def test_a_late_ack_through_a_door_that_answers_itself_sends_no_text() -> None:
    """The web page says at once who has it; a text besides would be one too many."""
    assert owned().acks("Wang", via="web") == []


def test_a_stranger_who_is_late_is_nobody_we_can_text() -> None:
    """Somebody never reached is answered by the door they came through."""
    assert owned().acks("Zhou", via="sms") == []


def test_reminders_name_the_owner() -> None:
    """Deputy, leader and desk are told whose promise is overdue."""
    story = owned()
    story.until("16:10")
    commands = [c for d in story.decisions for c in d.commands]
    reminders = [c.owner for c in commands if isinstance(c, Tell)]
    assert reminders == ["Li", "Li"]
    assert RaiseAlarm(alarm=Alarm.NO_FIRST_ACTION, who="Li") in commands
    assert told(story.decisions[-1]) == [(Reason.FIRST_ACTION_DUE, "Li")]


def test_a_second_no_changes_nothing() -> None:
    """A person who says no twice does not cost a second level."""
    story = Story()
    story.begins()
    story.declines("Wang")
    assert story.declines("Wang") == []
    assert story.page.level == 2


def test_the_moment_of_progress_is_kept() -> None:
    """The first action has a time, for the figures."""
    story = owned()
    story.now = story.moment("14:20")
    story.progresses()
    assert story.page.progressed_at == story.now


@pytest.mark.parametrize("story", [owned, waiting])
def test_a_withdrawn_page_keeps_no_alarm_clock(story: Callable[[], Story]) -> None:
    """Nothing planned is left on a page that will never act again."""
    page = story()
    page.cancels()
    left = (page.page.alarm_at, page.page.handover_at, page.page.first_action_due)
    assert left == (None, None, None)
