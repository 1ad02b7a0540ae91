"""Bounds on what strangers may cost us: the size of a body, and wrong requests per address."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from threading import Lock
from typing import Any

from starlette.exceptions import HTTPException

from oncall.core.errors import OncallError
from oncall.i18n import translator
from web.errors import BadRequest, TooLarge, answer
from web.language import chosen

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

#: The largest body we read, in bytes.
LARGEST_BODY = 64 * 1024

#: Addresses remembered at once.
_PEERS = 10_000


class Penalties:
    """Wrong requests are free up to a burst, then as many a second as drain away; per address.

    Only what was refused counts, so a provider that signs properly is never slowed down, however
    much it has to tell.
    """

    def __init__(self, *, burst: int = 100, per_second: float = 2.0) -> None:
        self._burst = burst
        self._drain = per_second
        self._peers: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def refused(self, peer: str, now: float) -> bool:
        """Whether this address must wait; ``now`` in seconds."""
        with self._lock:
            return self._level(peer, now) >= self._burst

    def wrong(self, peer: str, now: float) -> None:
        """This address sent something that proved nothing."""
        with self._lock:
            self._peers[peer] = (self._level(peer, now) + 1, now)
            self._peers.move_to_end(peer)
            while len(self._peers) > _PEERS:
                self._peers.popitem(last=False)

    def _level(self, peer: str, now: float) -> float:
        level, since = self._peers.get(peer, (0.0, now))
        return max(0.0, level - max(0.0, now - since) * self._drain)


class Guard:
    """ASGI: refuses bodies that are too large and addresses no database can hold, before anything
    reads them; and keeps answers out of caches and frames."""

    def __init__(self, app: Asgi, *, lang: str, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._lang = lang
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        told = headers.get(b"content-length", b"0")
        refusal = _refusal(scope, told, self._largest)
        if refusal is not None:
            await self._refuse(refusal, headers, scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._largest:
                # More came than was announced.
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_safety(message["headers"])
            await send(message)

        await self._app(scope, counted, guarded)

    async def _refuse(
        self,
        error: OncallError,
        headers: dict[bytes, bytes],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        lang = chosen(headers.get(b"accept-language", b"").decode("latin-1"), self._lang)
        await answer(translator(lang), error)(scope, receive, send)


def _refusal(scope: Scope, told: bytes, largest: int) -> OncallError | None:
    if not told.isdigit() or int(told[:20]) > largest:
        return TooLarge("too_large", limit=str(largest))
    # PostgreSQL cannot even compare with a zero character.
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        return BadRequest("bad_address")
    return None


_SAFETY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
)


def _with_safety(headers: Any) -> list[tuple[bytes, bytes]]:
    there = list(headers)
    names = {name.lower() for name, _ in there}
    return there + [(n, v) for n, v in _SAFETY if n not in names]
