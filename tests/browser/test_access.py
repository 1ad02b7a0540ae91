"""Who may look at the console and who may act there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.serving import Service, running
from tests.browser.test_desk import send
from tests.county import CITY, TOWN
from tests.databases import Templates
from tests.patience import PATIENCE

get = partial(httpx.get, timeout=PATIENCE)


@pytest.fixture
def closed(templates: Templates, tmp_path: Path) -> Iterator[Service]:
    """A service without emulated phones: nobody looks without signing in."""
    with running(templates.sqlite(tmp_path / "closed.db"), phones=False) as started:
        yield started


def sign_in(window: Window, service: Service, token: str) -> None:
    """Give a token on the sign-in page."""
    window.page.goto(service.url)
    window.page.fill("[name=token]", token)
    window.page.locator("main button").click()


def test_a_token_opens_the_page_and_signing_out_closes_it(window: Window, closed: Service) -> None:
    """A stranger is asked for a token, a wrong one is refused, and the right one is never shown."""
    page = window.page
    sign_in(window, closed, "oc_wrong")
    expect(page.locator("main .fault")).to_contain_text("令牌不存在或已吊销")
    token = closed.token("dispatcher")
    sign_in(window, closed, token)
    expect(page.locator(".who")).to_contain_text("dispatcher甲")
    assert token not in page.content()
    cookie = next(c for c in page.context.cookies() if c["name"] == "oncall_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert token not in cookie["value"]
    send(page)
    page.get_by_role("button", name="退出").click()
    expect(page.locator("[name=token]")).to_be_visible()
    page.goto(closed.url)
    expect(page.locator("[name=token]")).to_be_visible()


def test_an_auditor_reads_and_cannot_act(window: Window, closed: Service) -> None:
    """Everything is there to be read, and there is nothing to press."""
    code = closed.transfer(closed.token("dispatcher"), to=[CITY])
    sign_in(window, closed, closed.token("auditor"))
    page = window.page
    expect(page.locator(f"[data-key=card-{code}]")).to_be_visible()
    expect(page.locator("#detail .story").first).to_be_visible()
    expect(page.locator("#live form")).to_have_count(0)
    expect(page.locator("#new")).to_have_count(0)


def test_a_liaison_sees_the_own_unit_alone(window: Window, closed: Service) -> None:
    """Another unit's transfer is neither listed nor found, and there is no form to send one."""
    desk = closed.token("dispatcher")
    mine = closed.transfer(desk, to=[CITY])
    other = closed.transfer(desk, to=[TOWN])
    sign_in(window, closed, closed.token("liaison", CITY))
    page = window.page
    expect(page.locator(f"[data-key=card-{mine}]")).to_be_visible()
    expect(page.locator(f"[data-key=card-{other}]")).to_have_count(0)
    expect(page.locator("#new")).to_have_count(0)
    page.goto(f"{closed.url}/?t={other}")
    expect(page.locator("#detail")).to_contain_text(other)
    expect(page.locator("#detail")).not_to_contain_text("浔中镇")


def test_numbers_are_masked_and_callers_absent(window: Window, closed: Service) -> None:
    """The desk's page shows who was reached by the last digits only, and never who called."""
    caller = {"name": "周小满", "phone": "13900000099", "address": "德新大街88号"}
    closed.transfer(closed.token("dispatcher"), to=[CITY], caller=caller)
    sign_in(window, closed, closed.token("dispatcher"))
    expect(window.page.locator("#detail .attempts")).to_contain_text("139****0001")
    shown = window.page.content()
    for secret in ("13900000001", *caller.values()):
        assert secret not in shown


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_page_cannot_act_through_the_browser(
    service: Service, headers: dict[str, str]
) -> None:
    """A form that some other page posts here is refused and leaves no transfer behind."""
    body = {"to": CITY, "urgency": "urgent", "summary": "x", "origin": "110"}
    sent = headers | {"Accept": "application/json"}
    answer = httpx.post(
        f"{service.url}/console/transfers", data=body, headers=sent, timeout=PATIENCE
    )
    assert answer.status_code == 403
    assert "DH2026" not in get(service.url).text


def test_only_this_machine_by_its_own_name_is_let_in(service: Service) -> None:
    """A name somebody points at this machine, or a proxy in front, gets the sign-in page."""
    for headers in ({"Host": "rebound.example"}, {"X-Forwarded-For": "203.0.113.9"}):
        assert get(service.url, headers=headers).headers["location"] == "/console/sign-in"
        for inner in ("live", "events"):
            assert get(f"{service.url}/console/{inner}", headers=headers).status_code == 401
    assert get(service.url).status_code == 200


def test_the_page_allows_nothing_from_elsewhere(service: Service) -> None:
    """The browser is told to load from here alone, to frame nowhere and to keep nothing."""
    headers = get(service.url).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
