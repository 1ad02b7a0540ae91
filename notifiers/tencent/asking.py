"""Ask Tencent Cloud what became of texts: its queues of receipts and replies, and one number's."""

from datetime import datetime, timedelta

from notifiers import http
from notifiers.message import Channel, InboundSms, Message, Outcome, OutcomeKind, Pulled, Receipt
from notifiers.pushes import each, objects
from notifiers.tencent.client import SMS, TencentGateway
from notifiers.tencent.codes import PROVIDER
from notifiers.tencent.inbound import listed, listed_reply

_MANY = 100
#: Tencent Cloud lists at most an hour; a send in doubt is far younger.
_LONGEST = timedelta(hours=1)


async def pull(gateway: TencentGateway) -> Pulled:
    """Whatever is in the queues of receipts and replies; calls are told by a push only.

    An entry leaves its queue when it is read, so what is lost on the way is told nowhere else.
    """
    if not gateway.settings.sms_app:
        return Pulled()
    receipts: tuple[Receipt, ...] = ()
    texts: tuple[InboundSms, ...] = ()
    trouble = None
    try:
        receipts = each(await _queue(gateway, "PullSmsSendStatus"), listed)
        texts = each(await _queue(gateway, "PullSmsReplyStatus"), listed_reply)
    except http.RefusedError as refused:
        trouble = refused.outcome
    except http.FAULTS as fault:
        trouble = http.outcome_of(PROVIDER, fault)
    return Pulled(receipts=receipts, texts=texts, trouble=trouble)


async def find(gateway: TencentGateway, message: Message, since: datetime) -> Outcome:
    """Whether a text was taken: our key is listed under the number once there is a receipt.

    That it is not listed says little, for a text without a receipt yet is not listed either.
    """
    if message.channel is not Channel.SMS:
        return _UNASKABLE
    begin = int(since.timestamp())
    params = {
        "SmsSdkAppId": gateway.settings.sms_app,
        "PhoneNumber": message.to,
        "BeginTime": begin,
        "EndTime": begin + int(_LONGEST.total_seconds()),
        "Offset": 0,
        "Limit": _MANY,
    }
    url, action = gateway.settings.sms_url, "PullSmsSendStatusByPhoneNumber"
    try:
        told = await gateway.call(url, SMS, action, params)
    except (http.RefusedError, *http.FAULTS):
        return _UNASKABLE
    for receipt in each(objects(told.get("PullSmsSendStatusSet")), listed):
        if receipt.key == message.key:
            return Outcome(
                kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=receipt.provider_id
            )
    return _UNASKABLE


async def _queue(gateway: TencentGateway, action: str) -> list[dict[str, object]]:
    params = {"SmsSdkAppId": gateway.settings.sms_app, "Limit": _MANY}
    told = await gateway.call(gateway.settings.sms_url, SMS, action, params)
    return [dict(row) for row in objects(told.get(f"{action}Set"))]


_UNASKABLE = Outcome(
    kind=OutcomeKind.UNKNOWN,
    provider=PROVIDER,
    detail="Tencent Cloud cannot say whether it has the message.",
)
