"""What happens at the desk: send, watch, answer on a phone, act for somebody, deal with alarms."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from oncall.store import pages, reports
from tests.browser.conftest import Window
from tests.browser.serving import Service
from tests.county import LI, ZHANG, ZONE

CODE = re.compile(r"DH\d{8}-\d{4}")
#: Minutes and seconds until the next step.
LEFT = re.compile(r"^[0-4]:\d\d$")


def send(
    page: Page, *, to: str = "县城建集团", urgency: str = "urgent", summary: str = "水管爆裂"
) -> str:
    """Fill in the form and send it; the new transfer's code, once the page shows it."""
    form = page.locator("#new")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    before = page.locator("#detail h2").inner_text() if page.locator("#detail h2").count() else ""
    page.fill("[name=to]", to)
    page.check(f"[value={urgency}]")
    page.fill("[name=summary]", summary)
    page.fill("[name=category]", "供水")
    page.select_option("[name=area]", "TWN-100")
    form.locator("button.main").click()
    expect(page.locator("#toast.good")).to_be_visible()
    expect(page.locator("#detail h2")).not_to_have_text(before or "-")
    found = CODE.search(page.locator("#detail h2").inner_text())
    assert found is not None
    return found[0]


def phone(page: Page, number: str) -> str:
    """The selector of a phone's card."""
    return f"[data-key='phone-+86{number}']"


def test_a_key_pressed_on_the_phone_takes_the_matter(window: Window, on_both: Service) -> None:
    """Sent by form, rung and texted, answered, heard, taken with 1: seen live, without a reload."""
    page = window.page
    page.goto(on_both.url)
    page.evaluate("window.still_here = true")
    code = send(page, urgency="critical")
    card = page.locator(phone(page, ZHANG))
    expect(card.locator(".bubbles")).to_contain_text(code)
    expect(card.locator(".bubbles")).to_contain_text("浔中镇")
    expect(card.locator(".bubbles")).not_to_contain_text("水管")
    card.get_by_role("button", name="接听").click()
    expect(card.locator(".spoken")).to_contain_text("按1签收")
    card.locator("button[value='press 1']").click()
    expect(page.locator("#detail .owner")).to_contain_text("张三")
    expect(page.locator("#detail .owner")).to_contain_text("电话按键")
    expect(page.locator(f"[data-key='card-{code}'] .state")).to_contain_text("已签收")
    expect(page.locator("#detail .part .story")).to_contain_text("张三已签收")
    assert page.evaluate("window.still_here") is True


def test_a_text_message_takes_the_matter(window: Window, service: Service) -> None:
    """A reply typed on the phone is an ack, is confirmed there, and is seen on the list."""
    page = window.page
    page.goto(service.url)
    code = send(page)
    card = page.locator(phone(page, ZHANG))
    card.locator("input[name=text]").fill("1")
    card.get_by_role("button", name="发送").click()
    expect(page.locator("#detail .owner")).to_contain_text("张三")
    expect(card.locator(".bubbles .out")).to_contain_text("1")
    expect(card.locator(".bubbles .in").last).to_contain_text(f"您已签收{code}")


def seconds(left: str) -> int:
    """How many are left."""
    minutes, _, rest = left.partition(":")
    return int(minutes) * 60 + int(rest)


def test_the_next_step_counts_down(window: Window, service: Service) -> None:
    """What happens next, to whom and when is there in words, and the minutes run backwards."""
    page = window.page
    page.goto(service.url)
    send(page)
    with service.app.db.read() as tx:
        rings = pages.next_wake(tx)
    assert rings is not None
    following = page.locator("#detail .next")
    expect(following).to_contain_text("张三")
    expect(following).to_contain_text(f"{rings.astimezone(ZONE):%H:%M:%S}")
    big = following.locator(".big")
    expect(big).to_have_text(LEFT)
    shown = big.inner_text()
    expect(big).not_to_have_text(shown)
    assert seconds(big.inner_text()) < seconds(shown) <= 5 * 60
    # The desk's machine stands in another zone; clocks are the county's.
    expect(page.locator("#clock")).to_have_text(re.compile(r"^14:0\d:\d\d$"))


def test_an_alarm_is_shown_until_somebody_deals_with_it(window: Window, service: Service) -> None:
    """A unit without people is an alarm at once; closing it says who did."""
    page = window.page
    page.goto(service.url)
    send(page, to="邮政德化分公司")
    alarm = page.locator(".alarm", has_text="邮政德化分公司")
    expect(alarm).to_contain_text("主班联络员")
    expect(page).to_have_title(re.compile("^⚠"))
    alarm.get_by_role("button", name="已处理").click()
    expect(alarm).to_have_count(0)
    with service.app.db.read() as tx:
        assert reports.open_alarms(tx) == []
        closed = reports.alarm(tx, 1)
    assert closed is not None
    assert closed.closed_by == "值班员"


def test_the_desk_acknowledges_for_somebody_on_the_telephone(
    window: Window, service: Service
) -> None:
    """The commonest real ack: who took it, who typed it in, and that the others were told."""
    page = window.page
    page.goto(service.url)
    code = send(page)
    page.locator("#detail [data-key^=act-ack] summary").click()
    form = page.locator("#detail [data-key^=act-ack] form")
    form.locator("[name=who]").fill("李四")
    form.locator("[name=why]").fill("李四在电话里说马上去")
    form.locator("button.main").click()
    expect(page.locator("#toast.good")).to_contain_text(code)
    expect(page.locator("#detail .owner")).to_contain_text("李四")
    expect(page.locator("#detail .part .story")).to_contain_text("值班员")
    expect(page.locator(f"{phone(page, ZHANG)} .bubbles")).to_contain_text("李四已签收")


def test_escalating_notes_and_withdrawing(window: Window, service: Service) -> None:
    """The next level is paged now, progress is kept, and a withdrawal reaches every phone."""
    page = window.page
    page.goto(service.url)
    send(page)

    def act(verb: str, why: str) -> None:
        page.locator(f"#detail [data-key^=act-{verb}] summary").click()
        form = page.locator(f"#detail [data-key^=act-{verb}] form")
        form.locator("[name=why]").fill(why)
        form.locator("button.main").click()

    act("escalate", "情况紧急")
    expect(page.locator(phone(page, LI))).to_be_visible()
    expect(page.locator("#detail .part .story")).to_contain_text("情况紧急")
    act("note", "已联系抢修队")
    expect(page.locator("[data-key=notes]")).to_contain_text("已联系抢修队")
    act("cancel", "误报")
    expect(page.locator("#detail h2 .state")).to_contain_text("已撤销")
    expect(page.locator(f"{phone(page, LI)} .bubbles")).to_contain_text("撤销")


def test_a_reason_is_asked_for_before_a_withdrawal(window: Window, service: Service) -> None:
    """The browser does not send a withdrawal without a reason, and the server would refuse it."""
    page = window.page
    page.goto(service.url)
    send(page)
    page.locator("#detail [data-key^=act-cancel] summary").click()
    form = page.locator("#detail [data-key^=act-cancel] form")
    form.evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    expect(form.locator("[data-error=why]")).not_to_be_empty()
    expect(page.locator("#detail h2 .state")).to_contain_text("待签收")


def test_a_wrong_unit_is_said_at_its_field(window: Window, service: Service) -> None:
    """What is wrong stands beside the field, in the reader's language, and nothing was sent."""
    page = window.page
    for lang, words in (("zh_CN", "没有叫“某某局”的单位"), ("en", "No unit is called “某某局”")):
        page.goto(f"{service.url}/?lang={lang}")
        page.fill("[name=to]", "某某局")
        page.fill("[name=summary]", "水管爆裂")
        page.locator("#new button.main").click()
        expect(page.locator("#new [data-error=to]")).to_contain_text(words)
    expect(page.locator("[data-key^=card-]")).to_have_count(0)
