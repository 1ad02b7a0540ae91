"""An Alibaba Cloud of one's own: it checks signatures, fills texts, and pushes receipts."""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from notifiers.aliyun.signing import authorization
from notifiers.emulation import Emulated, Received, push
from notifiers.message import Channel
from notifiers.phone import e164, national

_BLANK = re.compile(r"\$\{(\w+)\}")
_SIGNED = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce",
           "x-acs-version")  # fmt: skip


class AliyunEmulator(Emulated):
    """One account with its approved texts: number of a text -> its words with ${blanks}."""

    def __init__(self, key_id: str, secret: str, texts: Mapping[str, str], sign_name: str) -> None:
        super().__init__()
        self._key_id, self._secret = key_id, secret
        self.texts = dict(texts)
        self._sign_name = sign_name
        self._nonces: set[str] = set()
        #: Our customer's hooks, with the secret in them: "sms-report" and so on is added.
        self.hooks = ""
        #: key -> the receipt that QuerySendDetails or QueryCallDetailByCallId tells.
        self.ends: dict[str, str] = {}
        #: key -> the keys pressed in that call.
        self.keys: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One RPC call: every refusal has Alibaba Cloud's JSON body."""
        action = request.headers.get("x-acs-action", "")
        params = dict(parse_qsl(_query(request), keep_blank_values=True))
        self.asked.append((action, params))
        if (refusal := self._unsigned(request)) is not None:
            return refusal
        if action == "SendSms":
            return await self._order(request, Channel.SMS, params, "TemplateCode", "TemplateParam")
        if action == "SingleCallByTts":
            return await self._order(request, Channel.VOICE, params, "TtsCode", "TtsParam")
        if action == "IvrCall":
            return await self._order(request, Channel.VOICE, params, "StartCode", "StartTtsParams")
        if action == "QuerySendDetails":
            return self._details(params)
        if action == "QueryCallDetailByCallId":
            return self._call_detail(params)
        return _refused("InvalidAction.NotFound", 404)

    def _unsigned(self, request: web.BaseRequest) -> web.Response | None:
        given = request.headers.get("Authorization", "")
        headers = {name: request.headers.get(name, "") for name in _SIGNED}
        wanted = authorization(
            self._key_id, self._secret, method=request.method, path=request.path,
            query=_query(request), headers=headers, body=b"",
        )  # fmt: skip
        if f"Credential={self._key_id}," not in given:
            return _refused("InvalidAccessKeyId.NotFound", 404)
        if given != wanted:
            return _refused("SignatureDoesNotMatch", 400)
        nonce = headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            return _refused("SignatureNonceUsed", 400)
        self._nonces.add(nonce)
        return None

    async def _order(
        self, request: web.BaseRequest, channel: Channel, params: Mapping[str, str],
        code_field: str, values_field: str,
    ) -> web.StreamResponse:  # fmt: skip
        text = self.texts.get(params.get(code_field, ""))
        if text is None:
            return _refused("isv.SMS_TEMPLATE_ILLEGAL" if channel is Channel.SMS
                            else "isv.TTS_TEMPLATE_ILLEGAL")  # fmt: skip
        values = json.loads(params.get(values_field) or "{}")
        if set(_BLANK.findall(text)) - set(values):
            return _refused("isv.TEMPLATE_MISSING_PARAMETERS")
        words = _BLANK.sub(lambda found: values[found[1]], text)
        if channel is Channel.SMS:
            if params.get("SignName") != self._sign_name:
                return _refused("isv.SMS_SIGNATURE_ILLEGAL")
            number = params.get("PhoneNumbers", "")
        else:
            number = params.get("CalledNumber", "")
        if not re.fullmatch(r"\d{5,12}", number):
            return _refused("isv.MOBILE_NUMBER_ILLEGAL")
        message = Received(
            channel=channel, to=e164(number), text=words, key=params.get("OutId", ""),
            id=self.new_id("9006" if channel is Channel.SMS else "1160^"),
        )  # fmt: skip
        field = "BizId" if channel is Channel.SMS else "CallId"
        return await self.take(
            request, message,
            accepted=lambda one: _ok({field: one.id}),
            refused=_refused,
            throttled=lambda: _refused("Throttling.User", 400),
        )  # fmt: skip

    def _details(self, params: Mapping[str, str]) -> web.Response:
        biz_id, number = params.get("BizId"), e164(params["PhoneNumber"])
        rows = [
            {"PhoneNum": national(one.to), "OutId": one.key, "TemplateCode": "SMS_0",
             "Content": one.text, "SendDate": "2026-11-03 14:00:00", **self._end(one.key)}
            for one in self.received
            if one.accepted and one.channel is Channel.SMS and one.to == number
            and biz_id in (None, one.id)
        ]  # fmt: skip
        return _ok({"TotalCount": len(rows), "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})

    def _end(self, key: str) -> dict[str, object]:
        code = self.ends.get(key)
        if code is None:
            return {"SendStatus": 1}
        return {"SendStatus": 3 if code == "DELIVERED" else 2, "ErrCode": code}

    def _call_detail(self, params: Mapping[str, str]) -> web.Response:
        call = next((one for one in self.received if one.id == params.get("CallId")), None)
        if call is None or params.get("ProdId") not in ("11000000300006", "11000000300005"):
            return _refused("isv.INVALID_PARAMETERS")
        detail = {"state": self.ends.get(call.key, ""), "dtmf": self.keys.get(call.key, "")}
        return _ok({"Data": json.dumps(detail)})

    async def report(self, key: str, code: str = "DELIVERED") -> int:
        """Push the receipt of a text to our customer's hook; the HTTP status."""
        one = self._by_key(key)
        row = {
            "phone_number": national(one.to), "send_time": "2026-11-03 14:00:00",
            "report_time": "2026-11-03 14:00:05", "success": code == "DELIVERED",
            "err_code": code, "err_msg": "", "sms_size": "1", "biz_id": one.id, "out_id": key,
        }  # fmt: skip
        return await self._push("sms-report", row)

    async def call_ends(self, key: str, state: str, dtmf: str = "") -> int:
        """Push the record of a call, with the keys that were pressed; the HTTP status."""
        one = self._by_key(key)
        row = {
            "call_id": one.id, "out_id": key, "callee": national(one.to), "status_code": state,
            "dtmf": dtmf, "duration": "10", "voice_type": "voice",
        }  # fmt: skip
        return await self._push("voice-report", row)

    async def reply(self, number: str, text: str) -> int:
        """A person writes back; the HTTP status."""
        row = {
            "phone_number": national(number), "send_time": "2026-11-03 14:01:00",
            "content": text, "sign_name": self._sign_name, "dest_code": "1234",
            "sequence_id": self.new_id("77"),
        }  # fmt: skip
        return await self._push("sms-up", row)

    async def _push(self, what: str, row: Mapping[str, object]) -> int:
        return await push(f"{self.hooks}/{what}", json.dumps([row]).encode())

    def _by_key(self, key: str) -> Received:
        return next(one for one in self.received if one.key == key and one.accepted)


def _query(request: web.BaseRequest) -> str:
    # As it was sent: aiohttp's own is already unquoted.
    return request.rel_url.raw_query_string


def _ok(fields: Mapping[str, object]) -> web.Response:
    return _json({"Code": "OK", "Message": "OK", "RequestId": "emulated", **fields}, 200)


def _refused(code: str, status: int | None = None) -> web.Response:
    # The services' own codes come with a 200; the gateway's before them do not.
    status = status or (200 if code.startswith(("isv.", "isp.")) else 400)
    return _json({"Code": code, "Message": "emulated", "RequestId": "emulated"}, status)


def _json(body: Mapping[str, object], status: int) -> web.Response:
    return web.json_response(body, status=status)
