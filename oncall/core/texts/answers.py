"""Answers to what people sent us, and several late messages made into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from itertools import zip_longest

from notifiers.segments import segments
from oncall.core.texts.facts import Facts, clean, signed
from oncall.core.texts.sms import DRILL
from oncall.core.words import N_, SOMEBODY, Text

#: A merged message lists every transfer if it can do so in this many parts.
_PARTS = 3
_LAST_DIGITS = 4


class Answer(StrEnum):
    """What we say to a reply."""

    CONFIRMED = "confirmed"
    CONFIRMED_ALL = "confirmed_all"
    #: Several fit: which one?
    ASK_WHICH = "ask_which"
    HELP = "help"
    OWNED = "owned"
    CLOSED = "closed"
    DECLINED = "declined"
    #: This person was never contacted about it.
    NOT_YOURS = "not_yours"
    #: This person has nothing open.
    NOTHING = "nothing"
    POLICE = "police"
    RELEASED = "released"
    #: Nobody has it, so there is nothing to give back.
    NOT_OWNED = "not_owned"
    NOTED = "noted"
    #: 退单 needs a reason and the sender's agreement; a text cannot give them.
    RETURN = "return"
    DUTY_CONFIRMED = "duty_confirmed"
    DUTY_REFUSED = "duty_refused"
    DRILL = "drill"


#: Blanks: code, owner, codes, count, digit, example.
ANSWERS: Mapping[Answer, str] = {
    Answer.CONFIRMED: N_("You have {code}. Please act and record progress."),
    Answer.CONFIRMED_ALL: N_("You have all {count}: {codes}."),
    Answer.ASK_WHICH: N_("{count} are open: {codes}. Which? Reply for example: {digit} {example}"),
    Answer.HELP: N_(
        "Reply 1 to take it, 2 if you cannot, 9 to pass it to 110; of several, add the number, "
        "for example: 1 {example}"
    ),
    Answer.OWNED: N_("{owner} already has {code}. Nothing for you to do."),
    Answer.CLOSED: N_("{code} is already closed. Nothing for you to do."),
    Answer.DECLINED: N_("Noted that you cannot take {code}; the next person is asked."),
    Answer.NOT_YOURS: N_("You were not asked about {code}; nothing was changed."),
    Answer.NOTHING: N_("Nothing is waiting for your answer."),
    Answer.POLICE: N_("110 has been told about {code}."),
    Answer.RELEASED: N_("You gave back {code}; the next person is asked."),
    Answer.NOT_OWNED: N_("Nobody has {code}, so there is nothing to give back."),
    Answer.NOTED: N_("Your note on {code} is with the desk."),
    Answer.DUTY_CONFIRMED: N_("Thank you: it is noted that you come on duty."),
    Answer.DUTY_REFUSED: N_("Noted that you cannot come on duty; your leader is told now."),
    Answer.DRILL: N_("[Drill] Your phone is read. Thank you; nothing else to do."),
    Answer.RETURN: N_(
        "To return {code} to its sender, call the desk and say why. If you cannot take it, reply 2."
    ),
}


def answer(
    t: Text,
    kind: Answer,
    signature: str,
    *,
    code: str = "",
    codes: Sequence[str] = (),
    owner: str = "",
    digit: str = "1",
) -> str:
    """One short answer, signed; ``codes`` and the ``digit`` meant are for asking back.

    More numbers than fit three parts are counted.
    """
    first = codes[0] if codes else code

    def said(numbers: str) -> str:
        text = t(ANSWERS[kind]).format(
            code=clean(code),
            owner=clean(owner) or t(SOMEBODY),
            codes=numbers,
            count=len(codes),
            digit=digit,
            example=first[-_LAST_DIGITS:] if first else "0017",
        )
        return signed(signature, text)

    return _fitting(t, codes, (), said)


def digest(t: Text, items: Sequence[Facts], signature: str) -> str:
    """Several messages to one person made into one that lists their numbers (product rule 9).

    It says so when any of them is late, marks drills, and how to take all or one of them. With
    more numbers than fit three parts the rest are counted. ValueError for no items at all.
    """
    if not items:
        raise ValueError("a digest of nothing")
    drills = [i.drill for i in items]
    mark = t(DRILL).strip() if any(drills) and not all(drills) else ""
    marks = [mark if drill else "" for drill in drills]
    codes = [i.code for i in items]
    late = any(i.late for i in items)
    head = t(DRILL) if all(drills) else ""
    head += t(N_("Late: {count} unanswered: ") if late else N_("{count} unanswered: "))
    short = t(N_(". Reply “all” to take them all."))
    long = t(N_(". Reply “all” to take them all, or 1 and the last digits for one."))
    for parts, tail in ((1, long), (1, short), (_PARTS, long)):
        text = signed(signature, head.format(count=len(items)) + listed(t, codes, marks) + tail)
        if segments(text) <= parts:
            return text
    return _fitting(
        t, codes, marks, lambda n: signed(signature, head.format(count=len(items)) + n + short)
    )


def _fitting(
    t: Text, codes: Sequence[str], marks: Sequence[str], said: Callable[[str], str]
) -> str:
    """What is ``said`` of as many of the numbers as three parts hold; the rest are counted."""
    shown, text = len(codes), said(listed(t, codes, marks))
    while segments(text) > _PARTS and shown > 1:
        shown -= 1
        more = t(N_(" and {count} more")).format(count=len(codes) - shown)
        text = said(listed(t, codes[:shown], marks) + more)
    return text


def listed(t: Text, codes: Sequence[str], marks: Sequence[str] = ()) -> str:
    """Numbers in order; one that shares the day of the number before it is given by its end."""
    shown: list[str] = []
    before = ""
    for code, mark in zip_longest(map(clean, codes), marks[: len(codes)], fillvalue=""):
        day, dash, serial = code.rpartition("-")
        shown.append(mark + (serial if dash and day == before else code))
        before = day
    return t(N_(", ")).join(shown)
