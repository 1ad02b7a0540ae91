"""The texts carriers approve: the same facts, no caller, and blanks a carrier takes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifiers.message import Template
from notifiers.segments import segments
from oncall.admin.forms import SPELLINGS, form
from oncall.core.model import Channel, Notice, Urgency
from oncall.core.texts import Answer, Facts
from oncall.core.texts.templates import (
    BLANKS,
    TEXTS,
    Key,
    names,
    of_answer,
    of_code,
    of_digest,
    of_key_press,
    of_news,
    of_notice,
    said,
    written,
)
from oncall.i18n import LANGS, translator

PAGED = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
URGENT = Facts(
    code="DH20261103-0017",
    origin="110",
    urgency=Urgency.URGENT,
    category="供水",
    area="浔中镇",
    owner="李四",
    ack_by=PAGED + timedelta(minutes=15),
    minutes=15,
    zone="Asia/Shanghai",
    planned_at=PAGED,
)
zh = translator("zh_CN")
FORBIDDEN = re.compile(r"\b(END|CANCEL|QUIT|STOP|UNSUBSCRIBE|STOPALL)\b", re.IGNORECASE)

each_key = pytest.mark.parametrize("key", Key)
each_lang = pytest.mark.parametrize("lang", LANGS)


def everything(lang: str, facts: Facts) -> Iterator[Template]:
    """Every template filled from the same facts, as every notice and answer would."""
    t = translator(lang)
    for channel in Channel:
        for notice in Notice:
            yield (
                of_notice(t, notice, channel, facts, "县政府办")
                if notice is not Notice.NEWS
                else (of_news(t, channel, facts.category, "县政府办"))
            )
    for kind in Answer:
        yield of_answer(t, kind, code=facts.code, codes=[facts.code] * 3, owner=facts.owner)
    for channel in Channel:
        yield of_code(t, channel, "304817", "县政府办")
    yield of_digest(t, [facts] * 12)
    yield of_digest(t, [facts] * 12, Channel.VOICE, "德化县政府办")
    yield of_key_press()


@each_key
@each_lang
def test_blanks_stand_in_one_order_in_every_language(key: Key, lang: str) -> None:
    """A carrier that numbers blanks fills the same ones, whatever language it approved."""
    text = translator(lang)(TEXTS[key])
    assert tuple(re.findall(r"\{(\w+)\}", text)) == names(key)
    assert set(names(key)) <= set(BLANKS)
    assert len(set(names(key))) == len(names(key)), "a carrier takes each blank once"


@each_key
@each_lang
def test_no_blank_stands_beside_another(key: Key, lang: str) -> None:
    """Carriers refuse a text that is nothing but blanks, or that joins two of them."""
    text = translator(lang)(TEXTS[key])
    assert "}{" not in text
    fixed = re.sub(r"\{\w+\}", "", text)
    assert len(fixed) >= len(names(key)) * 2
    assert not re.search(r"[【】]|https?:", text)
    assert not FORBIDDEN.search(text)


@each_key
@each_lang
def test_every_text_is_used(key: Key, lang: str) -> None:
    """No template is applied for that nothing would ever send."""
    assert key in {template.key for template in everything(lang, URGENT)}


@each_lang
def test_a_filled_text_is_whole(lang: str) -> None:
    """Every blank is filled, in order, within its length, and never with nothing."""
    bare = replace(URGENT, category="", area="", owner="", origin="")
    wide = replace(
        URGENT, category="水" * 80, area="镇" * 80, owner="欧" * 80, drill=True, late=True
    )
    for facts in (URGENT, bare, wide):
        for template in everything(lang, facts):
            assert tuple(name for name, _ in template.variables) == names(Key(template.key))
            for name, value in template.variables:
                assert 0 < len(value) <= BLANKS[name].longest, (template.key, name, value)
            assert not re.search(r"[{}]", said(translator(lang), template))


def test_the_marks_of_a_page_are_never_lost() -> None:
    """A drill, a late one, a repeated one and an overdue one say so before anything else."""
    for changes, mark in (
        ({"drill": True}, "演练"),
        ({"late": True}, "迟发"),
        ({"resent": True}, "补发"),
        ({"planned_at": URGENT.ack_by}, "超时"),
    ):
        facts = replace(URGENT, **changes)
        for channel in Channel:
            text = said(zh, of_notice(zh, Notice.PAGE, channel, facts, "县政府办"))
            assert mark in text.split("单号")[0], (changes, text)


def test_all_marks_at_once_still_fit() -> None:
    """The longest kind of message is not cut."""
    facts = replace(URGENT, drill=True, late=True, resent=True, planned_at=URGENT.ack_by)
    nature = dict(of_notice(zh, Notice.HANDOVER, Channel.SMS, facts).variables)["nature"]
    assert "演练" in nature
    assert "…" not in nature


@each_key
def test_a_chinese_text_costs_one_part(key: Key) -> None:
    """With the county's signature and an ordinary matter every text message is one part."""
    one = form(zh, key, "德化县政府办")
    assert one.parts == segments(one.sample)
    assert one.parts == 1 or key.channel is Channel.VOICE, one.sample


@pytest.mark.parametrize(
    ("provider", "text"),
    [
        ("aliyun", "${nature}：单号${code}已由${owner}签收，您无需处理。"),
        ("tencent", "{1}：单号{2}已由{3}签收，您无需处理。"),
    ],
)
def test_each_carrier_reads_its_own_spelling(provider: str, text: str) -> None:
    """Names for one, numbers for the other."""
    assert written(zh, Key.OWNED, SPELLINGS[provider]) == text


def test_a_link_or_a_false_signature_never_fills_a_blank() -> None:
    """Carriers block a sender whose blanks hold links; and nobody may sign in our name."""
    facts = replace(URGENT, category="【假】见http://x.cn/a", area="www.x.cn")
    values = dict(of_notice(zh, Notice.PAGE, Channel.SMS, facts).variables)
    assert values["category"] == "假见"
    assert values["area"] == "无"


def test_a_long_list_says_how_many_more() -> None:
    """Thirty numbers do not fit a blank; those that do are listed and the others counted."""
    items = [replace(URGENT, code=f"DH20261103-{n:04}", late=True) for n in range(1, 31)]
    values = dict(of_digest(zh, items).variables)
    assert values["count"] == "30"
    assert values["codes"] == "DH20261103-0001、0002、0003、0004等另26件"


def test_a_call_reads_the_last_digits_one_by_one() -> None:
    """Sixteen digits by voice are noise; the last four are a number one can write down."""
    values = dict(of_notice(zh, Notice.PAGE, Channel.VOICE, URGENT, "县政府办").variables)
    assert values["code"] == "0 0 1 7"
    assert values["deadline"] == "14点15分"
