"""The page of duties on a telephone whose browser runs no script."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.serving import running
from tests.county import CITY
from tests.databases import Templates
from tests.patience import PATIENCE


def test_a_swap_on_a_telephone_without_a_script(
    browser: Browser, templates: Templates, tmp_path: Path
) -> None:
    """At 390 px: nothing runs over the side, and a swap is asked, agreed and called off by hand."""
    with running(templates.sqlite(tmp_path / "phone.db")) as service:
        context = browser.new_context(
            viewport={"width": 390, "height": 800}, java_script_enabled=False
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto(service.url)
        page.get_by_role("link", name="值班", exact=True).click()
        page.fill("[name=unit]", "县城建集团")
        page.get_by_role("button", name="查看").click()
        asking = page.locator(f"form[action$='/{CITY}/swap']")
        page.locator("summary", has_text="换班").click()
        asking.locator("[name=duty]").select_option(index=2)
        asking.locator("[name=other]").select_option(label="林芳")
        asking.locator("button").click()
        expect(page.locator(".done-banner")).to_contain_text("换班1号：待对方答复")
        card = page.locator("#c-1")
        card.locator("summary", has_text="同意").first.click()
        card.get_by_role("button", name="同意", exact=True).click()
        expect(page.locator(".done-banner")).to_contain_text("待审批")
        page.locator("#c-1 summary", has_text="撤回").click()
        page.locator("#c-1").get_by_role("button", name="撤回").click()
        expect(page.locator(".done-banner")).to_contain_text("已撤回")
        for box in (page.locator("main").bounding_box(), page.locator(".days").bounding_box()):
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        page.screenshot(path=str(tmp_path / "phone.png"), full_page=True)
        context.close()
