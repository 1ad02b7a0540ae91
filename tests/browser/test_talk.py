"""The telephone conference at the desk: opened by a button, and who is in it is seen live."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.serving import Service
from tests.browser.test_desk import phone, send
from tests.county import QIAN, ZHANG


def answer(page: Page, number: str) -> None:
    """Somebody picks up and presses 1."""
    card = page.locator(phone(page, number))
    card.get_by_role("button", name="接听").click()
    expect(card.locator(".spoken")).to_contain_text("按1签收")
    card.locator("button[value='press 1']").click()


def act(page: Page, verb: str) -> None:
    """One of the verbs of the open transfer."""
    box = page.locator(f"[data-key='verb-{verb}']")
    box.locator("summary").click()
    box.locator("[name=by]").fill("110席")
    box.locator("button").click()
    expect(page.locator("#toast.good")).to_be_visible()


def test_a_conference_is_opened_and_watched(window: Window, service: Service) -> None:
    """Called to a talk, opened, two phones answered with 1: both are in it, seen without a
    reload; 110 hangs up, and it is over."""
    page = window.page
    page.goto(service.url)
    send(page, urgency="routine")
    act(page, "talk")
    talk = page.locator("[data-key='talk']")
    expect(talk).to_contain_text("未加入")
    act(page, "conference")
    expect(talk).to_contain_text("0方通话中")
    answer(page, ZHANG)
    answer(page, QIAN)
    expect(talk).to_contain_text("2方通话中")
    expect(talk).to_contain_text("张三")
    page.locator(phone(page, QIAN)).get_by_role("button", name="挂断").click()
    expect(talk).to_contain_text("已结束")
