"""Ask Alibaba Cloud what became of messages: QuerySendDetails and QueryCallDetailByCallId."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from notifiers import http
from notifiers.aliyun.client import AliyunGateway
from notifiers.aliyun.codes import PROVIDER
from notifiers.aliyun.inbound import key_press, state_receipt, text_receipt
from notifiers.message import (
    Channel,
    KeyPress,
    Message,
    Outcome,
    OutcomeKind,
    Pending,
    Pulled,
    Receipt,
)
from notifiers.phone import national
from notifiers.pushes import Row, objects

#: Requests at once: asking must leave the connections to sending.
_AT_ONCE = 8
#: Alibaba Cloud's days are Beijing's, wherever this runs.
_BEIJING = ZoneInfo("Asia/Shanghai")
_PAGE = 50
#: Alibaba Cloud's numbers for a voice notification and for a call that takes keys.
_PRODUCTS = ("11000000300006", "11000000300005")
_WAITING, _FAILED, _ARRIVED = 1, 2, 3


async def pull(gateway: AliyunGateway, pending: Sequence[Pending]) -> Pulled:
    """The receipts of what is pending, and keys pressed in calls; replies are pushed only."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(one: Pending) -> tuple[Receipt | None, KeyPress | None] | Outcome:
        async with places:
            try:
                if one.channel is Channel.SMS:
                    return await _text(gateway, one), None
                return await _call(gateway, one)
            except http.RefusedError as refused:
                return refused.outcome
            except http.FAULTS as fault:
                return http.outcome_of(PROVIDER, fault)

    askable = [one for one in pending if one.provider_id or one.channel is Channel.SMS]
    told = await asyncio.gather(*map(ask, askable))
    good = [one for one in told if not isinstance(one, Outcome)]
    return Pulled(
        receipts=tuple(receipt for receipt, _ in good if receipt is not None),
        presses=tuple(press for _, press in good if press is not None),
        trouble=next((one for one in told if isinstance(one, Outcome)), None),
    )


async def find(gateway: AliyunGateway, message: Message, since: datetime) -> Outcome:
    """Whether a text was taken: its OutId is listed under the number. Calls cannot be listed."""
    if message.channel is not Channel.SMS:
        return _UNASKABLE
    try:
        rows = await _details(gateway, message.to, since)
    except (http.RefusedError, *http.FAULTS):
        return _UNASKABLE
    if not any(row.get("OutId") == message.key for row in rows):
        return Outcome(
            kind=OutcomeKind.UNAVAILABLE, provider=PROVIDER, detail="Alibaba Cloud has not got it."
        )
    # The list does not tell its id; our own key is enough to ask further and to match a receipt.
    return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER)


async def _text(gateway: AliyunGateway, one: Pending) -> Receipt | None:
    rows = await _details(gateway, one.to, one.sent_at, one.provider_id or "")
    row = next((row for row in rows if row.get("OutId") == one.key), None)
    if row is None or row.get("SendStatus") not in (_FAILED, _ARRIVED):
        return None
    arrived = row["SendStatus"] == _ARRIVED
    return text_receipt(one.key, one.provider_id or "", arrived, str(row.get("ErrCode") or ""))


async def _details(gateway: AliyunGateway, to: str, day: datetime, biz_id: str = "") -> list[Row]:
    params = {
        "PhoneNumber": national(to),
        "SendDate": day.astimezone(_BEIJING).strftime("%Y%m%d"),
        "PageSize": str(_PAGE),
        "CurrentPage": "1",
    }
    if biz_id:
        params["BizId"] = biz_id
    told = await gateway.call(gateway.settings.sms_url, "QuerySendDetails", params)
    listed = told.get("SmsSendDetailDTOs")
    return objects(listed.get("SmsSendDetailDTO")) if isinstance(listed, dict) else []


async def _call(gateway: AliyunGateway, one: Pending) -> tuple[Receipt | None, KeyPress | None]:
    product = _PRODUCTS[1] if gateway.settings.show_number else _PRODUCTS[0]
    params = {
        "CallId": one.provider_id or "",
        "ProdId": product,
        "QueryDate": str(int(one.sent_at.timestamp() * 1000)),
    }
    told = await gateway.call(gateway.settings.voice_url, "QueryCallDetailByCallId", params)
    detail = json.loads(str(told.get("Data") or "{}"))
    if not isinstance(detail, dict) or not detail.get("state"):
        return None, None
    receipt = state_receipt(one.key, one.provider_id or "", str(detail["state"]))
    press = key_press({**detail, "out_id": one.key, "call_id": one.provider_id})
    return receipt, press


_UNASKABLE = Outcome(
    kind=OutcomeKind.UNKNOWN,
    provider=PROVIDER,
    detail="Alibaba Cloud cannot say whether it has the message.",
)
