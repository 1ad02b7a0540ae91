"""`oncall emulate`: a provider of one's own on this machine, to try the service against."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread

import aiohttp
import click

from commands.emulating import STAGES, Place, Stage, latest_call
from commands.lazy import Word, command, option
from commands.output import say, warn
from commands.session import session_of
from notifiers.emulation import Received
from notifiers.errors import NumberError
from notifiers.manners import Manner
from notifiers.message import Channel
from notifiers.phone import e164
from oncall.core.words import N_, Text

#: Seconds between looks for messages, and until a handset has one.
_LOOK, _ARRIVES = 0.2, 0.8

_SET = N_("Set these where the service runs, then start it. Only this run knows the account.")
_TALK = N_(
    "Messages appear below. Write back with “NUMBER TEXT”, press a key in a call with “NUMBER #1”."
)
_ONE_WAY = N_("Messages appear below; this provider carries no answers.")
_BEHAVE = N_("“NUMBER !WORD” says what becomes of messages to a number from now on: {words}.")
_STOP = N_("Ctrl-C stops it.")
_UNHEARD = N_("The service at {url} does not take that: {why}.")
_NO_WORD = N_("There is no such word; there are: {words}.")
_NO_CALL = N_("No call went to this number.")
_NOT_SO = N_("Write a number and a text, as in: 13900000001 1")


@command(
    N_(
        "Play a provider on this machine: it checks signatures, shows what arrives, reports"
        " receipts, and lets you answer. Never for real messages."
    )
)
@click.argument("provider", metavar="PROVIDER", type=Word(STAGES))
@option("--port", type=click.IntRange(0, 65535), default=0, show_default=True,
        help=N_("Port to listen on; 0 takes a free one."))  # fmt: skip
@click.pass_context
def emulate(ctx: click.Context, provider: str, port: int) -> None:
    """Until Ctrl-C; the settings that lead to it are on stdout, ready for a shell."""
    session = session_of(ctx)
    settings = session.settings
    at = Place(
        public_url=settings.public_url.rstrip("/"),
        signature=settings.signature,
        t=session.t,
        port=port,
        folder=Path(settings.of("spool_folder")) if settings.of("spool_folder") else None,
    )
    asyncio.run(_play(provider, at))


async def _play(provider: str, at: Place) -> None:
    t, stopping = at.t, asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with STAGES[provider](at) as stage:
        for name, value in stage.environ.items():
            click.echo(f"export {name}={shlex.quote(value)}")
        say(t(_SET))
        say(t(_TALK if stage.reply is not None else _ONE_WAY))
        if stage.behave is not None:
            say(t(_BEHAVE).format(words=", ".join(Manner)))
        say(t(_STOP))
        heard: asyncio.Queue[str] = asyncio.Queue()
        if stage.reply is not None:
            Thread(target=_read, args=(loop, heard), daemon=True).start()
        work = [
            asyncio.create_task(_show(stage, at)),
            asyncio.create_task(_answer(stage, at, heard)),
        ]
        await stopping.wait()
        for one in work:
            one.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _read(loop: asyncio.AbstractEventLoop, heard: asyncio.Queue[str]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(heard.put_nowait, line.strip())


async def _show(stage: Stage, at: Place) -> None:
    """Every message as it comes, and its receipt a moment later."""
    shown = 0
    under_way: set[asyncio.Task[None]] = set()
    while True:
        stage.tick()
        news = stage.emulator.received[shown:]
        shown += len(news)
        for one in news:
            click.echo(f"{one.channel} {one.to} {one.text}")
            if one.channel is Channel.SMS or stage.behave is not None:
                under_way.add(asyncio.create_task(_report(stage, at, one)))
        under_way = {task for task in under_way if not task.done()}
        await asyncio.sleep(_LOOK)


async def _report(stage: Stage, at: Place, one: Received) -> None:
    await asyncio.sleep(_ARRIVES)
    if stage.told is not None:
        await _calling(at, stage.told(one))


async def _answer(stage: Stage, at: Place, heard: asyncio.Queue[str]) -> None:
    """What somebody at this terminal says for a phone."""
    while True:
        first, _, text = (await heard.get()).partition(" ")
        try:
            number, text = e164(first), text.strip()
        except NumberError:
            text = ""
        if not text:
            warn(at.t(_NOT_SO))
        elif text.startswith("!") and stage.behave is not None:
            _behave(stage.behave, at, number, text.removeprefix("!").strip())
        elif text.startswith("#") and stage.press is not None:
            call = latest_call(stage, number)
            if call is None:
                warn(at.t(_NO_CALL))
            else:
                await _calling(at, stage.press(call, text.removeprefix("#").strip()[:1]))
        elif stage.reply is not None:
            await _calling(at, stage.reply(number, text))


def _behave(behave: Callable[[str, Manner], None], at: Place, number: str, word: str) -> None:
    try:
        behave(number, Manner(word))
    except ValueError:
        warn(at.t(_NO_WORD).format(words=", ".join(Manner)))


async def _calling(at: Place, call: Awaitable[int]) -> None:
    """Call the service back; what it says to that is only worth a line."""
    try:
        status = await call
    except (aiohttp.ClientError, OSError) as away:
        _unheard(at.t, at.public_url, type(away).__name__)
    else:
        if status >= 400:
            _unheard(at.t, at.public_url, f"HTTP {status}")


def _unheard(t: Text, url: str, why: str) -> None:
    warn(t(_UNHEARD).format(url=url, why=why))
