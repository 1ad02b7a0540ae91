"""Call a phone through Tencent Cloud (2020-09-02, SendTtsVoice)."""

from datetime import time, timedelta

from notifiers.approved import abroad, chosen, landing_in_china
from notifiers.message import Capabilities, Limit, Message, Outcome, Quiet, Receipts
from notifiers.pushes import Row
from notifiers.tencent.client import VOICE, TencentGateway
from notifiers.tencent.codes import PROVIDER

#: The most Tencent Cloud repeats a text.
_TIMES = 3


def capabilities(gateway: TencentGateway) -> Capabilities:
    """By default five calls a day to one number, one of them at night; support raises it."""
    keys = gateway.settings.keys
    return Capabilities(
        two_way=keys,
        keypad=keys,
        receipts=Receipts.PUSH if keys else Receipts.NONE,
        templates=True,
        max_length=350,
        per_recipient=(Limit(count=5, span=timedelta(days=1)),),
        rate=(Limit(count=20, span=timedelta(seconds=1)),),
        quiet=Quiet(start=time(22), end=time(8), count=1),
    )


async def send(gateway: TencentGateway, message: Message) -> Outcome:
    """Order one call of an approved text; its key is told by a push."""
    settings = gateway.settings
    if not landing_in_china(message.to):
        return abroad(PROVIDER)
    picked = chosen(message, settings.approved, PROVIDER)
    if isinstance(picked, Outcome):
        return picked
    template, number = picked
    params = {
        "TemplateId": number,
        "CalledNumber": message.to,
        "VoiceSdkAppid": settings.voice_app,
        "TemplateParamSet": [value for _, value in template.variables],
        "PlayTimes": _TIMES,
        "SessionContext": message.key,
    }
    return await gateway.order(settings.voice_url, VOICE, "SendTtsVoice", params, _id)


def _id(response: Row) -> str:
    status = response.get("SendStatus")
    made = str(status.get("CallId") or "") if isinstance(status, dict) else ""
    if not made:
        raise KeyError("CallId")
    return made
