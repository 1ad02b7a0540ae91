"""Rules 1, 2, 4 and 10: the ladder climbs on time, asks the roster, and never falls silent."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from oncall.core.commands import Notify
from oncall.core.escalation import decide
from oncall.core.events import Arrived, StepDue
from oncall.core.model import Channel, Reason, Source, State, Urgency
from tests.core.ladders import LADDERS, UNIT, Story

SMS, VOICE = Channel.SMS, Channel.VOICE

LADDER_LINES = {
    Urgency.CRITICAL: [
        "14:00 sms+voice Wang",
        "14:03 sms+voice Li",
        "14:05 sms+voice Chen",
        "14:08 sms+voice Lin",
        "14:12 sms+voice Huang",
        "14:15 sms+voice Zheng",
        "15:00 sms+voice Wu",
    ],
    Urgency.URGENT: [
        "14:00 sms Wang",
        "14:05 voice Wang",
        "14:10 sms+voice Li",
        "14:15 sms+voice Chen",
        "14:25 sms+voice Lin",
        "14:40 sms+voice Huang",
        "15:00 sms+voice Zheng",
        "15:00 draft yellow",
        "16:00 sms+voice Wu",
        "16:00 draft red",
    ],
    Urgency.ROUTINE: [
        "14:00 sms Wang",
        "14:15 sms Wang",
        "14:30 sms Li",
        "15:00 sms Chen",
        "16:00 sms Lin",
        "18:00 sms Huang",
        "11-05 09:00 sms Zheng",
        "11-05 09:00 draft blue",
        "11-06 09:00 sms Wu",
        "11-06 09:00 draft yellow",
    ],
}


# -- rule 1: planned from the moment of paging -----------------------------------------------------


@pytest.mark.parametrize("urgency", list(Urgency))
def test_each_ladder_climbs_as_the_product_says(urgency: Urgency) -> None:
    """Nobody answers: every level is reached at its minute, then the ladder is exhausted."""
    story = Story(urgency)
    lines = story.begins()
    while story.state is State.WAITING:
        assert story.page.wake_at is not None
        lines += story.until(story.clock(story.page.wake_at))
    expected = LADDER_LINES[urgency]
    assert lines[: len(expected)] == expected
    assert lines[len(expected)].endswith("alarm exhausted")


@pytest.mark.parametrize("urgency", list(Urgency))
def test_a_late_clock_does_not_shift_the_plan(urgency: Urgency) -> None:
    """A step done late leaves the next one where it was planned."""
    story = Story(urgency)
    story.begins()
    planned = [rung.due_at for rung in story.page.rungs]
    story.outage("14:04")
    assert [rung.due_at for rung in story.page.rungs] == planned


def test_the_clock_ringing_too_soon_does_nothing() -> None:
    """An action is never early, whoever rings."""
    story = Story()
    story.begins()
    story.now = story.moment("14:04:59")
    assert story.happens(StepDue()) == []
    assert story.reason is Reason.NOT_YET


def test_an_arrival_told_twice_starts_once() -> None:
    """The same transfer heard again pages nobody again."""
    story = Story()
    assert story.begins() == ["14:00 sms Wang"]
    assert story.begins() == []
    assert story.reason is Reason.ALREADY_STARTED


# -- rule 2: who is on duty is asked when the step fires -------------------------------------------


def test_the_roster_of_the_moment_is_asked() -> None:
    """A deputy swapped in at 14:08 is the one paged at 14:10."""
    story = Story()
    story.begins()
    story.duty("deputy", "Zhou", since="14:08")
    assert story.until("14:10") == ["14:05 voice Wang", "14:10 sms+voice Zhou"]


def test_an_empty_duty_is_an_alarm_and_the_liaison_stands_in() -> None:
    """Nobody on duty: the desk sees the gap at once, and the standing liaison is paged."""
    story = Story()
    story.duty("primary")
    story.duty("liaison", "Xu", source=Source.POST)
    assert story.begins() == ["14:00 alarm gap primary", "14:00 sms Xu"]
    assert (Reason.FALLBACK, "") in story.trail()


def test_a_duty_landline_is_rung_where_nobody_has_a_name() -> None:
    """No leader on duty: the duty desk's landline rings, by voice, as it takes no text."""
    story = Story()
    story.duty("leader")
    story.duty("desk", "landline", source=Source.DESK)
    story.phone("landline", VOICE)
    story.begins()
    assert story.until("14:15")[-2:] == ["14:15 alarm gap leader", "14:15 voice landline"]


def test_a_unit_without_anybody_goes_to_supervision_at_once() -> None:
    """A unit with no duty and no posts is alarmed level by level and supervision is paged now."""
    story = Story()
    for role in ("primary", "deputy", "leader"):
        story.duty(role)
    for role in ("division_leader", "head"):
        story.duty(role, source=Source.POST)
    lines = story.begins()
    assert lines[-2:] == ["14:00 sms+voice Zheng", "14:00 draft yellow"]
    assert lines.count("14:00 alarm no_target") == 5
    assert story.page.level == 6


# -- rule 4: nobody twice --------------------------------------------------------------------------


def test_who_holds_two_duties_is_paged_once() -> None:
    """The primary is also the deputy: level 2 has nobody new, and the leader is paged at 14:10."""
    story = Story()
    story.duty("deputy", "Wang")
    story.begins()
    assert story.until("14:15") == ["14:05 voice Wang", "14:10 sms+voice Chen"]
    reasons = [reason for reason, _ in story.trail()]
    assert reasons[:4] == [
        Reason.STEP_DUE,
        Reason.DUPLICATE_TARGET,
        Reason.NO_TARGET,
        Reason.ADVANCED,
    ]


# -- rule 10: never silence ------------------------------------------------------------------------


def test_an_exhausted_page_alarms_for_ever() -> None:
    """Nobody answers: every quarter of an hour the desk is alarmed and supervision paged again."""
    story = Story()
    story.begins()
    story.until("16:14")
    assert story.until("16:44") == [
        "16:15 alarm exhausted",
        "16:15 sms+voice Zheng alarm",
        "16:15 sms+voice Wu alarm",
        "16:30 alarm exhausted",
        "16:30 sms+voice Zheng alarm",
        "16:30 sms+voice Wu alarm",
    ]
    story.until("11-04 16:15")
    assert story.page.alarms == 24 * 4 + 1


def test_the_last_resort_is_tried_even_where_it_failed() -> None:
    """Both desks' phones were dead at 16:15; at 16:30 they are tried again."""
    story = Story()
    story.begins()
    story.until("16:15")
    for who in ("Zheng", "Wu"):
        story.fails(who, SMS)
        story.fails(who, VOICE)
    assert story.until("16:30")[1:] == [
        "16:30 sms+voice Zheng alarm",
        "16:30 sms+voice Wu alarm",
    ]


def test_a_dead_phone_is_not_rung_again_at_once() -> None:
    """A desk whose numbers died before the end is alarmed with the others only the next time."""
    story = Story()
    story.begins()
    story.until("16:00")
    story.fails("Wu", SMS)
    story.fails("Wu", VOICE)
    assert story.until("16:15") == ["16:15 alarm exhausted", "16:15 sms+voice Zheng alarm"]
    assert story.until("16:30")[-1] == "16:30 sms+voice Wu alarm"


def test_the_last_resort_is_not_tried_where_something_else_works() -> None:
    """A dead text is left alone as long as the phone rings."""
    story = Story()
    story.begins()
    story.until("16:15")
    story.fails("Wu", SMS)
    assert story.until("16:30")[-1] == "16:30 voice Wu alarm"


def test_the_last_resort_falls_back_like_anybody() -> None:
    """Tried again by text, which fails again: the phone rings, as it would have the first time."""
    story = Story(Urgency.ROUTINE)
    story.begins()
    story.until("11-06 09:30")
    story.fails("Wu", SMS)
    story.fails("Wu", VOICE)
    assert story.until("11-06 10:00")[-1] == "11-06 10:00 sms Wu alarm"
    assert story.fails("Wu", SMS) == ["11-06 10:00 voice Wu"]


def test_a_ladder_without_supervision_alarms_its_top() -> None:
    """No desk above: the top level hears the alarm, and the exhaustion does not wait."""
    policy = replace(LADDERS[Urgency.URGENT], steps=LADDERS[Urgency.URGENT].steps[:2])
    story = Story(policy)
    story.begins()
    assert story.declines("Wang") == ["14:00 alarm exhausted", "14:00 voice Wang alarm"]
    assert story.until("14:15") == ["14:15 alarm exhausted", "14:15 sms+voice Wang alarm"]


def test_the_trail_says_what_was_done_beside_paging() -> None:
    """Orders drafted, alarms repeated, hands that pressed, reminders: each has its line."""
    story = Story()
    story.begins()
    story.until("16:00")
    assert (Reason.SUPERVISION_DRAFTED, "") in story.trail()
    story.until("16:30")
    assert story.trail()[0] == (Reason.ALARM_REPEATED, "")
    story.escalates()
    assert story.trail()[:2] == [(Reason.BY_HAND, "desk"), (Reason.ALARM_REPEATED, "")]
    story.acks("Huang")
    story.until("17:30")
    assert story.trail() == [(Reason.FIRST_ACTION_DUE, "Huang")]


def test_an_ack_ends_the_alarms() -> None:
    """A human owns it at last: everybody ever paged hears who."""
    story = Story()
    story.begins()
    story.until("16:20")
    assert len(story.acks("Huang")) == 6
    assert story.state is State.ACKED
    assert story.until("16:50") == []


def test_by_hand_at_the_top_is_exhausted_at_once() -> None:
    """The dispatcher wants more than there is: the alarm does not wait for its time."""
    story = Story()
    story.begins()
    story.until("16:00")
    story.now = story.moment("16:05")
    assert story.escalates()[0] == "16:05 alarm exhausted"
    assert story.state is State.EXHAUSTED


def test_a_withdrawn_page_stops_everybody() -> None:
    """Withdrawn: all who were paged are told, owner included, and nothing wakes the page."""
    story = Story()
    story.begins()
    story.until("14:10")
    story.acks("Wang")
    assert story.cancels() == ["14:10 stop Wang cancelled", "14:10 stop Li cancelled"]
    assert story.page.wake_at is None
    assert story.happens(Arrived()) == []
    assert story.reason is Reason.CLOSED


def test_the_policy_is_frozen_into_the_page() -> None:
    """A page asks its own copy: what is configured later changes only later pages."""
    story = Story()
    decision = decide(story.page, Arrived(), datetime(2026, 11, 3, 6, 0, tzinfo=UTC), story.on_duty)
    assert decision.page.policy is story.policy
    assert [c.person for c in decision.commands if isinstance(c, Notify)] == ["Wang"]
    assert decision.page.unit == UNIT
