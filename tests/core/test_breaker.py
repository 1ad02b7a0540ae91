"""The breaker: how it opens, how it finds out, and that it can never stay open for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oncall.core.breaker import TRIPS_AT, Breaker, BreakerState, Verdict, admits, heard, tried

NOW = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(*verdicts: Verdict) -> Breaker:
    """A breaker that heard these one after the other."""
    made = Breaker()
    for verdict in verdicts:
        made = heard(made, verdict, NOW)
    return made


def test_one_failure_closes_nothing() -> None:
    """A single refusal may be the message's own fault: everything still goes through."""
    assert admits(after(Verdict.ILL), NOW)
    assert after(*[Verdict.ILL] * (TRIPS_AT - 1)).state is BreakerState.CLOSED


def test_a_success_between_failures_starts_anew() -> None:
    """Only failures in a row count."""
    few = [Verdict.ILL] * (TRIPS_AT - 1)
    assert after(*few, Verdict.WELL, *few).state is BreakerState.CLOSED


def test_who_asks_for_rest_gets_it() -> None:
    """A provider that asks to be left alone is left alone at once."""
    assert not admits(after(Verdict.BUSY), NOW)


def test_one_trial_after_the_rest() -> None:
    """When the rest is over one message goes through, and the others wait for what it meets."""
    rested = after(*[Verdict.ILL] * TRIPS_AT)
    assert not admits(rested, NOW + 4 * SECOND)
    later = NOW + 5 * SECOND
    assert admits(rested, later)
    trying = tried(rested, later)
    assert not admits(trying, later)
    assert heard(trying, Verdict.WELL, later) == Breaker()
    again = heard(trying, Verdict.ILL, later)
    assert not admits(again, later + 9 * SECOND)
    assert admits(again, later + 10 * SECOND)


def test_a_trial_nobody_heard_of() -> None:
    """The node of a trial may have died with it: after a while another is made."""
    trying = tried(after(Verdict.BUSY), NOW)
    assert admits(trying, NOW + 15 * SECOND)


def test_it_rests_as_long_as_it_was_asked_to() -> None:
    """Up to a minute: a page has no more patience than that."""
    short = heard(Breaker(), Verdict.BUSY, NOW, rest=2 * SECOND)
    assert short.until == NOW + 2 * SECOND
    long = heard(Breaker(), Verdict.BUSY, NOW, rest=timedelta(hours=1))
    assert long.until == NOW + 60 * SECOND


@given(st.lists(st.tuples(st.sampled_from(list(Verdict)), st.integers(0, 40)), max_size=60))
def test_no_history_keeps_it_shut(history: list[tuple[Verdict, int]]) -> None:
    """Whatever was heard, a minute later a message may go through, and one success closes it."""
    now, made = NOW, Breaker()
    for verdict, pause in history:
        now += pause * SECOND
        if admits(made, now):
            made = tried(made, now)
        made = heard(made, verdict, now)
    later = now + 60 * SECOND
    assert admits(made, later)
    assert heard(tried(made, later), Verdict.WELL, later) == Breaker()
