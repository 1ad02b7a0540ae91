"""A gateway of one's own, to try the webhook against: it checks signatures and reports, signed."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from notifiers.emulation import Emulated, Received, push
from notifiers.manners import Manner, reports
from notifiers.message import Channel
from notifiers.webhook.signing import SIGNATURE, TIMESTAMP, proven, sign


class WebhookEmulator(Emulated):
    """Takes signed messages at any path; the same key again is the same message."""

    def __init__(self, secret: str, now: datetime) -> None:
        super().__init__()
        self._secret = secret
        #: The gateway's own clock; a test moves it.
        self.now = now
        #: Our customer's hook.
        self.hook = ""
        self.orders: list[Mapping[str, object]] = []
        self._manners: dict[str, Manner] = {}

    def behave(self, number: str, manner: Manner) -> None:
        """What becomes of messages to a number (E.164) from now on."""
        self._manners[number] = manner

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One message."""
        body = await request.read()
        headers = request.headers
        if not proven([self._secret], headers.get(TIMESTAMP, ""), body,
                      headers.get(SIGNATURE, ""), self.now):  # fmt: skip
            return web.json_response({"error": "misconfigured"}, status=401)
        told = json.loads(body)
        self.orders.append(told)
        again = next(
            (one for one in self.received if one.key == told["key"] and one.accepted), None
        )
        if again is not None and again.text == told["text"]:
            return web.json_response({"id": again.id})
        message = Received(
            channel=Channel(told["channel"]), to=told["to"], text=told["text"], key=told["key"],
            id=self.new_id("gw-"),
        )  # fmt: skip
        return await self.take(
            request, message,
            accepted=lambda one: web.json_response({"id": one.id}, status=202),
            refused=_refused,
            throttled=lambda: web.json_response(
                {"error": "unavailable"}, status=429, headers={"Retry-After": "2"}
            ),
        )  # fmt: skip

    async def report(
        self,
        told: Mapping[str, object],
        *,
        secret: str | None = None,
        late: timedelta | None = None,
    ) -> int:
        """Report receipts, texts or keys to our customer's hook; the HTTP status."""
        return await self.post(json.dumps(told).encode(), secret=secret, late=late)

    async def told(self, one: Received) -> int:
        """Report what became of a message in the manner of its number; the last HTTP status."""
        status = 204
        for report in reports(self._manners.get(one.to, Manner.WELL), one):
            await asyncio.sleep(report.after.total_seconds())
            status = await self.post(report.body)
        return status

    async def post(
        self, body: bytes, *, secret: str | None = None, late: timedelta | None = None
    ) -> int:
        """Report this very body, signed; the HTTP status."""
        moment = int((self.now - (late or timedelta(0))).timestamp())
        signature = sign(secret or self._secret, moment, body)
        return await push(self.hook, body, {TIMESTAMP: str(moment), SIGNATURE: signature})


def _refused(code: str) -> web.Response:
    """A fault's code is the word of the error; after a slash what is wrong with the number."""
    error, _, number = code.partition("/")
    told = {"error": error, "number": number} if number else {"error": error}
    return web.json_response(told, status=422)
