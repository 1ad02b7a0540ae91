"""Messages and what became of them as JSON, for gateways of one's own: webhook and spool. Pure."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar, cast

from notifiers.message import InboundSms, KeyPress, Message, Pulled, Receipt, ReceiptResult
from notifiers.phone import e164
from notifiers.pushes import KEYS, STOP_WORDS, Row, each, object_of, objects

T = TypeVar("T")


class Fault(StrEnum):
    """A gateway's word for what is wrong with the number itself."""

    DEAD = "dead"
    OPTED_OUT = "opted_out"
    #: The handset is off, and may be back in a moment.
    AWAY = "away"


#: A gateway's word for what became of a message -> its rank.
_RANKS: Mapping[ReceiptResult, int] = {
    ReceiptResult.PROGRESS: 20,
    ReceiptResult.ANSWERED: 40,
    ReceiptResult.DELIVERED: 50,
    ReceiptResult.FAILED: 50,
    ReceiptResult.ENDED: 50,
}


def order(message: Message) -> bytes:
    """A message as a gateway reads it (docs/providers/webhook.md)."""
    told: dict[str, object] = {
        "key": message.key,
        "channel": message.channel,
        "to": message.to,
        "text": message.text,
        "lang": message.lang,
        "keypad": message.keypad,
    }
    if message.drill:
        told["drill"] = True
    if message.useful_life is not None:
        told["useful_seconds"] = int(message.useful_life.total_seconds())
    if message.subject:
        told["subject"] = message.subject
    if message.template is not None:
        told["template"] = {
            "key": message.template.key,
            "variables": dict(message.template.variables),
        }
    return json.dumps(told, ensure_ascii=False).encode()


def told(body: bytes) -> Pulled:
    """What a gateway reports: receipts, texts and keys. Raises CallbackError for no JSON object.

    An entry that cannot be read costs the others nothing.
    """
    said = object_of(body)
    return Pulled(
        receipts=_each(said.get("receipts"), _receipt),
        texts=_each(said.get("texts"), _text),
        presses=_each(said.get("keys"), _press),
    )


def id_of(key: str, told: object) -> str:
    """The provider's id of a message: the gateway's own with our key, or our key alone.

    Ids tie together what was said in one call, and nobody knows how a gateway makes its own: one
    that counts from 1 every morning must not tie today's call to yesterday's.
    """
    return f"{key}:{told}"[:80] if told else key


def fault_of(row: Row) -> Fault | None:
    """What a gateway says is wrong with the number of a message; None for nothing it can mean."""
    word = str(row.get("number") or "")
    return Fault(word) if word in _FAULTS else None


def _each(value: object, read: Callable[[Row], T]) -> tuple[T, ...]:
    return each(objects(value), read)


def _receipt(row: Row) -> Receipt:
    word = str(row["status"])
    if word not in _WORDS:
        raise KeyError(word)
    result = ReceiptResult(word)
    failed = result is ReceiptResult.FAILED
    fault = fault_of(row) if failed else None
    code = str(row.get("code") or "")[:40]
    return Receipt(
        key=str(row["key"]),
        provider_id=id_of(str(row["key"]), row["id"]) if row.get("id") else "",
        status=word,
        rank=_RANKS[result],
        result=result,
        code=code or None,
        permanent=(failed and row.get("permanent") is True) or fault in _FOR_EVER,
        opted_out=fault is Fault.OPTED_OUT,
        dead=fault is Fault.DEAD,
        once_more=fault is Fault.AWAY,
    )


def _text(row: Row) -> InboundSms:
    text = str(row["text"])
    return InboundSms(
        provider_id=f"gateway-{str(row['id'])[:60]}",
        sender=e164(str(row["from"])),
        text=text,
        opted_out=text.strip().upper() in STOP_WORDS or row.get("opted_out") is True,
    )


def _press(row: Row) -> KeyPress:
    digit = str(row["digit"])
    if digit not in KEYS:
        raise KeyError("digit")
    key = str(row["key"])
    return KeyPress(key=key, provider_id=id_of(key, row.get("id")), digit=digit)


_FAULTS = frozenset(cast("list[str]", list(Fault)))
_FOR_EVER = frozenset({Fault.DEAD, Fault.OPTED_OUT})
_WORDS = frozenset(cast("list[str]", list(ReceiptResult)))
