"""The emulator as a process of its own, steered over its JSON interface."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from notifiers.message import OutcomeKind
from notifiers.twilio.emulator import main
from notifiers.twilio.notifier import Twilio
from tests.notifiers.hooks import ACCOUNT, TOKEN, ZHANG, Hooks, call, gateway, sms
from tests.patience import play

pytestmark = pytest.mark.waits


@asynccontextmanager
async def _process(public_url: str) -> AsyncIterator[str]:
    command = [sys.executable, "-m", "notifiers.twilio.emulator", "--port", "0"]
    # The phones' seconds are real ones: what rings goes on ringing until we come to it.
    command += ["--account", ACCOUNT, "--public-url", public_url]
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "TWILIO_AUTH_TOKEN": TOKEN},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.communicate()


async def _steer(session: aiohttp.ClientSession, url: str, body: object = None) -> tuple[int, Any]:
    method = "GET" if body is None else "POST"
    async with session.request(method, url, json=body) as answer:
        return answer.status, await answer.json()


def test_a_story_over_the_control_interface() -> None:
    """Script a phone, send, see what came and what the phone did; mistakes are 400 or 404."""

    async def story() -> None:
        hooks = Hooks()
        async with (
            hooks.serve() as public_url,
            _process(public_url) as url,
            aiohttp.ClientSession() as session,
        ):
            steer = f"{url}/_emulator/"
            twilio = Twilio(gateway(public_url, url))
            script = {"number": ZHANG, "sms": {"manner": "replies", "text": "1", "after": 0}}
            assert (await _steer(session, steer + "script", script))[0] == 200
            faults = {"faults": [{"kind": "throttle", "times": 1}], "callbacks": {"copies": 2}}
            assert (await _steer(session, steer + "faults", faults))[0] == 200
            assert (await twilio.send(sms())).kind is OutcomeKind.UNAVAILABLE
            assert (await twilio.send(sms())).kind is OutcomeKind.ACCEPTED
            sid = (await twilio.send(call())).provider_id
            _, received = await _steer(session, steer + "received")
            assert [one["accepted"] for one in received] == [False, True, True]
            assert (await _steer(session, steer + "answer", {"call": sid}))[0] == 200
            assert (await _steer(session, steer + "hang_up", {"call": sid}))[0] == 200
            assert (await _steer(session, steer + "hang_up", {"call": "CA0"}))[0] == 400
            await hooks.until(
                lambda: len(hooks.named("sms")) == 2 and len(hooks.statuses("p1/1")) == 4
            )
            _, (phone,) = await _steer(session, steer + "phones")
            assert [one["text"] for one in phone["texts"]] == [sms().text, "1"]
            assert phone["calls"][0]["sid"] == sid
            for wrong in (
                {"number": ZHANG, "sms": {"manner": "sings"}},
                {"number": ZHANG, "colour": "red"},
                {"sms": {"volume": 11}},
                {"sms": "loud"},
                ["x"],
            ):
                status, body = await _steer(session, steer + "script", wrong)
                assert (status, list(body)) == (400, ["error"])
            assert (await _steer(session, steer + "nothing"))[0] == 404
            assert (await _steer(session, steer + "nothing", {}))[0] == 404
            assert (await _steer(session, steer + "reset", {}))[0] == 200
            assert (await _steer(session, steer + "received"))[1] == []
            await twilio.close()
            assert hooks.refused == 0

    play(story())


def test_a_secret_is_never_an_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a token in the environment it does not start, and says where the token goes."""
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    with pytest.raises(SystemExit) as refused:
        main([])
    assert refused.value.code == 2
    assert "TWILIO_AUTH_TOKEN" in capsys.readouterr().err
