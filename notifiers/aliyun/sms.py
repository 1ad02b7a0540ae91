"""Send one SMS through Alibaba Cloud (Dysmsapi 2017-05-25, SendSms)."""

from datetime import timedelta

from notifiers.aliyun.client import AliyunGateway, params_json
from notifiers.aliyun.codes import PROVIDER
from notifiers.approved import abroad, chosen, landing_in_china
from notifiers.message import Capabilities, Limit, Message, Outcome, Receipts
from notifiers.phone import national

#: 50 a day to one number with one signature and one text; no useful life can be given. A reply
#: comes back where the number extension was ordered. Links belong into the approved text.
CAPABILITIES = Capabilities(
    two_way=True,
    receipts=Receipts.PUSH | Receipts.PULL,
    max_length=500,
    templates=True,
    per_recipient=(Limit(count=50, span=timedelta(days=1)),),
    rate=(Limit(count=1_000, span=timedelta(seconds=1)),),
)


async def send(gateway: AliyunGateway, message: Message) -> Outcome:
    """Hand over the approved text with its blanks filled; OutId is our own key."""
    settings = gateway.settings
    if not landing_in_china(message.to):
        return abroad(PROVIDER)
    picked = chosen(message, settings.approved, PROVIDER)
    if isinstance(picked, Outcome):
        return picked
    template, number = picked
    params = {
        "PhoneNumbers": national(message.to),
        "SignName": settings.sign_name,
        "TemplateCode": number,
        "OutId": message.key,
    }
    if template.variables:
        params["TemplateParam"] = params_json(template.variables)
    return await gateway.order(settings.sms_url, "SendSms", params, "BizId")
