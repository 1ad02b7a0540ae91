"""The answer page in a real browser: a telephone's width, no script, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from oncall.store import transfers
from tests.browser.serving import Service
from tests.county import CITY, ZHANG, person_id
from tests.patience import PATIENCE

#: No button is smaller than a thumb, in CSS pixels.
_THUMB = 44


@pytest.fixture
def pocket(browser: Browser) -> Iterator[Page]:
    """A telephone at 390 points that runs no script; it may ask this machine alone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, has_touch=True
    )
    context.set_default_timeout(PATIENCE * 1000)
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert {urlsplit(url).hostname for url in asked if not url.startswith("data:")} == {"127.0.0.1"}


def paged(service: Service, **body: object) -> str:
    """Somebody was just paged: the address of their answer page."""
    code = service.transfer(service.token("dispatcher"), to=[CITY], **body)
    with service.app.db.read() as tx:
        found = transfers.find(tx, code)
        assert found is not None
        page = transfers.pages_of(tx, found.id)[0][1]
    return f"{service.url}/a/{service.app.links.code(page, person_id(ZHANG))}"


def opened(pocket: Page, address: str) -> None:
    """Open a link as soon as its message has left."""
    answer = pocket.goto(address)
    while answer is not None and not answer.ok:
        pocket.wait_for_timeout(50)
        answer = pocket.goto(address)
    assert answer is not None


def fits(pocket: Page) -> None:
    """Nothing sticks out, and everything to press is as large as a thumb."""
    assert pocket.evaluate("document.documentElement.scrollWidth") <= 390
    for one in pocket.locator("button:visible, summary:visible, label:visible").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= _THUMB


def test_a_liaison_answers_by_telephone(pocket: Page, service: Service) -> None:
    """Take it with a time, write how it stands, give it back: all by touch, without a script."""
    opened(pocket, paged(service, area="TWN-100"))
    expect(pocket.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(pocket.locator(".by")).to_contain_text("前签收")
    for summary in pocket.locator("summary").all():
        summary.click()
    fits(pocket)
    pocket.get_by_role("button", name="20分钟", exact=True).click()
    expect(pocket.locator(".said")).to_contain_text("席位已看到您的到场时间")
    expect(pocket.locator(".mine")).to_contain_text("您已于14:0")
    fits(pocket)
    pocket.locator("textarea").fill("已出发，需要一台抽水泵")
    pocket.get_by_role("button", name="提交").click()
    expect(pocket.locator(".said")).to_contain_text("已转告席位")
    pocket.get_by_text("交回", exact=True).click()
    pocket.locator("[name=text]:visible").last.fill("路断了")
    pocket.get_by_role("button", name="确定交回").click()
    expect(pocket.locator(".said")).to_contain_text("已交回")
    expect(pocket.get_by_role("button", name="签收，我来办")).to_be_visible()


def test_the_page_speaks_english_in_the_dark(pocket: Page, service: Service) -> None:
    """The switch keeps its language through an answer, and a refusal explains itself."""
    pocket.emulate_media(color_scheme="dark")
    opened(pocket, paged(service, drill=True, urgency="critical", category="Water"))
    pocket.get_by_role("link", name="English").click()
    expect(pocket.locator("html")).to_have_attribute("lang", "en")
    expect(pocket.locator(".drill")).to_have_text("This is a drill")
    pocket.get_by_text("I cannot", exact=True).click()
    pocket.get_by_label("I am ill").check()
    fits(pocket)
    pocket.get_by_role("button", name="I cannot: ask the next person").click()
    expect(pocket.locator(".said")).to_contain_text("Noted that you cannot")
    expect(pocket.locator("html")).to_have_attribute("lang", "en")
    pocket.get_by_text("Pass to 110", exact=True).click()
    pocket.get_by_role("button", name="Yes, call in 110 now").click()
    expect(pocket.locator(".said")).to_contain_text("110 is being called")
    pocket.goto(f"{service.url}/a/{'A' * 16}?lang=en")
    expect(pocket.locator("h1")).to_contain_text("leads to no matter")
    fits(pocket)
