"""Steer a standalone emulator over JSON: what came, how phones behave, what a person does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

from aiohttp import web

from notifiers.twilio.emulator_script import (
    Callbacks,
    Fault,
    Handset,
    callbacks_from,
    fault_from,
    handset_from,
)
from notifiers.twilio.emulator_world import Phone, Posted, Received

PREFIX = "/_emulator/"


class _Emulator(Protocol):
    """What is steered from here."""

    @property
    def received(self) -> list[Received]: ...
    @property
    def posted(self) -> list[Posted]: ...
    def phones(self) -> list[Phone]: ...
    def script(self, *handsets: Handset) -> None: ...
    def fault(self, *faults: Fault) -> None: ...
    def callbacks(self, how: Callbacks) -> None: ...
    def reset(self) -> None: ...
    async def reply(self, number: str, text: str) -> None: ...
    async def answer(self, call_sid: str) -> None: ...
    async def press(self, call_sid: str, digit: str) -> None: ...
    async def hang_up(self, call_sid: str) -> None: ...
    async def decline(self, call_sid: str) -> None: ...


class Control:
    """GET received, posted, phones; POST script, faults, reset and a person's acts."""

    def __init__(self, emulator: _Emulator) -> None:
        self._emulator = emulator

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One request; a mistake is 400 and says what is wrong."""
        name = request.path.removeprefix(PREFIX)
        try:
            if request.method == "GET":
                return self._look(name, int(request.query.get("since", 0)))
            body = json.loads(await request.read() or b"{}")
            if not isinstance(body, dict):
                raise TypeError("the body must be a JSON object")
            if not self._steer(name, body) and not await self._person(name, body):
                return _json({"error": f"there is no {PREFIX}{name}"}, 404)
            return _json({"ok": True})
        except (LookupError, TypeError, ValueError) as mistake:
            return _json({"error": str(mistake)}, 400)

    def _look(self, name: str, since: int) -> web.Response:
        found: Sequence[Received | Posted | Phone]
        if name == "received":
            found = self._emulator.received[since:]
        elif name == "posted":
            found = self._emulator.posted[since:]
        elif name == "phones":
            found = self._emulator.phones()
        else:
            return _json({"error": f"there is no {PREFIX}{name}"}, 404)
        return _json([asdict(one) for one in found])

    def _steer(self, name: str, body: Mapping[str, object]) -> bool:
        if name == "script":
            handsets = body.get("handsets", [body])
            self._emulator.script(*(handset_from(one) for one in _objects(handsets)))
        elif name == "faults":
            faults = tuple(fault_from(one) for one in _objects(body.get("faults", [])))
            how = body.get("callbacks")
            if how is not None:
                self._emulator.callbacks(callbacks_from(_objects([how])[0]))
            self._emulator.fault(*faults)
        elif name == "reset":
            self._emulator.reset()
        else:
            return False
        return True

    async def _person(self, name: str, body: Mapping[str, object]) -> bool:
        call, number = str(body.get("call", "")), str(body.get("number", ""))
        if name == "reply":
            await self._emulator.reply(number, str(body.get("text", "")))
        elif name == "answer":
            await self._emulator.answer(call)
        elif name == "press":
            await self._emulator.press(call, str(body.get("digit", "")))
        elif name == "hang_up":
            await self._emulator.hang_up(call)
        elif name == "decline":
            await self._emulator.decline(call)
        else:
            return False
        return True


def _objects(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError("a list of objects is wanted")
    return value


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(
        body=json.dumps(body, default=_moment, ensure_ascii=False).encode(),
        status=status,
        content_type="application/json",
    )


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value).__name__}")
