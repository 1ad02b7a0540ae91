"""One test message by one provider, so that an administrator sees that a way is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from secrets import randbelow

from notifiers.errors import NumberError
from notifiers.message import Channel, Message, Notifier, Outcome, OutcomeKind
from notifiers.phone import e164
from oncall.core import model
from oncall.core.texts.facts import signed
from oncall.core.texts.templates import of_news
from oncall.core.words import N_, Text
from oncall.i18n import translator

_LIFE = timedelta(minutes=10)
_WORDS = N_("This is a test of the duty system; there is nothing to do.")
#: Digits only, as our own keys are, and beyond any of them: a receipt for it is about no message.
_FIRST_KEY, _KEYS = 900_000_000_000, 100_000_000_000

#: What each outcome means for whoever tries.
_SAID = {
    OutcomeKind.ACCEPTED: N_(
        "{provider} took the message ({id}). Whether it arrives, the phone tells."
    ),
    OutcomeKind.REJECTED: N_("{provider} will never carry this message: {why}"),
    OutcomeKind.UNAVAILABLE: N_("{provider} cannot be reached just now: {why}"),
    OutcomeKind.QUOTA: N_("{provider} has no more messages for this number or account: {why}"),
    OutcomeKind.MISCONFIGURED: N_("{provider} is not set up: {why}"),
    OutcomeKind.UNKNOWN: N_("{provider} may have taken the message: {why}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one provider said."""

    provider: str
    outcome: Outcome

    def text(self, t: Text) -> str:
        """In the reader's words; the provider's own explanation stays as it is."""
        code = f" [{self.outcome.code}]" if self.outcome.code else ""
        return t(_SAID[self.outcome.kind]).format(
            provider=self.provider,
            id=self.outcome.provider_id or "",
            why=self.outcome.detail + code,
        )

    def as_json(self) -> dict[str, str | None]:
        """For scripts."""
        return {
            "provider": self.provider,
            "outcome": self.outcome.kind,
            "id": self.outcome.provider_id,
            "code": self.outcome.code,
            "detail": self.outcome.detail,
        }


async def attempt(
    notifier: Notifier, channel: Channel, to: str, lang: str, signature: str
) -> Tried:
    """Send the test message; a number that cannot be dialled is an outcome too."""
    t = translator(lang)
    address = to
    if channel in (Channel.SMS, Channel.VOICE):
        try:
            address = e164(to)
        except NumberError as wrong:
            outcome = Outcome(
                kind=OutcomeKind.REJECTED,
                provider=notifier.name,
                code=wrong.code,
                detail=str(wrong),
            )
            return Tried(provider=notifier.name, outcome=outcome)
    words = t(_WORDS)
    spoken = channel is Channel.VOICE
    way = model.Channel.VOICE if spoken else model.Channel.SMS
    message = Message(
        key=str(_FIRST_KEY + randbelow(_KEYS)),
        channel=channel,
        to=address,
        text=words if spoken else signed(signature, words),
        lang=lang,
        useful_life=_LIFE,
        subject=words,
        template=of_news(t, way, words, signature),
    )
    return Tried(provider=notifier.name, outcome=await notifier.send(message))
