"""A Twilio of one's own: it takes the SDK's calls, and its phones answer, decline or stay silent.

In a process: `async with Emulator(...).serve() as url`. Alone, with a JSON control interface
under /_emulator: `TWILIO_AUTH_TOKEN=... python -m notifiers.twilio.emulator --account AC...`.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from aiohttp import web

from notifiers.twilio.emulator_api import RestApi
from notifiers.twilio.emulator_control import PREFIX, Control
from notifiers.twilio.emulator_phones import text_back
from notifiers.twilio.emulator_script import Callbacks, Fault, Handset, SmsScript, VoiceScript
from notifiers.twilio.emulator_world import (
    KEPT,
    Act,
    Clock,
    Phone,
    PhoneCall,
    PhoneText,
    Posted,
    Received,
    Sleep,
    World,
)

if sys.platform != "win32":
    from uvloop import run as _loop_run
else:
    from asyncio import run as _loop_run


class EmulatorError(LookupError):
    """There is no such call, or it is over."""


def _wall_clock() -> datetime:
    # The emulator plays another company's machine, and that one has a clock of its own.
    return datetime.now(UTC)  # noqa: TID251 -- see the line above


class Emulator:
    """One emulated Twilio account with its phones.

    `clock` and `sleep` are the phones' time: give faster ones to tell a long story quickly.
    `public_url` is where our customer's hooks are.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        public_url: str,
        *,
        clock: Clock = _wall_clock,
        sleep: Sleep = asyncio.sleep,
        keep: int = KEPT,
    ) -> None:
        """``keep`` requests, texts and calls are remembered, the newest ones."""
        self._world = World(
            account_sid=account_sid,
            auth_token=auth_token,
            public_url=public_url,
            clock=clock,
            sleep=sleep,
            keep=keep,
        )
        self._api = RestApi(self._world)
        self._control = Control(self)

    @property
    def public_url(self) -> str:
        """Where callbacks about texts from people go."""
        return self._world.public_url

    @public_url.setter
    def public_url(self, url: str) -> None:
        self._world.public_url = url.rstrip("/")

    @property
    def received(self) -> list[Received]:
        """Every request to create, hang up or withdraw, in order."""
        return list(self._world.received)

    @property
    def posted(self) -> list[Posted]:
        """Every callback we sent and the HTTP status it met."""
        return list(self._world.posted)

    @property
    def version(self) -> int:
        """Grows with every visible change."""
        return self._world.version

    async def changed(self, since: int) -> int:
        """Wait until the version is above `since`; the version then."""
        return await self._world.changed(since)

    async def settled(self) -> None:
        """Wait until every text and call has come to its end and every callback is sent."""
        await self._world.settled()

    def script(self, *handsets: Handset) -> None:
        """Teach phones their manners; one without a number stands for all others."""
        for handset in handsets:
            self._world.handsets[handset.number] = handset

    def phone(
        self, number: str, *, sms: SmsScript | None = None, voice: VoiceScript | None = None
    ) -> None:
        """Teach one phone its manners; what is not given is ordinary."""
        self.script(Handset(number=number, sms=sms or SmsScript(), voice=voice or VoiceScript()))

    def fault(self, *faults: Fault) -> None:
        """Break the API in these ways from now on; none mends it."""
        self._api.set_faults(faults)

    def callbacks(self, how: Callbacks) -> None:
        """Send callbacks in this way from now on."""
        self._world.callbacks = how

    def reset(self) -> None:
        """Forget what happened, every manner and every fault; calls under way are dropped."""
        for call in self._world.calls.values():
            if call.life is not None:
                call.life.cancel()
        self._world.handsets = {"": Handset()}
        self._world.callbacks = Callbacks()
        self._api.set_faults(())
        self._world.clear()

    def phones(self) -> list[Phone]:
        """Every phone that was written to, called, or scripted, by number."""
        world = self._world
        texts: dict[str, list[PhoneText]] = {number: [] for number in world.handsets if number}
        calls: dict[str, list[PhoneCall]] = {}
        for text in world.texts.values():
            texts.setdefault(text.number, []).append(
                PhoneText(
                    sid=text.sid,
                    text=text.text,
                    at=text.at,
                    to_phone=text.to_phone,
                    status=text.status,
                    code=text.code,
                )
            )
        for call in world.calls.values():
            calls.setdefault(call.number, []).append(
                PhoneCall(
                    sid=call.sid,
                    status=call.status,
                    at=call.at,
                    spoken=tuple(call.spoken),
                    listening=call.listening,
                    pressed=call.pressed,
                    over=call.over,
                )
            )
        return [
            Phone(
                number=number,
                texts=tuple(texts.get(number, ())),
                calls=tuple(calls.get(number, ())),
                opted_out=number in world.opted_out,
            )
            for number in sorted(texts.keys() | calls.keys())
        ]

    async def reply(self, number: str, text: str) -> None:
        """A person writes back; returns when our customer's hook has answered."""
        await text_back(self._world, number, text)

    async def answer(self, call_sid: str) -> None:
        """A person picks up. Raises EmulatorError when the call is over."""
        await self._act(call_sid, "answer")

    async def press(self, call_sid: str, digit: str) -> None:
        """A person presses a key; returns when the hook has answered. Raises EmulatorError."""
        await self._act(call_sid, "press", digit)

    async def hang_up(self, call_sid: str) -> None:
        """A person hangs up. Raises EmulatorError when the call is over."""
        await self._act(call_sid, "hang-up")

    async def decline(self, call_sid: str) -> None:
        """A person rejects a ringing call. Raises EmulatorError when the call is over."""
        await self._act(call_sid, "decline")

    async def _act(self, call_sid: str, verb: str, digit: str = "") -> None:
        call = self._world.calls.get(call_sid)
        if call is None or call.over:
            raise EmulatorError("There is no such call, or it is over.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        call.acts.put_nowait(Act(verb=verb, digit=digit, done=done))
        await done

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Serve until the block ends; the base URL to give to the SDK (port 0 takes a free one)."""
        self._api.closing.clear()
        runner = web.ServerRunner(
            # A log of addresses would hold numbers.
            web.Server(self._handle, access_log=None),
            shutdown_timeout=1.0,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, backlog=1024)
            await site.start()
            yield f"http://{host}:{runner.addresses[0][1]}"
        finally:
            self._api.closing.set()
            await self._world.close()
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith(PREFIX):
            return await self._control.handle(request)
        return await self._api.handle(request)


async def _run(options: argparse.Namespace, token: str) -> None:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / options.speed)

    emulator = Emulator(options.account, token, options.public_url, sleep=sleep)
    if options.no_callbacks:
        emulator.callbacks(Callbacks(off=True))
    async with emulator.serve(options.host, options.port) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve an emulated account until stopped; prints its base URL first."""
    parser = argparse.ArgumentParser(
        prog="python -m notifiers.twilio.emulator",
        description="An emulated Twilio. The auth token is read from TWILIO_AUTH_TOKEN.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8111)
    parser.add_argument("--account", default="AC00000000000000000000000000000000")
    parser.add_argument("--public-url", default="http://127.0.0.1:8110")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast the phones' time runs")
    parser.add_argument("--no-callbacks", action="store_true", help="send no status callbacks")
    options = parser.parse_args(arguments)
    token = os.environ.get("TWILIO_AUTH_TOKEN", "")
    if not token:
        parser.error("set TWILIO_AUTH_TOKEN; a secret is never an option")
    with suppress(KeyboardInterrupt):
        _loop_run(_run(options, token))


if __name__ == "__main__":
    main()
