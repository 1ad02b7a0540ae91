"""Rules 6, 7 and 9: handovers, nights, holidays, clocks that change, and outages."""

from datetime import date, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from oncall.core.events import ShiftChanged
from oncall.core.model import Channel, Quiet, Reason, Source, State, Urgency, WorkCalendar
from tests.core.ladders import LADDERS, Story, told

SMS, VOICE = Channel.SMS, Channel.VOICE

NATIONAL_DAY = WorkCalendar(
    off=frozenset(date(2026, 10, d) for d in range(1, 8)), working=frozenset({date(2026, 10, 10)})
)


# -- rule 6: handovers -----------------------------------------------------------------------------


def test_whoever_comes_on_duty_is_paged_at_the_handover() -> None:
    """At 14:07 the shift changes: the newcomer gets what the level had so far, as a handover."""
    story = Story()
    story.duty("primary", "Zhao", since="14:07")
    story.begins()
    assert story.until("14:10") == [
        "14:05 voice Wang",
        "14:07 sms+voice Zhao handover",
        "14:10 sms+voice Li",
    ]
    assert (Reason.HANDED_OVER, "Zhao") in [line for d in story.decisions for line in told(d)]
    assert story.acks("Wang") == ["14:10 stop Zhao stood_down", "14:10 stop Li stood_down"]


def test_a_handover_at_the_very_moment_of_a_step() -> None:
    """The shift changes at 14:05, when the call is due: the newcomer is called, and only once."""
    story = Story()
    story.duty("primary", "Zhao", since="14:05")
    story.begins()
    assert story.until("14:05") == ["14:05 sms Zhao handover", "14:05 voice Zhao"]


def test_who_only_heard_a_reminder_is_paged_when_they_come_on() -> None:
    """The deputy was reminded while it was owned; as the new primary they are paged."""
    story = Story()
    story.duty("primary", "Li", since="15:07")
    story.begins()
    story.acks("Zhou")
    story.until("15:00")
    story.releases("Zhou")
    assert story.until("15:07")[-1] == "15:07 sms+voice Li handover"
    li = story.page.person("Li")
    assert li is not None
    assert li.incoming


def test_a_new_post_is_no_change_of_duty() -> None:
    """A standing post that changes hands pages nobody: only duties are handed over."""
    story = Story()
    story.begins()
    story.until("14:25")
    story.duty("division_leader", "Xu", source=Source.POST)
    assert story.happens(ShiftChanged()) == []


def test_a_newcomer_without_a_number_goes_on_at_once() -> None:
    """The new shift cannot be reached at all: alarm, and the next level now."""
    story = Story()
    story.duty("primary", "Zhao", since="14:07")
    story.phone("Zhao")
    story.begins()
    assert story.until("14:09")[1:] == ["14:07 alarm unreachable Zhao", "14:07 sms+voice Li"]


def test_a_newcomer_without_a_number_below_skips_nobody() -> None:
    """The ladder is at the deputy already: the new primary's empty card is an alarm, no more."""
    story = Story()
    story.duty("primary", "Zhao", since="14:12")
    story.phone("Zhao")
    story.begins()
    story.until("14:10")
    assert story.until("14:13") == ["14:12 alarm unreachable Zhao"]


def test_a_shift_that_ends_with_nobody_to_follow_is_an_alarm() -> None:
    """The duty runs out while the page is open: the gap is shown and the liaison stands in."""
    story = Story()
    story.duty("primary", since="14:07")
    story.duty("liaison", "Xu", source=Source.POST)
    story.begins()
    assert story.until("14:09")[1:] == ["14:07 alarm gap primary", "14:07 sms+voice Xu handover"]


def test_a_roster_applied_meanwhile_is_heard() -> None:
    """Nobody was on duty; the desk puts somebody on, and they are paged at once."""
    story = Story()
    story.duty("primary")
    story.begins()
    story.duty("primary", "Zhao")
    assert story.happens(ShiftChanged()) == ["14:00 sms Zhao handover"]
    assert story.happens(ShiftChanged()) == []
    heard = [decision.reason for decision in story.decisions[-2:]]
    assert heard == [Reason.HANDED_OVER, Reason.NOBODY_NEW]


def test_a_shift_change_reaches_an_exhausted_page() -> None:
    """The ladder is at its end at 16:20; the morning shift of 16:30 is paged all the same."""
    story = Story()
    story.duty("primary", "Zhao", since="16:20")
    story.begins()
    lines = story.until("16:25")
    assert "16:20 sms+voice Zhao handover" in lines
    assert story.state is State.EXHAUSTED


# -- rule 7: the night -----------------------------------------------------------------------------


def test_a_routine_page_at_night_wakes_no_leader() -> None:
    """Paged at 21:30: text to primary and deputy, everybody from the leader up waits for 08:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 21:30")
    assert story.begins() == ["21:30 sms Wang"]
    assert story.until("11-04 07:59") == ["21:45 sms Wang", "22:00 sms Li"]
    assert story.until("11-04 08:00") == [
        "11-04 08:00 sms Chen",
        "11-04 08:00 sms Lin",
        "11-04 08:00 sms Huang",
    ]


@pytest.mark.parametrize("urgency", [Urgency.CRITICAL, Urgency.URGENT])
def test_critical_and_urgent_know_no_night(urgency: Urgency) -> None:
    """At three in the morning the ladder climbs as at noon."""
    story = Story(urgency, at="2026-11-03 03:00")
    story.begins()
    story.until("03:15")
    assert story.page.level >= 3


def test_a_no_at_night_goes_as_far_as_the_night_allows() -> None:
    """Primary and deputy decline at 23:00: the leader hears of it at 08:00, not before."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.begins()
    assert story.declines("Wang") == ["23:00 sms Li"]
    assert story.declines("Li") == []
    assert (Reason.QUIET_HOURS, "") in story.trail()
    assert story.page.wake_at is not None
    assert story.until("11-04 08:00")[0] == "11-04 08:00 sms Chen"


def test_a_dead_text_at_night_does_not_become_a_call() -> None:
    """The primary's text fails at 23:00: the deputy is texted, and the primary called at 08:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.begins()
    assert story.fails("Wang", SMS) == ["23:00 sms Li"]
    assert story.reason is Reason.QUIET_HOURS
    assert story.until("11-04 07:59") == []
    assert story.until("11-04 08:00")[0] == "11-04 08:00 voice Wang"


def test_a_text_that_failed_by_day_does_not_become_a_call_at_night() -> None:
    """The second text of 22:05 cannot go out and a call may not: it is made in the morning."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 21:50")
    story.begins()
    assert story.fails("Wang", SMS) == ["21:50 voice Wang"]
    assert story.until("22:05") == []
    assert (Reason.QUIET_HOURS, "") in story.trail()
    story.acks("Zhou")
    story.releases("Zhou")
    assert "11-04 08:00 voice Wang" in story.until("11-04 08:00")


def test_a_call_put_off_is_not_made_to_somebody_who_said_no_meanwhile() -> None:
    """The primary's text fails at 23:00; at midnight they decline on the web: no call at 08:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.begins()
    story.fails("Wang", SMS)
    story.declines("Wang")
    assert not [line for line in story.until("11-04 08:00") if "Wang" in line]


def test_a_call_put_off_survives_a_handover_in_the_night() -> None:
    """The shift changes at 02:00: the newcomer is texted, the call of 08:00 is still made."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.duty("primary", "Zhao", since="11-04 02:00")
    story.begins()
    story.fails("Wang", SMS)
    assert story.until("11-04 02:00") == ["11-04 02:00 sms Zhao handover"]
    assert story.until("11-04 08:00")[0] == "11-04 08:00 voice Wang"
    assert story.trail()[0] == (Reason.NEXT_CHANNEL, "Wang")


def test_a_leader_who_comes_on_at_night_is_paged_in_the_morning() -> None:
    """The leader was texted at 21:30; the one who relieves them at 23:00 hears of it at 08:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 20:30")
    story.duty("leader", "Gao", since="23:00")
    story.begins()
    assert story.until("11-04 07:59")[-1] == "21:30 sms Chen"
    assert story.until("11-04 08:00")[0] == "11-04 08:00 sms Gao handover"


def test_a_landline_is_rung_at_night() -> None:
    """A duty desk with nothing but a telephone is there to hear it."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.duty("primary", "desk")
    story.phone("desk", VOICE)
    assert story.begins() == ["23:00 voice desk"]


def test_a_handover_may_be_the_end() -> None:
    """All said no in the night; the morning shift has no number, and nobody is left above."""
    routine = LADDERS[Urgency.ROUTINE]
    quiet = Quiet(since=time(22), until=time(8), from_level=2)
    steps = (routine.steps[0], routine.steps[2])
    story = Story(replace(routine, steps=steps, quiet=quiet), at="2026-11-03 23:00")
    story.duty("deputy")
    story.duty("primary", "Zhao", since="11-04 08:00")
    story.phone("Zhao")
    story.begins()
    story.declines("Wang")
    assert story.page.alarm_at is None
    assert story.outage("11-04 08:00") == [
        "11-04 08:00 alarm unreachable Zhao",
        "11-04 08:00 alarm gap deputy",
        "11-04 08:00 alarm no_target",
        "11-04 08:00 alarm exhausted",
    ]
    assert story.reason is Reason.NOBODY_NEW
    assert story.state is State.EXHAUSTED


def test_an_outage_into_the_night_wakes_no_leader() -> None:
    """A step missed at 21:00 and found at 23:00 waits for 08:00 like any other."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 20:00")
    story.begins()
    assert story.outage("23:00") == ["23:00 sms Wang late", "23:00 sms Li late"]
    assert story.until("11-04 08:00")[0] == "11-04 08:00 sms Chen"


def test_a_dispatcher_may_wake_anybody() -> None:
    """By hand the night does not count: somebody has decided that it cannot wait."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.begins()
    assert story.escalates() == ["23:00 sms Li"]
    assert story.escalates() == ["23:00 sms Chen"]


def test_a_release_at_night_lets_leaders_sleep() -> None:
    """Given back at 23:00 after the leader had been texted: the leader hears of it at 08:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 20:00")
    story.begins()
    story.until("21:00")
    story.acks("Li")
    story.until("23:00")
    assert story.releases("Li") == ["23:00 tell Wang reopened"]
    assert story.until("11-04 07:59") == []
    assert story.until("11-04 08:00")[0] == "11-04 08:00 sms Chen"
    assert story.trail()[0] == (Reason.REPEATED, "")


def test_an_exhausted_routine_page_is_quiet_at_night_but_the_desk_is_not() -> None:
    """At night the desk's own alarm goes on; supervision is texted again at 08:00."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 14:00")
    story.begins()
    story.until("11-06 21:59")
    night = story.until("11-07 07:59")
    assert {line.split(" ", 2)[2] for line in night} == {"alarm exhausted"}
    assert "11-07 08:00 sms Zheng alarm" in story.until("11-07 08:00")


@pytest.mark.parametrize(
    ("zone", "paged", "woken"),
    [
        ("America/New_York", "2026-10-31 23:30", "2026-11-01T13:00+00:00"),
        ("America/New_York", "2026-03-07 23:30", "2026-03-08T12:00+00:00"),
        ("Europe/London", "2026-10-24 23:30", "2026-10-25T08:00+00:00"),
        ("Asia/Shanghai", "2026-11-03 23:30", "2026-11-04T00:00+00:00"),
    ],
)
def test_eight_is_eight_on_the_wall_when_clocks_change(zone: str, paged: str, woken: str) -> None:
    """The leader's morning is the wall's, also in the night that has 23 or 25 hours."""
    story = Story(replace(LADDERS[Urgency.ROUTINE], zone=zone), at=paged)
    leader = next(r for r in story.page.rungs if story.policy.steps[r.step].level == 3)
    assert leader.due_at == datetime.fromisoformat(woken)


def test_a_quarter_of_an_hour_is_one_when_clocks_change() -> None:
    """Minutes are counted, not read off the wall: that night 02:05 does not exist."""
    story = Story(replace(LADDERS[Urgency.URGENT], zone="America/New_York"), at="2026-03-08 01:55")
    assert [r.due_at - story.opened for r in story.page.rungs[:3]] == [
        timedelta(),
        timedelta(minutes=5),
        timedelta(minutes=10),
    ]


def test_a_routine_page_before_a_long_holiday() -> None:
    """Paged the evening before National Day: the orders wait for the first worked mornings."""
    story = Story(Urgency.ROUTINE, at="2026-09-30 17:00", calendar=NATIONAL_DAY)
    blue, yellow = story.page.rungs[-2:]
    assert story.clock(blue.due_at) == "10-08 09:00"
    assert story.clock(yellow.due_at) == "10-09 09:00"


def test_a_make_up_saturday_is_a_working_morning() -> None:
    """Paged on Thursday the 8th: the first morning is Saturday the 10th's, which is worked."""
    story = Story(Urgency.ROUTINE, at="2026-10-08 17:00", calendar=NATIONAL_DAY)
    blue, yellow = story.page.rungs[-2:]
    assert story.clock(blue.due_at) == "10-10 09:00"
    assert story.clock(yellow.due_at) == "10-12 09:00"


def test_a_release_keeps_mornings_mornings() -> None:
    """Held over two days and a weekend: the orders still fall on two working mornings, in order."""
    story = Story(Urgency.ROUTINE, at="2026-11-04 14:00")
    story.begins()
    story.acks("Wang")
    story.now = story.moment("11-06 14:00")
    story.releases("Wang")
    blue, yellow = story.page.rungs[-2:]
    assert story.clock(blue.due_at) == "11-09 09:00"
    assert story.clock(yellow.due_at) == "11-11 09:00"


# -- rule 9: after an outage -----------------------------------------------------------------------


def test_after_six_hours_each_missed_step_is_done_once_in_order() -> None:
    """Down from 14:01 to 20:01: one message each, in order of level, marked late."""
    story = Story()
    story.begins()
    assert story.outage("20:01") == [
        "20:01 voice Wang late",
        "20:01 sms+voice Li late",
        "20:01 sms+voice Chen late",
        "20:01 sms+voice Lin late",
        "20:01 sms+voice Huang late",
        "20:01 sms+voice Zheng late",
        "20:01 draft yellow",
        "20:01 sms+voice Wu late",
        "20:01 draft red",
    ]
    assert story.page.alarm_at == story.moment("20:16")


def test_a_missed_level_with_nobody_new_is_passed_over_once() -> None:
    """Down over 14:10 and 14:15 with no deputy: the leader's missed step is done once."""
    story = Story()
    story.duty("deputy")
    story.begins()
    story.until("14:05")
    story.outage("14:16")
    done = [n.level for n in story.decisions[-1].trail if n.reason is Reason.STEP_DUE]
    assert done == [2, 3]
    assert Reason.REPEATED not in {reason for reason, _ in story.trail()}


def test_missed_messages_to_one_person_merge() -> None:
    """Two texts to the primary were missed: one goes out."""
    story = Story(Urgency.ROUTINE)
    assert story.outage("14:20") == ["14:20 sms Wang late"]
    assert (Reason.MERGED, "Wang") in story.trail()


def test_an_outage_over_a_handover_pages_the_new_shift_only_for_what_is_left() -> None:
    """Found at 15:00 with a new shift on: the newcomer is told once, the missed call is theirs."""
    story = Story()
    story.duty("primary", "Zhao", since="14:30")
    story.begins()
    assert story.outage("14:40")[:3] == [
        "14:40 sms Zhao handover",
        "14:40 voice Zhao late",
        "14:40 sms+voice Li late",
    ]


def test_a_little_late_is_not_called_late() -> None:
    """A minute's delay is not worth a word in the message."""
    story = Story()
    story.begins()
    assert story.outage("14:06") == ["14:06 voice Wang"]
