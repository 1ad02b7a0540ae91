"""What is said to whoever is rung for a telephone conference, and texted to whoever was missed."""

from __future__ import annotations

from oncall.core.texts.facts import clean, spell
from oncall.core.texts.sms import DRILL
from oncall.core.words import N_, Text, sentences

_THIS_IS = N_("This is {signature}.")
_GUEST = N_(
    "You are wanted in the telephone conference about number {code}. Press 1 to enter; other "
    "people will hear you."
)
_CALLER = N_(
    "This is about the matter you reported. The responsible unit and the police would like to "
    "speak with you together. Press 1 to be connected, or simply hang up."
)
_BACK = N_("You could not be connected to the telephone conference about {code}.")
_CALL = N_("Please call the desk: {phone}.")
_CALL_ANY = N_("Please call your desk.")
#: Said before the line is put through, and to whoever comes too late.
ENTERING = N_("You are entering the telephone conference.")
NO_CONFERENCE = N_("The telephone conference is over. There is nothing for you to do.")


def guest_rung(t: Text, code: str, signature: str, *, drill: bool) -> str:
    """The call to somebody of a unit or of 110."""
    said = [t(N_("This is a drill."))] if drill else []
    return _signed(t, signature, [*said, t(_GUEST).format(code=spell(code))])


def caller_rung(t: Text, signature: str) -> str:
    """The call to the person who reported the matter: nothing about it is said to whoever answers.

    No number either: it is no word of theirs, and somebody else may have picked up.
    """
    return _signed(t, signature, [t(_CALLER)])


def ask_back(t: Text, code: str, phone: str, *, drill: bool) -> str:
    """The text to whoever could not be connected."""
    call = t(_CALL).format(phone=phone) if phone else t(_CALL_ANY)
    return (t(DRILL) if drill else "") + sentences([t(_BACK).format(code=clean(code)), call])


def _signed(t: Text, signature: str, said: list[str]) -> str:
    name = clean(signature)
    return sentences([*([t(_THIS_IS).format(signature=name)] if name else []), *said])
