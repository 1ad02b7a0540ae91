"""What our messages say, to the character: short, complete, and silent about the caller."""

import itertools
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from notifiers.segments import Encoding, encoding, segments, units
from oncall.core.model import Channel, Notice, Urgency
from oncall.core.texts import ASKS, Answer, Facts, answer, digest, render
from oncall.core.texts.facts import spell
from oncall.i18n import LANGS, translator

SIGNATURE = "德化县政府办"
PAGED = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
URGENT = Facts(
    code="DH20261103-0017",
    origin="110",
    urgency=Urgency.URGENT,
    category="供水",
    area="浔中镇",
    ack_by=PAGED + timedelta(minutes=15),
    minutes=15,
    zone="Asia/Shanghai",
    next_role="deputy",
    planned_at=PAGED,
)
FORBIDDEN = re.compile(r"\b(END|CANCEL|QUIT|STOP|UNSUBSCRIBE|STOPALL)\b", re.IGNORECASE)

zh = translator("zh_CN")
en = translator("en")


def sms(facts: Facts, notice: Notice = Notice.PAGE) -> str:
    """The Chinese text message of a notice."""
    return render(zh, notice, Channel.SMS, facts, SIGNATURE)


def call(facts: Facts, notice: Notice = Notice.PAGE) -> str:
    """What a Chinese call says."""
    return render(zh, notice, Channel.VOICE, facts, SIGNATURE)


def test_the_default_urgent_page_is_one_part() -> None:
    """Signature, number, category, township, deadline and both answers in 70 characters."""
    text = sms(URGENT)
    assert text == (
        "【德化县政府办】110转办紧急件DH20261103-0017，供水，浔中镇，14:15前回复1签收（15分钟），"
        "不能办回复2。逾期转副班。"
    )
    assert (encoding(text), units(text), segments(text)) == (Encoding.UCS2, 70, 1)


def test_a_call_spells_the_number_and_names_the_keys() -> None:
    """A voice says digits one by one, the deadline as people say it, the keys at the end."""
    assert call(URGENT) == (
        "您好，这里是德化县政府办。1 1 0转办紧急件，单号D H, 2 0 2 6, 1 1 0 3, 0 0 1 7。"
        "类别：供水。地点：浔中镇。请在14点15分前签收，时限15分钟。逾期将呼叫副班。"
        "按1签收，按2不能办，按9转1 1 0，按0转席位，按星号键重听。"
    )


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("notice", Notice)
def test_every_notice_fits_one_part_in_chinese(notice: Notice, urgency: Urgency) -> None:
    """Late, repeated, a drill, a long category, a far unit: a page still costs one message."""
    longest = replace(
        URGENT,
        urgency=urgency,
        category="水管爆裂自来水供应中断",
        area="龙门滩镇",
        unit="县综合行政执法局",
        owner="欧阳建国",
        next_role="division_leader",
        eta=URGENT.ack_by + timedelta(days=1),
    )
    for late, resent in itertools.product((False, True), repeat=2):
        text = sms(replace(longest, late=late, resent=resent), notice)
        assert segments(text) == 1, text
        assert "DH20261103-0017" in text
        # The promised moment of another day carries its date.
        clocks = notice in ASKS or notice in (Notice.CONFIRMED, Notice.ETA_PASSED)
        assert ("14:15" in text) is clocks
        assert ("迟发" in text, "重复" in text) == (late, resent)


def test_what_does_not_fit_goes_in_the_promised_order() -> None:
    """First the minutes, then what comes next, then how to decline, then letters of names."""
    whole = sms(URGENT)
    assert "15分钟" in whole
    longer = sms(replace(URGENT, category="城市供水"))
    assert "15分钟" not in longer
    assert "逾期转副班" in longer
    longer = sms(replace(URGENT, category="城市自来水供水管网"))
    assert "逾期" not in longer
    assert "不能办回复2" in longer
    longer = sms(replace(URGENT, category="城市自来水供水管网突然爆裂并影响居民生活用水了"))
    assert "不能办" not in longer
    assert "生活…，浔中镇，14:15前回复1签收。" in longer


def test_the_marks_of_a_message_stay_and_the_urgency_goes() -> None:
    """When nothing else can be left out, a late repeated drill still says all three."""
    text = sms(
        replace(URGENT, drill=True, late=True, resent=True, category="城市供水", area="龙门滩镇")
    )
    assert text == (
        "【德化县政府办】【演练】110转办DH20261103-0017（迟发或重复，原定14:00），城市…，龙门…，"
        "14:15前回复1签收。"
    )
    assert segments(text) == 1


def test_a_signature_too_long_for_one_part_spills_rather_than_lose_the_number() -> None:
    """Number and deadline survive whatever name the sender has registered."""
    text = render(zh, Notice.PAGE, Channel.SMS, URGENT, "某" * 60)
    assert segments(text) > 1
    assert "DH20261103-0017" in text
    assert "14:15" in text


def test_a_drill_says_so_first() -> None:
    """Nobody hears or reads a drill as the real thing."""
    drill = replace(URGENT, drill=True)
    for notice in Notice:
        assert sms(drill, notice).startswith("【德化县政府办】【演练】")
        assert call(drill, notice).startswith("您好，这里是德化县政府办。这是演练。")
        assert "演练" not in sms(URGENT, notice) + call(URGENT, notice)


def test_a_deadline_that_has_passed_is_not_given_as_a_deadline() -> None:
    """On the levels after the limit, people are told that it is over."""
    late = replace(URGENT, planned_at=URGENT.ack_by)
    assert "已过14:15时限，请速回复1签收" in sms(late)
    assert "签收时限14点15分已过，请立即签收。" in call(late)


def test_a_deadline_tomorrow_carries_its_date() -> None:
    """Twenty past midnight is not mistaken for today's."""
    night = datetime(2026, 11, 3, 15, 50, tzinfo=UTC)
    facts = replace(URGENT, planned_at=night, ack_by=night + timedelta(minutes=30))
    assert "11-04 00:20前" in sms(facts)
    assert "11月4日0点20分前" in call(facts)


def test_a_late_message_names_the_moment_it_was_planned_for() -> None:
    """After an outage nobody takes an old page for a new one."""
    facts = replace(URGENT, late=True)
    assert "（迟发，原定14:00）" in sms(facts)
    assert "本通电话迟发，原定14点整。" in call(facts)
    assert "（迟发）" in sms(replace(facts, planned_at=None))


def test_the_keys_are_offered_only_when_an_answer_is_wanted() -> None:
    """A call that informs does not listen, and does not pretend to."""
    for notice in Notice:
        assert ("按1签收" in call(URGENT, notice)) is (notice in ASKS)


def test_everybody_is_told_who_has_it() -> None:
    """The owner's name stands in every message that ends somebody's part."""
    facts = replace(URGENT, owner="张三")
    for notice in (Notice.STOOD_DOWN, Notice.ALREADY_OWNED, Notice.TAKEN_OVER, Notice.FIRST_ACTION):
        assert "张三" in sms(facts, notice)
        assert "张三" in call(facts, notice)


def test_nothing_in_the_facts_could_name_the_caller() -> None:
    """Messages know number, category, place and deadline; there is no field for more."""
    assert {f.name for f in fields(Facts)} == {
        "code", "origin", "urgency", "unit", "category", "area", "ack_by", "minutes", "zone",
        "next_role", "owner", "drill", "about", "eta", "late", "resent", "planned_at",
    }  # fmt: skip


def everything_we_say() -> list[str]:
    """One of each message in each language."""
    said = []
    for lang in LANGS:
        t = translator(lang)
        for facts in (
            replace(URGENT, unit="县城建集团", owner="张三", eta=URGENT.ack_by),
            replace(
                URGENT, planned_at=URGENT.ack_by, late=True, resent=True, drill=True, eta=PAGED
            ),
            replace(
                URGENT,
                planned_at=None,
                late=True,
                category="",
                area="",
                next_role=None,
                eta=URGENT.ack_by,
            ),
        ):
            said += [render(t, n, c, facts, SIGNATURE) for n in Notice for c in Channel]
            said += [digest(t, [facts] * n, SIGNATURE) for n in (1, 3, 50)]
        said += [answer(t, a, SIGNATURE, code="DH1", codes=["DH1", "DH2"]) for a in Answer]
    return said


def test_we_never_teach_the_words_that_block_us() -> None:
    """Carriers take END, CANCEL, QUIT and STOP for "never write again"; we do not say them."""
    for text in everything_we_say():
        assert not FORBIDDEN.search(text), text


def test_no_blank_is_left_unfilled() -> None:
    """No message reaches a phone with a brace in it, an empty name or a doubled sign."""
    for text in everything_we_say():
        assert not re.search(r"[{}]|None|，，|。。|  |，。", text), text


def test_names_cannot_break_the_message() -> None:
    """A category with line breaks, braces or a false signature stays one harmless phrase."""
    text = sms(replace(URGENT, category="{code}\n【假】供水\x00"))
    assert "{code} 假供水" in text
    assert text.count("【") == 1


def test_a_signature_gets_its_brackets_once() -> None:
    """With or without brackets, or without a signature at all."""
    bare = render(zh, Notice.CONFIRMED, Channel.SMS, URGENT, "德化县政府办")
    assert bare == render(zh, Notice.CONFIRMED, Channel.SMS, URGENT, "【德化县政府办】")
    assert render(zh, Notice.CONFIRMED, Channel.SMS, URGENT, "").startswith("您已签收")


def test_a_unit_word_we_do_not_know_is_shown_as_it_is() -> None:
    """A role the county invented is not hidden behind an error."""
    assert "逾期转网格长" in sms(replace(URGENT, next_role="网格长"))


def test_english_readers_get_the_same_facts() -> None:
    """The shortest English page says what the Chinese one says."""
    text = render(en, Notice.PAGE, Channel.SMS, URGENT, SIGNATURE)
    assert text == "【德化县政府办】110 urgent DH20261103-0017, 供水, 浔中镇. Reply 1 by 14:15."
    assert segments(text) == 1


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("DH20261103-0017", "D H, 2 0 2 6, 1 1 0 3, 0 0 1 7"),
        ("12345", "1 2 3 4, 5"),
        ("DH20261103-00017", "D H, 2 0 2 6, 1 1 0 3, 0 0 0 1, 7"),
        ("", ""),
    ],
)
def test_numbers_are_spelled_in_groups_a_person_can_write_down(code: str, spoken: str) -> None:
    """Four digits at a time, each by itself."""
    assert spell(code) == spoken


def several(count: int, **changes: object) -> list[Facts]:
    """That many late pages of one morning."""
    one = replace(URGENT, late=True, **changes)  # type: ignore[arg-type]
    return [replace(one, code=f"DH20261103-{n:04}") for n in range(1, count + 1)]


def test_late_messages_become_one_that_lists_them() -> None:
    """Three pages after an outage are one message, and one reply takes them all."""
    text = digest(zh, several(3), SIGNATURE)
    assert text == (
        "【德化县政府办】迟发：3件待签收：DH20261103-0001、0002、0003。"
        "回复“全部签收”一并签收，单件回复1加尾号。"
    )
    assert segments(text) == 1


def test_numbers_of_different_days_are_written_out() -> None:
    """The short form is only used where it cannot be misread."""
    items = [*several(1), replace(URGENT, code="DH20261102-0009"), *several(1)]
    assert "DH20261103-0001、DH20261102-0009、DH20261103-0001" in digest(zh, items, SIGNATURE)


def test_very_many_are_counted_beyond_three_parts() -> None:
    """A storm's backlog still costs three parts, and says how many are not listed."""
    text = digest(zh, several(80), SIGNATURE)
    assert segments(text) == 3
    listed = len(re.findall(r"\d{4}(?=[、等])", text))
    assert "80件待签收：DH20261103-0001、0002" in text
    assert f"等另{80 - listed}件" in text


def test_a_drill_among_real_ones_is_marked_by_itself() -> None:
    """Only its own number carries the mark."""
    items = [*several(1), *several(2, drill=True)[1:]]
    text = digest(zh, items, SIGNATURE)
    assert "：DH20261103-0001、【演练】0002。" in text
    assert digest(zh, several(2, drill=True), SIGNATURE).startswith("【德化县政府办】【演练】迟发")


def test_a_digest_of_nothing_is_refused() -> None:
    """There is no such message."""
    with pytest.raises(ValueError, match="nothing"):
        digest(zh, [], SIGNATURE)


def test_asking_back_shows_what_to_reply() -> None:
    """The codes, and an example with the digit the person meant."""
    codes = ["DH20261103-0017", "DH20261103-0018"]
    text = answer(zh, Answer.ASK_WHICH, SIGNATURE, codes=codes, digit="2")
    assert text == (
        "【德化县政府办】您有2件待签收：DH20261103-0017、0018。请回复数字加单号尾号，例如：2 0017"
    )
    assert segments(text) == 1


def test_every_answer_fits_one_part_in_chinese() -> None:
    """A reply is answered with one short line."""
    for kind in Answer:
        text = answer(zh, kind, SIGNATURE, code="DH20261103-0017", owner="欧阳建国")
        assert segments(text) == 1, text


def test_a_link_stands_only_where_it_fits() -> None:
    """Beside the facts and in one part, or not at all; it may cost the advice, never a fact."""
    link = "https://dh.example/a/AAAAAAAAAAAAAAAA"
    told = render(zh, Notice.CONFIRMED, Channel.SMS, URGENT, SIGNATURE, link)
    assert told == f"【德化县政府办】您已签收DH20261103-0017 {link}"
    assert segments(told) == 1
    assert render(zh, Notice.PAGE, Channel.SMS, URGENT, SIGNATURE, link) == sms(URGENT)
    latin = replace(URGENT, category="water", area="Xunzhong")
    assert render(en, Notice.PAGE, Channel.SMS, latin, "", link).endswith(f" {link}")
    for notice in Notice:
        text = render(zh, notice, Channel.SMS, URGENT, SIGNATURE, link)
        assert segments(text) == 1
        assert "DH20261103-0017" in text
        assert "供水" in text or notice not in ASKS
    assert link not in render(zh, Notice.STOOD_DOWN, Channel.SMS, URGENT, "", link)
    assert "http" not in render(zh, Notice.PAGE, Channel.VOICE, URGENT, SIGNATURE, link)
