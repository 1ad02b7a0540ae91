"""Send one SMS through 云MAS: a JSON order in Base64, with an MD5 over its fields as its seal."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

from notifiers import http
from notifiers.approved import abroad, landing_in_china
from notifiers.errors import GatewayError
from notifiers.mas.codes import BOOK, CODES, PROVIDER
from notifiers.message import (
    Capabilities,
    Channel,
    Limit,
    Message,
    Outcome,
    OutcomeKind,
    Receipts,
    wrong_channel,
)
from notifiers.phone import national

_PATH = "/sms/norsubmit"
_DONE = "success"
#: The account's contract names its pace; this is what the smallest one has.
_CAPABILITIES = Capabilities(
    two_way=True,
    links=True,
    receipts=Receipts.PUSH,
    max_length=500,
    rate=(Limit(count=10, span=timedelta(seconds=1)),),
)


@dataclass(frozen=True, kw_only=True)
class MasSettings:
    """An account, as China Mobile's account sheet names its parts."""

    url: str
    #: 集团客户名称, the group's registered name.
    ec_name: str
    #: 接口账号, the user of the interface.
    ap_id: str
    secret: str = field(repr=False)
    #: 签名编码: the carrier puts the name it stands for before every text.
    sign: str
    #: 扩展码: an extension of the number replies go to.
    serial: str = ""
    #: Our own signature, which is taken off because the carrier adds its own.
    signature: str = ""
    timeout: timedelta = http.PATIENCE
    connections: int = 100


def seal(settings: MasSettings, mobiles: str, content: str) -> str:
    """`mac`: the MD5 of the fields one after the other, in small hexadecimal letters."""
    words = "".join(
        (
            settings.ec_name,
            settings.ap_id,
            settings.secret,
            mobiles,
            content,
            settings.sign,
            settings.serial,
        )
    )
    # The carrier's own scheme; the connection is what protects the text.
    return hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()


class Mas:
    """Carries texts as they are; no template is needed, but an address on the account's list."""

    name = PROVIDER
    channels = frozenset({Channel.SMS})

    def __init__(self, settings: MasSettings) -> None:
        needed = (settings.url, settings.ec_name, settings.ap_id, settings.secret, settings.sign)
        if not all(needed):
            raise GatewayError(
                "mas.settings",
                "云MAS needs the account sheet's address, names, secret and signature code: set"
                " ONCALL_MAS_URL, _EC_NAME, _AP_ID, _SECRET and _SIGN.",
            )
        self._settings = settings
        self._pool = http.Pool(settings.timeout, settings.connections)

    def capabilities(self, channel: Channel) -> Capabilities:
        """Free texts, links, replies; receipts by push."""
        return _CAPABILITIES

    async def send(self, message: Message) -> Outcome:
        """Hand over the text; never raises for a fault of the carrier."""
        if message.channel is not Channel.SMS:
            return wrong_channel(PROVIDER)
        if not landing_in_china(message.to):
            return abroad(PROVIDER)
        settings = self._settings
        mobile = national(message.to)
        content = message.text
        if settings.signature:
            content = content.removeprefix(f"【{settings.signature}】")
        order = {
            "ecName": settings.ec_name,
            "apId": settings.ap_id,
            "mobiles": mobile,
            "content": content,
            "sign": settings.sign,
            "addSerial": settings.serial,
            "mac": seal(settings, mobile, content),
        }
        body = base64.b64encode(json.dumps(order, ensure_ascii=False).encode())
        try:
            answer = await self._pool.request(
                "POST",
                settings.url + _PATH,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
            return _read(answer)
        except http.FAULTS as fault:
            return http.outcome_of(PROVIDER, fault)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """What the carrier has taken stays taken."""
        return False

    async def close(self) -> None:
        """Close every connection; later sends are `unavailable`."""
        await self._pool.close()


def _read(answer: http.Answer) -> Outcome:
    if answer.status >= 400:
        code = str(answer.status) if str(answer.status) in CODES else "500"
        return BOOK.refusal(code, answer.retry_after)
    told = answer.json()
    # Refusals come with a 200.
    word = str(told.get("rspcod") or "")
    if word != _DONE:
        if not word:
            raise ValueError("an answer without a code")
        return BOOK.refusal(word)
    made = str(told.get("msgGroup") or "")
    if not made:
        raise ValueError("an answer without an id")
    return Outcome(kind=OutcomeKind.ACCEPTED, provider=PROVIDER, provider_id=made)
