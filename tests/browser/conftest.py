"""A browser, a page that forgives nothing, and a service to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.serving import Service, running
from tests.databases import Templates
from tests.patience import PATIENCE
from tests.world import furnished_url, templates, world

__all__ = ["furnished_url", "templates", "world"]

#: A browser that starts as root, talks to nobody by itself, and finds no name but this machine's.
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
#: What the browser itself remarks on answers that are refusals, which some tests provoke, and on a
#: server that is gone, as it is at every test's end before the window closes.
_REMARKS = ("status of 4", "net::ERR_CONNECTION", "net::ERR_EMPTY", "net::ERR_INCOMPLETE")
_NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


#: Milliseconds. The page asks a slow server less often (four times as long as an answer took), so
#: on a machine that does other things as well a change may be seen late; these tests ask that it
#: is seen.
_PATIENCE = PATIENCE * 1000
expect.set_options(timeout=_PATIENCE)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium for the tests of one file; each opens windows that know nothing of each other.

    Not for longer: Playwright keeps a loop running in this thread while it lives, and tests that
    need a loop of their own (everything with a ``world``) stand in files without a browser.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=[*_ARGUMENTS, _NOWHERE], timeout=_PATIENCE
        )
        yield launched
        launched.close()


class Window:
    """One page at the desk: what it asked for, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    def _heard(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning") and not any(word in text for word in _REMARKS):
            self.complaints.append(text)

    def strangers(self) -> list[str]:
        """Addresses asked for that are not this machine's."""
        return [url for url in self.asked if urlsplit(url).hostname != "127.0.0.1"]


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """A page at the width of a desk; at the end it must have asked nobody else, and be content."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, timezone_id="Europe/London"
    )
    context.set_default_timeout(_PATIENCE)
    opened = Window(context.new_page())
    yield opened
    context.close()
    assert opened.strangers() == []
    assert opened.complaints == []


@pytest.fixture
def service(templates: Templates, tmp_path: Path) -> Iterator[Service]:
    """The county's service with emulated phones, on SQLite."""
    with running(templates.sqlite(tmp_path / "oncall.db")) as started:
        yield started


@pytest.fixture
def on_both(furnished_url: str) -> Iterator[Service]:
    """The same on SQLite and on PostgreSQL."""
    with running(furnished_url) as started:
        yield started
