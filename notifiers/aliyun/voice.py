"""Call a phone through Alibaba Cloud (Dyvmsapi 2017-05-25): speak, and take a key."""

from datetime import timedelta

from notifiers.aliyun.client import AliyunGateway, params_json
from notifiers.aliyun.codes import PROVIDER
from notifiers.approved import abroad, chosen, landing_in_china
from notifiers.message import Capabilities, Limit, Message, Outcome, OutcomeKind, Receipts
from notifiers.phone import national

#: The most Alibaba Cloud repeats a text.
_TIMES = "3"
#: Milliseconds a key is waited for after the last word.
_PATIENCE = "6000"
#: OutId may have as many bytes.
_LONGEST_KEY = 15
#: The keys a call listens for, and the text that is heard after one of them.
_KEYS, PRESSED = ("1", "2", "9"), "voice.pressed"

_LIMITS = (
    Limit(count=1, span=timedelta(minutes=1)),
    Limit(count=5, span=timedelta(hours=1)),
    Limit(count=20, span=timedelta(days=1)),
)


def capabilities(gateway: AliyunGateway) -> Capabilities:
    """Keys are taken only in calls from a number of our own (IvrCall)."""
    keys = bool(gateway.settings.show_number)
    return Capabilities(
        two_way=keys,
        keypad=keys,
        receipts=Receipts.PUSH | Receipts.PULL,
        templates=True,
        max_length=500,
        per_recipient=_LIMITS,
        rate=(Limit(count=100, span=timedelta(seconds=1)),),
    )


async def send(gateway: AliyunGateway, message: Message) -> Outcome:
    """Order one call; with a keypad and a number of our own it listens for 1, 2 and 9."""
    settings = gateway.settings
    if not landing_in_china(message.to):
        return abroad(PROVIDER)
    if len(message.key.encode()) > _LONGEST_KEY:
        return _KEY_TOO_LONG
    picked = chosen(message, settings.approved, PROVIDER)
    if isinstance(picked, Outcome):
        return picked
    template, number = picked
    params = {"CalledNumber": national(message.to), "PlayTimes": _TIMES, "OutId": message.key}
    if settings.show_number:
        params["CalledShowNumber"] = settings.show_number
    filled = params_json(template.variables)
    if not (message.keypad and settings.show_number):
        params |= {"TtsCode": number, "TtsParam": filled}
        return await gateway.order(settings.voice_url, "SingleCallByTts", params, "CallId")
    params |= {"StartCode": number, "StartTtsParams": filled, "Timeout": _PATIENCE}
    after = settings.approved.ids.get(PRESSED)
    for place, key in enumerate(_KEYS, start=1):
        params[f"MenuKeyMap.{place}.Key"] = key
        if after:
            params[f"MenuKeyMap.{place}.Code"] = after
    return await gateway.order(settings.voice_url, "IvrCall", params, "CallId")


_KEY_TOO_LONG = Outcome(
    kind=OutcomeKind.MISCONFIGURED,
    provider=PROVIDER,
    code="key",
    detail="Our key is longer than the 15 bytes a call can carry back.",
)
