"""Read what Tencent Cloud pushes or answers: receipts, replies, calls and keys. Pure.

Nothing in them is signed, so whoever calls this has proved the sender in another way. A push knows
only the id Tencent gave a message; our own key comes back where it is asked for.
"""

from collections.abc import Mapping
from typing import cast

from notifiers.codes import UNMAPPED
from notifiers.errors import CallbackError
from notifiers.message import InboundSms, KeyPress, Pulled, Receipt, ReceiptResult
from notifiers.phone import e164
from notifiers.pushes import KEYS, STOP_WORDS, Row, each, object_of, reply_id, rows_of
from notifiers.tencent.codes import PROVIDER, RECEIPTS

#: What Tencent Cloud wants to hear.
ACKNOWLEDGED = {"result": 0, "errmsg": "OK"}
_END = 50
#: What a call's record says: picked up, not picked up, failed.
_CALLS: Mapping[str, tuple[ReceiptResult, str]] = {
    "0": (ReceiptResult.ENDED, ""),
    "1": (ReceiptResult.FAILED, "Nobody picked up."),
    "2": (ReceiptResult.FAILED, "The call did not get through."),
}


def parse(what: str, body: bytes) -> Pulled:
    """A push of kind `what`: sms-report, sms-up, voice. Raises CallbackError."""
    if what == "sms-report":
        return Pulled(receipts=each(rows_of(body), _pushed))
    if what == "sms-up":
        return Pulled(texts=each([object_of(body)], _reply))
    if what == "voice":
        told = object_of(body)
        called, pressed = told.get("voiceprompt_callback"), told.get("voicekey_callback")
        calls = [cast("Row", called)] if isinstance(called, dict) else []
        keys = [cast("Row", pressed)] if isinstance(pressed, dict) else []
        presses = (press for press in each(keys, _press) if press is not None)
        return Pulled(receipts=each(calls, _call), presses=tuple(presses))
    raise CallbackError("push.kind", "{what!r} is not a kind of push.", what=what[:40])


def listed(row: Row) -> Receipt:
    """One entry of PullSmsSendStatusSet, which knows our key. Raises KeyError without one."""
    arrived = row["ReportStatus"] == "SUCCESS"
    code = str(row.get("Description") or "")
    return _receipt(str(row["SessionContext"]), str(row["SerialNo"]), arrived, code)


def listed_reply(row: Row) -> InboundSms:
    """One entry of PullSmsReplyStatusSet. Raises KeyError or NumberError."""
    return _text(str(row["PhoneNumber"]), str(row["ReplyContent"]), str(row["ReplyUnixTime"]))


def _pushed(row: Row) -> Receipt:
    arrived = row["report_status"] == "SUCCESS"
    return _receipt("", str(row["sid"]), arrived, str(row.get("errmsg") or ""))


def _receipt(key: str, serial: str, arrived: bool, code: str) -> Receipt:
    meaning = None if arrived else RECEIPTS.get(code)
    return Receipt(
        key=key,
        provider_id=serial,
        status="delivered" if arrived else "failed",
        rank=_END,
        result=ReceiptResult.DELIVERED if arrived else ReceiptResult.FAILED,
        code=None if arrived else code or None,
        permanent=meaning is not None and meaning.permanent,
        detail="" if arrived else meaning.detail if meaning else UNMAPPED,
        opted_out=meaning is not None and meaning.opted_out,
        dead=meaning is not None and meaning.dead,
    )


def _call(row: Row) -> Receipt:
    result, detail = _CALLS.get(str(row["result"]), (ReceiptResult.FAILED, UNMAPPED))
    return Receipt(
        key="",
        provider_id=str(row["callid"]),
        status=str(row["result"]),
        rank=_END,
        result=result,
        code=str(row["result"]) if result is ReceiptResult.FAILED else None,
        detail=detail,
    )


def _press(row: Row) -> KeyPress | None:
    pressed = str(row["keypress"]).strip()
    if not pressed or pressed[0] not in KEYS:
        return None
    return KeyPress(key="", provider_id=str(row["callid"]), digit=pressed[0])


def _reply(row: Row) -> InboundSms:
    number = f"+{row.get('nationcode') or '86'}{row['mobile']}"
    return _text(number, str(row["text"]), str(row["time"]))


def _text(number: str, text: str, moment: str) -> InboundSms:
    sender = e164(number)
    return InboundSms(
        provider_id=reply_id(PROVIDER, sender, moment, text),
        sender=sender,
        text=text,
        opted_out=text.strip().upper() in STOP_WORDS,
    )
