"""One call about several matters: how many, the first few of them, and keys for all or each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oncall.core.texts.facts import Facts, blanks, clean, spell, spoken_clock
from oncall.core.words import N_, Text, sentences

#: How many are named; nobody remembers more, and the others are read one by one.
NAMED = 3

_COUNT = N_("{count} matters wait for your answer.")
_FIRST = N_("The first {count} of them:")
_ITEM = N_("{origin} transfer, {urgency}, number {code}.")
_KEYS = N_(
    "Press 1 to take all of them, 2 if you can take none, 3 to hear them one by one, 0 to speak to "
    "the desk, star to hear this again."
)
_KEYS_ONE = N_(
    "Press 1 to take it, 2 if you cannot, 3 for the next one, 9 to pass it to 1 1 0, star to hear "
    "this again."
)
#: Said before the next matter of a call.
NEXT = N_("The next one:")
MEANWHILE = N_("Something has come in meanwhile.")
MEANWHILE_CRITICAL = N_("A critical matter has come in meanwhile.")
NO_MORE = N_("There are no more.")
#: What came of a key for all of them. Blanks: count.
TAKEN_ALL = N_("You have taken {count} matters. Please act and record progress.")
DECLINED_ALL = N_("Noted that you cannot take any of them; the next person is asked.")
SOMEBODY_HAD = N_("{count} of them had been taken by others.")


def gathered(t: Text, items: Sequence[Facts], signature: str = "") -> str:
    """The words of one call about all of these, the gravest first; ValueError for none."""
    if not items:
        raise ValueError("a call about nothing")
    return sentences(_said(t, items, clean(signature)))


def _said(t: Text, items: Sequence[Facts], signature: str) -> Iterator[str]:
    if signature:
        yield t(N_("This is {signature}.")).format(signature=signature)
    drills = [item.drill for item in items]
    if all(drills):
        yield t(N_("This is a drill."))
    yield t(_COUNT).format(count=len(items))
    if any(item.late for item in items):
        yield t(N_("This call is late."))
    if any(item.resent for item in items):
        yield t(N_("You may have had this call before."))
    if len(items) > NAMED:
        yield t(_FIRST).format(count=NAMED)
    for item in items[:NAMED]:
        if item.drill and not all(drills):
            yield t(N_("A drill:"))
        yield from _item(t, item)
    yield t(_KEYS)


def one(t: Text, facts: Facts) -> str:
    """One of them in full, with the keys for it alone."""
    return sentences(_one(t, facts))


def _one(t: Text, facts: Facts) -> Iterator[str]:
    if facts.drill:
        yield t(N_("This is a drill."))
    yield from _item(t, facts)
    clock = spoken_clock(t, facts.ack_by, facts)
    yield t(N_("Please take it by {clock}.")).format(clock=clock)
    yield t(_KEYS_ONE)


def _item(t: Text, facts: Facts) -> Iterator[str]:
    filled = blanks(t, facts)
    filled["code"] = spell(facts.code)
    filled["origin"] = spell(facts.origin) if facts.origin.isdigit() else filled["origin"]
    yield t(_ITEM).format(**filled)
    if facts.category:
        yield t(N_("Category: {category}.")).format(**filled)
    if facts.area:
        yield t(N_("Place: {area}.")).format(**filled)
