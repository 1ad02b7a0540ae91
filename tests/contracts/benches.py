"""Every notifier with its provider in our hands, for the one table all of them must pass."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from notifiers.email.emulator import MailEmulator
from notifiers.email.notifier import Email, EmailSettings, Security
from notifiers.emulation import Emulated, FaultKind
from notifiers.emulation import Fault as EmulatedFault
from notifiers.log import LogNotifier
from notifiers.message import (
    Channel,
    Notifier,
    OutcomeKind,
)
from notifiers.robots.emulator import RobotEmulator
from notifiers.robots.groups import read
from notifiers.robots.notifier import DINGTALK, FEISHU, WECOM, Kind, Robot
from notifiers.spool.emulator import SpoolEmulator
from notifiers.spool.notifier import Spool
from notifiers.testing import Phones
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import Callbacks, Fault
from notifiers.twilio.notifier import Twilio
from notifiers.webhook.emulator import WebhookEmulator
from notifiers.webhook.notifier import Webhook
from tests.notifiers import carriers
from tests.notifiers.carriers import NOW
from tests.notifiers.hooks import ACCOUNT, LI, TOKEN, ZHANG, fast_sleep, gateway
from tests.patience import ANSWERS_WITHIN, leap


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
    #: How many messages hang by now.
    hanging: Callable[[], int] = lambda: 1
    #: Lets the patience with a hanging message end; None when only the provider ends it.
    give_up: Callable[[], None] | None = None
    #: Two whom it reaches: numbers, addresses, or groups.
    to: str = ZHANG
    other: str = LI


Make = Callable[[], AbstractAsyncContextManager[Bench]]


@asynccontextmanager
async def _log() -> AsyncIterator[Bench]:
    handler = _Kept()
    logger = logging.getLogger("notifiers.log")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield Bench(notifier=LogNotifier(), arrived=handler.arrived, say=None, hang=None)
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
        notifier = Twilio(gateway("http://127.0.0.1:9", url))
        yield Bench(
            notifier=notifier,
            arrived=lambda: [(one.to, one.body) for one in emulator.received if one.accepted],
            say=lambda outcome: emulator.fault(*_SAYS[outcome]),
            hang=lambda number: emulator.fault(Fault(kind=FaultKind.HANG, number=number)),
            hanging=lambda: len([one for one in emulator.received if not one.answered]),
            give_up=leap,
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


def _bench(
    notifier: Notifier,
    emulator: Emulated | MailEmulator,
    says: Says,
    *,
    to: str = ZHANG,
    other: str = LI,
    give_up: Callable[[], None] | None = leap,
) -> Bench:
    def say(kind: OutcomeKind) -> None:
        fault = says[kind]
        emulator.fault(*([fault] if fault is not None else []))

    return Bench(
        notifier=notifier,
        arrived=emulator.arrived,
        say=say,
        hang=lambda number: emulator.fault(EmulatedFault(kind=FaultKind.HANG, number=number)),
        hanging=lambda: emulator.hanging,
        give_up=give_up,
        to=to,
        other=other,
    )


@asynccontextmanager
async def _aliyun() -> AsyncIterator[Bench]:
    async with carriers.aliyun() as s:
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
    async with carriers.tencent() as s:
        yield _bench(s.notifier, s.emulator, _TENCENT)


_MAS = _saying(
    {
        OutcomeKind.REJECTED: "InvalidMessage",
        OutcomeKind.UNAVAILABLE: "503",
        OutcomeKind.QUOTA: "429",
        OutcomeKind.MISCONFIGURED: "IllegalMac",
    }
)


@asynccontextmanager
async def _mas() -> AsyncIterator[Bench]:
    async with carriers.mas() as s:
        yield _bench(s.notifier, s.emulator, _MAS)


def _robot(kind: Kind) -> Make:
    codes = {
        outcome: str(next(code for code, said in kind.codes.items() if said.kind is outcome))
        for outcome in (
            OutcomeKind.REJECTED,
            OutcomeKind.UNAVAILABLE,
            OutcomeKind.QUOTA,
            OutcomeKind.MISCONFIGURED,
        )
    }

    @asynccontextmanager
    async def make() -> AsyncIterator[Bench]:
        emulator = RobotEmulator(kind)
        async with emulator.serve() as url:
            groups = read(f"desk {url}/desk, leaders {url}/leaders", "TEST")
            notifier = Robot(kind, groups, clock=lambda: NOW, timeout=ANSWERS_WITHIN)
            yield _bench(notifier, emulator, _saying(codes), to="desk", other="leaders")
            await notifier.close()

    return make


#: A gateway's own words for them.
_GATEWAY = _saying({kind: kind.value for kind in OutcomeKind})


@asynccontextmanager
async def _webhook() -> AsyncIterator[Bench]:
    emulator = WebhookEmulator(TOKEN, NOW)
    async with emulator.serve() as url:
        notifier = Webhook(url, TOKEN, clock=lambda: NOW, timeout=ANSWERS_WITHIN)
        yield _bench(notifier, emulator, _GATEWAY)
        await notifier.close()


@asynccontextmanager
async def _spool() -> AsyncIterator[Bench]:
    with TemporaryDirectory() as name:
        emulator = SpoolEmulator(Path(name))
        # Whatever the gateway thinks of a message it tells afterwards: a folder takes everything.
        yield Bench(
            notifier=Spool(Path(name)),
            arrived=emulator.arrived,
            say=None,
            hang=None,
        )


_MAIL = _saying(
    {
        OutcomeKind.REJECTED: "550",
        OutcomeKind.UNAVAILABLE: "451",
        OutcomeKind.QUOTA: "552",
        OutcomeKind.MISCONFIGURED: "530",
    }
)


@asynccontextmanager
async def _email() -> AsyncIterator[Bench]:
    emulator = MailEmulator()
    async with emulator.serve() as (host, port):
        notifier = Email(
            EmailSettings(
                host=host,
                port=port,
                security=Security.NONE,
                sender="值班系统 <duty@oncall.example>",
                timeout=ANSWERS_WITHIN,
            )
        )
        # A thread waits there, by the machine's own clock.
        yield _bench(
            notifier,
            emulator,
            _MAIL,
            to="zhang@unit.example",
            other="li@unit.example",
            give_up=None,
        )
        await notifier.close()


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
    ("mas", _mas, Channel.SMS),
    *((kind.name, _robot(kind), Channel.CHAT) for kind in (WECOM, DINGTALK, FEISHU)),
    *(("webhook", _webhook, channel) for channel in Channel),
    *(("spool", _spool, channel) for channel in Channel),
    ("email", _email, Channel.EMAIL),
]
