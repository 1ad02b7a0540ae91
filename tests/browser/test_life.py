"""A matter at the desk: returned, argued about, ruled on; what is open is seen at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.serving import Service, running
from tests.browser.test_access import sign_in
from tests.county import CITY, TOWN
from tests.databases import Templates


@pytest.fixture
def still(templates: Templates, tmp_path: Path) -> Iterator[Service]:
    """A console behind which nothing happens by itself."""
    with running(templates.sqlite(tmp_path / "still.db"), phones=False, engine=False) as started:
        yield started


def act(page: Page, verb: str, **given: str) -> None:
    """One of the verbs of the open transfer, with what its form asks for."""
    box = page.locator(f"[data-key='verb-{verb}']")
    box.locator("summary").click()
    for name, value in given.items():
        field = box.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    box.locator("button").click()


def test_a_ruling_is_clicked_and_suggested_from_then_on(window: Window, still: Service) -> None:
    """The desk has no button for it; supervision does, and the next such matter knows its units."""
    page, desk = window.page, still.token("dispatcher")
    code = still.transfer(desk, to=[CITY], category="物业", area=TOWN)
    sign_in(window, still, still.token("supervisor"))
    page.goto(f"{still.url}/?t={code}")
    act(page, "rule", owner="浔中镇", assist="县政府办", minutes="会商纪要11号")
    expect(page.locator("[data-key=notes]")).to_contain_text("会商纪要11号")
    expect(page.locator("[data-key=notes]")).to_contain_text(
        "承办单位意见：浔中镇。协办：县政府办。"
    )
    page.get_by_role("button", name="退出").click()
    sign_in(window, still, desk)
    expect(page.locator("[data-key='verb-close']")).to_be_visible()
    expect(page.locator("[data-key='verb-rule']")).to_have_count(0)
    page.locator("#new summary").click()
    page.check("[value=routine]")
    page.fill("#new [name=summary]", "化粪池外溢")
    page.fill("#new [name=category]", "物业")
    page.select_option("#new [name=area]", TOWN)
    page.locator("#new button.main").click()
    expect(page.locator("[data-error=to]")).to_contain_text("浔中镇、县政府办")


def test_what_is_open_is_seen_and_decided(window: Window, still: Service) -> None:
    """A return with its reason and suggestion; a dispute with who said what, each party to choose;
    more time, asked for and granted. A unit that is out of it is not on the card any more."""
    page, desk = window.page, still.token("dispatcher")
    code = still.transfer(desk, to=[CITY], received_at="2026-11-03T13:59:00+08:00")
    sign_in(window, still, desk)
    page.goto(f"{still.url}/?t={code}")
    act(page, "return", why="归县政府办", suggestion="县政府办")
    opened = page.locator("[data-key=open-returned]")
    expect(opened).to_contain_text("归县政府办")
    expect(opened).to_contain_text("建议承办单位：县政府办。")
    act(page, "uphold")
    expect(opened).to_have_count(0)
    expect(page.locator(f"[data-key=part-{CITY}]")).to_contain_text("不再需要本单位办理")
    card = page.locator(f"[data-key=card-{code}]")
    expect(card).to_contain_text("县政府办")
    expect(card).not_to_contain_text("县城建集团")
    act(page, "dispute", candidates="浔中镇")
    argued = page.locator("[data-key=open-dispute]")
    expect(argued).to_contain_text("浔中镇尚未表态")
    act(page, "propose", owner="浔中镇", unit="DESK-110")
    expect(argued).to_contain_text("110报警服务台认为应由浔中镇承办")
    act(page, "propose", owner="浔中镇", unit=TOWN)
    expect(argued).to_have_count(0)
    expect(card).to_contain_text("浔中镇")
    act(page, "extend", until="2026-11-20T18:00", why="等配件")
    expect(page.locator("[data-key=open-more-time]")).to_contain_text("等配件")
    act(page, "extension", grant="grant", why="情况属实")
    expect(page.locator("[data-key=open-more-time]")).to_have_count(0)
    expect(page.locator("[data-key=facts]")).to_contain_text("11-20 18:00")


def test_an_order_goes_its_way_on_the_page(window: Window, still: Service) -> None:
    """A draft is issued by supervision alone, answered by its unit, printed and closed; a unit
    knows of no draft."""
    page, desk = window.page, still.token("dispatcher")
    code = still.transfer(desk, to=[CITY])
    for _ in range(6):
        httpx.post(
            f"{still.url}/api/v1/transfers/{code}/escalate",
            json={"by": "110席"},
            headers={"Authorization": f"Bearer {desk}"},
        ).raise_for_status()
    orders, liaison = f"{still.url}/console/orders", still.token("liaison", CITY)

    def come(token: str) -> None:
        page.context.clear_cookies()
        sign_in(window, still, token)
        expect(page.locator(".who")).to_be_visible()
        page.goto(orders)

    come(liaison)
    expect(page.locator(".empty")).to_be_visible()
    come(still.token("supervisor"))
    order = page.locator("article").last
    order.get_by_text("下发督办单").first.click()
    order.locator("[action$=confirm] textarea").fill("今日恢复供水")
    order.locator("[action$=confirm] button").click()
    expect(order).to_contain_text("德督办〔2026〕1号")
    come(liaison)
    order.get_by_text("书面回复").first.click()
    order.locator("[action$=reply] textarea").fill("已恢复")
    order.locator("[action$=reply] button").click()
    expect(order).to_contain_text("已恢复")
    expect(order.locator("[action$=close]")).to_have_count(0)
    page.goto(order.locator("a.button").evaluate("a => a.href"))
    expect(page.locator("body")).to_contain_text("德化县人民政府办公室督办单")
    come(still.token("supervisor"))
    order.get_by_text("督办办结").first.click()
    order.locator("[action$=close] button").click()
    expect(order).to_contain_text("办结")
    page.goto(f"{still.url}/?t={code}")
    expect(page.locator("[data-key=orders]")).to_contain_text("德督办〔2026〕1号")
