"""What is carried, to whom, and what became of it: the words every notifier shares."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    VOICE = "voice"


class OutcomeKind(StrEnum):
    """What a provider said to one attempt; each word decides what the caller does next."""

    ACCEPTED = "accepted"
    #: Never: the next channel or the next person, now.
    REJECTED = "rejected"
    #: Not now, and certainly not sent: safe to try again after `retry_after`.
    UNAVAILABLE = "unavailable"
    #: A limit is used up: change the sender, the channel or the person instead of redialling.
    QUOTA = "quota"
    #: Our account or settings are wrong: nothing will be sent until an administrator acts.
    MISCONFIGURED = "misconfigured"
    #: It may or may not have been sent; sending again may duplicate it.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One text for one phone; the text is complete and travels unaltered."""

    #: The attempt's own id; it comes back in every callback.
    key: str
    channel: Channel
    #: E.164, as `notifiers.phone.e164` writes it.
    to: str
    text: str
    #: "zh_CN" or "en": the language a voice must speak.
    lang: str
    #: After this long the message is stale and the provider should drop it; None means never.
    useful_life: timedelta | None = None
    #: Whether a call listens for a key; the text already says which keys there are.
    keypad: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one attempt came to. `detail` is a fixed English sentence and never holds a number."""

    kind: OutcomeKind
    provider: str
    provider_id: str | None = None
    #: The provider's own code, as text.
    code: str | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    #: The person told the provider to send nothing more; another channel must say so.
    opted_out: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What a channel can do, so that a policy can be checked before anybody is paged."""

    #: The person can answer on this very channel.
    two_way: bool = False
    #: A link in the text arrives as a link.
    links: bool = False
    #: The provider tells us what became of the message.
    receipts: bool = False
    #: A call listens for a key.
    keypad: bool = False
    #: The longest text it takes, in SMS parts; None means the channel has no parts.
    max_parts: int | None = None
    #: The longest text it takes, in characters.
    max_length: int | None = None


class ReceiptResult(StrEnum):
    """What a provider's status means to us."""

    PROGRESS = "progress"
    DELIVERED = "delivered"
    FAILED = "failed"
    #: A call was picked up, by whom is unknown; this is no acknowledgement.
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A provider's later word about one attempt. Apply it only when its rank is higher."""

    key: str
    provider_id: str
    #: The provider's own word.
    status: str
    #: Order of statuses; a receipt whose rank is not above the known one changes nothing.
    rank: int
    result: ReceiptResult
    code: str | None = None
    #: Sending the same again cannot help: advance now.
    permanent: bool = False
    #: What an answering-machine detector believed; a label, never a decision.
    answered_by: str | None = None
    #: The fixed English explanation of `code`, empty when there is none.
    detail: str = ""
    opted_out: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundSms:
    """A text somebody sent to us."""

    provider_id: str
    #: E.164.
    sender: str
    text: str
    #: The provider took this text as "send me nothing more" and now blocks the number.
    opted_out: bool = False
    #: The provider took this text as "you may write again".
    opted_in: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPress:
    """A key somebody pressed while we were calling."""

    key: str
    provider_id: str
    digit: str


class Notifier(Protocol):
    """Carries one message to one person. Send from any number of tasks of one event loop."""

    @property
    def name(self) -> str:
        """The word for this notifier in settings, logs and metrics."""

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels it carries."""

    def capabilities(self, channel: Channel) -> Capabilities:
        """What it can do on a channel it carries."""

    async def send(self, message: Message) -> Outcome:
        """Hand the message to the provider; a provider's fault is an Outcome, never an exception.

        A timeout, or a connection lost after sending, is `unknown`.
        """

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """Hang up the call or withdraw the message; True when it certainly no longer goes on.

        A fault of the provider is False, never an exception.
        """

    async def close(self) -> None:
        """Give back every connection; calling it again does nothing."""
