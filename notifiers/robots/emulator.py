"""A chat service of one's own: robots at /NAME, which check signatures and refuse with a 200."""

import json

from aiohttp import web

from notifiers.emulation import Emulated, Received
from notifiers.message import Channel
from notifiers.robots import signing
from notifiers.robots.notifier import Kind

#: What each kind says to a wrong signature, and to too many messages.
_WRONG = {"wecom": 93000, "dingtalk": 310000, "feishu": 19021}
_FAST = {"wecom": 45009, "dingtalk": 130101, "feishu": 11232}


class RobotEmulator(Emulated):
    """Robots of one kind with one secret; "" asks for no signature."""

    def __init__(self, kind: Kind, secret: str = "") -> None:
        super().__init__()
        self._kind, self._secret = kind, secret
        #: The mobiles that each message called, in the order they came.
        self.mentioned: list[list[str]] = []

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One message to the group that the path names."""
        body = json.loads(await request.read())
        if self._secret and not self._signed(request, body):
            return self._refused(str(_WRONG[self._kind.name]))
        text = (body.get("text") or body.get("content") or {}).get("content") or body.get(
            "content", {}
        ).get("text", "")
        called = (body.get("text") or {}).get("mentioned_mobile_list")
        self.mentioned.append(called or (body.get("at") or {}).get("atMobiles") or [])
        message = Received(
            channel=Channel.CHAT,
            to=request.path.strip("/"),
            text=text,
            key="",
            id=self.new_id("m"),
        )
        return await self.take(
            request,
            message,
            accepted=lambda _: self._answer(0),
            refused=self._refused,
            throttled=lambda: self._answer(_FAST[self._kind.name]),
        )

    def _signed(self, request: web.BaseRequest, body: dict[str, str]) -> bool:
        if self._kind.name == "feishu":
            moment = body.get("timestamp", "")
            return moment.isdecimal() and body.get("sign") == signing.feishu(
                self._secret, int(moment)
            )
        moment = request.query.get("timestamp", "")
        return moment.isdecimal() and request.query.get("sign") == signing.dingtalk(
            self._secret, int(moment)
        )

    def _refused(self, code: str) -> web.Response:
        return self._answer(int(code))

    def _answer(self, code: int) -> web.Response:
        if self._kind.name == "feishu":
            return web.json_response({"code": code, "msg": "emulated", "data": {}})
        return web.json_response({"errcode": code, "errmsg": "emulated"})
