"""The emulated REST API: what the SDK asks, checked and answered as Twilio would."""

import asyncio
import base64
import json
import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode
from xml.etree import ElementTree

from aiohttp import web
from yarl import URL

from notifiers.emulation import FaultKind
from notifiers.twilio.emulator_phones import end_call, live_call, live_text
from notifiers.twilio.emulator_script import Fault, SmsManner, VoiceManner
from notifiers.twilio.emulator_world import (
    Call,
    Received,
    Text,
    World,
    attempt_of,
    new_sid,
    rfc2822,
)
from notifiers.twilio.twiml import MAX_INLINE

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
#: Seconds a phone rings when the request does not say.
_RING = 60
_LONGEST_BODY = 1_600
_LONGEST_LIFE = 36_000

Form = dict[str, str]


class _RefusalError(Exception):
    """The request is answered with an error in Twilio's form."""

    def __init__(self, status: int, code: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status, self.code, self.headers = status, code, headers


class RestApi:
    """Answers POST and GET under /2010-04-01/Accounts/{sid}/ for one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._root = f"/2010-04-01/Accounts/{world.account_sid}/"
        token = f"{world.account_sid}:{world.auth_token}".encode()
        self._authorization = "Basic " + base64.b64encode(token).decode()
        self.faults: list[tuple[Fault, list[int]]] = []
        self.closing = asyncio.Event()

    def set_faults(self, faults: tuple[Fault, ...]) -> None:
        """Replace the faults; each counts the requests it has spoiled."""
        self.faults = [(fault, [0]) for fault in faults]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request; every refusal has Twilio's JSON body."""
        try:
            if request.headers.get("Authorization") != self._authorization:
                raise _RefusalError(401, 20003)
            if not request.path.startswith(self._root):
                raise _RefusalError(404, 20404)
            name = request.path.removeprefix(self._root).removesuffix(".json")
            if request.method == "POST":
                return await self._post(request, name)
            if request.method == "GET":
                return self._get(request, name)
            raise _RefusalError(405, 20004)
        except _RefusalError as refusal:
            body = {
                "code": refusal.code,
                "message": f"Emulated error {refusal.code}",
                "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
                "status": refusal.status,
            }
            return _json(body, refusal.status, refusal.headers)

    async def _post(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        # yarl parses in C what parse_qsl does in forty microseconds.
        query = (await request.read()).decode()
        pairs = list(URL.build(query_string=query, encoded=True).query.items())
        form = dict(pairs)
        if name == "Messages":
            return await self._create(request, "sms", form)
        if name == "Calls":
            events = {value for key, value in pairs if key == "StatusCallbackEvent"}
            form["StatusCallbackEvent"] = " ".join(sorted(events))
            return await self._create(request, "call", form)
        kind, _, sid = name.partition("/")
        if kind == "Calls" and (call := self._world.calls.get(sid)):
            return await self._update_call(call, form)
        if kind == "Messages" and (text := self._world.texts.get(sid)):
            return self._update_text(text, form)
        raise _RefusalError(404, 20404)

    async def _create(self, request: web.BaseRequest, kind: str, form: Form) -> web.StreamResponse:
        fault = self._fault(kind, form.get("To", ""))
        made: Text | Call | None = None
        try:
            if fault is not None:
                _refuse(fault)
            if fault is None or fault.kind in _ACCEPTS:
                made = self._text(form) if kind == "sms" else self._call(form)
        finally:
            self._record(kind, form, made, answered=fault is None)
        if isinstance(made, Text):
            self._begin_text(made)
        elif made is not None:
            self._begin_call(made)
        if fault is not None:
            return await self._spoil(request, fault)
        return _json(self._view(made) if made else {}, 201)

    def _record(self, kind: str, form: Form, made: Text | Call | None, *, answered: bool) -> None:
        self._world.received.append(
            Received(
                kind=kind,
                to=form.get("To", ""),
                body=form.get("Body", "") if kind == "sms" else _words(form.get("Twiml", "")),
                at=time.monotonic(),
                moment=self._world.clock(),
                key=made.key if made else attempt_of(form.get("StatusCallback", "")),
                sid=made.sid if made else "",
                accepted=made is not None,
                answered=answered,
            )
        )

    def _begin_text(self, text: Text) -> None:
        self._world.add_text(text)
        quiet = self._world.callbacks.off
        if quiet and self._world.handset(text.number).sms.manner is SmsManner.READS:
            # Nothing will come of it, and a benchmark should not pay for a task.
            text.status = "delivered"
        else:
            self._world.spawn(live_text(self._world, text))

    def _begin_call(self, call: Call) -> None:
        self._world.add_call(call)
        call.life = self._world.spawn(live_call(self._world, call))

    async def _spoil(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.CRASH:
            return web.Response(status=500, text="<html>oops</html>", content_type="text/html")
        if fault.kind is FaultKind.GARBAGE:
            return web.Response(text="<html>please log in</html>", content_type="text/html")
        if fault.kind is FaultKind.ACCEPT_THEN_DROP:
            if request.transport is not None:
                request.transport.abort()
        else:
            await self.closing.wait()
        return web.Response(status=503)

    def _fault(self, kind: str, number: str) -> Fault | None:
        for fault, used in self.faults:
            if fault.only not in (None, kind) or fault.number not in (None, number):
                continue
            if fault.times is not None and used[0] >= fault.times:
                continue
            used[0] += 1
            return fault
        return None

    def _text(self, form: Form) -> Text:
        world = self._world
        number, body = form.get("To", ""), form.get("Body", "")
        if not number:
            raise _RefusalError(400, 21604)
        if not _E164.fullmatch(number):
            raise _RefusalError(400, 21211)
        sender = form.get("From") or form.get("MessagingServiceSid")
        if not sender:
            raise _RefusalError(400, 21603)
        if not body:
            raise _RefusalError(400, 21602)
        if len(body) > _LONGEST_BODY:
            raise _RefusalError(400, 21617)
        validity = form.get("ValidityPeriod")
        if validity and not (validity.isdecimal() and 1 <= int(validity) <= _LONGEST_LIFE):
            raise _RefusalError(400, 21624)
        if number in world.opted_out:
            raise _RefusalError(400, 21610)
        script = world.handset(number).sms
        if script.manner is SmsManner.REFUSED:
            raise _RefusalError(400, script.code)
        callback = form.get("StatusCallback", "")
        return Text(
            sid=new_sid("SM"),
            number=number,
            sender=sender,
            text=body,
            at=world.clock(),
            to_phone=True,
            status="queued" if form.get("From") else "accepted",
            callback=callback,
            key=attempt_of(callback),
            validity=int(validity) if validity else None,
        )

    def _call(self, form: Form) -> Call:
        number = form.get("To", "")
        if not number:
            raise _RefusalError(400, 21201)
        if not form.get("From"):
            raise _RefusalError(400, 21213)
        if not _E164.fullmatch(number):
            raise _RefusalError(400, 21211)
        twiml = form.get("Twiml", "")
        if not twiml:
            raise _RefusalError(400, 21205)
        if len(twiml) > MAX_INLINE:
            raise _RefusalError(400, 12100)
        script = self._world.handset(number).voice
        if script.manner is VoiceManner.REFUSED:
            raise _RefusalError(400, script.code)
        callback = form.get("StatusCallback", "")
        events = frozenset(form["StatusCallbackEvent"].split()) & _EVENTS
        return Call(
            sid=new_sid("CA"),
            number=number,
            sender=form["From"],
            twiml=twiml,
            at=self._world.clock(),
            callback=callback,
            events=events or frozenset({"completed"}),
            key=attempt_of(callback),
            timeout=float(form.get("Timeout", _RING)),
            detected=_listens(form),
        )

    async def _update_call(self, call: Call, form: Form) -> web.StreamResponse:
        wanted = form.get("Status", "")
        # `canceled` is for calls nobody has picked up; `completed` ends those as well.
        if call.over or (wanted == "canceled" and call.status == "in-progress"):
            raise _RefusalError(400, 21220)
        if wanted not in ("canceled", "completed"):
            raise _RefusalError(400, 20001)
        self._note("hang-up", call)
        await end_call(self._world, call)
        return _json(self._view(call), 200)

    def _update_text(self, text: Text, form: Form) -> web.StreamResponse:
        if form.get("Status") != "canceled":
            raise _RefusalError(400, 20001)
        if text.status not in ("accepted", "scheduled", "queued"):
            raise _RefusalError(409, 30409)
        text.status = "canceled"
        self._note("cancel", text)
        self._world.touch()
        return _json(self._view(text), 200)

    def _note(self, kind: str, about: Text | Call) -> None:
        self._world.received.append(
            Received(
                kind=kind,
                to=about.number,
                body="",
                at=time.monotonic(),
                moment=self._world.clock(),
                key=about.key,
                sid=about.sid,
                accepted=True,
            )
        )

    def _get(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        kind, _, sid = name.partition("/")
        if kind not in ("Messages", "Calls"):
            raise _RefusalError(404, 20404)
        kept = self._world.texts if kind == "Messages" else self._world.calls
        if sid:
            if sid not in kept:
                raise _RefusalError(404, 20404)
            return _json(self._view(kept[sid]), 200)
        number, size = request.query.get("To"), int(request.query.get("PageSize", 50))
        page = int(request.query.get("Page", 0))
        found = kept.newest(number)
        shown = found[page * size : (page + 1) * size]
        more = len(found) > (page + 1) * size
        query = urlencode({**request.query, "PageSize": size, "Page": page + 1})
        body = {
            kind.lower(): [self._view(one) for one in shown],
            "page": page,
            "page_size": size,
            "next_page_uri": f"{self._root}{kind}.json?{query}" if more else None,
            "uri": request.path_qs,
        }
        return _json(body, 200)

    def _view(self, one: Text | Call) -> dict[str, object]:
        kind = "Messages" if isinstance(one, Text) else "Calls"
        when = rfc2822(one.at)
        view: dict[str, object] = {
            "sid": one.sid,
            "account_sid": self._world.account_sid,
            "api_version": "2010-04-01",
            "date_created": when,
            "date_updated": when,
            "status": one.status,
            "to": one.number,
            "from": one.sender,
            "direction": "outbound-api",
            "price": None,
            "price_unit": "USD",
            "uri": f"{self._root}{kind}/{one.sid}.json",
        }
        if isinstance(one, Text):
            outbound = one.to_phone
            view |= {
                "body": one.text,
                "num_segments": "1",
                "num_media": "0",
                "error_code": one.code,
                "error_message": None,
                "messaging_service_sid": None,
                "date_sent": None,
                "direction": "outbound-api" if outbound else "inbound",
            }
            if not outbound:
                view |= {"to": one.sender, "from": one.number}
        else:
            view["answered_by"] = one.answered_by
        return view


_ACCEPTS = frozenset({FaultKind.ACCEPT_THEN_DROP, FaultKind.ACCEPT_THEN_HANG})


def _refuse(fault: Fault) -> None:
    if fault.kind is FaultKind.REFUSE:
        raise _RefusalError(400 if fault.code > 999 else fault.code, fault.code)
    if fault.kind is FaultKind.THROTTLE:
        raise _RefusalError(429, 20429, {"Retry-After": str(fault.retry_after)})


def _listens(form: Form) -> str:
    """Where to tell who picked up, if the request asks for it in the background."""
    detection = form.get("MachineDetection", "")
    if detection not in ("", "Enable", "DetectMessageEnd"):
        raise _RefusalError(400, 20001)
    asked = detection and form.get("AsyncAmd") == "true"
    return form.get("AsyncAmdStatusCallback", "") if asked else ""


def _words(twiml: str) -> str:
    try:
        root = ElementTree.fromstring(twiml)  # noqa: S314 -- our own customer's TwiML
    except ElementTree.ParseError:
        return ""
    return " ".join("".join(said.itertext()) for said in root.iter("Say"))


def _json(
    body: Mapping[str, object], status: int, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers=headers,
        content_type="application/json",
    )
