"""How an emulated phone behaves, and which faults the emulated Twilio has: plain values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from notifiers.emulation import FaultKind


class SmsManner(StrEnum):
    """What becomes of an SMS to this phone."""

    READS = "reads"  # delivered, and nothing comes back
    REPLIES = "replies"
    DEAD = "dead"  # undelivered, with the script's code
    LOST = "lost"  # sent, and then no receipt ever
    REFUSED = "refused"  # the request itself is refused, with the script's code


class VoiceManner(StrEnum):
    """What becomes of a call to this phone."""

    MANUAL = "manual"  # rings until a person acts on the emulator's page
    ANSWERS = "answers"  # presses the script's keys, then hangs up
    VOICEMAIL = "voicemail"  # a machine answers and lets us speak
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    DEAD = "dead"  # the call fails: no such number
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmsScript:
    """`after` is in seconds of the emulator's clock, counted from the delivery."""

    manner: SmsManner = SmsManner.READS
    text: str = "1"
    after: float = 4.0
    code: int = 30005


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceScript:
    """Seconds of the emulator's clock: `ring` before answering, `listen` before each key
    once keys count."""

    manner: VoiceManner = VoiceManner.MANUAL
    ring: float = 3.0
    listen: float = 4.0
    keys: str = ""
    code: int = 21211
    #: What the detector takes whoever answers for; "" is what they are.
    taken_for: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Handset:
    """One phone; the one with an empty number stands for every number not named."""

    number: str = ""
    sms: SmsScript = field(default_factory=SmsScript)
    voice: VoiceScript = field(default_factory=VoiceScript)


def presses(keys: str, *, ring: float = 3.0, listen: float = 4.0) -> VoiceScript:
    """Answers, listens, presses each key in turn, hangs up."""
    return VoiceScript(manner=VoiceManner.ANSWERS, keys=keys, ring=ring, listen=listen)


def listens(*, ring: float = 3.0, listen: float = 4.0) -> VoiceScript:
    """Answers, listens, and hangs up without a key: never an acknowledgement."""
    return VoiceScript(manner=VoiceManner.ANSWERS, ring=ring, listen=listen)


def voicemail(*, ring: float = 20.0) -> VoiceScript:
    """A machine answers."""
    return VoiceScript(manner=VoiceManner.VOICEMAIL, ring=ring)


def no_answer() -> VoiceScript:
    """Rings out."""
    return VoiceScript(manner=VoiceManner.NO_ANSWER)


def busy() -> VoiceScript:
    """Is always talking."""
    return VoiceScript(manner=VoiceManner.BUSY)


def replies(text: str, *, after: float = 4.0) -> SmsScript:
    """Gets the SMS and answers it; "STOP" opts out."""
    return SmsScript(manner=SmsManner.REPLIES, text=text, after=after)


def dead(number: str, *, code: int = 30005) -> Handset:
    """A number out of service: the SMS is undelivered with `code`, the call fails."""
    return Handset(
        number=number,
        sms=SmsScript(manner=SmsManner.DEAD, code=code),
        voice=VoiceScript(manner=VoiceManner.DEAD),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault; it applies to what matches, `times` requests long (None: until reset)."""

    kind: FaultKind
    code: int = 20500
    retry_after: int = 1
    #: "sms" or "call"; None for both.
    only: str | None = None
    number: str | None = None
    times: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Callbacks:
    """How callbacks are sent: `delay` seconds late, `copies` times, last first when `reorder`."""

    delay: float = 0.0
    copies: int = 1
    reorder: bool = False
    #: No status callbacks at all: a provider whose receipts never come, or a benchmark of sending.
    off: bool = False


def handset_from(data: Mapping[str, object]) -> Handset:
    """A Handset from JSON. Raises ValueError or TypeError naming what is wrong."""
    sms, voice = dict(_object(data, "sms")), dict(_object(data, "voice"))
    if "manner" in sms:
        sms["manner"] = SmsManner(str(sms["manner"]))
    if "manner" in voice:
        voice["manner"] = VoiceManner(str(voice["manner"]))
    unknown = set(data) - {"number", "sms", "voice"}
    if unknown:
        raise ValueError(f"unknown field: {', '.join(sorted(unknown))}")
    return Handset(
        number=str(data.get("number", "")),
        sms=SmsScript(**sms),  # type: ignore[arg-type]  # JSON: a wrong name is a TypeError
        voice=VoiceScript(**voice),  # type: ignore[arg-type]  # the same
    )


def fault_from(data: Mapping[str, object]) -> Fault:
    """A Fault from JSON. Raises ValueError or TypeError naming what is wrong."""
    fields = dict(data)
    kind = FaultKind(str(fields.pop("kind", "")))
    return Fault(kind=kind, **fields)  # type: ignore[arg-type]  # JSON: a wrong name is a TypeError


def callbacks_from(data: Mapping[str, object]) -> Callbacks:
    """Callbacks from JSON. Raises TypeError naming what is wrong."""
    return Callbacks(**data)  # type: ignore[arg-type]  # JSON: a wrong name is a TypeError


def _object(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise TypeError(f"{name} must be an object")
    return found
