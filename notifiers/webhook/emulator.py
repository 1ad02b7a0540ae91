"""A gateway of one's own, to try the webhook against: it checks signatures and reports, signed."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from notifiers.emulation import Emulated, Received, push
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
            refused=lambda code: web.json_response({"error": code}, status=422),
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
        body = json.dumps(told).encode()
        moment = int((self.now - (late or timedelta(0))).timestamp())
        signature = sign(secret or self._secret, moment, body)
        return await push(self.hook, body, {TIMESTAMP: str(moment), SIGNATURE: signature})
