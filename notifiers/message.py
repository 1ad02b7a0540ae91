"""What is carried, to whom, and what became of it: the words every notifier shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Flag, StrEnum, auto
from typing import Protocol, runtime_checkable


class Channel(StrEnum):
    """A way to reach people. Pages travel by text and by call; the others carry copies."""

    SMS = "sms"
    VOICE = "voice"
    #: Duty notices and papers, to one address.
    EMAIL = "email"
    #: Courtesy copies to a group's robot: nobody answers there, so no page depends on it.
    CHAT = "chat"


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
class Template:
    """The same words as a carrier approved them beforehand: which text, and what fills its blanks.

    A carrier that names its blanks uses the names, one that numbers them the order.
    """

    key: str
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A paper that travels with an e-mail."""

    name: str
    #: For example "text/calendar; method=PUBLISH".
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One text for one phone; the text is complete and travels unaltered.

    Only a carrier that takes nothing but approved texts sends `template` instead of `text`.
    """

    #: The attempt's own id; it comes back in every callback.
    key: str
    channel: Channel
    #: E.164, as `notifiers.phone.e164` writes it; an address for e-mail; for a chat the name of
    #: the group, or "" for the one the settings name.
    to: str
    text: str
    #: "zh_CN" or "en": the language a voice must speak.
    lang: str
    #: After this long the message is stale and the provider should drop it; None means never.
    useful_life: timedelta | None = None
    #: Whether a call listens for a key; the text already says which keys there are.
    keypad: bool = False
    #: A call opens with a tone of its own, so that nobody takes a drill for the real thing.
    drill: bool = False
    template: Template | None = None
    #: The subject line of an e-mail; without one the text's own first line.
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    #: In a chat, the mobile (national) of whoever it is about: for the vendor's own field that
    #: calls them there, never for the text.
    mention: str = ""


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
    #: The number itself is at fault: it will not take anything tomorrow either.
    dead: bool = False


def wrong_channel(provider: str) -> Outcome:
    """A caller's mistake, reported instead of carried: an SMS read aloud would only confuse."""
    return Outcome(
        kind=OutcomeKind.MISCONFIGURED,
        provider=provider,
        detail="This notifier does not carry this channel.",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """At most `count` messages within any `span`, to be kept by us before the provider must."""

    count: int
    span: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """Hours in which a provider carries at most `count` messages to one number; 0 means none.

    Wall clocks of the IANA `zone`; a window that ends before it begins goes over midnight.
    """

    start: time
    end: time
    count: int = 0
    zone: str = "Asia/Shanghai"


class Receipts(Flag):
    """How we learn what became of a message; nothing at all is falsy."""

    NONE = 0
    #: The provider calls one of our hooks.
    PUSH = auto()
    #: We ask (`Pulls`), also from where nobody can call us.
    PULL = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What a channel can do, so that a policy can be checked before anybody is paged."""

    #: The person can answer on this very channel.
    two_way: bool = False
    #: A link in the text arrives as a link.
    links: bool = False
    receipts: Receipts = Receipts.NONE
    #: A call listens for a key.
    keypad: bool = False
    #: It says whether a person or a machine picked up.
    detects: bool = False
    #: Several calls can be put together into one conversation (`Room`).
    conference: bool = False
    #: The longest text it takes, in SMS parts; None means the channel has no parts.
    max_parts: int | None = None
    #: The longest text it takes, in characters.
    max_length: int | None = None
    #: It takes only texts approved beforehand: a message without `template` is misconfigured.
    templates: bool = False
    #: What one number may get, all messages together; a message beyond goes another way.
    per_recipient: tuple[Limit, ...] = ()
    #: What our account may send to everybody together; a message beyond waits its turn.
    rate: tuple[Limit, ...] = ()
    quiet: Quiet | None = None


class ReceiptResult(StrEnum):
    """What a provider's status means to us."""

    PROGRESS = "progress"
    DELIVERED = "delivered"
    FAILED = "failed"
    #: A call was picked up, by whom is unknown; this is no acknowledgement.
    ANSWERED = "answered"
    ENDED = "ended"


class AnsweredBy(StrEnum):
    """Who picked up a call, as a detector believed: a label to be read, never a decision."""

    HUMAN = "human"
    #: A voicemail, a call screener, a fax.
    MACHINE = "machine"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A provider's later word about one attempt. Apply it only when its rank is higher."""

    #: Our own, or "" from a provider that tells nothing but its own id.
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
    #: Of a call whose provider listens for machines; None from any other.
    answered_by: AnsweredBy | None = None
    #: The fixed English explanation of `code`, empty when there is none.
    detail: str = ""
    opted_out: bool = False
    #: The number itself is at fault: it will not take anything tomorrow either.
    dead: bool = False
    #: The handset is away and may be back in a moment: the same once more, beside going on.
    once_more: bool = False


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

    #: Our own, or "" from a provider that tells nothing but its own id.
    key: str
    provider_id: str
    digit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A conversation that calls are put into, made by whoever enters first."""

    name: str
    #: Our own word for whoever enters; it comes back in every callback about them.
    label: str
    #: When they leave, it ends for everybody.
    ends: bool = False


class RoomWord(StrEnum):
    """What happened in a room."""

    JOINED = "joined"
    LEFT = "left"
    OVER = "over"
    #: Nothing anybody needs to know.
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomNews:
    """A provider's word about a room; it may come late, twice and in any order."""

    room: str
    word: RoomWord
    #: Whom it is about; "" where it is about the room.
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """An attempt whose end we do not know yet, for a provider that must be asked."""

    key: str
    channel: Channel
    to: str
    provider_id: str | None
    #: When it was handed over, UTC.
    sent_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """What asking brought. Everything in it may come again, and may have been pushed as well."""

    receipts: tuple[Receipt, ...] = ()
    texts: tuple[InboundSms, ...] = ()
    presses: tuple[KeyPress, ...] = ()
    #: Why there may be more than this: what asking came to where the provider failed.
    trouble: Outcome | None = None


@runtime_checkable
class Pulls(Protocol):
    """A notifier that can be asked for receipts and answers, for nets nobody can call into."""

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """What became of `pending`, and what people answered after `since`; never raises.

        A provider with a queue gives whatever is in it, asked for or not.
        """


@runtime_checkable
class Finds(Protocol):
    """A notifier that can say afterwards whether a send in doubt was taken."""

    async def find(self, message: Message, since: datetime) -> Outcome:
        """`accepted` when the provider has it (with its id if told), `unavailable` when not.

        `unknown` when it cannot tell the message from another, or does not answer. Never raises.
        `since` is a moment before the send.
        """


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
