"""The same messages as carriers approve them beforehand: a fixed text and ordered, named blanks.

A carrier in mainland China sends only what it has read before. So what is said here is short and
general; what changes stands in blanks, each once, none beside another, none ever empty, none longer
than was applied for. The caller has no blank, as the caller has no field in ``Facts``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notifiers.message import Template
from oncall.core.model import Channel, Notice
from oncall.core.texts.answers import Answer, listed
from oncall.core.texts.facts import Facts, blanks, clean, clock, spoken_clock
from oncall.core.words import N_, SOMEBODY, Text


class Key(StrEnum):
    """Which approved text; the word stands in settings and in application forms."""

    PAGE = "sms.page"
    CONFIRMED = "sms.confirmed"
    OWNED = "sms.owned"
    CANCELLED = "sms.cancelled"
    FIRST_ACTION = "sms.first_action"
    DIGEST = "sms.digest"
    NEWS = "sms.news"
    CONFIRMED_ALL = "sms.confirmed_all"
    WHICH = "sms.which"
    HELP = "sms.help"
    DECLINED = "sms.declined"
    NOT_YOURS = "sms.not_yours"
    NOTHING = "sms.nothing"
    POLICE = "sms.police"
    RELEASED = "sms.released"
    NOTED = "sms.noted"
    RETURN = "sms.return"
    DUTY_CONFIRMED = "sms.duty_confirmed"
    DUTY_REFUSED = "sms.duty_refused"
    DRILL = "sms.drill"
    CODE = "sms.code"
    VOICE_PAGE = "voice.page"
    VOICE_CONFIRMED = "voice.confirmed"
    VOICE_OWNED = "voice.owned"
    VOICE_CANCELLED = "voice.cancelled"
    VOICE_FIRST_ACTION = "voice.first_action"
    VOICE_DIGEST = "voice.digest"
    VOICE_NEWS = "voice.news"
    VOICE_CODE = "voice.code"
    #: Heard after a key where the call cannot wait for what comes of it.
    VOICE_PRESSED = "voice.pressed"

    @property
    def channel(self) -> Channel:
        """How it travels."""
        return Channel(self.partition(".")[0])


#: The texts, in blanks of our own; a carrier's spelling of blanks is in ``written``.
TEXTS: Mapping[Key, str] = {
    Key.PAGE: N_(
        "{nature}: from {origin}, {urgency}, no. {code}, {category}, at {area}. "
        "Reply 1 by {deadline}, 2 if you cannot."
    ),
    Key.CONFIRMED: N_("{nature}: you have no. {code}. Act and record progress."),
    Key.OWNED: N_("{nature}: no. {code} was taken by {owner}. Nothing for you to do."),
    Key.CANCELLED: N_("{nature}: no. {code} is over. Nothing for you to do."),
    Key.FIRST_ACTION: N_(
        "{nature}: no. {code}, taken by {owner}, has no progress yet. Act and record it now."
    ),
    Key.DIGEST: N_(
        "{nature}: {count} unanswered: {codes}. Reply “all” to take them all, or 1 and the last "
        "digits for one."
    ),
    Key.NEWS: N_("Duty notice: {summary} More in the duty system."),
    Key.CONFIRMED_ALL: N_("You have all {count}: {codes}. Act and record progress."),
    Key.WHICH: N_("{count} are open: {codes}. Which? Reply for example {digit} and {example}."),
    Key.HELP: N_(
        "Reply 1 to take it, 2 if you cannot, 9 to pass it to 110; of several add the number, for "
        "example 1 {example}."
    ),
    Key.DECLINED: N_("Noted that you cannot take no. {code}; the next person is asked."),
    Key.NOT_YOURS: N_("You were not asked about no. {code}; nothing was changed."),
    Key.NOTHING: N_("Nothing is waiting for your answer."),
    Key.POLICE: N_("110 has been told about no. {code}."),
    Key.RELEASED: N_("You gave back no. {code}; the next person is asked."),
    Key.NOTED: N_("Your note on no. {code} is with the desk."),
    Key.DUTY_CONFIRMED: N_("Thank you: it is noted that you come on duty."),
    Key.DUTY_REFUSED: N_("Noted that you cannot come on duty; your leader is told now."),
    Key.DRILL: N_("Drill: your phone is read. Thank you; nothing else to do."),
    Key.RETURN: N_(
        "To return no. {code} to its sender, call the desk and say why. If you cannot take it, "
        "reply 2."
    ),
    Key.VOICE_PAGE: N_(
        "This is {signature}. {nature} from {origin}, {urgency}, number ending {code}, category "
        "{category}, at {area}. Please take it by {deadline}. Press 1 to take it, 2 if you cannot, "
        "9 to pass it to 1 1 0."
    ),
    Key.VOICE_CONFIRMED: N_(
        "This is {signature}. {nature}: you have taken the number ending {code}. Please act and "
        "record progress."
    ),
    Key.VOICE_OWNED: N_(
        "This is {signature}. {nature}: the number ending {code} was taken by {owner}. There is "
        "nothing for you to do."
    ),
    Key.VOICE_CANCELLED: N_(
        "This is {signature}. {nature}: the number ending {code} is over. There is nothing for you "
        "to do."
    ),
    Key.VOICE_FIRST_ACTION: N_(
        "This is {signature}. {nature}: the number ending {code}, taken by {owner}, has no "
        "progress yet. Please act and record it now."
    ),
    Key.VOICE_DIGEST: N_(
        "This is {signature}. {nature}: {count} matters wait for your answer, numbers ending "
        "{codes}. Press 1 to take all of them, 2 if you can take none."
    ),
    Key.VOICE_PRESSED: N_("Your key was noted. A text message tells what came of it. Goodbye."),
    Key.CODE: N_(
        "Your code is {digits}, good for 10 minutes. Tell it to whoever keeps your contact card."
    ),
    Key.VOICE_CODE: N_(
        "This is {signature}. Your code is {digits}, good for ten minutes. Please tell it to "
        "whoever keeps your contact card."
    ),
    Key.VOICE_NEWS: N_("This is {signature}. Duty notice: {summary} Please look into the system."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """What an application form must say of a blank: what goes in, and how long it may be."""

    meaning: str
    #: Characters; a longer value is cut and ends in "…".
    longest: int


BLANKS: Mapping[str, Blank] = {
    "nature": Blank(meaning=N_("kind of message: transfer, drill, repeated …"), longest=16),
    "origin": Blank(meaning=N_("who handed it over"), longest=10),
    "urgency": Blank(meaning=N_("urgency"), longest=8),
    "code": Blank(meaning=N_("number of the matter"), longest=20),
    "category": Blank(meaning=N_("category"), longest=10),
    "area": Blank(meaning=N_("township"), longest=8),
    "deadline": Blank(meaning=N_("time of day"), longest=18),
    "owner": Blank(meaning=N_("name of the colleague"), longest=10),
    "count": Blank(meaning=N_("how many"), longest=4),
    "codes": Blank(meaning=N_("numbers of the matters"), longest=35),
    "digit": Blank(meaning=N_("what to reply"), longest=9),
    "example": Blank(meaning=N_("last digits of a number"), longest=6),
    "summary": Blank(meaning=N_("one sentence about a duty"), longest=35),
    "digits": Blank(meaning=N_("six digits that prove a number"), longest=12),
    "signature": Blank(meaning=N_("name of the sender"), longest=16),
}

_NATURES: Mapping[Notice, str] = {
    Notice.PAGE: N_("Transfer"),
    Notice.HANDOVER: N_("By handover"),
    Notice.ALARM: N_("Nobody took it"),
    Notice.REOPENED: N_("Given back"),
}
_NOTICE = N_("Notice")
_DRILL, _LATE, _RESENT, _OVERDUE = N_("drill"), N_("late"), N_("repeated"), N_("overdue")
_ABOUT: Mapping[str, str] = {
    "talk": N_("talk of three parties"),
    "county": N_("major"),
    "short": N_("too few answer"),
}
_BETWEEN = N_(" · ")
_NONE = N_("none")
#: Carriers refuse an empty blank, and one that looks like a link or a signature.
_LINKS = re.compile(r"https?://\S*|www\.\S*", re.IGNORECASE)
_LAST_DIGITS = 4

_OF_NOTICE: Mapping[Notice, tuple[Key, Key]] = {
    Notice.PAGE: (Key.PAGE, Key.VOICE_PAGE),
    Notice.HANDOVER: (Key.PAGE, Key.VOICE_PAGE),
    Notice.ALARM: (Key.PAGE, Key.VOICE_PAGE),
    Notice.REOPENED: (Key.PAGE, Key.VOICE_PAGE),
    Notice.CONFIRMED: (Key.CONFIRMED, Key.VOICE_CONFIRMED),
    Notice.ALREADY_OWNED: (Key.OWNED, Key.VOICE_OWNED),
    Notice.STOOD_DOWN: (Key.OWNED, Key.VOICE_OWNED),
    Notice.TAKEN_OVER: (Key.OWNED, Key.VOICE_OWNED),
    Notice.CANCELLED: (Key.CANCELLED, Key.VOICE_CANCELLED),
    Notice.ENOUGH: (Key.CANCELLED, Key.VOICE_CANCELLED),
    Notice.NOT_NEEDED: (Key.CANCELLED, Key.VOICE_CANCELLED),
    Notice.FIRST_ACTION: (Key.FIRST_ACTION, Key.VOICE_FIRST_ACTION),
    Notice.ETA_PASSED: (Key.FIRST_ACTION, Key.VOICE_FIRST_ACTION),
    Notice.REPLY: (Key.HELP, Key.VOICE_PAGE),
    Notice.NEWS: (Key.NEWS, Key.VOICE_NEWS),
}
_OF_ANSWER: Mapping[Answer, Key] = {
    Answer.CONFIRMED: Key.CONFIRMED,
    Answer.CONFIRMED_ALL: Key.CONFIRMED_ALL,
    Answer.ASK_WHICH: Key.WHICH,
    Answer.HELP: Key.HELP,
    Answer.OWNED: Key.OWNED,
    Answer.CLOSED: Key.CANCELLED,
    Answer.DECLINED: Key.DECLINED,
    Answer.NOT_YOURS: Key.NOT_YOURS,
    Answer.NOTHING: Key.NOTHING,
    Answer.POLICE: Key.POLICE,
    Answer.RELEASED: Key.RELEASED,
    Answer.NOT_OWNED: Key.NOTHING,
    Answer.NOTED: Key.NOTED,
    Answer.RETURN: Key.RETURN,
    Answer.DUTY_CONFIRMED: Key.DUTY_CONFIRMED,
    Answer.DUTY_REFUSED: Key.DUTY_REFUSED,
    Answer.DRILL: Key.DRILL,
}


def names(key: Key) -> tuple[str, ...]:
    """The blanks of a text in the order in which they stand, the same in every language.

    A carrier that numbers blanks may have approved a text in another language than the reader's.
    """
    return tuple(re.findall(r"\{(\w+)\}", TEXTS[key]))


def written(t: Text, key: Key, blank: str = "{{{name}}}") -> str:
    """The text with its blanks as a carrier writes them; ``blank`` knows ``name`` and ``number``.

    Aliyun writes ``${name}``, Tencent ``{1}``.
    """
    spelled = {
        name: blank.format(name=name, number=i) for i, name in enumerate(names(key), start=1)
    }
    return t(TEXTS[key]).format(**spelled)


def of_notice(
    t: Text, notice: Notice, channel: Channel, facts: Facts, signature: str = ""
) -> Template:
    """The approved text of a notice, and what fills its blanks."""
    key = _OF_NOTICE[notice][channel is Channel.VOICE]
    spoken = channel is Channel.VOICE
    values = blanks(t, facts)
    deadline = spoken_clock(t, facts.ack_by, facts) if spoken else clock(facts.ack_by, facts)
    last = facts.code[-_LAST_DIGITS:]
    return _filled(
        t,
        key,
        {
            **values,
            "nature": _nature(t, notice, facts),
            "deadline": deadline,
            "code": " ".join(last) if spoken else values["code"],
            "example": last,
            "signature": signature,
        },
    )


def of_digest(
    t: Text, items: Sequence[Facts], channel: Channel = Channel.SMS, signature: str = ""
) -> Template:
    """The approved text for several messages in one."""
    drill = any(item.drill for item in items)
    late = any(item.late for item in items)
    marks = [t(_DRILL)] * drill + [t(_LATE)] * late + [t(_NATURES[Notice.PAGE])]
    spoken = channel is Channel.VOICE
    codes = [" ".join(i.code[-_LAST_DIGITS:]) if spoken else i.code for i in items]
    values = {
        "nature": t(_BETWEEN).join(marks),
        "count": str(len(items)),
        "codes": _list(t, codes),
        "signature": signature,
    }
    return _filled(t, Key.VOICE_DIGEST if spoken else Key.DIGEST, values)


def of_answer(
    t: Text,
    kind: Answer,
    *,
    code: str = "",
    codes: Sequence[str] = (),
    owner: str = "",
    digit: str = "1",
) -> Template:
    """The approved text of an answer to what somebody sent; the arguments are ``answer``'s."""
    first = codes[0] if codes else code
    values = {
        "nature": t(_NOTICE),
        "code": code,
        "owner": clean(owner) or t(SOMEBODY),
        "count": str(len(codes)),
        "codes": _list(t, codes),
        "digit": digit,
        "example": first[-_LAST_DIGITS:] or "0017",
    }
    return _filled(t, _OF_ANSWER[kind], values)


def of_news(t: Text, channel: Channel, text: str, signature: str = "") -> Template:
    """The approved text around a ready one, which is cut to what a blank may hold."""
    key = _OF_NOTICE[Notice.NEWS][channel is Channel.VOICE]
    return _filled(t, key, {"summary": text, "signature": signature})


def of_code(t: Text, channel: Channel, digits: str, signature: str = "") -> Template:
    """The approved text that carries a code; a call says it digit by digit."""
    spoken = channel is Channel.VOICE
    said = " ".join(digits) if spoken else digits
    key = Key.VOICE_CODE if spoken else Key.CODE
    return _filled(t, key, {"digits": said, "signature": signature})


def of_key_press() -> Template:
    """What a call says after a key where nobody can be asked at once what came of it."""
    return Template(key=Key.VOICE_PRESSED)


def said(t: Text, template: Template) -> str:
    """What the person reads or hears, without the signature that a carrier puts before it."""
    return t(TEXTS[Key(template.key)]).format(**dict(template.variables))


def _filled(t: Text, key: Key, values: Mapping[str, str]) -> Template:
    filled = tuple((name, _fitting(t, name, values[name])) for name in names(key))
    return Template(key=key, variables=filled)


def _fitting(t: Text, name: str, value: str) -> str:
    value, longest = clean(_LINKS.sub("", value)), BLANKS[name].longest
    if len(value) > longest:
        value = value[: longest - 1] + "…"
    return value or t(_NONE)


def _nature(t: Text, notice: Notice, facts: Facts) -> str:
    """What kind of message this is, the marks that must not be lost first."""
    marks = [
        mark
        for mark, holds in (
            (_DRILL, facts.drill),
            (_ABOUT.get(facts.about, ""), facts.about in _ABOUT),
            (_LATE, facts.late),
            (_RESENT, facts.resent),
            (_OVERDUE, facts.overdue and not facts.late),
        )
        if holds
    ]
    return t(_BETWEEN).join(t(word) for word in (*marks, _NATURES.get(notice, _NOTICE)))


def _list(t: Text, codes: Sequence[str]) -> str:
    """As many numbers as a blank holds, then how many more."""
    for shown in range(len(codes), 0, -1):
        text = listed(t, codes[:shown])
        if more := len(codes) - shown:
            text += t(N_(" and {count} more")).format(count=more)
        if len(text) <= BLANKS["codes"].longest:
            return text
    return listed(t, codes[:1])
