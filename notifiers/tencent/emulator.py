"""A Tencent Cloud of one's own: it checks signatures, fills texts, queues and pushes receipts."""

import json
import re
from collections.abc import Mapping
from typing import cast

from aiohttp import web

from notifiers.emulation import Emulated, Received, push
from notifiers.message import Channel
from notifiers.tencent.signing import authorization

_BLANK = re.compile(r"\{(\d+)\}")
_SERVICES = {"SendTtsVoice": "vms"}


class TencentEmulator(Emulated):
    """One account with its approved texts: number of a text -> its words with {1} blanks."""

    def __init__(self, secret_id: str, secret_key: str, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._secret_id, self._secret_key = secret_id, secret_key
        self.texts = dict(texts)
        #: Our customer's hooks, with the secret in them: "sms-report" and so on is added.
        self.hooks = ""
        #: key -> the receipt the queues tell; "DELIVRD" is the good one.
        self.ends: dict[str, str] = {}
        self.replies: list[dict[str, object]] = []
        self.asked: list[tuple[str, dict[str, object]]] = []
        self._told: set[str] = set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One call: every refusal is an Error in a 200."""
        body = await request.read()
        action = request.headers.get("X-TC-Action", "")
        if (refusal := self._unsigned(request, action, body)) is not None:
            return refusal
        params = cast("dict[str, object]", json.loads(body))
        self.asked.append((action, params))
        if action == "SendSms":
            [number] = cast("list[str]", params["PhoneNumberSet"])
            return await self._order(request, Channel.SMS, number, params)
        if action == "SendTtsVoice":
            return await self._order(request, Channel.VOICE, str(params["CalledNumber"]), params)
        if action == "PullSmsSendStatus":
            fresh = [one for one in self._texts() if one.key in self.ends]
            fresh = [one for one in fresh if one.id not in self._told]
            self._told |= {one.id for one in fresh}
            return _ok({f"{action}Set": [self._status(one) for one in fresh]})
        if action == "PullSmsSendStatusByPhoneNumber":
            mine = [one for one in self._texts() if one.to == params["PhoneNumber"]]
            rows = [self._status(one) for one in mine if one.key in self.ends]
            return _ok({"PullSmsSendStatusSet": rows})
        if action == "PullSmsReplyStatus":
            told, self.replies = self.replies, []
            return _ok({f"{action}Set": told})
        return _refused("InvalidAction")

    def _unsigned(self, request: web.BaseRequest, action: str, body: bytes) -> web.Response | None:
        headers = {
            "content-type": request.headers.get("Content-Type", ""),
            "host": request.headers.get("Host", ""),
            "x-tc-action": action.lower(),
        }
        wanted = authorization(
            self._secret_id, self._secret_key, service=_SERVICES.get(action, "sms"),
            headers=headers, body=body, timestamp=int(request.headers.get("X-TC-Timestamp", "0")),
        )  # fmt: skip
        given = request.headers.get("Authorization", "")
        if f"Credential={self._secret_id}/" not in given:
            return _refused("AuthFailure.SecretIdNotFound")
        return None if given == wanted else _refused("AuthFailure.SignatureFailure")

    async def _order(
        self, request: web.BaseRequest, channel: Channel, number: str, params: Mapping[str, object]
    ) -> web.StreamResponse:
        text = self.texts.get(str(params.get("TemplateId")))
        values = cast("list[str]", params.get("TemplateParamSet") or [])
        if text is None:
            return _refused("FailedOperation.TemplateIncorrectOrUnapproved")
        if len(set(_BLANK.findall(text))) != len(values):
            return _refused("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
        message = Received(
            channel=channel, to=number, key=str(params.get("SessionContext")),
            text=_BLANK.sub(lambda found: values[int(found[1]) - 1], text),
            id=self.new_id("5000:" if channel is Channel.SMS else "call-"),
        )  # fmt: skip

        def accepted(one: Received) -> web.Response:
            if channel is Channel.VOICE:
                return _ok({"SendStatus": {"CallId": one.id, "SessionContext": one.key}})
            row = {"SerialNo": one.id, "PhoneNumber": one.to, "Code": "Ok",
                   "SessionContext": one.key, "Message": "send success"}  # fmt: skip
            return _ok({"SendStatusSet": [row]})

        def refused(code: str) -> web.Response:
            # A number is refused inside an answer that is good; everything else is an error.
            if channel is Channel.SMS and code.startswith(
                ("LimitExceeded.Phone", "FailedOperation.P")
            ):
                row = {"SerialNo": "", "PhoneNumber": number, "Code": code}
                return _ok({"SendStatusSet": [row]})
            return _refused(code)

        return await self.take(
            request, message, accepted=accepted, refused=refused,
            throttled=lambda: _refused("RequestLimitExceeded"),
        )  # fmt: skip

    def _texts(self) -> list[Received]:
        return [one for one in self.received if one.accepted and one.channel is Channel.SMS]

    def _status(self, one: Received) -> dict[str, object]:
        end = self.ends[one.key]
        return {
            "UserReceiveTime": 1793685605, "CountryCode": "86", "PhoneNumber": one.to,
            "SubscriberNumber": one.to.removeprefix("+86"), "SerialNo": one.id,
            "ReportStatus": "SUCCESS" if end == "DELIVRD" else "FAIL", "Description": end,
            "SessionContext": one.key,
        }  # fmt: skip

    async def report(self, key: str, code: str = "DELIVRD") -> int:
        """Push the receipt of a text to our customer's hook; the HTTP status."""
        one = self._by_key(key)
        row = {
            "user_receive_time": "2026-11-03 14:00:05", "nationcode": "86",
            "mobile": one.to.removeprefix("+86"), "errmsg": code, "description": "", "sid": one.id,
            "report_status": "SUCCESS" if code == "DELIVRD" else "FAIL",
        }  # fmt: skip
        return await push(f"{self.hooks}/sms-report", json.dumps([row]).encode())

    async def reply(self, number: str, text: str, moment: int = 1793685660) -> int:
        """A person writes back; the HTTP status."""
        row = {"extend": "", "mobile": number.removeprefix("+86"), "nationcode": "86",
               "sign": "", "text": text, "time": moment}  # fmt: skip
        return await push(f"{self.hooks}/sms-up", json.dumps(row).encode())

    async def call_ends(self, key: str, result: str = "0") -> int:
        """Push the record of a call; the HTTP status."""
        one = self._by_key(key)
        told = {"callid": one.id, "result": result, "mobile": one.to, "duration": 10}
        body = {"voiceprompt_callback": told}
        return await push(f"{self.hooks}/voice", json.dumps(body).encode())

    async def press(self, key: str, digit: str) -> int:
        """A person presses a key in a call; the HTTP status."""
        one = self._by_key(key)
        told = {"call_from": "", "callid": one.id, "keypress": digit, "mobile": one.to,
                "nationcode": "86"}  # fmt: skip
        return await push(f"{self.hooks}/voice", json.dumps({"voicekey_callback": told}).encode())

    def _by_key(self, key: str) -> Received:
        return next(one for one in self.received if one.key == key and one.accepted)


def _ok(fields: Mapping[str, object]) -> web.Response:
    return web.json_response({"Response": {**fields, "RequestId": "emulated"}})


def _refused(code: str) -> web.Response:
    return _ok({"Error": {"Code": code, "Message": "emulated"}})
