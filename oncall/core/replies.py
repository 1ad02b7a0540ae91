"""What a person meant by a text message or a key: forgiving of form, never guessing at substance.

Taking "not me" for an ack silences the ladder, so an ack is recognised only as a whole sentence;
whatever else was written is UNKNOWN, and the person is asked again. Full-width digits, case,
blanks and closing punctuation make no difference. In short: an intent, a transfer's code or its
last digits, or an intent and a code in either order. "20 minutes" is a promise, which takes the
matter; words after 备注 are a note. What carriers take for "never write again" is OPT_OUT, whatever
else it could mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Intent(StrEnum):
    """What somebody wants of us."""

    ACK = "ack"
    DECLINE = "decline"
    POLICE = "police"
    ACK_ALL = "ack_all"
    HELP = "help"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    DISPATCHER = "dispatcher"
    REPEAT = "repeat"
    #: On the way: an ack with a promise.
    ETA = "eta"
    NOTE = "note"
    #: The owner gives it back to the ladder.
    RELEASE = "release"
    TAKE_OVER = "take_over"
    #: 退单: the unit wants the sender to take the whole transfer back, which no text can do.
    RETURN = "return"
    #: 确认接班.
    ON_DUTY = "on_duty"
    #: 同意, 不同意: about a change of duty, never about a matter.
    AGREE = "agree"
    REFUSE = "refuse"
    #: An answer to a drill, said so.
    DRILL = "drill"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text understood; ``code`` is a transfer's code, or its last digits, in upper case, or the
    number of a change of duty."""

    intent: Intent
    code: str | None = None
    #: What the person added to a decline or an answer, in lower case and with plain digits.
    why: str = ""
    #: A promise: minutes from now, or the wall clock.
    minutes: int | None = None
    clock: time | None = None
    #: A note, or what we did not understand, in the person's own letters.
    text: str = ""


class Aim(StrEnum):
    """Which of a person's open pages a reply is about."""

    ONE = "one"
    ALL = "all"
    #: Several fit, or the code fits none: ask back with the codes.
    ASK = "ask"
    #: This person has nothing open.
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The pages a reply is about (ONE, ALL), or those to offer when asking back (ASK)."""

    aim: Aim
    codes: tuple[str, ...] = ()


#: The digit and the words of each intent.
_WORDS = {
    Intent.ACK: (
        "1",
        r"好的?|(?:已经?)?收到了?|我?(?:已经?)?签收了?|确认|ok(?:ay)?|yes|ack|accept",
    ),
    Intent.DECLINE: ("2", r"退回?|不能办?|办不了|无法办理|拒绝|no|decline"),
    Intent.POLICE: ("9", r"转\s*110|报警"),
}
_LONG = r"[a-z]{1,4}\s?\d{8}-?\d{1,6}"
_CODE = rf"(?P<code>{_LONG}|\d{{1,4}})"
_GAP = r"[\s,、.:;#+/=-]"
#: What polite or eager people add; it changes nothing.
_KINDLY = (
    r"(?:谢谢|多谢|辛苦了?|thanks?|thank you|[啊吧呢的了]"
    r"|(?:马上|立即|立刻|尽快)(?:处理|处置|办理|安排|到|去))"
)
_OPT_OUT = re.compile(
    r"stop|stopall|stop all|unsubscribe|end|cancel|quit|revoke|optout|opt out|td|t|退订(?:td|t)?"
)
_OPT_IN = re.compile(r"start|unstop|恢复(?:接收|订阅|短信)?")
_HELP = re.compile(r"help|h|info|帮助|怎么回复?|菜单")
_ALL = re.compile(
    rf"(?:回复?)?(?:(?:1|ack|accept|ok|yes|确认|签收|收到){_GAP}*)?"
    rf"(?:(?:全部|所有的?|all)(?:签收|确认|收到)?|都(?:签收|确认|收到))(?:{_GAP}*{_KINDLY})*"
)
#: "2 小时后到" is a promise, not a refusal.
_COUNTED = r"(?!\d|小时|分钟|个|天|点|hours?\b|min)"
#: 12345 is the hotline's own number, not "1" and the code 2345.
_HOTLINE = "12345"
#: What phones put around a digit to draw it in a box, and marks of width nought.
_INVISIBLE = dict.fromkeys((0xFE0F, 0x20E3, 0x200B, 0x200D, 0xFEFF))
#: Nobody answers a page at greater length; a longer text is somebody else's message.
_LONGEST = 300


def _forms(digit: str, words: str) -> Iterator[re.Pattern[str]]:
    tail = rf"(?:{_GAP}*{_KINDLY})*"
    many = rf"(?:(?:{words}){_GAP}*)"
    for form in (
        rf"(?:{digit}(?!\d){_GAP}*{many}*|{many}+)",  # 1 / 1 签收 / 收到,谢谢
        rf"{digit}(?!\.\d\b){_GAP}+{_CODE}",  # 1 0017, but not "1.5"
        rf"{digit}(?P<code>\d{{4}})",  # 10017
        rf"(?:{digit}{_GAP}*)?(?:{words}){_GAP}*{_CODE}",  # 签收0017
        rf"(?P<code>{_LONG}|\d{{3,4}}){_GAP}*(?:{words})",  # 0017签收, but not "2,收到"
        rf"(?P<code>{_LONG}|\d{{3,4}}){_GAP}+{digit}",  # 0017 1
    ):
        yield re.compile(rf"(?:回复?)?{form}{tail}")


_FORMS = {intent: tuple(_forms(*said)) for intent, said in _WORDS.items()}
_REFUSAL = re.compile(
    rf"(?:2|退回?|不能办|办不了|无法办理|拒绝|decline)"
    rf"(?:{_GAP}+{_CODE})?{_GAP}+{_COUNTED}(?P<why>.+)",
    re.DOTALL,
)
_ONLY_CODE = re.compile(_CODE)
#: What is said in words alone; a digit for it would be one more to learn.
_PLAIN_WORDS = {
    Intent.RELEASE: r"释放|交回|放弃(?:办理)?|release|give back",
    Intent.TAKE_OVER: r"接管|接办|我来接(?:办|手|管)?|接过来|take ?over",
    Intent.RETURN: r"(?:申请|要求)?退单",
    Intent.DRILL: r"(?:1\s*)?(?:drill|(?:通讯)?抽查|演练)(?:收到)?",
    Intent.ON_DUTY: (
        r"(?:1\s*)?(?:on duty|接班)|确认(?:接班|值班|到岗)|接班确认|我?已(?:经)?(?:接班|到岗)"
    ),
}
_PLAIN_FORMS = {
    intent: tuple(
        re.compile(rf"{form}(?:{_GAP}*{_KINDLY})*")
        for form in (
            rf"(?:{words})(?:{_GAP}*{_CODE})?",
            rf"(?P<code>{_LONG}|\d{{3,4}}){_GAP}*(?:{words})",
        )
    )
    for intent, words in _PLAIN_WORDS.items()
}
#: A change of duty is answered in words of its own; its number may stand before or behind.
_A_CHANGE = r"(?:换班|调班|替班|顶班|请假|swap|cover|leave)"
_OF_A_CHANGE = re.compile(
    rf"(?:{_A_CHANGE}?(?P<before>\d{{1,9}})号?{_GAP}*)?"
    rf"(?:(?P<yes>同意|批准|准假|我?(?:可以|能|愿意)替班?|agree|approve)"
    rf"|(?P<no>不同意|不批准|不批|不准假?|驳回|不能替班?|替不了|disagree|refuse|reject))"
    rf"(?:{_GAP}*{_A_CHANGE})?(?:{_GAP}*(?:第|no\.?)?\s?(?P<after>\d{{1,9}})号?)?"
    rf"(?:{_GAP}+(?P<why>.+))?",
    re.DOTALL,
)

_NUMERALS = {
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "十": 10, "十五": 15, "二十": 20, "三十": 30, "四十": 40, "五十": 50,
}  # fmt: skip
_NUMBER = r"\d{1,3}(?:\.5)?|[一两二三四五六七八九十]|[二三四五]十|十五"
_SPAN = (
    rf"(?:(?P<half>半个?小时)|(?P<number>{_NUMBER})\s?"
    r"(?:(?P<minutes>分钟?|min(?:ute)?s?)|(?P<hours>个?(?P<more>半)?(?:小时|钟头)|h(?:ou)?rs?|h)))"
)
_ABOUT = r"(?:(?:大约|大概|约|预计|估计|还有|还要|还需|再过|约需)\s?)*"
_THERE = r"(?:就?能|可以?|才?能)?(?:赶?到(?:达|场|位|现场)?|抵达(?:现场)?|赶过?[来去])"
_AT = r"(?P<hour>[01]?\d|2[0-3])(?::|点)(?P<minute>[0-5]\d)分?"
_TAKES = rf"(?:(?:1(?!\d|\.\d)|{_WORDS[Intent.ACK][1]}){_GAP}*)?"
_ETAS = tuple(
    re.compile(rf"{before}{_TAKES}{form}{after}")
    for form in (
        rf"{_ABOUT}{_SPAN}(?:左右|以?内|之内|后)*{_THERE}",
        rf"{_ABOUT}{_AT}(?:左右|前|之前)*{_THERE}",
        rf"eta[\s:]*(?:{_SPAN}|{_AT}|(?P<bare>\d{{1,3}}))",
        rf"(?:on (?:my|the) way,?\s*|(?:i(?:'| a)m )?(?:arrive|there) (?:in )?)(?:in )?{_SPAN}",
    )
    for before, after in (
        ("", rf"(?:{_GAP}+{_CODE})?(?:{_GAP}*{_KINDLY})*"),
        (rf"(?P<code>{_LONG}|\d{{3,4}}){_GAP}+", rf"(?:{_GAP}*{_KINDLY})*"),
    )
)
#: A promise further away than this is a slip of the finger, or no promise.
_LONGEST_PROMISE = 12 * 60

_NOTE = re.compile(
    rf"(?:(?P<before>{_LONG}|\d{{3,4}}){_GAP}*)?(?:备注|留言|进展|反馈|情况(?:说明)?|note)"
    rf"\s*[:,，：、 ]\s*(?:(?P<code>{_LONG}|\d{{4}}){_GAP}+)?(?P<text>.*\S)",
    re.DOTALL | re.IGNORECASE,
)
_CODE_AND_TEXT = re.compile(
    rf"(?P<code>{_LONG}|\d{{4}}){_GAP}+(?P<text>\D.*\S)", re.DOTALL | re.IGNORECASE
)
#: What asks, refuses or fails to understand is no news for the desk.
_NO_NEWS = re.compile(
    r"[?？]|吗|谁|什么|哪|怎么|为何|为啥|不归|不是我|不能办|办不了|无法办理|没收到|未收到|退订|退回|哈哈"
)
_SHORTEST_NEWS = 4

_KEYS = {
    "1": Intent.ACK,
    "2": Intent.DECLINE,
    "9": Intent.POLICE,
    "0": Intent.DISPATCHER,
    "*": Intent.REPEAT,
}


def parse(text: str) -> Reply:
    """What a text message means; UNKNOWN, never an error, for what we do not understand.

    UNKNOWN carries a code when the text was nothing but one.
    """
    said = _plain(text)
    if len(said) > _LONGEST:
        return Reply(intent=Intent.UNKNOWN)
    if said in ("?", "help?") or _HELP.fullmatch(said):
        return Reply(intent=Intent.HELP)
    if _OPT_OUT.fullmatch(said):
        return Reply(intent=Intent.OPT_OUT)
    if _OPT_IN.fullmatch(said):
        return Reply(intent=Intent.OPT_IN)
    if said == _HOTLINE:
        return Reply(intent=Intent.UNKNOWN)
    if _ALL.fullmatch(said):
        return Reply(intent=Intent.ACK_ALL)
    for intent, forms in (*_FORMS.items(), *_PLAIN_FORMS.items()):
        for form in forms:
            found = form.fullmatch(said)
            if found:
                return Reply(intent=intent, code=_code(found.groupdict().get("code")))
    longer = _of_a_change(said) or _promise(said)
    if longer is not None:
        return longer
    refusal = _REFUSAL.fullmatch(said)
    if refusal and parse(refusal["why"]).intent is Intent.UNKNOWN:
        return Reply(intent=Intent.DECLINE, code=_code(refusal["code"]), why=refusal["why"])
    return _in_own_words(text, said)


def keypad(digit: str) -> Intent:
    """What a key pressed in a call means; a key we did not offer is UNKNOWN and hears it again."""
    return _KEYS.get(digit, Intent.UNKNOWN)


def choose(reply: Reply, open_codes: Sequence[str]) -> Choice:
    """Which of the person's open transfers (by printed code) the reply is about.

    A code may be given in full, by its last digits or by its number without the noughts; when
    it fits several, or none, we ask back rather than guess.
    """
    codes = tuple(dict.fromkeys(open_codes))
    if not codes:
        return Choice(aim=Aim.NOTHING)
    if reply.intent is Intent.ACK_ALL:
        return Choice(aim=Aim.ALL, codes=codes)
    wanted = reply.code
    fitting = codes if wanted is None else tuple(c for c in codes if _fits(wanted, c))
    if len(fitting) == 1:
        return Choice(aim=Aim.ONE, codes=fitting)
    return Choice(aim=Aim.ASK, codes=fitting or codes)


def is_news(text: str) -> bool:
    """Whether a text we did not understand is clearly a word about the work itself.

    Only from somebody who has exactly one matter and owes no answer may it be taken for a note.
    """
    return len(text) >= _SHORTEST_NEWS and any(map(str.isalpha, text)) and not _NO_NEWS.search(text)


def _of_a_change(said: str) -> Reply | None:
    found = _OF_A_CHANGE.fullmatch(said)
    if found is None:
        return None
    return Reply(
        intent=Intent.AGREE if found["yes"] else Intent.REFUSE,
        code=found["after"] or found["before"],
        why=found["why"] or "",
    )


def _promise(said: str) -> Reply | None:
    for form in _ETAS:
        found = form.fullmatch(said)
        if found is None:
            continue
        given = found.groupdict()
        code = _code(given.get("code"))
        if given.get("hour"):
            clock = time(int(given["hour"]), int(given["minute"]))
            return Reply(intent=Intent.ETA, code=code, clock=clock)
        minutes = _minutes(given)
        if 0 < minutes <= _LONGEST_PROMISE:
            return Reply(intent=Intent.ETA, code=code, minutes=minutes)
    return None


def _minutes(given: Mapping[str, str | None]) -> int:
    """How many minutes the words of a span are."""
    if given.get("half"):
        return 30
    if given.get("bare"):
        return int(given["bare"] or 0)
    word = given.get("number") or ""
    number = _NUMERALS[word] if word in _NUMERALS else float(word)
    if given.get("hours"):
        number = 60 * (number + (0.5 if given.get("more") else 0))
    return round(number)


def _in_own_words(text: str, said: str) -> Reply:
    """A note that says so, or something we do not understand, with the code it may name."""
    own = unicodedata.normalize("NFC", text).strip()
    note = _NOTE.fullmatch(own)
    if note is not None:
        code = _code(note["before"] or note["code"])
        return Reply(intent=Intent.NOTE, code=code, text=note["text"])
    only = _ONLY_CODE.fullmatch(said)
    if only is not None:
        return Reply(intent=Intent.UNKNOWN, code=_code(only["code"]))
    about = _CODE_AND_TEXT.fullmatch(own)
    if about is not None:
        return Reply(intent=Intent.UNKNOWN, code=_code(about["code"]), text=about["text"])
    return Reply(intent=Intent.UNKNOWN, text=own)


def _plain(text: str) -> str:
    said = unicodedata.normalize("NFKC", text).casefold().replace("。", ".")
    said = said.translate(_INVISIBLE)
    said = re.sub(r"\s+", " ", said).strip(" \"'“”‘’「」『』[]【】()<>《》`")
    return said.rstrip(" .!~,;…、\"'”’」』]】)>》") or said.strip(" .")


def _code(found: str | None) -> str | None:
    return found.upper().replace(" ", "") if found else None


def _fits(wanted: str, code: str) -> bool:
    if not wanted.isdigit():
        return wanted.replace("-", "") == code.upper().replace("-", "")
    serial = code.rpartition("-")[2]
    return serial.endswith(wanted) or (serial.isdigit() and int(serial) == int(wanted))
