"""`oncall emulate`: each provider over real sockets, reached by nothing but what it prints."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commands.emulating import STAGES, Place
from notifiers.message import Channel, OutcomeKind
from oncall.admin.trying import attempt
from oncall.config import load
from oncall.i18n import translator
from oncall.wiring import notifiers_of
from tests.house.files import ROOT
from tests.patience import PATIENCE, play

TO = {Channel.EMAIL: "zhang@unit.example", Channel.CHAT: ""}
PHONE = "13900000001"


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
                assert stage.emulator.received[-1].channel is channel
                assert "测试" in stage.emulator.received[-1].text
            for one in {id(one): one for _, one in ways}.values():
                await one.close()

    play(story())


def test_it_runs_until_it_is_stopped(tmp_path: Path) -> None:
    """As a process: settings for a shell, messages as they come, an end in good order."""
    program = [sys.executable, str(ROOT / "cli.py"), "--lang", "en", "emulate", "mas"]
    process = subprocess.Popen(
        program,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        assert process.stdout is not None
        environ = {}
        while "ONCALL_HOOK_TOKEN" not in environ:
            words = shlex.split(process.stdout.readline())
            assert words[0] == "export"
            name, _, value = words[1].partition("=")
            environ[name] = value
        settings = load({}, environ, cwd=tmp_path)
        (mas,) = notifiers_of(settings)[Channel.SMS]

        async def story() -> None:
            tried = await attempt(mas, Channel.SMS, PHONE, "zh_CN", "德化县政府办")
            assert tried.outcome.kind is OutcomeKind.ACCEPTED
            await mas.close()

        play(story())
        assert process.stdout.readline().startswith(f"sms +86{PHONE} ")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
    finally:
        process.kill()
        process.wait()
