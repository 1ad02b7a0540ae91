"""Tell the story while it happens: every text, ring, key and silence, with its time of day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from commands.story import cast
from notifiers.phone import e164, national
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_world import Phone, PhoneCall, PhoneText
from oncall.core.words import N_, Text, role

_CALLS = {
    "ringing": N_("The phone of {who} rings."),
    "in-progress": N_("{who} answers and hears: {words}"),
    "no-answer": N_("{who} does not answer."),
    "busy": N_("{who} rejects the call."),
    "failed": N_("The call to {who} fails: the number is dead."),
    "canceled": N_("The phone of {who} stops ringing."),
}
_PRESSED = N_("{who} presses {keys}.")
_LEFT = N_("{who} hangs up without pressing a key: that is no answer.")
_TEXT = N_("Text message to {who}: {words}")
_UNDELIVERED = N_("The text message to {who} cannot be delivered: the number is dead.")


class Teller:
    """Prints what phones do, each thing once."""

    def __init__(self, t: Text, echo: Callable[[str], None]) -> None:
        self.t = t
        self.echo = echo
        self._told: set[tuple[str, str]] = set()
        self._names = {e164(one.number): one for one in cast.CAST}

    def say(self, at: datetime, words: str) -> None:
        """One line."""
        self.echo(f"{at.astimezone(cast.ZONE).strftime('%H:%M:%S')}  {words}")

    async def follow(self, emulator: Emulator, now: Callable[[], datetime]) -> None:
        """Tell until cancelled."""
        version = -1
        while True:
            version = await emulator.changed(version)
            for phone in emulator.phones():
                self._phone(phone, now())

    def _phone(self, phone: Phone, now: datetime) -> None:
        who = self._who(phone.number)
        for text in phone.texts:
            self._text(who, text, now)
        for call in phone.calls:
            self._call(who, call, now)

    def _text(self, who: str, text: PhoneText, now: datetime) -> None:
        if text.to_phone and self._first(text.sid, "sent"):
            self.say(text.at, self.t(_TEXT).format(who=who, words=text.text))
        if text.status == "undelivered" and self._first(text.sid, text.status):
            self.say(now, self.t(_UNDELIVERED).format(who=who))

    def _call(self, who: str, call: PhoneCall, now: datetime) -> None:
        if call.status == "in-progress" and not call.spoken:
            return
        if call.status in _CALLS and self._first(call.sid, call.status):
            words = call.spoken[0] if call.spoken else ""
            self.say(now, self.t(_CALLS[call.status]).format(who=who, words=words))
        if call.pressed and self._first(call.sid, "pressed"):
            self.say(now, self.t(_PRESSED).format(who=who, keys=call.pressed))
        if call.status == "completed" and not call.pressed and self._first(call.sid, "left"):
            self.say(now, self.t(_LEFT).format(who=who))

    def _first(self, sid: str, what: str) -> bool:
        if (sid, what) in self._told:
            return False
        self._told.add((sid, what))
        return True

    def _who(self, number: str) -> str:
        one = self._names.get(number)
        if one is None:
            return national(number)
        return f"{one.name} ({role(self.t, one.role)}, {one.number})"
