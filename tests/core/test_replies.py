"""What people text and press is understood as they meant it, or they are asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.core.replies import Aim, Choice, Intent, Reply, choose, keypad, parse

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
        "不确认", "1 但我在外地", "好像不归我们管", "2小时后到", "2 小时后到", "not ok",
        "no problem", "11", "1.5", "12345", "21000000", "", " ", "。", "谢谢", "马上到", "一",
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


def test_a_bare_code_is_kept_but_not_taken_for_a_yes() -> None:
    """Who answers our question with only the number is asked what to do with it."""
    assert parse("0017") == Reply(intent=Intent.UNKNOWN, code="0017")
    assert parse(CODE) == Reply(intent=Intent.UNKNOWN, code=CODE)


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    """No text a phone can send breaks the reading of it."""
    reply = parse(text)
    assert reply.intent in Intent
    choose(reply, [CODE, "DH20261103-0018"])


@given(st.text("1２2收到不签退0 7,.。一", max_size=40))
def test_a_text_with_a_not_in_it_is_never_an_ack(text: str) -> None:
    """Whatever stands around it, 不 never ends in an ack."""
    assert "不" not in text or parse(text).intent not in (Intent.ACK, Intent.ACK_ALL)


def test_long_tangled_texts_are_read_in_no_time() -> None:
    """A text made to confuse a reader of patterns costs no more than any other."""
    for tangle in (
        "好的收到了" * 59 + "吗",
        "1 " * 149 + "x",
        "签收 " * 99 + "0",
        "谢谢马上去" * 59,
    ):
        assert parse(tangle).intent in (Intent.UNKNOWN, Intent.ACK)


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
