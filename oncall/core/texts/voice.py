"""What a call says: short sentences, numbers digit by digit, the keys last."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.core.model import Notice
from oncall.core.texts.facts import ASKS, Facts, blanks, clean, spell, spoken_clock
from oncall.core.words import N_, Text, sentences

_HEADS = {
    Notice.PAGE: N_("{origin} transfer, {urgency}, number {code}."),
    Notice.HANDOVER: N_(
        "You have come on duty and this is unanswered: {origin} transfer, {urgency}, number {code}."
    ),
    Notice.ALARM: N_("Nobody has taken this: {origin} transfer, {urgency}, number {code}."),
    Notice.REOPENED: N_("{owner} gave this back: {origin} transfer, {urgency}, number {code}."),
    Notice.CONFIRMED: N_("You have taken number {code}."),
    Notice.ALREADY_OWNED: N_("{owner} already has number {code}."),
    Notice.STOOD_DOWN: N_("{owner} has taken number {code}."),
    Notice.TAKEN_OVER: N_("{owner} has taken over number {code}."),
    Notice.CANCELLED: N_("Number {code} was withdrawn."),
    Notice.ENOUGH: N_("Enough have answered number {code}."),
    Notice.NOT_NEEDED: N_("Number {code} needs nothing more of your unit."),
    Notice.FIRST_ACTION: N_("{owner} took number {code}, and nothing has been done yet."),
    Notice.ETA_PASSED: N_("You meant to be there by {eta} for number {code}."),
    Notice.REPLY: N_("This is about number {code}."),
    Notice.NEWS: N_("There is news about number {code}."),
}
_ABOUT = {
    "talk": N_("Please join the talk about whose matter this is."),
    "county": N_("This is a major matter."),
    "short": N_("Too few units answer the call of a group."),
}
_NOTHING = N_("There is nothing for you to do.")
_TAILS = {
    Notice.CONFIRMED: N_("Please act and record progress."),
    Notice.ALREADY_OWNED: _NOTHING,
    Notice.STOOD_DOWN: _NOTHING,
    Notice.TAKEN_OVER: _NOTHING,
    Notice.CANCELLED: _NOTHING,
    Notice.ENOUGH: _NOTHING,
    Notice.NOT_NEEDED: _NOTHING,
    Notice.FIRST_ACTION: N_("Please act and record progress now."),
    Notice.ETA_PASSED: N_("Please tell the desk how it stands."),
    Notice.REPLY: N_("Please answer on the web page or by text message."),
    Notice.NEWS: N_("Please see the web page."),
}
KEYS = N_(
    "Press 1 to take it, 2 if you cannot, 9 to pass it to 1 1 0, 0 to speak to the desk, star to "
    "hear this again."
)
#: What is said to somebody who wants to speak to a human.
CONNECTING = N_("You are being connected with the desk. The matter is not yet taken.")
CALL_BACK = N_(
    "The desk knows that you want to speak and will call you. The matter is not yet taken; press 1 "
    "to take it."
)

#: What whoever presses a key in a drill's call hears.
HEARD = N_("Thank you, you can be reached. This was a drill; there is nothing else to do.")


def voice(t: Text, notice: Notice, facts: Facts, signature: str) -> str:
    """The words of one call, said once; the keys are named only where a key is listened for."""
    filled = blanks(t, facts)
    filled["code"] = spell(facts.code)
    filled["origin"] = spell(facts.origin) if facts.origin.isdigit() else filled["origin"]
    filled["signature"] = clean(signature)
    filled["clock"] = spoken_clock(t, facts.ack_by, facts)
    filled["planned"] = spoken_clock(t, facts.planned_at, facts) if facts.planned_at else ""
    filled["eta"] = spoken_clock(t, facts.eta, facts) if facts.eta else ""
    return sentences(said.format(**filled) for said in _said(t, notice, facts, filled))


def _said(t: Text, notice: Notice, facts: Facts, filled: dict[str, str]) -> Iterator[str]:
    if filled["signature"]:
        yield t(N_("This is {signature}."))
    if facts.drill:
        yield t(N_("This is a drill."))
    if notice in ASKS and facts.about in _ABOUT:
        yield t(_ABOUT[facts.about])
    yield t(_HEADS[notice])
    if facts.late:
        late = N_("This call is late; it was planned for {planned}.")
        yield t(late if facts.planned_at else N_("This call is late."))
    if facts.resent:
        yield t(N_("You may have had this call before."))
    yield from _what(t, facts)
    if notice not in ASKS:
        yield t(_TAILS[notice])
        return
    if facts.overdue:
        yield t(N_("It was due at {clock}; please take it now."))
    else:
        yield t(N_("Please take it by {clock}; the limit is {minutes} minutes."))
    if facts.next_role:
        yield t(N_("Otherwise {role} is called next."))
    yield t(KEYS)


def _what(t: Text, facts: Facts) -> Iterator[str]:
    if facts.category:
        yield t(N_("Category: {category}."))
    if facts.area:
        yield t(N_("Place: {area}."))
    if facts.unit and facts.unit != facts.area:
        yield t(N_("Unit: {unit}."))
