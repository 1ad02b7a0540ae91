"""Every text we show exists in every language, and the compiled catalogues are the written ones."""

import string
from collections.abc import Iterator

import pytest
from babel.messages.mofile import read_mo

from oncall.core import words
from oncall.core.errors import NotFound
from oncall.core.model import Alarm, Channel, Colour, Reason, State, Urgency
from oncall.core.policies import MESSAGES
from oncall.core.policies.values import ROLES
from oncall.core.transfers import PartRole, TransferState
from oncall.i18n import LANGS, language, translator
from scripts import i18n as catalogues

NOW = "2026-11-03T06:00:00+00:00"


def blanks(text: str) -> set[str]:
    """The names of a template's blanks."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture(params=LANGS)
def lang(request: pytest.FixtureRequest) -> str:
    """Each language we ship."""
    return str(request.param)


def test_every_text_in_the_code_is_translated(lang: str) -> None:
    """A new text without a translation is found here: run `make i18n` and fill it in."""
    said = dict(catalogues.extract(catalogues.ROOT))
    assert len(said) > 100
    assert catalogues.missing(catalogues.load(lang), said) == []


def test_nothing_is_doubtful_or_empty(lang: str) -> None:
    """No translation is a guess, none is missing."""
    for message in catalogues.load(lang):
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id


def test_a_translation_has_the_same_blanks(lang: str) -> None:
    """A blank nobody fills would break the message when it is needed."""
    for message in catalogues.load(lang):
        if message.id:
            assert blanks(str(message.string)) == blanks(str(message.id)), message.id


def test_the_compiled_catalogue_is_the_written_one(lang: str) -> None:
    """Whoever edits the .po file also runs `make i18n`."""
    written = catalogues.texts(catalogues.load(lang))
    with catalogues.po_path(lang).with_suffix(".mo").open("rb") as file:
        assert catalogues.texts(read_mo(file)) == written
    assert all(translator(lang)(text) == said for text, said in written.items())


def test_english_says_what_the_source_says() -> None:
    """English is the source, so its catalogue repeats it."""
    assert all(text == said for text, said in catalogues.texts(catalogues.load("en")).items())


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "zh_CN"), ("", "zh_CN"), ("zh_CN", "zh_CN"), ("zh-cn", "zh_CN"), ("zh", "zh_CN"),
        ("en", "en"), ("en_GB.UTF-8", "en"), ("EN", "en"),
    ],
)  # fmt: skip
def test_a_language_may_be_named_in_many_ways(asked: str | None, given: str) -> None:
    """Browsers, shells and people spell languages differently."""
    assert language(asked) == given


@pytest.mark.parametrize("asked", ["fr", "C", "xx_YY", "../etc"])
def test_an_unknown_language_is_refused_by_name(asked: str) -> None:
    """The error says which languages there are."""
    with pytest.raises(NotFound) as caught:
        translator(asked)
    assert caught.value.params == {"lang": asked, "known": "zh_CN, en"}


def test_a_text_nobody_translated_stays_english() -> None:
    """Better an English word than an empty screen; and an empty text stays empty."""
    assert translator("zh_CN")("quite unheard of") == "quite unheard of"
    assert translator("zh_CN")("") == ""


def tables() -> Iterator[tuple[str, set[str], set[str]]]:
    """Each table of words: its name, the words it has, the words it must have."""
    for name, table, wanted in (
        ("URGENCY", words.URGENCY, Urgency),
        ("CHANNELS", words.CHANNELS, Channel),
        ("COLOURS", words.COLOURS, Colour),
        ("STATES", words.STATES, State),
        ("REASONS", words.REASONS, Reason),
        ("ALARMS", words.ALARMS, Alarm),
        ("TRANSFER_STATES", words.TRANSFER_STATES, TransferState),
        ("PARTS", words.PARTS, PartRole),
        ("ROLES", words.ROLES, {role for roles in ROLES.values() for role in roles}),
    ):
        yield name, {str(w) for w in table}, {str(w) for w in wanted}


def test_every_word_of_the_rules_has_its_text() -> None:
    """A reason, an alarm or a state without words would be a blank on the screen."""
    for name, has, wanted in tables():
        assert has >= wanted, (name, wanted - has)


def details(reason: Reason) -> str:
    """What the machine writes beside a reason."""
    if reason in (Reason.STEP_DUE, Reason.REPEATED, Reason.QUIET_HOURS, Reason.PROMISED):
        return NOW
    return {
        Reason.ROSTER_ROLE: "primary",
        Reason.HANDED_OVER: "deputy",
        Reason.FALLBACK: "post:liaison",
        Reason.NEXT_CHANNEL: "voice",
        Reason.CHANNEL_FAILED: "sms",
        Reason.USED_UP: "sms",
        Reason.ACKED: "keypad",
        Reason.SUPERVISION_DRAFTED: "yellow",
    }.get(reason, "李四")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_full_sentence(lang: str, reason: Reason) -> None:
    """With all its facts and with none, a reason reads as a sentence."""
    t = translator(lang)
    for text in (
        words.reason_text(t, reason, who="张三", detail=details(reason), level=2),
        words.reason_text(t, reason, who="张三", level=2),
        words.reason_text(t, reason),
    ):
        assert text.endswith("。" if lang == "zh_CN" else "."), text
        assert "{" not in text
        assert "  " not in text


@pytest.mark.parametrize("alarm", Alarm)
def test_every_alarm_is_a_full_sentence(lang: str, alarm: Alarm) -> None:
    """An alarm says what is wrong and what to do."""
    text = words.alarm_text(translator(lang), alarm, who="leader", level=3)
    assert text.endswith("。" if lang == "zh_CN" else ".")
    assert "{" not in text


def test_a_reason_tells_its_facts_in_the_readers_words() -> None:
    """Moments become wall time, roles and channels become words, a person's own words stay."""
    zh = translator("zh_CN")
    assert words.reason_text(zh, Reason.STEP_DUE, level=2, detail=NOW) == (
        "执行第2级（计划时间11-03 14:00）。"
    )
    assert words.reason_text(zh, Reason.ROSTER_ROLE, who="张三", detail="primary") == (
        "张三此刻是主班联络员，向其发出呼叫。"
    )
    assert words.reason_text(zh, Reason.DECLINED, who="张三", detail="人在外地") == (
        "张三表示不能办，立即转下一级。原因：人在外地。"
    )
    assert words.alarm_text(zh, Alarm.GAP, who="leader") == "值班表上没有带班领导，请找人顶班。"


def test_every_policy_fault_is_translated(lang: str) -> None:
    """Who edits a policy in Chinese is told in Chinese."""
    t = translator(lang)
    assert all((t(text) != text) is (lang == "zh_CN") for text in MESSAGES.values())
