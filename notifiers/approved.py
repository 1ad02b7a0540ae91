"""Which number a carrier gave to each text it approved, and what a message must say to use it."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.errors import GatewayError
from notifiers.message import Channel, Message, Outcome, OutcomeKind, Template


@dataclass(frozen=True, slots=True)
class Approved:
    """The carrier's numbers by our keys: "sms.page", or "sms.page.en" for another language."""

    ids: Mapping[str, str]

    @classmethod
    def read(cls, text: str, setting: str) -> "Approved":
        """From "sms.page=SMS_1,sms.owned=SMS_2". Raises GatewayError naming the `setting`."""
        ids: dict[str, str] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key, equals, number = (part.strip() for part in entry.partition("="))
            if not key or not equals or not number or key in ids:
                raise GatewayError(
                    "templates.entry",
                    "{setting}: {entry!r} is not one key and its number, as in sms.page=SMS_123.",
                    setting=setting,
                    entry=entry,
                )
            ids[key] = number
        return cls(ids)

    def channels(self) -> tuple[Channel, ...]:
        """The channels there is any text for, by the first word of our keys."""
        words = {key.partition(".")[0] for key in self.ids}
        return tuple(channel for channel in Channel if channel in words)

    def number(self, template: Template, lang: str) -> str | None:
        """The carrier's number of a text, in the reader's language where that was approved."""
        return self.ids.get(f"{template.key}.{lang}") or self.ids.get(template.key)


def chosen(message: Message, approved: Approved, provider: str) -> tuple[Template, str] | Outcome:
    """The text and its number, or that something is missing and what."""
    template = message.template
    if template is None:
        return Outcome(
            kind=OutcomeKind.MISCONFIGURED,
            provider=provider,
            code="no_template",
            detail="This carrier sends approved texts only, and the message names none.",
        )
    number = approved.number(template, message.lang)
    if number is None:
        return Outcome(
            kind=OutcomeKind.MISCONFIGURED,
            provider=provider,
            code=template.key,
            detail=f"The number of the approved text {template.key} is not set.",
        )
    return template, number


def landing_in_china(to: str) -> bool:
    """Whether a number (E.164) is one a carrier of the mainland reaches."""
    return to.startswith("+86")


def abroad(provider: str) -> Outcome:
    """Said of a number these carriers do not reach."""
    return Outcome(
        kind=OutcomeKind.REJECTED,
        provider=provider,
        code="abroad",
        detail="This carrier reaches numbers of mainland China only.",
    )
