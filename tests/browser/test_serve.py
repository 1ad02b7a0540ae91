"""`oncall serve` as a newcomer starts it: the sample county, the page, and Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.test_desk import send
from tests.house.files import ROOT
from tests.patience import PATIENCE

pytestmark = pytest.mark.waits


@dataclass(slots=True, kw_only=True)
class Process:
    """The service in a process of its own."""

    running: subprocess.Popen[str]
    url: str
    said: list[str] = field(default_factory=list)


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Process]:
    """`oncall init --sample`, then `oncall serve --emulate-phones` on a free port."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ONCALL_", "TWILIO_"))}
    environment["ONCALL_DATABASE_URL"] = f"sqlite:///{tmp_path}/oncall.db"

    def oncall(*arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "cli.py"), *arguments]

    subprocess.run(
        oncall("init", "--sample"), env=environment, cwd=tmp_path, check=True, capture_output=True
    )
    serve = subprocess.Popen(
        oncall("serve", "--emulate-phones", "--port", "0"),
        env=environment,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serve.stderr is not None
    said: list[str] = []
    url = ""
    for line in serve.stderr:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            url = found[0]
            break
    assert url, "".join(said)
    # Read on, or a full pipe would stop the service.
    reading = threading.Thread(target=said.extend, args=(serve.stderr,))
    reading.start()
    yield Process(running=serve, url=url, said=said)
    if serve.poll() is None:
        serve.kill()
    serve.wait(PATIENCE)
    reading.join(PATIENCE)
    serve.stderr.close()


def test_a_newcomer_sends_a_first_transfer_and_stops_with_ctrl_c(
    window: Window, sample: Process
) -> None:
    """The sample county pages somebody at once, and an open page does not hold up the stop."""
    page = window.page
    page.goto(sample.url)
    assert page.locator("#units option").count() == 94
    code = send(page, to="SOE-CITYBUILD")
    expect(page.locator(".phone .bubbles").first).to_contain_text(code)
    sample.running.send_signal(signal.SIGINT)
    assert sample.running.wait(PATIENCE) == 0
    expect(page.locator("#lost")).to_be_visible()
    assert "Traceback" not in "".join(sample.said)
