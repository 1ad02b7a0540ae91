"""Limits that are never exceeded and waste nothing, and the setting that says them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.message import Channel, Limit, Quiet
from oncall.core.budget import free_at, kept, may_spend, next_send, spend
from oncall.core.limits import Given, parse

NOW = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=s) for s in (1, 60, 3600, 86_400))
CALLEE = (Limit(count=1, span=MINUTE), Limit(count=5, span=HOUR), Limit(count=20, span=DAY))

limits = st.lists(
    st.builds(Limit, count=st.integers(1, 30), span=st.sampled_from([SECOND, MINUTE, HOUR])),
    min_size=1,
    max_size=3,
)
pauses = st.lists(st.floats(0, 90, allow_nan=False), min_size=1, max_size=40)


@given(limits, pauses)
def test_a_pace_is_kept(limits: list[Limit], pauses: list[float]) -> None:
    """However eagerly one asks, no limit sees more than its burst and what it earned since."""
    now, sent = NOW, []
    paid: tuple[float, ...] = ()
    for pause in pauses:
        now += timedelta(seconds=pause)
        room = may_spend(paid, limits, now)
        paid = spend(paid, limits, room, now)
        sent += [now] * room
        assert may_spend(paid, limits, now) == 0
        assert free_at(paid, limits, now) > now
    for limit in limits:
        for first in sent:
            within = sum(first <= one < first + limit.span for one in sent)
            assert within <= 2 * limit.count


@given(limits)
def test_what_is_free_may_be_spent(limits: list[Limit]) -> None:
    """At the moment it is said to be free, one message may go; nobody waits for nothing."""
    paid = spend((), limits, max(1, may_spend((), limits, NOW)), NOW)
    free = free_at(paid, limits, NOW)
    assert may_spend(paid, limits, free + timedelta(milliseconds=1)) >= 1


def test_a_message_of_several_parts_leaves_a_debt() -> None:
    """Three parts at one a second: the next goes three seconds later."""
    pace = [Limit(count=1, span=SECOND)]
    paid = spend((), pace, 3, NOW)
    assert free_at(paid, pace, NOW) == NOW + 3 * SECOND


@given(pauses)
def test_a_number_is_never_reached_too_often(pauses: list[float]) -> None:
    """One a minute, five an hour, twenty a day, whenever one asks."""
    now, went = NOW, []
    sent: tuple[float, ...] = ()
    for pause in [*pauses, *pauses]:
        now += timedelta(seconds=pause * 4)
        if next_send(sent, CALLEE, None, now) <= now:
            sent = kept(sent, CALLEE, now)
            went.append(now)
    for limit in CALLEE:
        for first in went:
            assert sum(first <= one < first + limit.span for one in went) <= limit.count


def test_the_next_moment_is_told() -> None:
    """Five in an hour: the sixth may come an hour after the first, and not a second later."""
    sent = tuple((NOW + n * 2 * MINUTE).timestamp() for n in range(5))
    now = NOW + 20 * MINUTE
    assert next_send(sent, CALLEE, None, now) == NOW + HOUR
    assert next_send(sent, CALLEE, None, NOW + HOUR) == NOW + HOUR


@pytest.mark.parametrize(("hour", "free"), [(21, 21), (22, 31), (23, 31), (31, 31)])
def test_quiet_hours_over_midnight(hour: int, free: int) -> None:
    """From 22 to 7 nothing: what comes then waits for the morning, what comes before does not."""
    quiet = Quiet(start=time(22), end=time(7), zone="Asia/Shanghai")
    midnight = datetime(2026, 11, 2, 16, tzinfo=UTC)
    now = midnight + hour * HOUR
    assert next_send((), (), quiet, now) == midnight + free * HOUR


def test_one_in_the_night() -> None:
    """A provider that carries one message in its quiet hours carries that one."""
    quiet = Quiet(start=time(22), end=time(7), count=1, zone="Asia/Shanghai")
    night = datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert next_send((), (), quiet, night) == night
    assert next_send((night.timestamp(),), (), quiet, night + MINUTE) > night + 7 * HOUR


def test_the_setting_is_read() -> None:
    """A pace, limits for each number, or none at all; what is not named is left as it is."""
    found, wrong = parse("twilio:sms=10/s, twilio:voice=1/s each 1/m 5/h 20/d,aliyun:sms=each none")
    assert wrong == []
    assert found == {
        ("twilio", Channel.SMS): Given(rate=(Limit(count=10, span=SECOND),)),
        ("twilio", Channel.VOICE): Given(rate=(Limit(count=1, span=SECOND),), each=CALLEE),
        ("aliyun", Channel.SMS): Given(each=()),
    }


@pytest.mark.parametrize(
    "entry",
    ["twilio", "twilio:fax=1/s", "twilio:sms=", "twilio:sms=0/s", "twilio:sms=1/w", "a:sms=each"],
)
def test_a_mistake_in_the_setting_is_shown(entry: str) -> None:
    """What cannot be read is named as it was written, and the rest is still read."""
    found, wrong = parse(f"{entry}, twilio:voice=2/s")
    assert wrong == [entry]
    assert ("twilio", Channel.VOICE) in found
