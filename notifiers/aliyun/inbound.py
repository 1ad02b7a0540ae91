"""Read what Alibaba Cloud pushes or answers: JSON arrays of receipts, calls and texts. Pure.

Nothing in them is signed, so whoever calls this has proved the sender in another way.
"""

from collections.abc import Mapping

from notifiers.aliyun.codes import CALLS, RECEIPTS
from notifiers.codes import DEAD_NUMBER, UNMAPPED
from notifiers.errors import CallbackError
from notifiers.message import InboundSms, KeyPress, Pulled, Receipt, ReceiptResult
from notifiers.phone import e164
from notifiers.pushes import KEYS, STOP_WORDS, each, rows_of

#: What Alibaba Cloud wants to hear; anything else and it pushes again.
ACKNOWLEDGED = {"code": 0, "msg": "接收成功"}
_END = 50


def parse(what: str, body: bytes) -> Pulled:
    """A push of kind `what`: sms-report, sms-up, voice-report. Raises CallbackError.

    An entry that cannot be read costs the others nothing.
    """
    rows = rows_of(body)
    if what == "sms-report":
        return Pulled(receipts=each(rows, sms_receipt))
    if what == "sms-up":
        return Pulled(texts=each(rows, _text))
    if what == "voice-report":
        presses = (press for press in each(rows, key_press) if press is not None)
        return Pulled(receipts=each(rows, call_receipt), presses=tuple(presses))
    raise CallbackError("aliyun.kind", "{what!r} is not a kind of push.", what=what[:40])


def sms_receipt(row: Mapping[str, object]) -> Receipt:
    """One entry of an SmsReport. Raises KeyError where it is about no message of ours."""
    code = str(row.get("err_code") or "")
    return text_receipt(str(row["out_id"]), str(row["biz_id"]), row["success"] is True, code)


def text_receipt(key: str, biz_id: str, arrived: bool, code: str) -> Receipt:
    """What the carrier said of a text, pushed or asked for."""
    meaning = None if arrived else RECEIPTS.get(code)
    return Receipt(
        key=key,
        provider_id=biz_id,
        status="delivered" if arrived else "failed",
        rank=_END,
        result=ReceiptResult.DELIVERED if arrived else ReceiptResult.FAILED,
        code=None if arrived else code or None,
        permanent=meaning is not None and meaning.permanent,
        detail="" if arrived else meaning.detail if meaning else UNMAPPED,
        opted_out=meaning is not None and meaning.opted_out,
        dead=meaning is not None and meaning.dead,
    )


def call_receipt(row: Mapping[str, object]) -> Receipt:
    """One entry of a VoiceReport or a VoiceCallReport. Raises KeyError like `sms_receipt`."""
    return state_receipt(str(row["out_id"]), str(row["call_id"]), str(row["status_code"]))


def state_receipt(key: str, call_id: str, state: str) -> Receipt:
    """What became of a call, pushed or asked for; a state we do not know is news and no more."""
    rank, result, permanent, detail = CALLS.get(state, (0, ReceiptResult.PROGRESS, False, UNMAPPED))
    return Receipt(
        key=key,
        provider_id=call_id,
        status=state,
        rank=rank,
        result=result,
        code=state if result is ReceiptResult.FAILED else None,
        permanent=permanent,
        detail=detail,
        dead=detail in DEAD_NUMBER,
    )


def key_press(row: Mapping[str, object]) -> KeyPress | None:
    """The first key in a VoiceReport; None where nobody pressed one."""
    pressed = str(row.get("dtmf") or "").strip()
    if not pressed or pressed[0] not in KEYS:
        return None
    return KeyPress(key=str(row["out_id"]), provider_id=str(row["call_id"]), digit=pressed[0])


def _text(row: Mapping[str, object]) -> InboundSms:
    text = str(row.get("content") or "")
    return InboundSms(
        provider_id=f"aliyun-{row['sequence_id']}",
        sender=e164(str(row["phone_number"])),
        text=text,
        # Carriers here take these as "never again" and say so to nobody else.
        opted_out=text.strip().upper() in STOP_WORDS,
    )
