"""What a person meant by a text message or a key: forgiving of form, never guessing at substance.

Taking "not me" for an ack silences the ladder, so an ack is recognised only as a whole sentence;
whatever else was written is UNKNOWN, and the person is asked again. Full-width digits, case,
blanks and closing punctuation make no difference. In short: an intent, a transfer's code or its
last digits, or an intent and a code in either order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What somebody wants of us."""

    ACK = "ack"
    DECLINE = "decline"
    POLICE = "police"
    ACK_ALL = "ack_all"
    HELP = "help"
    OPT_OUT = "opt_out"
    DISPATCHER = "dispatcher"
    REPEAT = "repeat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text understood; ``code`` is a transfer's code, or its last digits, in upper case."""

    intent: Intent
    code: str | None = None
    #: What the person added to a decline, in lower case and with plain digits.
    why: str = ""


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
    Intent.DECLINE: ("2", r"退回?|退单|不能办?|办不了|无法办理|拒绝|no|decline"),
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
    rf"(?:2|退回?|退单|不能办|办不了|无法办理|拒绝|decline)"
    rf"(?:{_GAP}+{_CODE})?{_GAP}+{_COUNTED}(?P<why>.+)",
    re.DOTALL,
)
_ONLY_CODE = re.compile(_CODE)

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
    if said == _HOTLINE:
        return Reply(intent=Intent.UNKNOWN)
    if _ALL.fullmatch(said):
        return Reply(intent=Intent.ACK_ALL)
    for intent, forms in _FORMS.items():
        for form in forms:
            found = form.fullmatch(said)
            if found:
                return Reply(intent=intent, code=_code(found.groupdict().get("code")))
    refusal = _REFUSAL.fullmatch(said)
    if refusal and parse(refusal["why"]).intent is Intent.UNKNOWN:
        return Reply(intent=Intent.DECLINE, code=_code(refusal["code"]), why=refusal["why"])
    only = _ONLY_CODE.fullmatch(said)
    return Reply(intent=Intent.UNKNOWN, code=_code(only["code"]) if only else None)


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
