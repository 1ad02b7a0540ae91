"""The answer page over HTTP: opened by anything, answered only by its own forms."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from oncall.core.model import State
from oncall.core.transfers import Transfer
from oncall.store import pages, transfers
from oncall.store.alarms import open_alarms
from oncall.store.log import of_page
from tests.county import CHEN, LI, QIAN, ZHANG, person_id
from tests.web.serving import Site

_LARGEST = 30_000


class Forms(HTMLParser):
    """The forms of a page by their verb, and the words of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.words = ""
        self._fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hidden fields belong to the form they stand in."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
        elif tag == "input" and given.get("type") == "hidden":
            self._fields[given["name"]] = given["value"]
            if given["name"] == "verb":
                self.forms[given["value"]] = self._fields

    def handle_data(self, data: str) -> None:
        """What is read."""
        self.words += data


def address(site: Site, sent: Transfer, number: str) -> str:
    """The link of one person to the first page of a transfer."""
    with site.world.app.db.read() as tx:
        page = transfers.pages_of(tx, sent.id)[0][1]
    return f"/a/{site.world.app.links.code(page, person_id(number))}"


def page_of(site: Site, sent: Transfer) -> tuple[State, str | None]:
    """How the first page of a transfer stands, and who has it."""
    with site.world.app.db.read() as tx:
        loaded = pages.load(tx, transfers.pages_of(tx, sent.id)[0][1])
    assert loaded is not None
    return loaded.page.state, loaded.page.owner_name


def open_page(site: Site, link: str, **more: str) -> Forms:
    """What the page shows."""
    answer = site.call("GET", link, role=None, params=more)
    assert answer.status_code == 200
    return Forms(answer.text)


def press(site: Site, link: str, verb: str, **more: str) -> Forms:
    """Fill in one form of the page as it is now and send it; the page after that."""
    shown = open_page(site, link)
    sent = site.call("POST", link, role=None, data=shown.forms[verb] | more)
    assert sent.status_code == 303, sent.text
    site.world.settle()
    return Forms(site.call("GET", sent.headers["location"], role=None).text)


def test_opening_the_page_answers_nothing(site: Site) -> None:
    """GET and HEAD, by a person or a link scanner, leave page, log and phones as they were."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    with site.world.app.db.read() as tx:
        page = transfers.pages_of(tx, sent.id)[0][1]
        before = of_page(tx, page)
    site.world.ignore()
    for method in ("GET", "HEAD", "GET"):
        answer = site.call(method, link, role=None)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
    site.world.settle()
    site.world.expect()
    with site.world.app.db.read() as tx:
        assert of_page(tx, page) == before
    assert page_of(site, sent) == (State.WAITING, None)


def test_the_page_is_small_and_complete(site: Site) -> None:
    """Number, category, deadline, who was asked, what comes next; no script, nothing elsewhere."""
    sent = site.world.transfer(summary="周小满家水管爆裂", caller={"name": "周小满"})
    answer = site.call("GET", address(site, sent, ZHANG), role=None)
    assert len(answer.content) < _LARGEST
    shown = Forms(answer.text).words
    for words in (sent.code, "供水", "县城建集团", "14:15", "张三", "14:05", "还剩15分钟", "紧急"):
        assert words in shown
    # The summary is free text and may name the caller.
    assert "周小满" not in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    english = site.call("GET", address(site, sent, ZHANG), role=None, params={"lang": "en"})
    assert "I take it" in english.text
    assert len(english.content) < _LARGEST


def test_taking_it(site: Site) -> None:
    """The page is taken, the phone that rings stops, and the answer can be changed afterwards."""
    sent = site.world.transfer()
    site.world.advance(10)
    site.world.ignore()
    link = address(site, sent, ZHANG)
    shown = press(site, link, "take")
    assert "已签收，由您办理" in shown.words
    assert "您已于14:10签收" in shown.words
    assert page_of(site, sent) == (State.ACKED, "张三")
    site.world.expect((LI, "sms", "张三"))
    assert {"promise", "note", "release", "police"} == set(shown.forms)
    shown = press(site, link, "release", text="走不开")
    assert "已交回" in shown.words
    assert page_of(site, sent) == (State.WAITING, None)
    site.world.expect((LI, "sms", "张三"))


def test_saying_no_with_a_reason(site: Site) -> None:
    """The next level is asked at once, the reason is kept, and the mind may still be changed."""
    sent = site.world.transfer()
    site.world.ignore()
    link = address(site, sent, ZHANG)
    shown = press(site, link, "decline", reason="away", text="周四回来")
    assert "已记下您不能办" in shown.words
    assert "decline" not in shown.forms
    site.world.expect((LI, "sms"), (LI, "voice"))
    with site.world.app.db.read() as tx:
        said = of_page(tx, transfers.pages_of(tx, sent.id)[0][1])[-1].payload
    assert "人在外地 周四回来" in said
    press(site, link, "take")
    assert page_of(site, sent) == (State.ACKED, "张三")
    site.world.expect((LI, "sms", "张三"))


def test_on_the_way(site: Site) -> None:
    """A promise takes the page, shows when, and is asked about once it has passed unkept."""
    sent = site.world.transfer()
    site.world.ignore()
    link = address(site, sent, ZHANG)
    shown = press(site, link, "promise", minutes="20")
    assert "预计14:20到场" in shown.words
    assert page_of(site, sent) == (State.ACKED, "张三")
    shown = press(site, link, "promise", minutes="30")
    assert "预计14:30到场" in shown.words
    site.world.advance(29)
    site.world.expect()
    site.world.advance(1)
    site.world.expect((ZHANG, "sms", "14:30"))
    site.world.advance(29)
    site.world.expect()


def test_a_note_keeps_the_promise(site: Site) -> None:
    """Who says how it stands is neither asked about the promise nor reminded to act."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    press(site, link, "promise", minutes="20")
    site.world.ignore()
    shown = press(site, link, "note", text="已到现场，正在关阀")
    assert "已转告席位" in shown.words
    site.world.advance(180)
    site.world.expect()
    told = site.get(f"/transfers/{sent.code}").json()
    assert told["state"] == "handling"
    assert any("已到现场" in line["text"] for line in told["timeline"])


def test_taking_over(site: Site) -> None:
    """Whoever had it is told; whoever comes too late hears who has it and changes nothing."""
    sent = site.world.transfer()
    site.world.advance(10)
    stale = open_page(site, address(site, sent, LI)).forms["take"]
    press(site, address(site, sent, ZHANG), "take")
    site.world.ignore()
    late = site.call("POST", address(site, sent, LI), role=None, data=stale)
    shown = Forms(site.call("GET", late.headers["location"], role=None).text)
    assert "张三已签收，本次操作未生效" in shown.words
    assert page_of(site, sent) == (State.ACKED, "张三")
    press(site, address(site, sent, LI), "take_over")
    assert page_of(site, sent) == (State.ACKED, "李四")
    site.world.expect((ZHANG, "sms", "李四"))


def test_passing_it_to_110(site: Site) -> None:
    """The police desk is paged once, and the page stays where it was."""
    sent = site.world.transfer()
    site.world.ignore()
    link = address(site, sent, ZHANG)
    shown = press(site, link, "police")
    site.world.expect((QIAN, "sms", "特急"), (QIAN, "voice"))
    assert "正在呼叫110席位" in shown.words
    assert "police" not in shown.forms
    assert page_of(site, sent) == (State.WAITING, None)


def test_one_form_works_once(site: Site) -> None:
    """A form sent twice, by an impatient thumb or a bad line, is done once."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    form = open_page(site, link).forms["note"] | {"text": "已联系水厂"}
    for _ in range(2):
        answer = site.call("POST", link, role=None, data=form)
    assert answer.headers["location"].endswith("said=before")
    told = site.get(f"/transfers/{sent.code}").json()["timeline"]
    assert sum("已联系水厂" in line["text"] for line in told) == 1


_FORGED: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"seal": "A" * 16}, {}),
    ({"seal": ""}, {}),
    ({"once": "1793689200-00"}, {}),
    ({"verb": "cancel"}, {}),
    ({}, {"Sec-Fetch-Site": "cross-site"}),
]


def test_a_form_of_somebody_else_does_nothing(site: Site) -> None:
    """Without our mark, or from another page, nothing is done and the reader is told so."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    form = open_page(site, link).forms["take"]
    for change, headers in _FORGED:
        answer = site.call("POST", link, role=None, data=form | change, headers=headers)
        assert answer.status_code == 403
        assert "nothing was done" in answer.text
    assert page_of(site, sent) == (State.WAITING, None)


def test_noise_does_nothing(site: Site) -> None:
    """Whatever bytes are posted, the answer is a page and nothing has happened."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    for body in (b"", b"\xff\xfe=%00", b"verb=take" * 50, b"&" * 60):
        assert site.call("POST", link, role=None, content=body).status_code == 403
    assert page_of(site, sent) == (State.WAITING, None)


def test_a_form_shown_long_ago_is_shown_again(site: Site) -> None:
    """After a night the situation is shown anew before anything is done."""
    sent = site.world.transfer(urgency="routine")
    link = address(site, sent, ZHANG)
    form = open_page(site, link).forms["take"]
    site.world.advance(hours=13)
    answer = site.call("POST", link, role=None, data=form)
    assert "said=stale" in answer.headers["location"]
    assert page_of(site, sent)[1] is None
    assert (
        "页面打开已久" in Forms(site.call("GET", answer.headers["location"], role=None).text).words
    )


def test_an_empty_answer_is_asked_again(site: Site) -> None:
    """A note of blanks and a promise without a time change nothing."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    form = open_page(site, link).forms["take"]
    promises = [{"verb": "promise", "minutes": n} for n in ("", "0", "x", "1441", "99999")]
    for empty in ({"verb": "note", "text": "  "}, *promises):
        answer = site.call("POST", link, role=None, data=form | empty)
        assert "said=empty" in answer.headers["location"]
    assert page_of(site, sent) == (State.WAITING, None)


def test_a_foreign_link_explains_itself(site: Site) -> None:
    """A code that was never ours gets a page of plain words, in the reader's language."""
    chinese = {"Accept-Language": "zh-CN"}
    for code in ("A" * 16, "x", "a" * 300, "%E5%BE%B7"):
        answer = site.call("GET", f"/a/{code}", role=None, headers=chinese)
        assert answer.status_code == 404
        assert "请打开最新短信中的链接" in answer.text


def test_a_link_ends(site: Site) -> None:
    """A week after the last message the link says that it is over, and does nothing any more."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    form = open_page(site, link).forms["take"]
    site.world.let_pass(7 * 24 * 60 + 1)
    answer = site.call("GET", link, role=None)
    assert answer.status_code == 410
    assert "This link has ended" in answer.text
    assert "said=stale" in site.call("POST", link, role=None, data=form).headers["location"]
    assert page_of(site, sent)[1] is None


def test_who_never_got_a_message_has_no_link(site: Site) -> None:
    """A link exists from the moment something was sent, and not before."""
    sent = site.world.transfer()
    assert site.call("GET", address(site, sent, CHEN), role=None).status_code == 404
    assert site.call("GET", address(site, sent, ZHANG), role=None).status_code == 200


def test_a_withdrawn_matter_asks_nothing(site: Site) -> None:
    """The page says that it is over, offers nothing, and an old form changes nothing."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    form = open_page(site, link).forms["take"]
    site.post(f"/transfers/{sent.code}/cancel", {"by": "110席", "why": "重复"})
    answer = site.call("POST", link, role=None, data=form)
    shown = Forms(site.call("GET", answer.headers["location"], role=None).text)
    assert "此单已撤回" in shown.words
    assert "此单已结束，本次操作未生效" in shown.words
    assert shown.forms == {}


def test_a_drill_looks_different(site: Site) -> None:
    """A drill says so in its title, above everything else, and has an edge of its own."""
    sent = site.world.transfer(drill=True)
    answer = site.call("GET", address(site, sent, ZHANG), role=None)
    assert '<body class="practice">' in answer.text
    assert "<title>演练 " in answer.text
    assert "这是演练" in Forms(answer.text).words


def test_the_secret_stands_nowhere(site: Site) -> None:
    """Neither the database nor the API knows the code; a recorded text shows only that one was."""
    site.world.transfer()
    sent = site.world.transfer(origin="12345")
    code = address(site, sent, ZHANG).removeprefix("/a/")
    with site.world.app.db.read() as tx:
        held = tx.conn.exec_driver_sql("SELECT hash FROM answer_links").scalars().all()
        texts = tx.conn.exec_driver_sql("SELECT text FROM outbox").scalars().all()
        assert open_alarms(tx) == []
    assert code not in held
    assert all(code not in (text or "") for text in texts)
    assert code not in site.get(f"/transfers/{sent.code}").text


def test_another_method_is_refused(site: Site) -> None:
    """Nothing but GET, HEAD and POST is answered."""
    sent = site.world.transfer()
    link = address(site, sent, ZHANG)
    for method in ("PUT", "DELETE", "PATCH"):
        assert site.call(method, link, role=None).status_code == 405
