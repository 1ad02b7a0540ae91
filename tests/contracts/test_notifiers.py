"""The one table every notifier must pass, over real HTTP where it speaks HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from notifiers.emulation import Emulated, FaultKind
from notifiers.emulation import Fault as EmulatedFault
from notifiers.log import LogNotifier
from notifiers.message import (
    Channel,
    Finds,
    Message,
    Notifier,
    OutcomeKind,
    Pending,
    Pulls,
    Receipts,
    Template,
)
from notifiers.testing import Phones
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import Callbacks, Fault
from notifiers.twilio.notifier import Twilio
from tests.notifiers import carriers
from tests.notifiers.hooks import ACCOUNT, LI, TOKEN, ZHANG, fast_sleep, gateway

#: Longer than a loaded machine needs for one request, short enough to wait for.
PATIENCE = timedelta(seconds=1.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """One notifier with its provider in our hands."""

    notifier: Notifier
    #: What reached phones: (number, text).
    arrived: Callable[[], list[tuple[str, str]]]
    #: Make the provider say this to the next messages; None for a provider that cannot.
    say: Callable[[OutcomeKind], None] | None
    #: Let messages to a number hang; None for a provider that cannot.
    hang: Callable[[str], None] | None
    #: The longest a hanging message may keep us; None when only the provider ends it.
    patience: timedelta | None


Make = Callable[[], AbstractAsyncContextManager[Bench]]


@asynccontextmanager
async def _log() -> AsyncIterator[Bench]:
    handler = _Kept()
    logger = logging.getLogger("notifiers.log")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield Bench(
            notifier=LogNotifier(), arrived=handler.arrived, say=None, hang=None, patience=None
        )
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


class _Kept(logging.Handler):
    """The log as its reader has it; the number there is masked, so it is told by its tail."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def arrived(self) -> list[tuple[str, str]]:
        tails = {number[-4:]: number for number in (ZHANG, LI)}
        return [
            (tails[line.partition(" [")[0][-4:]], line.partition("]: ")[2]) for line in self.lines
        ]


@asynccontextmanager
async def _phones() -> AsyncIterator[Bench]:
    phones = Phones()

    def say(kind: OutcomeKind) -> None:
        phones.script(ZHANG, kind)

    yield Bench(
        notifier=phones,
        arrived=lambda: [(one.to, one.text) for one in phones.sent],
        say=say,
        hang=phones.hold,
        patience=None,
    )


#: How the emulated Twilio is brought to say each thing.
_SAYS = {
    OutcomeKind.ACCEPTED: (),
    OutcomeKind.REJECTED: (Fault(kind=FaultKind.REFUSE, code=21211),),
    OutcomeKind.UNAVAILABLE: (Fault(kind=FaultKind.THROTTLE),),
    OutcomeKind.QUOTA: (Fault(kind=FaultKind.REFUSE, code=21611),),
    OutcomeKind.MISCONFIGURED: (Fault(kind=FaultKind.REFUSE, code=20003),),
    OutcomeKind.UNKNOWN: (Fault(kind=FaultKind.ACCEPT_THEN_DROP),),
}


@asynccontextmanager
async def _twilio() -> AsyncIterator[Bench]:
    emulator = Emulator(ACCOUNT, TOKEN, "http://127.0.0.1:9", sleep=fast_sleep)
    emulator.callbacks(Callbacks(off=True))
    async with emulator.serve() as url:
        notifier = Twilio(gateway("http://127.0.0.1:9", url, PATIENCE))
        yield Bench(
            notifier=notifier,
            arrived=lambda: [(one.to, one.body) for one in emulator.received if one.accepted],
            say=lambda outcome: emulator.fault(*_SAYS[outcome]),
            hang=lambda number: emulator.fault(Fault(kind=FaultKind.HANG, number=number)),
            patience=PATIENCE,
        )
        await notifier.close()


#: How an emulated carrier is brought to say each thing: a refusal by its code, or a fault.
Says = dict[OutcomeKind, EmulatedFault | None]


def _saying(refusals: dict[OutcomeKind, str]) -> Says:
    says: Says = {
        kind: EmulatedFault(kind=FaultKind.REFUSE, code=code) for kind, code in refusals.items()
    }
    says[OutcomeKind.ACCEPTED] = None
    says[OutcomeKind.UNKNOWN] = EmulatedFault(kind=FaultKind.ACCEPT_THEN_DROP)
    return says


_ALIYUN = _saying(
    {
        OutcomeKind.REJECTED: "isv.MOBILE_NUMBER_ILLEGAL",
        OutcomeKind.UNAVAILABLE: "isp.SYSTEM_ERROR",
        OutcomeKind.QUOTA: "isv.BUSINESS_LIMIT_CONTROL",
        OutcomeKind.MISCONFIGURED: "isp.RAM_PERMISSION_DENY",
    }
)


def _bench(notifier: Notifier, emulator: Emulated, says: Says) -> Bench:
    def say(kind: OutcomeKind) -> None:
        fault = says[kind]
        emulator.fault(*([fault] if fault is not None else []))

    return Bench(
        notifier=notifier,
        arrived=emulator.arrived,
        say=say,
        hang=lambda number: emulator.fault(EmulatedFault(kind=FaultKind.HANG, number=number)),
        patience=PATIENCE,
    )


@asynccontextmanager
async def _aliyun() -> AsyncIterator[Bench]:
    async with carriers.aliyun(PATIENCE) as s:
        yield _bench(s.notifier, s.emulator, _ALIYUN)


_TENCENT = _saying(
    {
        OutcomeKind.REJECTED: "InvalidParameterValue.IncorrectPhoneNumber",
        OutcomeKind.UNAVAILABLE: "InternalError",
        OutcomeKind.QUOTA: "LimitExceeded.PhoneNumberDailyLimit",
        OutcomeKind.MISCONFIGURED: "AuthFailure.UnauthorizedOperation",
    }
)


@asynccontextmanager
async def _tencent() -> AsyncIterator[Bench]:
    async with carriers.tencent(PATIENCE) as s:
        yield _bench(s.notifier, s.emulator, _TENCENT)


#: Every notifier, on every channel it carries.
TABLE: list[tuple[str, Make, Channel]] = [
    ("log", _log, Channel.SMS),
    ("log", _log, Channel.VOICE),
    ("phones", _phones, Channel.SMS),
    ("phones", _phones, Channel.VOICE),
    ("twilio", _twilio, Channel.SMS),
    ("twilio", _twilio, Channel.VOICE),
    ("aliyun", _aliyun, Channel.SMS),
    ("aliyun", _aliyun, Channel.VOICE),
    ("tencent", _tencent, Channel.SMS),
    ("tencent", _tencent, Channel.VOICE),
]

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


def _message(channel: Channel, to: str = ZHANG, text: str = TEXTS[0]) -> Message:
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

    asyncio.run(asyncio.wait_for(run(), 30))


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
                found = await notifier.find(_message(channel), long_ago)
                assert found.kind in (OutcomeKind.UNAVAILABLE, OutcomeKind.UNKNOWN)
            if isinstance(notifier, Pulls):
                one = Pending(
                    key="7", channel=channel, to=ZHANG, provider_id="no-such-id", sent_at=long_ago
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
        outcome = await bench.notifier.send(_message(channel, text=text))
        assert outcome.kind is OutcomeKind.ACCEPTED
        assert outcome.provider == name
        assert outcome.provider_id
        assert bench.arrived() == [(ZHANG, text)]

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
        outcome = await bench.notifier.send(_message(channel))
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
        message = _message(channel, text="张三13900000001,值班0595-23500001,单号DH20261103-0017")
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
    """One message hangs and ends as unknown within its patience; twenty others pass meanwhile."""

    async def story(bench: Bench) -> None:
        notifier = bench.notifier
        slow: asyncio.Task[object] | None = None
        if bench.hang is not None:
            bench.hang(ZHANG)
            slow = asyncio.create_task(notifier.send(_message(channel)))
            await asyncio.sleep(0)
        others = [notifier.send(_message(channel, to=LI)) for _ in range(20)]
        assert {(await other).kind for other in others} == {OutcomeKind.ACCEPTED}
        if slow is None:
            return
        assert not slow.done()
        if bench.patience is None:
            slow.cancel()
        else:
            outcome = await asyncio.wait_for(slow, bench.patience.total_seconds() * 4)
            assert getattr(outcome, "kind", None) is OutcomeKind.UNKNOWN

    _play(make, story)


@each_notifier
def test_stopping_is_a_yes_or_a_no(name: str, make: Make, channel: Channel) -> None:
    """What was never sent cannot certainly be over; asking is no error."""

    async def story(bench: Bench) -> None:
        assert await bench.notifier.stop("nothing-of-ours", channel) is False
        outcome = await bench.notifier.send(_message(channel))
        assert await bench.notifier.stop(outcome.provider_id or "", channel) in (True, False)

    _play(make, story)


@each_notifier
def test_closing_twice_does_no_harm(name: str, make: Make, channel: Channel) -> None:
    """Closed again, nothing happens; a send after that is an outcome, not an exception."""

    async def story(bench: Bench) -> None:
        await bench.notifier.send(_message(channel))
        await bench.notifier.close()
        await bench.notifier.close()
        outcome = await bench.notifier.send(_message(channel))
        assert outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.UNAVAILABLE)

    _play(make, story)


@each_notifier
def test_a_message_is_not_changed_by_sending(name: str, make: Make, channel: Channel) -> None:
    """The same message can be sent again, to another number, through another notifier."""

    async def story(bench: Bench) -> None:
        message = _message(channel)
        copy = replace(message)
        await bench.notifier.send(message)
        assert message == copy

    _play(make, story)
