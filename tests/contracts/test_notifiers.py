"""The one table every notifier must pass, over real HTTP where it speaks HTTP."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifiers.message import (
    Channel,
    Finds,
    Message,
    OutcomeKind,
    Pending,
    Pulls,
    Receipts,
    Template,
)
from tests.contracts.benches import TABLE, Bench, Make
from tests.patience import play, until

each_notifier = pytest.mark.parametrize(
    ("name", "make", "channel"), TABLE, ids=[f"{name}-{channel}" for name, _, channel in TABLE]
)

TEXTS = [
    "【德化县政府办】110转办:单号DH20261103-0017,类别供水,时限15分钟内签收。"
    "回复1或登录系统签收,逾期将升级至带班领导。",
    "Plain words, 100% & <safe> \"quotes\" 'and' a+b=c; path=/a?b=c&d=%20",
    "两行\n第二行\t制表 结尾空格 ",
    "表情😀与生僻字𠮷、全角1、货币€$¥",
]


def _message(channel: Channel, to: str, text: str = TEXTS[0]) -> Message:
    return Message(
        key="20261103",
        channel=channel,
        to=to,
        text=text,
        lang="zh_CN",
        useful_life=timedelta(minutes=2),
        keypad=channel is Channel.VOICE,
        template=Template(key=f"{channel}.page", variables=(("text", text),)),
    )


def _play(make: Make, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def run() -> None:
        async with make() as bench:
            await story(bench)

    play(run())


@each_notifier
def test_it_says_who_it_is_and_what_it_can(name: str, make: Make, channel: Channel) -> None:
    """Its name is the word of the settings, and it declares what each channel can do."""

    async def story(bench: Bench) -> None:
        assert bench.notifier.name == name
        assert channel in bench.notifier.channels
        for carried in bench.notifier.channels:
            can = bench.notifier.capabilities(carried)
            assert can.max_parts is None or can.max_parts > 0
            assert not (can.keypad and carried is not Channel.VOICE)
            assert all(limit.count > 0 and limit.span > timedelta(0) for limit in can.per_recipient)
            assert all(limit.count > 0 and limit.span > timedelta(0) for limit in can.rate)
            if Receipts.PULL in can.receipts:
                assert isinstance(bench.notifier, Pulls)

    _play(make, story)


@each_notifier
def test_asking_never_raises(name: str, make: Make, channel: Channel) -> None:
    """Asked about what it never sent, by a provider that is well or that is broken: an answer."""

    async def story(bench: Bench) -> None:
        notifier, long_ago = bench.notifier, datetime(2026, 11, 1, tzinfo=UTC)
        for kind in OutcomeKind if bench.say else (OutcomeKind.ACCEPTED,):
            if bench.say is not None:
                bench.say(kind)
            if isinstance(notifier, Finds):
                found = await notifier.find(_message(channel, bench.to), long_ago)
                assert found.kind in (OutcomeKind.UNAVAILABLE, OutcomeKind.UNKNOWN)
            if isinstance(notifier, Pulls):
                one = Pending(
                    key="7",
                    channel=channel,
                    to=bench.to,
                    provider_id="no-such-id",
                    sent_at=long_ago,
                )
                pulled = await notifier.pull([one], long_ago)
                assert not pulled.presses
                assert not pulled.texts

    _play(make, story)


@each_notifier
@pytest.mark.parametrize("text", TEXTS)
def test_the_text_arrives_unaltered(name: str, make: Make, channel: Channel, text: str) -> None:
    """Accepted, with the provider's id, and every character as it was."""

    async def story(bench: Bench) -> None:
        outcome = await bench.notifier.send(_message(channel, bench.to, text))
        assert outcome.kind is OutcomeKind.ACCEPTED
        assert outcome.provider == name
        assert outcome.provider_id
        assert bench.arrived() == [(bench.to, text)]

    _play(make, story)


@each_notifier
@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_every_answer_of_a_provider_is_an_outcome(
    name: str, make: Make, channel: Channel, kind: OutcomeKind
) -> None:
    """Whatever the provider says comes back as its outcome; nothing is ever raised."""

    async def story(bench: Bench) -> None:
        if bench.say is None:
            # It has no provider that could refuse, so it can only accept.
            kind_expected = OutcomeKind.ACCEPTED
        else:
            bench.say(kind)
            kind_expected = kind
        outcome = await bench.notifier.send(_message(channel, bench.to))
        assert outcome.kind is kind_expected
        assert outcome.provider == name
        went = kind_expected in (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN)
        assert len(bench.arrived()) == (1 if went else 0)

    _play(make, story)


@each_notifier
def test_no_log_shows_a_number(
    name: str, make: Make, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """Sent, refused or lost: no logger of ours or of a library writes a whole number."""

    async def story(bench: Bench) -> None:
        message = _message(
            channel, bench.to, "张三13900000001,值班0595-23500001,单号DH20261103-0017"
        )
        await bench.notifier.send(message)
        for kind in OutcomeKind if bench.say else ():
            assert bench.say is not None
            bench.say(kind)
            outcome = await bench.notifier.send(message)
            assert "13900000001" not in repr(outcome)
        await bench.notifier.stop("nothing", channel)

    with caplog.at_level(logging.DEBUG):
        _play(make, story)
    assert "13900000001" not in caplog.text
    assert "23500001" not in caplog.text


@each_notifier
def test_a_hanging_provider_delays_nobody_else(name: str, make: Make, channel: Channel) -> None:
    """One message hangs, and ends as unknown with our patience; twenty others pass meanwhile."""

    async def story(bench: Bench) -> None:
        notifier = bench.notifier
        slow: asyncio.Task[object] | None = None
        if bench.hang is not None:
            bench.hang(bench.to)
            slow = asyncio.create_task(notifier.send(_message(channel, bench.to)))
            await until(lambda: bench.hanging() == 1)
        others = [notifier.send(_message(channel, bench.other)) for _ in range(20)]
        assert {(await other).kind for other in others} == {OutcomeKind.ACCEPTED}
        if slow is None:
            return
        assert not slow.done()
        if bench.give_up is None:
            slow.cancel()
        else:
            bench.give_up()
            assert getattr(await slow, "kind", None) is OutcomeKind.UNKNOWN

    _play(make, story)


@each_notifier
def test_stopping_is_a_yes_or_a_no(name: str, make: Make, channel: Channel) -> None:
    """What was never sent cannot certainly be over; asking is no error."""

    async def story(bench: Bench) -> None:
        assert await bench.notifier.stop("nothing-of-ours", channel) is False
        outcome = await bench.notifier.send(_message(channel, bench.to))
        assert await bench.notifier.stop(outcome.provider_id or "", channel) in (True, False)

    _play(make, story)


@each_notifier
def test_closing_twice_does_no_harm(name: str, make: Make, channel: Channel) -> None:
    """Closed again, nothing happens; a send after that is an outcome, not an exception."""

    async def story(bench: Bench) -> None:
        await bench.notifier.send(_message(channel, bench.to))
        await bench.notifier.close()
        await bench.notifier.close()
        outcome = await bench.notifier.send(_message(channel, bench.to))
        assert outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.UNAVAILABLE)

    _play(make, story)


@each_notifier
def test_a_message_is_not_changed_by_sending(name: str, make: Make, channel: Channel) -> None:
    """The same message can be sent again, to another number, through another notifier."""

    async def story(bench: Bench) -> None:
        message = _message(channel, bench.to)
        copy = replace(message)
        await bench.notifier.send(message)
        assert message == copy

    _play(make, story)
