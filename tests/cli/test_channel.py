"""`oncall channel`: what each provider can, and a test message through it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notifiers.emulation import Fault, FaultKind
from notifiers.webhook.emulator import WebhookEmulator
from oncall.clock import SystemClock
from tests.cli.conftest import Cli

SECRET = "a-made-up-secret"


@contextmanager
def gateway() -> Iterator[tuple[WebhookEmulator, str]]:
    """A gateway in a loop of its own, for commands that bring their own loop."""
    loop = asyncio.new_event_loop()
    emulator = WebhookEmulator(SECRET, SystemClock().now())
    serving = emulator.serve()
    url = loop.run_until_complete(serving.__aenter__())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield emulator, url
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(serving.__aexit__(None, None, None))
        loop.close()


@pytest.fixture
def spool(cli: Cli) -> Path:
    """A folder as the provider of texts, and the settings that say so."""
    folder = cli.folder / "spool"
    folder.mkdir()
    cli.file("oncall.toml", f'channels = "sms=spool,chat=log"\nspool_folder = "{folder}"\n')
    return folder


def test_what_each_provider_can_is_listed(cli: Cli, spool: Path) -> None:
    """In order, for eyes and for scripts."""
    told = cli("channel", "list")
    assert told.exit_code == 0
    assert "spool" in told.stdout
    rows = json.loads(cli("channel", "list", "--json").stdout)
    assert [(row["channel"], row["provider"]) for row in rows] == [
        ("sms", "spool"),
        ("chat", "log"),
    ]
    assert rows[0]["receipts"] == ["pull"]


def test_a_test_message_is_sent(cli: Cli, spool: Path) -> None:
    """It says that it is a test, is signed, and leaves no trace in the outbox."""
    told = cli("channel", "test", "sms", "--to", "139 0000 0001", lang="zh_CN")
    assert told.exit_code == 0, told.stderr
    [file] = (spool / "out").iterdir()
    order = json.loads(file.read_bytes())
    assert order["to"] == "+8613900000001"
    assert order["text"].startswith("【德化县政府办】")
    assert "测试" in order["text"]
    assert "13900000001" not in told.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sms",), 2),
        (("sms", "--to", "12"), 1),
        (("voice", "--to", "13900000001"), 2),
        (("sms", "--to", "13900000001", "--provider", "twilio"), 2),
        (("pigeon", "--to", "13900000001"), 2),
    ],
)
def test_what_cannot_be_tried_is_said(
    cli: Cli, spool: Path, arguments: tuple[str, ...], code: int
) -> None:
    """A mistake of use, or a number nobody can dial."""
    assert cli("channel", "test", *arguments).exit_code == code
    assert not (spool / "out").exists()


def test_a_refusal_is_told_in_its_own_code(cli: Cli) -> None:
    """Exit 1, what it means, and what the provider called it."""
    with gateway() as (emulator, url):
        cli.file("oncall.toml", f'channels = "sms=webhook"\nwebhook_url = "{url}"\n')
        emulator.fault(Fault(kind=FaultKind.REFUSE, code="quota"))
        told = cli(
            "channel", "test", "sms", "--to", "13900000001", env={"ONCALL_WEBHOOK_SECRET": SECRET}
        )
        assert told.exit_code == 1
        assert "[quota]" in told.stderr
        emulator.fault()
        told = cli("channel", "test", "sms", "--to", "13900000001", "--json",
                   env={"ONCALL_WEBHOOK_SECRET": SECRET})  # fmt: skip
        assert told.exit_code == 0
        assert json.loads(told.stdout)[0]["outcome"] == "accepted"


def test_settings_that_are_missing_are_named(cli: Cli) -> None:
    """Before anything is sent, with the variable to set."""
    cli.file("oncall.toml", 'channels = "sms=aliyun"\n')
    told = cli("channel", "test", "sms", "--to", "13900000001")
    assert told.exit_code == 3
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in told.stderr
