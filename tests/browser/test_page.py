"""The page itself: languages, widths, hostile text, a lost line, no script at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Window
from tests.browser.serving import Service, running
from tests.browser.test_desk import phone, send
from tests.county import TOWN, ZHANG, ZHAO
from tests.databases import Templates
from tests.patience import PATIENCE

HOSTILE = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'> & \"'</p>"


def test_the_page_speaks_chinese_until_asked_otherwise(window: Window, service: Service) -> None:
    """Chinese whatever the browser prefers; English by the switch, and remembered from then on."""
    page = window.page
    page.goto(service.url)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h2").first).to_contain_text("待签收")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h2").first).to_contain_text("Waiting for an answer")
    page.goto(service.url)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    send(page, to="Urban Construction Group")
    expect(page.locator("#detail .next")).to_contain_text("Level 1 is paged")


def test_what_people_type_is_only_ever_text(window: Window, service: Service) -> None:
    """Markup in a summary, a category and a reply is shown letter by letter and never run; a phone
    with more messages than fit shows the newest."""
    page = window.page
    page.goto(service.url)
    send(page, summary=HOSTILE)
    expect(page.locator("#detail .words")).to_have_text(HOSTILE)
    card = page.locator(phone(page, ZHANG))
    card.locator("input[name=text]").fill(HOSTILE)
    card.get_by_role("button", name="发送").click()
    expect(card.locator(".bubbles .out")).to_contain_text(HOSTILE)
    card.locator("input[name=text]").fill(HOSTILE * 5)
    card.get_by_role("button", name="发送").click()
    expect(card.locator(".bubbles .out")).to_have_count(2)
    page.wait_for_function(
        "() => { const all = document.querySelector('.bubbles');"
        " return all.scrollTop > 0 && all.scrollHeight - all.scrollTop - all.clientHeight < 2; }"
    )
    page.reload()
    expect(page.locator("#detail .words")).to_have_text(HOSTILE)
    assert page.evaluate("window.hurt") is None


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_fits_a_telephone(
    window: Window, service: Service, lang: str, scheme: str
) -> None:
    """At 390 points nothing sticks out sideways, in either language, by day and by night."""
    page = window.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{service.url}/?lang={lang}")
    send(page, urgency="critical", summary="很长的事由没有空格" * 20 + "x" * 300)
    expect(page.locator(phone(page, ZHANG))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (luminance(ground) < luminance(ink)) is (scheme == "dark")


def luminance(colour: str) -> int:
    """How light a computed colour is, roughly."""
    return sum(int(part) for part in colour.strip("rgb()").split(",")[:3])


def test_text_being_typed_is_left_alone(window: Window, service: Service) -> None:
    """While the page changes underneath, a half-typed answer and the cursor stay where they are."""
    page = window.page
    page.goto(service.url)
    send(page)
    box = page.locator(f"{phone(page, ZHANG)} input[name=text]")
    box.fill("马上")
    page.locator("#detail [data-key^=act-note] summary").click()
    why = page.locator("#detail [data-key^=act-note] [name=why]")
    why.press_sequentially("已到")
    service.transfer(service.token("dispatcher"), to=[TOWN])
    expect(page.locator(phone(page, ZHAO))).to_be_visible()
    expect(box).to_have_value("马上")
    expect(why).to_have_value("已到")
    expect(why).to_be_focused()


def test_a_lost_line_is_said_loudly_and_mends_itself(window: Window, service: Service) -> None:
    """Without the server the page says that it may be out of date; with it, it catches up."""
    page = window.page
    page.goto(service.url)
    expect(page.locator("h2").first).to_be_visible()
    service.stop()
    expect(page.locator("#lost")).to_be_visible()
    service.start()
    code = service.transfer(service.token("dispatcher"), to=[TOWN])
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator(f"[data-key=card-{code}]")).to_be_visible()


def test_the_page_works_without_a_script(browser: Browser, service: Service) -> None:
    """Send, read and act by plain forms and reloads, and be told that the page is not live."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto(service.url)
    expect(page.locator("#still")).to_contain_text("不会自动更新")
    expect(page.locator("#still")).to_be_visible()
    page.fill("[name=to]", "某某局")
    page.fill("[name=summary]", "水管爆裂")
    page.locator("#new button.main").click()
    expect(page.locator("#new [data-error=to]")).to_contain_text("某某局")
    expect(page.locator("[name=summary]")).to_have_value("水管爆裂")
    page.fill("[name=to]", "县城建集团")
    page.locator("#new button.main").click()
    expect(page.locator("#detail .words")).to_have_text("水管爆裂")
    page.locator("#detail [data-key^=act-ack] summary").click()
    page.locator("#detail [data-key^=act-ack] [name=who]").fill("张三")
    page.locator("#detail [data-key^=act-ack] button.main").click()
    expect(page.locator("#detail .owner")).to_contain_text("张三")
    context.close()


def test_a_service_that_pages_nobody_says_so(
    window: Window, templates: Templates, tmp_path: Path
) -> None:
    """When no process decides and sends, the page says it in words above everything else."""
    with running(templates.sqlite(tmp_path / "still.db"), engine=False) as still:
        window.page.goto(still.url)
        expect(window.page.locator(".banner").first).to_contain_text("呼叫已停止工作")


def test_two_desks_see_the_same(window: Window, browser: Browser, service: Service) -> None:
    """What one desk sends appears on the other's open page by itself."""
    other = browser.new_page()
    other.set_default_timeout(PATIENCE * 1000)
    other.goto(service.url)
    window.page.goto(service.url)
    code = send(window.page)
    expect(other.locator(f"[data-key=card-{code}]")).to_be_visible()
    other.close()
