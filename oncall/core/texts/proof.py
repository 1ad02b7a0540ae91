"""The words that carry a code to a number, and the dots that stand for it where it is kept."""

from __future__ import annotations

from oncall.core.model import Channel
from oncall.core.texts.facts import clean, spell
from oncall.core.words import N_, Text

#: Stands where the code goes; only the message itself has the digits.
HIDDEN = "······"

_SMS = N_("Your code is {code}, good for 10 minutes. Tell it to whoever keeps your contact card.")
_VOICE = N_(
    "This is {signature}. Your code is {code}. Again: {code}. It is good for ten minutes; please "
    "tell it to whoever keeps your contact card."
)


def words(t: Text, channel: Channel, signature: str) -> str:
    """The text with the dots in it."""
    said = _VOICE if channel is Channel.VOICE else _SMS
    return t(said).format(code=HIDDEN, signature=clean(signature))


def filled(text: str, channel: Channel, digits: str) -> str:
    """The text as it leaves: a call says digit by digit."""
    return text.replace(HIDDEN, spell(digits) if channel is Channel.VOICE else digits)
