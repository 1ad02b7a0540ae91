"""A 云MAS of one's own: it checks the seal, takes texts, and pushes receipts and replies."""

import base64
import json

from aiohttp import web

from notifiers.emulation import Emulated, Received, push
from notifiers.mas.notifier import MasSettings, seal
from notifiers.message import Channel
from notifiers.phone import e164, national


class MasEmulator(Emulated):
    """One account; it is told the settings it gave away."""

    def __init__(self, settings: MasSettings) -> None:
        super().__init__()
        self._settings = settings
        #: Our customer's hooks, with the secret in them.
        self.hooks = ""
        self.orders: list[dict[str, str]] = []

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One order; every refusal is a 200."""
        order = json.loads(base64.b64decode(await request.read(), validate=True))
        self.orders.append(order)
        settings = self._settings
        if (order["ecName"], order["apId"]) != (settings.ec_name, settings.ap_id):
            return _answer("InvalidUsrOrPwd")
        if order["sign"] != settings.sign:
            return _answer("IllegalSignId")
        if order["mac"] != seal(settings, order["mobiles"], order["content"]):
            return _answer("IllegalMac")
        message = Received(
            channel=Channel.SMS, to=e164(order["mobiles"]), text=order["content"], key="",
            id=self.new_id("1103"),
        )  # fmt: skip

        def refused(code: str) -> web.Response:
            return web.Response(status=int(code)) if code.isdecimal() else _answer(code)

        return await self.take(
            request, message, accepted=lambda one: _answer("success", one.id), refused=refused,
            throttled=lambda: web.Response(status=429),
        )  # fmt: skip

    async def report(self, message_id: str, code: str = "DELIVRD") -> int:
        """Push the receipt of a text to our customer's hook; the HTTP status."""
        one = next(one for one in self.received if one.id == message_id)
        row = {
            "reportStatus": "CM:0000" if code == "DELIVRD" else code, "errorCode": code,
            "mobile": national(one.to), "submitDate": "20261103140000",
            "receiveDate": "20261103140005", "msgGroup": one.id,
        }  # fmt: skip
        return await push(f"{self.hooks}/sms-report", json.dumps(row).encode())

    async def reply(self, number: str, text: str, moment: str = "2026-11-03 14:01:00") -> int:
        """A person writes back; the HTTP status."""
        row = {"mobile": national(number), "smsContent": text, "sendTime": moment,
               "addSerial": self._settings.serial}  # fmt: skip
        return await push(f"{self.hooks}/sms-up", json.dumps([row]).encode())


def _answer(word: str, message_id: str = "") -> web.Response:
    good = word == "success"
    return web.json_response({"msgGroup": message_id, "rspcod": word, "success": good})
