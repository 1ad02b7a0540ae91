"""Read what 云MAS pushes: receipts by the id it gave, and replies. Nothing is signed. Pure."""

import json
from typing import cast

from notifiers.codes import UNMAPPED
from notifiers.errors import CallbackError
from notifiers.mas.codes import RECEIPTS
from notifiers.message import InboundSms, Pulled, Receipt, ReceiptResult
from notifiers.phone import e164
from notifiers.pushes import STOP_WORDS, Row, each, reply_id

#: What 云MAS wants to hear.
ACKNOWLEDGED = {"result": "success"}
_END = 50
_ARRIVED = frozenset({"DELIVRD", "CM:0000"})


def parse(what: str, body: bytes) -> Pulled:
    """A push of kind `what`: sms-report, sms-up; one object or several. Raises CallbackError."""
    rows = _rows(body)
    if what == "sms-report":
        return Pulled(receipts=each(rows, _receipt))
    if what == "sms-up":
        return Pulled(texts=each(rows, _reply))
    raise CallbackError("push.kind", "{what!r} is not a kind of push.", what=what[:40])


def _receipt(row: Row) -> Receipt:
    status = str(row["reportStatus"])
    code = str(row.get("errorCode") or status)
    arrived = status in _ARRIVED or code in _ARRIVED
    meaning = None if arrived else RECEIPTS.get(code) or RECEIPTS.get(status)
    return Receipt(
        key="",
        provider_id=str(row["msgGroup"]),
        status="delivered" if arrived else "failed",
        rank=_END,
        result=ReceiptResult.DELIVERED if arrived else ReceiptResult.FAILED,
        code=None if arrived else code,
        permanent=meaning is not None and meaning.permanent,
        detail="" if arrived else meaning.detail if meaning else UNMAPPED,
        dead=meaning is not None and meaning.dead,
    )


def _reply(row: Row) -> InboundSms:
    sender, text = e164(str(row["mobile"])), str(row["smsContent"])
    return InboundSms(
        provider_id=reply_id("mas", sender, str(row.get("sendTime") or ""), text),
        sender=sender,
        text=text,
        opted_out=text.strip().upper() in STOP_WORDS,
    )


def _rows(body: bytes) -> list[Row]:
    try:
        told = json.loads(body)
    except ValueError as exc:
        raise CallbackError("push.json", "The push is no JSON.") from exc
    several = told if isinstance(told, list) else [told]
    rows = [cast("Row", row) for row in several if isinstance(row, dict)]
    if not rows and several:
        raise CallbackError("push.object", "The push is no JSON object.")
    return rows
