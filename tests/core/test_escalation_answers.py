"""Rules 3, 5 and 8: acks, takeovers, releases, a no, a dead phone, and what comes after."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from oncall.core.events import ShiftChanged
from oncall.core.model import Channel, Reason, State, Urgency
from tests.core.ladders import Story

SMS, VOICE = Channel.SMS, Channel.VOICE


# -- rule 3: acks ----------------------------------------------------------------------------------


def test_an_ack_stops_the_ladder_and_tells_the_others() -> None:
    """The deputy takes it: the primary is told who has it, and nothing more goes out."""
    story = Story()
    story.begins()
    story.until("14:11")
    assert story.acks("Li") == ["14:11 stop Wang stood_down"]
    assert story.page.owner == "Li"
    assert story.page.alarm_at is None
    assert story.until("15:10") == []


def test_an_ack_by_text_is_confirmed_by_text() -> None:
    """Who answers by text is told that it was understood."""
    story = Story()
    story.begins()
    assert story.acks("Wang", via="sms") == ["14:00 tell Wang confirmed"]


def test_the_first_ack_wins_and_the_second_is_told() -> None:
    """Whoever answers later hears who has it."""
    story = Story()
    story.begins()
    story.until("14:11")
    story.acks("Li")
    assert story.acks("Wang", via="sms") == ["14:11 tell Wang already_owned"]
    assert story.page.owner == "Li"
    assert story.acks("Li") == []
    assert story.reason is Reason.ALREADY_YOURS


def test_a_takeover_is_said_in_so_many_words() -> None:
    """Three people take it over in turn: each time everybody else paged hears who has it."""
    story = Story()
    story.begins()
    story.until("14:16")
    story.acks("Wang")
    assert story.acks("Li", takeover=True) == [
        "14:16 stop Wang taken_over",
        "14:16 stop Chen taken_over",
    ]
    assert story.acks("Chen", takeover=True) == [
        "14:16 stop Wang taken_over",
        "14:16 stop Li taken_over",
    ]
    assert story.page.owner == "Chen"


def test_a_release_resumes_where_the_ladder_stood() -> None:
    """Held from 14:11 to 14:31: what was planned for 14:15 happens at 14:35."""
    story = Story()
    story.begins()
    story.until("14:11")
    story.acks("Li")
    story.until("14:31")
    assert story.releases("Li") == ["14:31 tell Wang reopened"]
    assert story.until("14:45") == ["14:35 sms+voice Chen", "14:45 sms+voice Lin"]


def test_a_takeover_in_between_does_not_shorten_the_pause() -> None:
    """The pause counts from the first ack, however often the matter changed hands."""
    story = Story()
    story.begins()
    story.until("14:11")
    story.acks("Li")
    story.until("14:21")
    story.acks("Wang", takeover=True)
    story.until("14:31")
    story.releases("Wang")
    assert story.until("14:35") == ["14:35 sms+voice Chen"]


def test_a_release_by_the_only_one_reached_goes_on_at_once() -> None:
    """Nobody else has been asked yet, so there is nobody to wait for."""
    story = Story()
    story.begins()
    story.acks("Wang")
    story.until("14:20")
    assert story.releases("Wang") == ["14:20 sms+voice Li"]
    assert (Reason.ADVANCED, "") in story.trail()


def test_only_the_owner_can_give_it_back() -> None:
    """A release or a no from somebody else leaves it with its owner; the no is remembered."""
    story = Story()
    story.begins()
    story.until("14:11")
    story.acks("Li")
    assert story.releases("Wang") == []
    assert story.reason is Reason.NOT_OWNER
    story.declines("Wang")
    assert story.state is State.ACKED
    assert story.releases("Li") == ["14:11 sms+voice Chen"]


def test_a_release_to_a_new_shift_pages_the_new_shift() -> None:
    """Given back after the shift changed: the people now on duty are paged for their levels."""
    story = Story()
    story.duty("primary", "Zhao", since="15:00")
    story.begins()
    story.acks("Wang")
    story.until("15:10")
    assert story.releases("Wang") == ["15:10 sms Zhao handover"]


def test_a_release_after_exhaustion_is_exhausted_again() -> None:
    """A ladder that had reached its end has no other place to resume from."""
    story = Story()
    story.begins()
    story.until("16:20")
    story.acks("Wu")
    assert story.releases("Wu")[0] == "16:20 tell Wang reopened"
    assert story.page.alarm_at == story.moment("16:35")
    assert "16:35 alarm exhausted" in story.until("16:35")


# -- rule 5: a no, or a dead phone -----------------------------------------------------------------


def test_a_no_goes_on_at_once() -> None:
    """The primary cannot: the deputy is paged now, and nobody calls the primary again."""
    story = Story()
    story.begins()
    assert story.declines("Wang") == ["14:00 sms+voice Li"]
    assert story.until("14:05") == []
    assert (Reason.OUT_OF_PLAY, "Wang") in story.trail()
    assert story.until("14:15") == ["14:15 sms+voice Chen"]


def test_a_dead_number_is_tried_another_way_then_passed_over() -> None:
    """The text fails, so the phone rings; that fails too, so the next level is paged."""
    story = Story()
    story.begins()
    assert story.fails("Wang", SMS) == ["14:00 voice Wang"]
    assert story.reason is Reason.NEXT_CHANNEL
    assert story.fails("Wang", VOICE) == ["14:00 alarm unreachable Wang", "14:00 sms+voice Li"]
    assert story.trail() == [
        (Reason.CHANNEL_FAILED, "Wang"),
        (Reason.PERSON_UNREACHABLE, "Wang"),
        (Reason.ADVANCED, ""),
        (Reason.STEP_DUE, ""),
        (Reason.ROSTER_ROLE, "Li"),
    ]
    assert story.fails("Wang", VOICE) == []


def test_one_of_two_ways_failing_waits_for_the_other() -> None:
    """Text and call are out: as long as one may arrive, nobody else is disturbed."""
    story = Story(Urgency.CRITICAL)
    story.begins()
    assert story.fails("Wang", SMS) == []
    assert story.reason is Reason.CHANNEL_FAILED


def test_a_person_without_a_number_is_an_alarm_and_the_next_level() -> None:
    """An empty contact card is seen at the desk, and costs no time."""
    story = Story()
    story.phone("Wang")
    assert story.begins() == ["14:00 alarm unreachable Wang", "14:00 sms+voice Li"]
    assert story.trail()[1:5] == [
        (Reason.NO_CHANNEL, "Wang"),
        (Reason.PERSON_UNREACHABLE, "Wang"),
        (Reason.NO_TARGET, ""),
        (Reason.ADVANCED, ""),
    ]
    assert story.acks("Li") == []


def test_a_no_from_somebody_already_passed_changes_nothing() -> None:
    """The ladder is at the leader; the primary's no does not skip anybody."""
    story = Story()
    story.begins()
    story.until("14:15")
    assert story.declines("Wang") == []
    assert (Reason.ALREADY_CLIMBED, "Wang") in story.trail()


def test_who_said_no_is_not_called_when_a_message_fails_afterwards() -> None:
    """A late delivery failure must not ring somebody who already answered."""
    story = Story()
    story.begins()
    story.declines("Wang")
    assert story.fails("Wang", SMS) == []


def test_when_everybody_says_no_supervision_hears_at_once() -> None:
    """Seven times no in a minute: the desk is alarmed and both supervising desks are told now."""
    story = Story()
    story.begins()
    for who in ("Wang", "Li", "Chen", "Lin", "Huang", "Zheng"):
        story.declines(who)
        story.now += timedelta(seconds=10)
    assert story.declines("Wu") == [
        "14:01 alarm exhausted",
        "14:01 sms+voice Zheng alarm",
        "14:01 sms+voice Wu alarm",
    ]
    assert story.state is State.EXHAUSTED


def test_a_failure_after_the_ack_pages_nobody_but_is_remembered() -> None:
    """A text that fails late does not reopen an owned page; a release knows the number is dead."""
    story = Story()
    story.begins()
    story.until("14:11")
    story.acks("Li")
    assert story.fails("Wang", SMS) == []
    assert story.releases("Li")[0] == "14:11 tell Wang reopened"
    tell = story.decisions[-1].commands[0]
    assert getattr(tell, "channel", None) is VOICE


def test_a_stuck_provider_is_gone_around() -> None:
    """The text waits at its provider: the phone rings meanwhile, and the text is not given up."""
    story = Story()
    story.begins()
    assert story.stalls("Wang", SMS) == ["14:00 voice Wang"]
    assert story.stalls("Wang", VOICE) == []
    assert story.reason is Reason.CHANNEL_STALLED
    assert story.page.level == 1
    assert story.fails("Wang", VOICE) == []


def test_whoever_has_had_all_is_not_redialled() -> None:
    """Texts to one person are used up: a call; calls as well: the next level, now."""
    story = Story()
    story.begins()
    assert story.stalls("Wang", SMS, used_up=True) == ["14:00 voice Wang"]
    assert story.stalls("Wang", VOICE, used_up=True) == ["14:00 sms+voice Li"]
    assert story.reason is Reason.USED_UP
    # The ladder is beyond this person by now, who may still answer.
    assert story.stalls("Wang", VOICE, used_up=True) == []
    assert story.page.level == 2
    assert story.acks("Wang")


@pytest.mark.parametrize("over", [Story.declines, Story.acks])
def test_nobody_is_called_about_a_stuck_text_when_it_is_over_for_them(
    over: Callable[[Story, str], list[str]],
) -> None:
    """Who has answered is not rung up because their text is still on its way."""
    story = Story()
    story.begins()
    over(story, "Wang")
    assert story.stalls("Wang", SMS) == []


def test_a_stuck_text_at_night_does_not_become_a_call() -> None:
    """A routine text that waits at its provider is not worth a call at 23:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.begins()
    assert story.stalls("Wang", SMS) == []


def test_a_card_mended_meanwhile_is_used() -> None:
    """The desk adds a number after the alarm: the next step for that level reaches the person."""
    story = Story()
    story.phone("Wang")
    story.begins()
    story.phone("Wang", VOICE)
    assert story.until("14:05") == ["14:05 voice Wang"]


# -- rule 8: after the ack -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        (Urgency.CRITICAL, "14:15"),
        (Urgency.URGENT, "15:00"),
        (Urgency.ROUTINE, "11-04 09:00"),
    ],
)
def test_an_ack_starts_the_first_action_timer(urgency: Urgency, due: str) -> None:
    """Acked at 14:00: a first note is due, routine counting office hours only."""
    story = Story(urgency)
    story.begins()
    story.acks("Wang")
    assert story.page.wake_at is not None
    assert story.clock(story.page.wake_at) == due


def test_acked_and_nothing_done_reminds_owner_deputy_then_leader() -> None:
    """签收未办: owner and deputy after an hour, the leader and the desk after two; then silence."""
    story = Story()
    story.begins()
    story.acks("Wang")
    assert story.until("16:30") == [
        "15:00 tell Wang first_action",
        "15:00 tell Li first_action",
        "16:00 tell Chen first_action",
        "16:00 alarm no_first_action Wang",
    ]
    assert story.page.wake_at is None


def test_a_progress_note_stops_the_reminders() -> None:
    """Something was done, so nobody is reminded."""
    story = Story()
    story.begins()
    story.acks("Wang")
    story.progresses()
    assert story.until("17:00") == []


def test_who_was_only_reminded_is_paged_when_it_is_their_turn() -> None:
    """The deputy heard a reminder, which is no page: after a release their level reaches them."""
    story = Story()
    story.begins()
    story.acks("Wang")
    story.until("15:00")
    assert story.releases("Wang") == ["15:00 sms+voice Li"]


def test_who_only_heard_a_reminder_and_said_no_is_not_paged_later() -> None:
    """The deputy, reminded, says no; the level is passed over once, and no handover repeats it."""
    story = Story()
    story.begins()
    story.acks("Wang")
    story.until("15:00")
    story.declines("Li")
    assert story.releases("Wang") == ["15:00 sms+voice Chen"]
    assert story.happens(ShiftChanged()) == []
    assert story.page.level == 3
