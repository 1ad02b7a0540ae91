"""Personal rules: they add to the ladder, and take nothing from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.core.model import Channel, Extra, Reason, Urgency
from oncall.core.personal import LATEST, MOST, parse, written
from tests.core.ladders import Story

_ENTRIES = st.lists(
    st.tuples(st.integers(0, LATEST), st.sampled_from([("sms",), ("voice",), ("sms", "voice")])),
    min_size=1,
    max_size=MOST,
)


@given(st.dictionaries(st.sampled_from(Urgency), _ENTRIES))
def test_what_is_written_down_reads_as_the_same(
    rules: dict[Urgency, list[tuple[int, tuple[str]]]],
) -> None:
    """In order of urgency and time, whatever the order it came in."""
    made = [
        Extra(
            urgency=urgency,
            after=timedelta(minutes=minutes),
            channels=tuple(Channel(one) for one in by),
        )
        for urgency, entries in rules.items()
        for minutes, by in entries
    ]
    read, faults = parse(written(made), "")
    assert faults == []
    assert written(read) == written(parse(written(read), "")[0])
    assert sorted(map(repr, read)) == sorted(map(repr, made))


def test_people_write_rules_as_they_speak() -> None:
    """Chinese words, full-width signs, minutes with their unit."""
    read, faults = parse(["紧急：电话，3分钟 电话；6 短信+电话"], "")
    assert faults == []
    assert written(read) == ("urgent = voice, 3 voice, 6 sms+voice",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("voice", "rule_line"),
        ("soon = voice", "rule_line"),
        ("urgent =", "rule_count"),
        ("urgent = voice, 1 sms, 2 sms, 3 sms, 4 sms", "rule_count"),
        ("urgent = 3", "rule_entry"),
        ("urgent = 61 voice", "rule_entry"),
        ("urgent = 3 fax", "rule_entry"),
    ],
)
def test_what_is_no_rule_is_told(line: str, code: str) -> None:
    """Each with what it is and how to write it."""
    assert [fault.code for fault in parse([line], "rules")[1]] == [code]
    assert [f.code for f in parse(["urgent = sms", "urgent = voice"], "")[1]] == ["rule_twice"]


def test_somebody_who_sleeps_deeply_is_called_at_once_and_again() -> None:
    """The ladder alone would call after five minutes; what it plans comes all the same."""
    story = Story()
    story.wants("Wang", "urgent = voice, 2 voice")
    assert story.begins() == ["14:00 voice+sms Wang"]
    assert story.until("14:09") == ["14:02 voice Wang", "14:05 voice Wang"]
    assert story.until("14:10") == ["14:10 sms+voice Li"]


def test_a_rule_says_nothing_the_ladder_has_just_said() -> None:
    """At one moment the ladder speaks, and the rule is merged into it."""
    story = Story()
    story.wants("Wang", "urgent = 5 voice")
    story.begins()
    assert story.until("14:05") == ["14:05 voice Wang"]
    assert (Reason.MERGED, "Wang") in story.trail()


def test_rules_of_another_urgency_are_not_meant() -> None:
    """Each urgency has its own line."""
    story = Story()
    story.wants("Wang", "critical = 1 voice", "routine = 1 voice")
    story.begins()
    assert story.until("14:04") == []


def test_an_answer_ends_what_was_planned_and_giving_back_puts_it_off() -> None:
    """As with the ladder: what is still to come is later by as long as it was owned."""
    story = Story()
    story.wants("Li", "urgent = 4 sms")
    story.begins()
    story.until("14:11")
    story.acks("Wang")
    assert story.until("14:13") == []
    lines = story.releases("Wang") + story.until("14:18")
    assert "14:16 sms Li" in lines
    assert "14:14 sms Li" not in lines


def test_who_declined_is_not_reached_by_a_rule() -> None:
    """No is no."""
    story = Story()
    story.wants("Wang", "urgent = 3 voice")
    story.begins()
    story.declines("Wang")
    assert not [line for line in story.until("14:09") if "Wang" in line]


def test_at_night_a_rule_disturbs_no_more_than_the_ladder_may() -> None:
    """A routine matter is written, not called out, whatever somebody's rules ask."""
    story = Story(Urgency.ROUTINE, at="2026-11-03 23:00")
    story.wants("Wang", "routine = voice, 5 voice")
    assert story.begins() == ["23:00 sms Wang"]
    assert not [line for line in story.until("11-04 07:00") if "voice" in line]
