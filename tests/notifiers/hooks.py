"""Our side of Twilio's callbacks, for tests: a server that checks, keeps and answers them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl

from aiohttp import web

from notifiers.message import Channel, Message
from notifiers.twilio import inbound
from notifiers.twilio.client import TwilioGateway
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.notifier import Twilio
from tests.patience import ANSWERS_WITHIN

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "a-made-up-token"
SENDER = "+15005550006"
ZHANG = "+8613900000001"
LI = "+8613900000002"

#: How much faster than the wall the phones live in tests.
SPEED = 200
#: The phones' seconds in which machines do their part; people are given more.
A_WHILE = 2.0


async def fast_sleep(seconds: float) -> None:
    """The phones' seconds, `SPEED` times as fast."""
    await asyncio.sleep(seconds / SPEED)


class Stillness:
    """The phones' time, which a test can hold: nothing moves on until it lets go.

    ``speed`` is how much faster than the wall it runs while nobody holds it.
    """

    def __init__(self, speed: float = SPEED) -> None:
        self._speed = speed
        self._moving = asyncio.Event()
        self._moving.set()
        self._beyond = 0.0

    def hold(self, *, beyond: float = 0.0) -> None:
        """Time stands still for whatever takes more than ``beyond`` of the phones' seconds.

        With `A_WHILE` everything goes on but people's patience: a phone rings, and waits for a
        key, until somebody acts.
        """
        self._beyond = beyond
        self._moving.clear()

    def let_go(self) -> None:
        """Time goes on."""
        self._moving.set()

    async def sleep(self, seconds: float) -> None:
        """So many of the phones' seconds, and for as long as time is held."""
        await asyncio.sleep(seconds / self._speed)
        if seconds > self._beyond:
            await self._moving.wait()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """One callback as it came; `name` is the last part of its path."""

    name: str
    form: dict[str, str]
    query: dict[str, str]


class Hooks:
    """Collects signed callbacks and answers them; one whose signature is wrong is a 403."""

    def __init__(self) -> None:
        self.came: list[Hook] = []
        self._news = asyncio.Event()
        self.answer: Callable[[Hook], str] = lambda _: ""
        self.url = ""
        self.refused = 0

    def statuses(self, key: str) -> list[str]:
        """The statuses that came for one attempt, in order of arrival."""
        return [
            hook.form.get("MessageStatus") or hook.form["CallStatus"]
            for hook in self.came
            if hook.name == "status" and hook.query.get("attempt") == key
        ]

    def named(self, name: str) -> list[Hook]:
        """The callbacks of one kind."""
        return [hook for hook in self.came if hook.name == name]

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait for callbacks until it holds."""
        while not what():
            self._news.clear()
            await self._news.wait()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        form = parse_qsl((await request.read()).decode(), keep_blank_values=True)
        signature = request.headers.get("X-Twilio-Signature", "")
        if not inbound.signature_ok(self.url, request.raw_path, form, signature, [TOKEN]):
            self.refused += 1
            return web.Response(status=403)
        inbound.require_account(form, ACCOUNT)
        name = request.path.rpartition("/")[2]
        hook = Hook(name=name, form=dict(form), query=dict(request.query))
        self.came.append(hook)
        self._news.set()
        return web.Response(text=self.answer(hook), content_type="text/xml")

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serve on a free port until the block ends."""
        runner = web.ServerRunner(web.Server(self.handle))
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self.url
        finally:
            await runner.cleanup()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """An emulated Twilio, our hooks, and the notifier between them, over real HTTP."""

    emulator: Emulator
    hooks: Hooks
    twilio: Twilio
    url: str
    time: Stillness


@asynccontextmanager
async def stage(patience: timedelta = ANSWERS_WITHIN) -> AsyncIterator[Stage]:
    """Set the stage for one test."""
    hooks = Hooks()
    async with hooks.serve() as public_url:
        time = Stillness()
        emulator = Emulator(ACCOUNT, TOKEN, public_url, sleep=time.sleep)
        async with emulator.serve() as url:
            twilio = Twilio(gateway(public_url, url, patience))
            try:
                yield Stage(emulator=emulator, hooks=hooks, twilio=twilio, url=url, time=time)
            finally:
                await twilio.close()


def gateway(
    public_url: str, api_url: str, patience: timedelta = ANSWERS_WITHIN, token: str = TOKEN
) -> TwilioGateway:
    """A gateway to an emulator."""
    return TwilioGateway(
        account_sid=ACCOUNT,
        auth_token=token,
        from_number=SENDER,
        public_url=public_url,
        api_url=api_url,
        timeout=patience,
    )


def sms(key: str = "p1/1", to: str = ZHANG, text: str = "110转办:供水。回复1签收") -> Message:
    """An urgent text."""
    return Message(
        key=key,
        channel=Channel.SMS,
        to=to,
        text=text,
        lang="zh_CN",
        useful_life=timedelta(minutes=10),
    )


def call(key: str = "p1/2", to: str = ZHANG, text: str = "110转办,供水。按1签收。") -> Message:
    """A call with a keypad."""
    return Message(key=key, channel=Channel.VOICE, to=to, text=text, lang="zh_CN", keypad=True)
