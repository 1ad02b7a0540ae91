"""Send one SMS through Tencent Cloud (2021-01-11, SendSms)."""

from datetime import timedelta

from notifiers.approved import abroad, chosen, landing_in_china
from notifiers.message import Capabilities, Limit, Message, Outcome, Receipts
from notifiers.pushes import Row, objects
from notifiers.tencent.client import SMS, TencentGateway, refused
from notifiers.tencent.codes import PROVIDER

#: One number: 1 in 30 s, 5 an hour, 10 a day are the console's defaults for one text.
CAPABILITIES = Capabilities(
    two_way=True,
    receipts=Receipts.PUSH | Receipts.PULL,
    max_length=500,
    templates=True,
    per_recipient=(
        Limit(count=1, span=timedelta(seconds=30)),
        Limit(count=5, span=timedelta(hours=1)),
        Limit(count=10, span=timedelta(days=1)),
    ),
    rate=(Limit(count=3_000, span=timedelta(seconds=1)),),
)
_TAKEN = "Ok"


async def send(gateway: TencentGateway, message: Message) -> Outcome:
    """Hand over the approved text with its blanks in order; SessionContext is our own key."""
    settings = gateway.settings
    if not landing_in_china(message.to):
        return abroad(PROVIDER)
    picked = chosen(message, settings.approved, PROVIDER)
    if isinstance(picked, Outcome):
        return picked
    template, number = picked
    params = {
        "PhoneNumberSet": [message.to],
        "SmsSdkAppId": settings.sms_app,
        "SignName": settings.sign_name,
        "TemplateId": number,
        "TemplateParamSet": [value for _, value in template.variables],
        "SessionContext": message.key,
    }
    return await gateway.order(settings.sms_url, SMS, "SendSms", params, _id)


def _id(response: Row) -> str:
    """Each number of a request is taken or refused by itself; ours has one."""
    rows = objects(response.get("SendStatusSet"))
    if not rows:
        raise KeyError("SendStatusSet")
    code = str(rows[0].get("Code", ""))
    if code != _TAKEN:
        raise refused(code)
    serial = str(rows[0].get("SerialNo") or "")
    if not serial:
        raise KeyError("SerialNo")
    return serial
