"""`oncall emulate`: each provider over real sockets, reached by nothing but what it prints."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from asyncio import sleep
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from commands.emulating import STAGES, Place
from notifiers.message import Channel, OutcomeKind, Pulled, Pulls
from oncall.admin.trying import attempt
from oncall.config import load
from oncall.i18n import translator
from oncall.wiring import notifiers_of
from tests.house.files import ROOT
from tests.patience import PATIENCE, play

TO = {Channel.EMAIL: "zhang@unit.example", Channel.CHAT: ""}
PHONE = "13900000001"
LONG_AGO = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize("provider", STAGES)
def test_the_settings_it_prints_lead_to_it(provider: str) -> None:
    """A service with these settings and no others hands every kind of message over, signed."""

    async def story() -> None:
        at = Place(public_url="http://127.0.0.1:9", signature="德化县政府办", t=translator("zh_CN"))
        async with STAGES[provider](at) as stage:
            settings = load({}, dict(stage.environ), cwd=Path("/nonexistent"))
            ways = [
                (channel, one)
                for channel, some in notifiers_of(settings).items()
                for one in some
                if one.name == provider
            ]
            assert ways
            stage.tick()
            for channel, one in ways:
                tried = await attempt(one, channel, TO.get(channel, PHONE), "zh_CN", "德化县政府办")
                assert tried.outcome.kind is OutcomeKind.ACCEPTED, tried
                stage.tick()
                assert stage.emulator.received[-1].channel is channel
                assert "测试" in stage.emulator.received[-1].text
            for one in {id(one): one for _, one in ways}.values():
                await one.close()

    play(story())


@pytest.mark.parametrize("provider", ["aliyun", "tencent", "mas", "webhook"])
def test_the_same_answer_twice_is_two_answers(provider: str) -> None:
    """Somebody writes 1, and 1 again about the next matter: the second is no repetition."""
    pushed: list[bytes] = []

    async def take(request: web.BaseRequest) -> web.Response:
        pushed.append(await request.read())
        return web.Response(status=204)

    async def story() -> None:
        runner = web.ServerRunner(web.Server(take))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hook = f"http://127.0.0.1:{runner.addresses[0][1]}"
        at = Place(public_url=hook, signature="德化县政府办", t=translator("zh_CN"))
        async with STAGES[provider](at) as stage:
            assert stage.reply is not None
            for _ in range(2):
                await stage.reply(f"+86{PHONE}", "1")
        await runner.cleanup()

    play(story())
    assert len(set(pushed)) == 2


class Terminal:
    """`oncall emulate PROVIDER` in a terminal of its own."""

    def __init__(self, folder: Path, provider: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "--lang", "en", "emulate", provider],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def settings(self, last: str) -> dict[str, str]:
        """What it prints first, up to this variable."""
        environ: dict[str, str] = {}
        while last not in environ:
            words = shlex.split(self.line())
            assert words[0] == "export"
            name, _, value = words[1].partition("=")
            environ[name] = value
        return environ

    def line(self) -> str:
        """The next line of its output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def type(self, line: str) -> None:
        """Somebody types something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")

    def stop(self) -> str:
        """Ctrl-C: it ends in good order; what it said on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, errors
        assert "Traceback" not in errors
        return errors


@contextmanager
def terminal(folder: Path, provider: str) -> Iterator[Terminal]:
    """One that is gone at the end, whatever happens."""
    made = Terminal(folder, provider)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()


def test_it_runs_until_it_is_stopped(tmp_path: Path) -> None:
    """As a process: settings for a shell, messages as they come, an end in good order."""
    with terminal(tmp_path, "mas") as emulated:
        settings = load({}, emulated.settings("ONCALL_HOOK_TOKEN"), cwd=tmp_path)
        (mas,) = notifiers_of(settings)[Channel.SMS]

        async def story() -> None:
            tried = await attempt(mas, Channel.SMS, PHONE, "zh_CN", "德化县政府办")
            assert tried.outcome.kind is OutcomeKind.ACCEPTED
            await mas.close()

        play(story())
        assert emulated.line().startswith(f"sms +86{PHONE} ")
        emulated.stop()


async def told_by(spool: Pulls) -> Pulled:
    """What comes back next."""
    found = Pulled()
    while not (found.receipts or found.texts):
        await sleep(0.05)
        found = await spool.pull([], LONG_AGO)
    return found


def test_a_gateway_for_files_behaves_as_it_is_told(tmp_path: Path) -> None:
    """A word for a number at its terminal: a text is fetched, its receipt and a reply come."""
    with terminal(tmp_path, "spool") as emulated:
        settings = load({}, emulated.settings("ONCALL_SPOOL_FOLDER"), cwd=tmp_path)
        (spool,) = notifiers_of(settings)[Channel.SMS]
        assert isinstance(spool, Pulls)

        async def story() -> None:
            emulated.type(f"{PHONE} !sleepy")
            emulated.type(f"{PHONE} !dead")
            emulated.type(f"{PHONE} 1")
            # In their order: once the reply is there, the words before it count.
            assert [one.text for one in (await told_by(spool)).texts] == ["1"]
            tried = await attempt(spool, Channel.SMS, PHONE, "zh_CN", "德化县政府办")
            assert tried.outcome.kind is OutcomeKind.ACCEPTED
            found = (await told_by(spool)).receipts
            assert [(one.dead, one.permanent) for one in found] == [(True, True)]
            await spool.close()

        play(story())
        assert emulated.line().startswith(f"sms +86{PHONE} ")
        assert "There is no such word" in emulated.stop()
    assert not Path(settings.of("spool_folder")).exists()
