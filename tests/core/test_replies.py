"""What people text and press is understood as they meant it, or they are asked again."""

from datetime import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oncall.core.replies import Aim, Choice, Intent, Reply, choose, is_news, keypad, parse

CODE = "DH20261103-0017"


@pytest.mark.parametrize(
    "text",
    [
        "1", "1.", "１", " 1 ", "1。", "①", "1️⃣", "“1”", "回复1", "1 签收", "1,谢谢",
        "好", "好的", "收到", "收到！", "收到了", "已收到", "签收", "已签收", "我签收", "确认",
        "收到,谢谢", "好的收到", "收到收到", "收到，马上处理", "ok", "OK", "ＯＫ", "Okay.", "yes",
        "ack", "YES thanks",
    ],
)  # fmt: skip
def test_a_plain_yes_is_an_ack(text: str) -> None:
    """People say yes in many ways, and none of them needs a code."""
    assert parse(text) == Reply(intent=Intent.ACK)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 4821", "4821"), ("ack 4821", "4821"), ("1，4821", "4821"), ("1#17", "17"),
        ("１　４８２１", "4821"), ("1 7", "7"), ("14821", "4821"), ("签收0017", "0017"),
        ("0017签收", "0017"), ("0017 1", "0017"), ("1 收到 0017", "0017"),
        ("1 DH20261103-0017", CODE), ("1 dh20261103-0017", CODE), (f"{CODE} 签收", CODE),
        ("ok DH20261103-0017.", CODE),
    ],
)  # fmt: skip
def test_an_ack_may_name_the_transfer(text: str, code: str) -> None:
    """The code is the whole number or its last digits, before or after the word."""
    assert parse(text) == Reply(intent=Intent.ACK, code=code)


@pytest.mark.parametrize(
    "text",
    [
        "没收到", "不签收", "未签收", "收到了吗", "收到但不能办", "不好", "1 不能办", "2,收到",
        "不确认", "1 但我在外地", "好像不归我们管", "2小时后", "20分钟到不了", "not ok",
        "no problem", "11", "1.5", "12345", "21000000", "", " ", "。", "谢谢", "马上到", "一",
        "20分钟前到的", "eta", "eta 0", "999分钟到", "25:00到", "eta 0017",
        "我是谁", "全部退", "都", "13900000001", "1 4821 4822", "\x00", "1" * 500,
    ],
)  # fmt: skip
def test_what_is_not_clearly_a_yes_is_never_an_ack(text: str) -> None:
    """A wrong ack silences the ladder, so anything in doubt is asked again."""
    assert parse(text).intent is Intent.UNKNOWN


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("2", None, ""), ("２", None, ""), ("退", None, ""), ("退回", None, ""),
        ("不能办", None, ""), ("no", None, ""), ("decline", None, ""), ("2 0017", "0017", ""),
        ("退 DH20261103-0017", CODE, ""), ("2 在外地", None, "在外地"),
        ("2 0017 不归我单位", "0017", "不归我单位"), ("不能办，人在外地", None, "人在外地"),
    ],
)  # fmt: skip
def test_a_no_may_say_which_and_why(text: str, code: str | None, why: str) -> None:
    """A decline is taken with its code and with the reason people like to add."""
    assert parse(text) == Reply(intent=Intent.DECLINE, code=code, why=why)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("9", Intent.POLICE), ("转110", Intent.POLICE), ("9 转110", Intent.POLICE),
        ("全部签收", Intent.ACK_ALL), ("“全部签收”", Intent.ACK_ALL), ("1 全部", Intent.ACK_ALL),
        ("ack all", Intent.ACK_ALL), ("all", Intent.ACK_ALL), ("都签收", Intent.ACK_ALL),
        ("?", Intent.HELP), ("？", Intent.HELP), ("帮助", Intent.HELP), ("help", Intent.HELP),
        ("STOP", Intent.OPT_OUT), ("Unsubscribe", Intent.OPT_OUT), ("退订", Intent.OPT_OUT),
        ("TD", Intent.OPT_OUT), ("END", Intent.OPT_OUT), ("cancel", Intent.OPT_OUT),
        ("quit", Intent.OPT_OUT),
    ],
)  # fmt: skip
def test_the_other_things_people_want(text: str, intent: Intent) -> None:
    """The police, all at once, help, and no more messages are told apart from yes and no."""
    assert parse(text) == Reply(intent=intent)


@pytest.mark.parametrize(
    ("text", "minutes", "code"),
    [
        ("20分钟到", 20, None), ("２０分钟到。", 20, None), ("20分钟后能到", 20, None),
        ("大约20分钟左右到场", 20, None), ("1 20分钟到", 20, None), ("收到，20分钟到", 20, None),
        ("120分钟到", 120, None), ("半小时到", 30, None), ("一个半小时到现场", 90, None),
        ("1.5小时到", 90, None), ("2小时后到", 120, None), ("2 小时后到", 120, None),
        ("二十分钟赶到", 20, None), ("eta 20", 20, None), ("ETA: 20", 20, None),
        ("eta 1h", 60, None), ("on my way, 20 min", 20, None), ("there in 20 minutes", 20, None),
        ("20分钟到 0017", 20, "0017"), ("0017 20分钟到", 20, "0017"), ("eta 20 0017", 20, "0017"),
        (f"{CODE} 20分钟到，谢谢", 20, CODE),
    ],
)  # fmt: skip
def test_a_promise_of_a_time_is_an_ack(text: str, minutes: int, code: str | None) -> None:
    """Minutes and hours, in digits or in words, before or after the code; never read as 1 or 2."""
    assert parse(text) == Reply(intent=Intent.ETA, code=code, minutes=minutes)


@pytest.mark.parametrize("text", ["14:30到", "预计14:30到场", "14点30分前到", "eta 14:30"])
def test_a_promise_may_be_a_clock(text: str) -> None:
    """The wall clock is kept as it was said; whose day it means is for the reader to know."""
    assert parse(text) == Reply(intent=Intent.ETA, clock=time(14, 30))


@pytest.mark.parametrize(
    ("text", "intent", "code"),
    [
        ("释放", Intent.RELEASE, None), ("交回0017", Intent.RELEASE, "0017"),
        ("0017 释放", Intent.RELEASE, "0017"), ("release 0017", Intent.RELEASE, "0017"),
        ("接管", Intent.TAKE_OVER, None), ("我来接办 0017", Intent.TAKE_OVER, "0017"),
        ("take over", Intent.TAKE_OVER, None), ("退单", Intent.RETURN, None),
        ("申请退单 0017", Intent.RETURN, "0017"), ("确认接班", Intent.ON_DUTY, None),
        ("已到岗", Intent.ON_DUTY, None), ("接班", Intent.ON_DUTY, None),
    ],
)  # fmt: skip
def test_what_is_said_in_words_alone(text: str, intent: Intent, code: str | None) -> None:
    """Giving back, taking over, coming on duty; and 退单 is none of these, nor a decline."""
    assert parse(text) == Reply(intent=intent, code=code)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("备注：阀门已关", None, "阀门已关"), ("备注 0017 阀门已关", "0017", "阀门已关"),
        ("0017 进展：阀门已关", "0017", "阀门已关"), ("Note: Valve A", None, "Valve A"),
    ],
)  # fmt: skip
def test_a_note_keeps_its_letters(text: str, code: str | None, said: str) -> None:
    """What follows 备注 is for the desk, as it was written."""
    assert parse(text) == Reply(intent=Intent.NOTE, code=code, text=said)


@pytest.mark.parametrize(
    ("text", "news"),
    [
        ("已到现场，正在抢修", True), ("阀门已关，水停了", True), ("On site, valve shut", True),
        ("哈哈哈哈", False), ("什么意思啊您是哪位", False), ("我没收到啊", False),
        ("12345678", False),
        ("嗯嗯", False), ("这个不归我们管", False), ("现在怎么办", False), ("", False),
    ],
)  # fmt: skip
def test_a_word_about_the_work_is_told_from_chatter(text: str, news: bool) -> None:
    """Questions, refusals and laughter never count as progress."""
    assert is_news(text) is news


def test_a_bare_code_is_kept_but_not_taken_for_a_yes() -> None:
    """Who answers our question with only the number is asked what to do with it."""
    assert parse("0017 已到现场") == Reply(intent=Intent.UNKNOWN, code="0017", text="已到现场")
    assert parse("0017") == Reply(intent=Intent.UNKNOWN, code="0017")
    assert parse(CODE) == Reply(intent=Intent.UNKNOWN, code=CODE)


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    """No text a phone can send breaks the reading of it."""
    reply = parse(text)
    assert reply.intent in Intent
    choose(reply, [CODE, "DH20261103-0018"])


_TAKES = (Intent.ACK, Intent.ACK_ALL, Intent.ETA, Intent.TAKE_OVER)


@given(st.text("1２2收到不签退0 7,.。一分钟小时半eta接管", max_size=40))
@example("20分钟到不了")
@example("不20分钟到")
def test_a_text_with_a_not_in_it_is_never_an_ack(text: str) -> None:
    """Whatever stands around it, 不 never ends in somebody having the matter."""
    assert "不" not in text or parse(text).intent not in _TAKES


@given(st.integers(1, 12 * 60), st.sampled_from(["{}分钟到", "eta {}", "1 {}分钟到", "{} min 到"]))
def test_every_promise_is_as_long_as_it_says(minutes: int, form: str) -> None:
    """No digit of a time is ever taken for an answer, nor for a code."""
    reply = parse(form.format(minutes))
    assert reply.intent in (Intent.ETA, Intent.UNKNOWN)
    assert reply.intent is Intent.UNKNOWN or reply.minutes == minutes


def test_long_tangled_texts_are_read_in_no_time() -> None:
    """A text made to confuse a reader of patterns costs no more than any other."""
    for tangle in (
        "好的收到了" * 59 + "吗",
        "1 " * 149 + "x",
        "签收 " * 99 + "0",
        "谢谢马上去" * 59,
        "大约" * 140 + "20分钟",
        "20分钟左右" * 50,
        "备注 " * 90,
    ):
        assert parse(tangle).intent in (Intent.UNKNOWN, Intent.ACK, Intent.NOTE)


@pytest.mark.parametrize(
    ("digit", "intent"),
    [
        ("1", Intent.ACK), ("2", Intent.DECLINE), ("9", Intent.POLICE), ("0", Intent.DISPATCHER),
        ("*", Intent.REPEAT), ("5", Intent.UNKNOWN), ("#", Intent.UNKNOWN), ("", Intent.UNKNOWN),
        ("11", Intent.UNKNOWN),
    ],
)  # fmt: skip
def test_keys(digit: str, intent: Intent) -> None:
    """Only the five keys we offer mean anything; silence means nothing."""
    assert keypad(digit) is intent


def test_the_only_open_page_needs_no_code() -> None:
    """A bare 1 is enough when there is nothing to confuse it with."""
    assert choose(parse("1"), [CODE]) == Choice(aim=Aim.ONE, codes=(CODE,))


def test_several_open_pages_are_asked_about() -> None:
    """With two open and no code we ask back with both; we never pick one."""
    two = [CODE, "DH20261103-0018"]
    assert choose(parse("1"), two) == Choice(aim=Aim.ASK, codes=tuple(two))


@pytest.mark.parametrize("text", ["1 0017", "1 17", "1 017", f"1 {CODE}", "1 DH202611030017"])
def test_a_code_picks_its_page(text: str) -> None:
    """The whole number, its end, or the number without noughts all point to the same page."""
    assert choose(parse(text), [CODE, "DH20261103-0018"]) == Choice(aim=Aim.ONE, codes=(CODE,))


def test_a_code_that_fits_two_is_asked_about() -> None:
    """0017 of yesterday and of today: only those two are offered."""
    codes = ["DH20261102-0017", CODE, "DH20261103-0018"]
    assert choose(parse("1 0017"), codes) == Choice(aim=Aim.ASK, codes=tuple(codes[:2]))


def test_a_code_that_fits_nothing_is_asked_about() -> None:
    """A slip of the finger never acks the only open page instead."""
    assert choose(parse("1 0099"), [CODE]) == Choice(aim=Aim.ASK, codes=(CODE,))


def test_all_means_all() -> None:
    """One reply takes every open page, each once."""
    assert choose(parse("全部签收"), [CODE, CODE]) == Choice(aim=Aim.ALL, codes=(CODE,))


def test_nothing_open_is_said() -> None:
    """A late 1 finds nothing, and that is an answer too."""
    assert choose(parse("1"), []) == Choice(aim=Aim.NOTHING)


@pytest.mark.parametrize(
    ("text", "intent", "code", "why"),
    [
        ("同意12", Intent.AGREE, "12", ""), ("同意 12号", Intent.AGREE, "12", ""),
        ("12 同意", Intent.AGREE, "12", ""), ("同意换班12", Intent.AGREE, "12", ""),
        ("同意", Intent.AGREE, None, ""), ("批准第12号", Intent.AGREE, "12", ""),
        ("我可以替班", Intent.AGREE, None, ""), ("agree 12", Intent.AGREE, "12", ""),
        ("Approve no. 12", Intent.AGREE, "12", ""), ("不同意12", Intent.REFUSE, "12", ""),
        ("不同意 12 那天出差", Intent.REFUSE, "12", "那天出差"),
        ("不同意，那天出差", Intent.REFUSE, None, "那天出差"),
        ("12号不批准", Intent.REFUSE, "12", ""), ("refuse 12", Intent.REFUSE, "12", ""),
        ("同意１２。", Intent.AGREE, "12", ""), ("同意4821", Intent.AGREE, "4821", ""),
    ],
)  # fmt: skip
def test_a_change_of_duty_has_words_of_its_own(
    text: str, intent: Intent, code: str | None, why: str
) -> None:
    """Agree and refuse are no words for a page, with the number before, behind or left out."""
    assert parse(text) == Reply(intent=intent, code=code, why=why)


@pytest.mark.parametrize("text", ["不能办", "1", "2 12", "同意了吗", "大家都同意关阀门", "拒绝"])
def test_what_is_no_answer_to_a_change(text: str) -> None:
    """Words for pages stay a page's, and a sentence with the word in it is no answer."""
    assert parse(text).intent not in (Intent.AGREE, Intent.REFUSE)
