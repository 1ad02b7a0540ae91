"""A carrier that sends approved texts only: every message names its text and fills its blanks."""

import itertools
from dataclasses import replace

import msgspec
import pytest

from notifiers.message import Capabilities, Channel, Receipts
from notifiers.phone import e164
from notifiers.testing import Phones
from oncall.core import model
from oncall.core.model import Notice
from oncall.core.texts import Facts, render
from oncall.core.texts.templates import Key, of_digest, of_notice, said
from oncall.i18n import LANGS, translator
from oncall.store.outbox import select_rows
from oncall.tables import outbox
from tests.county import ZHANG
from tests.world import World

APPROVED = Capabilities(two_way=True, receipts=Receipts.PUSH, templates=True, keypad=False)
#: What somebody may type where the caller belongs, and what a hostile sender may.
CALLER = {
    "name": "王小明${code}",
    "phone": "13912345678",
    "address": "凤池路8号502室{0}\n【假】",
}


@pytest.fixture
def carrier() -> Phones:
    """Phones behind a carrier that takes nothing but approved texts."""
    return Phones(dict.fromkeys(Channel, APPROVED))


@pytest.fixture
def approved(furnished_url: str, carrier: Phones) -> World:
    """The county behind that carrier."""
    return World(furnished_url, phones=carrier)


def test_a_page_names_its_text_and_fills_its_blanks(approved: World, carrier: Phones) -> None:
    """The free words travel too, for a carrier that takes them; the blanks say the same."""
    try:
        sent = approved.transfer(urgency="urgent")
        message = carrier.sent[-1]
        assert message.template is not None
        assert message.template.key == Key.PAGE
        values = dict(message.template.variables)
        assert values["code"] == sent.code
        assert values["category"] == "供水"
        assert values["deadline"] == "14:15"
        approved.advance(5)
        assert carrier.sent[-1].channel is Channel.VOICE
        assert carrier.sent[-1].template is not None
        assert carrier.sent[-1].template.key == Key.VOICE_PAGE
    finally:
        approved.close()


def test_an_answer_and_a_merged_message_have_theirs(approved: World, carrier: Phones) -> None:
    """A reply is answered with the approved answer; several late pages are one approved digest."""
    try:
        codes = [approved.transfer(urgency="routine", settle=False).code for _ in range(2)]
        approved.let_pass(30)
        approved.settle()
        digest = next(m for m in carrier.sent if m.template and m.template.key == Key.DIGEST)
        assert digest.template is not None
        assert dict(digest.template.variables)["count"] == "2"
        approved.text(ZHANG, "1")
        approved.settle()
        asked = carrier.sent[-1]
        assert (asked.to, asked.template and asked.template.key) == (e164(ZHANG), Key.WHICH)
        assert asked.template is not None
        listed = dict(asked.template.variables)["codes"]
        assert all(code[-4:] in listed for code in codes)
    finally:
        approved.close()


def test_no_message_of_any_kind_carries_the_caller(world: World) -> None:
    """Whatever the sender typed about the caller, no text and no template of any notice has it."""
    world.transfer(summary="来电人王小明13912345678住凤池路8号502室", caller=CALLER)
    with world.app.db.read() as tx:
        rows = select_rows(tx, outbox.c.id > 0)
    assert rows
    secret = ("王小明", "13912345678", "12345678", "凤池路", "502", "【假】")
    for row, lang in itertools.product(rows, LANGS):
        t = translator(lang)
        facts = replace(msgspec.json.decode(row.facts, type=Facts), drill=True, late=True)
        texts = [row.facts, said(t, of_digest(t, [facts, facts]))]
        for notice, channel in itertools.product(Notice, model.Channel):
            texts.append(render(t, notice, channel, facts, "县政府办"))
            if notice is not Notice.NEWS:
                texts.append(said(t, of_notice(t, notice, channel, facts, "县政府办")))
        for text, word in itertools.product(texts, secret):
            assert word not in text
