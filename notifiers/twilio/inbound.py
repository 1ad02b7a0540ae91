"""Read what Twilio tells us, and believe none of it before its signature is checked. Pure."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

from notifiers.codes import DEAD_NUMBER, UNMAPPED
from notifiers.errors import CallbackError, WrongAccountError
from notifiers.message import (
    AnsweredBy,
    InboundSms,
    KeyPress,
    Receipt,
    ReceiptResult,
    RoomNews,
    RoomWord,
)
from notifiers.twilio import sdk
from notifiers.twilio.codes import CODES, SIP_PERMANENT
from notifiers.twilio.twiml import hang_up, reply, say

__all__ = [
    "call_receipt",
    "hang_up",
    "inbound_text",
    "parse_detected",
    "parse_gather",
    "parse_room",
    "parse_sms",
    "parse_status",
    "reply",
    "require_account",
    "say",
    "sign",
    "signature_ok",
    "text_receipt",
]

Fields = Mapping[str, str] | Sequence[tuple[str, str]]

_PROGRESS, _DELIVERED, _FAILED, _ANSWERED, _ENDED = ReceiptResult
_SMS = {
    "accepted": (10, _PROGRESS),
    "scheduled": (10, _PROGRESS),
    "queued": (20, _PROGRESS),
    "sending": (30, _PROGRESS),
    "sent": (40, _PROGRESS),
    "delivered": (50, _DELIVERED),
    "partially_delivered": (50, _FAILED),
    "undelivered": (50, _FAILED),
    "failed": (50, _FAILED),
    "canceled": (50, _ENDED),
    "read": (60, _DELIVERED),
}
_CALL = {
    "queued": (10, _PROGRESS),
    "initiated": (20, _PROGRESS),
    "ringing": (30, _PROGRESS),
    "in-progress": (40, _ANSWERED),
    "answered": (40, _ANSWERED),
    "completed": (50, _ENDED),
    "busy": (50, _FAILED),
    "failed": (50, _FAILED),
    "no-answer": (50, _FAILED),
    "canceled": (50, _ENDED),
}
#: What the detector says beside "human", "unknown" and words that Twilio invents tomorrow.
_MACHINES = frozenset(
    {"machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax"}
)
#: Twilio's standard words; with Advanced Opt-Out it says so itself in OptOutType.
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
_START = frozenset({"START", "UNSTOP"})
_ROOM_WORDS = {
    "participant-join": RoomWord.JOINED,
    "participant-leave": RoomWord.LEFT,
    "conference-end": RoomWord.OVER,
}
_KEYS = frozenset("0123456789*#")


class _Form:
    """A posted form as the SDK's validator wants it: every value of a name, blanks kept."""

    def __init__(self, form: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in form:
            self._values.setdefault(name, []).append(value)

    def __iter__(self) -> Iterable[str]:
        return iter(self._values)

    def getlist(self, name: str) -> list[str]:
        return self._values[name]


def signature_ok(
    public_url: str,
    path_with_query: str,
    form: Sequence[tuple[str, str]],
    signature: str,
    tokens: Sequence[str],
    settings: str = "",
) -> bool:
    """Whether Twilio signed this request with one of our tokens (several while rotating).

    The address is the configured one: the request's own host can be forged. `form` must keep
    blank fields, because they are signed too. `settings` is the header
    X-Twilio-Webhooks-Signature-Settings, which names the newer SHA-256 scheme.
    """
    if not signature or not signature.isascii():
        return False
    algorithm = sdk.get_signature_algorithm(settings)
    urls = _spellings(public_url.rstrip("/") + path_with_query)
    fields = _Form(form)
    try:
        return any(
            hmac.compare_digest(
                sdk.RequestValidator(token).compute_signature(url, fields, algorithm), signature
            )
            for token in tokens
            if token
            for url in urls
        )
    except ValueError:
        # An algorithm this SDK does not know proves nothing.
        return False


def sign(url: str, form: Sequence[tuple[str, str]], token: str) -> str:
    """The X-Twilio-Signature of a form posted to `url` (an emulator and tests need it)."""
    return str(sdk.RequestValidator(token).compute_signature(url, _Form(form)))


def require_account(form: Fields, account_sid: str) -> None:
    """Refuse a request about another account. Raises WrongAccountError."""
    if not hmac.compare_digest(dict(form).get("AccountSid", "").encode(), account_sid.encode()):
        raise WrongAccountError("twilio.account", "The request is about another account than ours.")


def parse_status(form: Fields, query: Fields) -> Receipt:
    """The receipt in a status callback of a message or a call. Raises CallbackError.

    Callbacks come late, twice and out of order: apply a receipt only when its rank is higher.
    """
    fields, key = dict(form), _attempt(query)
    code = _number(fields.get("ErrorCode"))
    if sid := fields.get("CallSid"):
        return call_receipt(
            key,
            sid,
            _required(fields, "CallStatus"),
            code=code,
            sip=_number(fields.get("SipResponseCode")),
            answered_by=fields.get("AnsweredBy"),
        )
    status = _required(fields, "MessageStatus")
    return text_receipt(key, _required(fields, "MessageSid"), status, code)


def text_receipt(key: str, sid: str, status: str, code: int | None) -> Receipt:
    """The receipt in Twilio's status of a text, pushed or asked for."""
    rank, result = _known(status, _SMS)
    meaning = CODES.get(code) if code else None
    return Receipt(
        key=key,
        provider_id=sid,
        status=status,
        rank=rank,
        result=result,
        code=str(code) if code else None,
        permanent=meaning is not None and meaning.permanent,
        detail=meaning.detail if meaning else UNMAPPED if code else "",
        opted_out=meaning is not None and meaning.opted_out,
        dead=meaning is not None and meaning.dead,
        once_more=meaning is not None and meaning.once_more,
    )


def call_receipt(
    key: str,
    sid: str,
    status: str,
    *,
    code: int | None = None,
    sip: int | None = None,
    answered_by: str | None = None,
) -> Receipt:
    """The receipt in Twilio's status of a call, pushed or asked for."""
    rank, result = _known(status, _CALL)
    meaning = CODES.get(code) if code else None
    # SIP answers accompany every ended call; only a failed one is about the number.
    dead = SIP_PERMANENT.get(sip or 0, "") if status == "failed" else ""
    return Receipt(
        key=key,
        provider_id=sid,
        status=status,
        rank=rank,
        result=result,
        code=str(code) if code else f"SIP {sip}" if dead else None,
        permanent=bool(dead) or (meaning is not None and meaning.permanent),
        answered_by=_picked_up(answered_by),
        detail=meaning.detail if meaning else dead or (UNMAPPED if code else ""),
        dead=dead in DEAD_NUMBER or (meaning is not None and meaning.dead),
    )


def parse_detected(form: Fields, query: Fields) -> Receipt:
    """Who picked up a call, as Twilio tells while it goes on. Raises CallbackError."""
    fields = dict(form)
    said = _required(fields, "AnsweredBy")
    return Receipt(
        key=_attempt(query),
        provider_id=_required(fields, "CallSid"),
        status=said,
        rank=0,
        result=_PROGRESS,
        answered_by=_picked_up(said),
    )


def parse_sms(form: Fields) -> InboundSms:
    """A text somebody sent us. Raises CallbackError."""
    fields = dict(form)
    text = fields.get("Body", "")
    sid, sender = _required(fields, "MessageSid"), _required(fields, "From")
    return inbound_text(sid, sender, text, fields.get("OptOutType", ""))


def inbound_text(sid: str, sender: str, text: str, kind: str = "") -> InboundSms:
    """A text somebody sent us, pushed or asked for; `kind` is Twilio's own OptOutType."""
    word = text.strip().upper()
    return InboundSms(
        provider_id=sid,
        sender=sender,
        text=text,
        opted_out=kind == "STOP" or (not kind and word in _STOP),
        opted_in=kind == "START" or (not kind and word in _START),
    )


def parse_gather(form: Fields, query: Fields) -> KeyPress:
    """The key somebody pressed during a call. Raises CallbackError when there is none."""
    fields = dict(form)
    digit = _required(fields, "Digits")
    if digit not in _KEYS:
        raise CallbackError("twilio.digit", "{value!r} is not one key.", value=digit[:20])
    return KeyPress(key=_attempt(query), provider_id=_required(fields, "CallSid"), digit=digit)


def parse_room(form: Fields, query: Fields) -> RoomNews:
    """Who entered or left one of our conferences, or that it ended. Raises CallbackError."""
    fields = dict(form)
    word = _ROOM_WORDS.get(_required(fields, "StatusCallbackEvent"), RoomWord.OTHER)
    return RoomNews(
        room=_required(dict(query), "room"), word=word, label=fields.get("ParticipantLabel", "")
    )


def _attempt(query: Fields) -> str:
    return _required(dict(query), "attempt")


def _required(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise CallbackError("twilio.field", "The field {name} is missing.", name=name)
    return value


def _known(
    status: str, words: Mapping[str, tuple[int, ReceiptResult]]
) -> tuple[int, ReceiptResult]:
    # A status Twilio invents tomorrow is news, but no reason to lose the callback or to regress.
    return words.get(status, (0, _PROGRESS))


def _picked_up(said: str | None) -> AnsweredBy | None:
    if not said:
        return None
    if said in _MACHINES:
        return AnsweredBy.MACHINE
    return AnsweredBy.HUMAN if said == "human" else AnsweredBy.UNKNOWN


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) else None


def _spellings(url: str) -> tuple[str, ...]:
    """The address as it is, without its port, with the default one: Twilio signs any of them."""
    parts = urlsplit(url)
    host, colon, port = parts.netloc.rpartition(":")
    bare = host if colon and port.isdecimal() else parts.netloc
    default = {"https": "443", "http": "80"}.get(parts.scheme, "")
    netlocs = dict.fromkeys((parts.netloc, bare, f"{bare}:{default}"))
    return tuple(urlunsplit(parts._replace(netloc=netloc)) for netloc in netlocs)
