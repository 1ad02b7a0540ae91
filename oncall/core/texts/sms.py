"""Short messages that fit: one part, the number and the deadline never sacrificed.

What does not fit is left out in this order: the minutes, what happens next, how to decline (or
the closing advice); then unit, category, place, origin and owner are shortened (…), one after the
other; then the urgency goes, and the unit. Number, deadline, signature, and that a message is
late, repeated or a drill, are never left out; if even those fill more than a part, it spills.

A link to the answer page is worth more than minutes, next step and advice, and less than the
facts: it is there where it fits the one part beside them, and nowhere else. Who has the matter
knows its category and place, so there the link goes before those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from notifiers.segments import segments
from oncall.core.model import Notice
from oncall.core.texts.facts import ABOUT, ASKS, Facts, blanks, clean, clock, signed
from oncall.core.words import N_, Text

#: Ranks of pieces, by who goes first.
_MINUTES, _NEXT, _ADVICE, _URGENCY, _UNIT, _NEVER = 1, 2, 3, 4, 5, 9
#: What is left out before any fact is shortened: the lowest rank that is still said.
_LEVELS = (_MINUTES, _NEXT, _ADVICE, _URGENCY)
#: Facts that may be shortened, in this order, and how many characters are left at least.
_SHORTENED = ("unit", "category", "area", "origin", "owner")
_SHORTEST = 2


class _Piece(NamedTuple):
    text: str
    rank: int = _NEVER


class _Words(NamedTuple):
    drill: bool
    about: str
    pieces: tuple[_Piece, ...]
    filled: dict[str, str]


DRILL = N_("[Drill] ")

_HEADS = {
    Notice.PAGE: N_("{origin} {urgency} {code}"),
    Notice.HANDOVER: N_("You are on duty now: {origin} {urgency} {code}"),
    Notice.ALARM: N_("Nobody took {origin} {urgency} {code}"),
    Notice.REOPENED: N_("{owner} gave back {origin} {urgency} {code}"),
    Notice.CONFIRMED: N_("You have {code}"),
    Notice.ALREADY_OWNED: N_("{owner} already has {code}"),
    Notice.STOOD_DOWN: N_("{owner} took {code}"),
    Notice.TAKEN_OVER: N_("{owner} took over {code}"),
    Notice.CANCELLED: N_("{code} was withdrawn"),
    Notice.ENOUGH: N_("Enough have answered {code}"),
    Notice.NOT_NEEDED: N_("{code} needs nothing more of your unit"),
    Notice.FIRST_ACTION: N_("Nothing done yet on {code}"),
    Notice.ETA_PASSED: N_("You meant to be there by {eta} for {code}"),
    Notice.REPLY: N_("About {code}"),
    Notice.NEWS: N_("News about {code}"),
}
#: The last resort of the notices that name the urgency: the same without it.
_SHORT_HEADS = {
    Notice.PAGE: N_("{origin} {code}"),
    Notice.HANDOVER: N_("On duty now: {origin} {code}"),
    Notice.ALARM: N_("Nobody took {origin} {code}"),
    Notice.REOPENED: N_("{owner} gave back {origin} {code}"),
}
_TAILS = {
    Notice.CONFIRMED: N_(". Act and record progress."),
    Notice.ALREADY_OWNED: N_(". Nothing for you to do."),
    Notice.STOOD_DOWN: N_(". Nothing for you to do."),
    Notice.TAKEN_OVER: N_(". Nothing for you to do."),
    Notice.CANCELLED: N_(". Nothing for you to do."),
    Notice.ENOUGH: N_(". Nothing for you to do."),
    Notice.NOT_NEEDED: N_(". Nothing for you to do."),
    Notice.FIRST_ACTION: N_(". Act and record progress now."),
    Notice.ETA_PASSED: N_(". Reply how it stands, or a new time, for example: eta 20"),
    Notice.REPLY: N_(". Reply 1 to take it, 2 if you cannot, 9 to pass it to 110."),
    Notice.NEWS: N_(". Please see the web page."),
}
_ADVICES = {
    Notice.ALREADY_OWNED: N_(" To take over, use the web page."),
}


#: Notices after which there is something to answer, or to do, on the answer page.
LINKED = ASKS | {Notice.CONFIRMED, Notice.FIRST_ACTION, Notice.ETA_PASSED}


def sms(t: Text, notice: Notice, facts: Facts, signature: str, link: str = "") -> str:
    """One text message, in one part wherever it can be, else the fullest in the fewest parts."""
    words = _words(t, notice, facts)
    linked = _with_link(t, notice, facts, words, signature, link) if notice in LINKED else ""
    if linked:
        return linked
    best, fewest = "", 0
    of = facts
    for shorter, kept in _shorter(facts):
        if shorter is not of:
            of, words = shorter, _words(t, notice, shorter)
        text = _compose(t, notice, words, kept, signature)
        parts = segments(text)
        if not best or parts < fewest:
            best, fewest = text, parts
        if fewest == 1:
            break
    return best


def _with_link(
    t: Text, notice: Notice, facts: Facts, words: _Words, signature: str, link: str
) -> str:
    """The fullest text that fits one part together with the link; "" where none does."""
    if not link:
        return ""
    tries = [words]
    if notice not in ASKS:
        # Who has the matter knows its category and place.
        tries.append(_words(t, notice, replace(facts, category="", area="", unit="")))
    for one in tries:
        # The tersest first: where there is no room beside it, there is none beside a fuller one.
        terse = f"{_compose(t, notice, one, _LEVELS[-1], signature)} {link}"
        if segments(terse) > 1:
            continue
        for kept in _LEVELS[:-1]:
            text = f"{_compose(t, notice, one, kept, signature)} {link}"
            if segments(text) == 1:
                return text
        return terse
    return ""


def _shorter(facts: Facts) -> Iterator[tuple[Facts, int]]:
    """Ever shorter versions: facts to fill in, and the lowest rank that is still said."""
    for kept in _LEVELS:
        yield facts, kept
    for name in _SHORTENED:
        whole = clean(getattr(facts, name))
        for size in range(len(whole) - 2, _SHORTEST - 1, -1):
            shorter: dict[str, Any] = {name: whole[:size] + "…"}
            facts = replace(facts, **shorter)
            yield facts, _URGENCY
    yield facts, _UNIT
    yield facts, _NEVER


def _words(t: Text, notice: Notice, facts: Facts) -> _Words:
    """Everything that could be said after the head, and what fills the blanks."""
    pieces = (
        *_flags(t, facts),
        *_what(t, notice, facts),
        *(_asking(t, facts) if notice in ASKS else _telling(t, notice)),
    )
    filled = blanks(t, facts)
    filled["clock"] = clock(facts.ack_by, facts)
    filled["planned"] = clock(facts.planned_at, facts) if facts.planned_at else ""
    filled["eta"] = clock(facts.eta, facts) if facts.eta else ""
    about = t(ABOUT[facts.about]) if notice in ASKS and facts.about in ABOUT else ""
    return _Words(drill=facts.drill, about=about, pieces=pieces, filled=filled)


def _compose(t: Text, notice: Notice, words: _Words, kept: int, signature: str) -> str:
    heads = _SHORT_HEADS if kept > _URGENCY and notice in _SHORT_HEADS else _HEADS
    text = (t(DRILL) if words.drill else "") + words.about + t(heads[notice])
    text += "".join(p.text for p in words.pieces if p.rank >= kept)
    return signed(signature, text.format(**words.filled).strip())


def _flags(t: Text, facts: Facts) -> Iterator[_Piece]:
    if facts.late and facts.resent:
        both = N_(" (late or repeated, planned {planned})")
        yield _Piece(t(both if facts.planned_at else N_(" (late or repeated)")))
    elif facts.late:
        yield _Piece(t(N_(" (late, planned {planned})") if facts.planned_at else N_(" (late)")))
    elif facts.resent:
        yield _Piece(t(N_(" (maybe repeated)")))


def _what(t: Text, notice: Notice, facts: Facts) -> Iterator[_Piece]:
    if facts.category:
        yield _Piece(t(N_(", {category}")))
    if facts.area:
        yield _Piece(t(N_(", {area}")))
    if facts.unit and facts.unit != facts.area:
        yield _Piece(t(N_(", {unit}")), _UNIT)
    if notice is Notice.CONFIRMED and facts.eta:
        yield _Piece(t(N_(", expected by {eta}")))
    if notice is Notice.FIRST_ACTION and facts.owner:
        yield _Piece(t(N_(", taken by {owner}")))


def _asking(t: Text, facts: Facts) -> Iterator[_Piece]:
    if facts.overdue:
        yield _Piece(t(N_(". Was due {clock}: reply 1 now")))
    else:
        yield _Piece(t(N_(". Reply 1 by {clock}")))
        yield _Piece(t(N_(" ({minutes} min)")), _MINUTES)
    yield _Piece(t(N_(", 2 if you cannot")), _ADVICE)
    yield _Piece(t(N_(".")))
    if facts.next_role:
        yield _Piece(t(N_(" Next: {role}.")), _NEXT)


def _telling(t: Text, notice: Notice) -> Iterator[_Piece]:
    # Why it is sent stands in the head: what to do about it may give way to the link that does it.
    yield _Piece(t(_TAILS[notice]), _ADVICE if notice in LINKED else _NEVER)
    if notice in _ADVICES:
        yield _Piece(t(_ADVICES[notice]), _ADVICE)
