"""What emulated providers share: faults on demand, a record of what came, and serving over HTTP."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import ClientSession, web

from notifiers.message import Channel


class FaultKind(StrEnum):
    """What goes wrong with a request that hands over a message."""

    REFUSE = "refuse"  # the fault's code, in the provider's own way; nothing is sent
    THROTTLE = "throttle"  # 429, or what the provider says instead
    HANG = "hang"  # never answers; nothing is sent
    CRASH = "crash"  # 500 with a body that is no JSON
    GARBAGE = "garbage"  # 200 with a page of HTML, as a captive portal would
    ACCEPT_THEN_DROP = "accept-then-drop"  # sends it, and closes without an answer
    ACCEPT_THEN_HANG = "accept-then-hang"  # sends it, and never answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault; it applies to what matches, `times` requests long (None: until replaced)."""

    kind: FaultKind
    #: The provider's own code, for a refusal.
    code: str = ""
    #: E.164.
    number: str | None = None
    times: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One message as the provider took it, or refused to."""

    channel: Channel
    #: E.164, an address, or a group.
    to: str
    #: What the person reads or hears.
    text: str
    #: Our own key, as it travelled.
    key: str
    #: The provider's id.
    id: str
    accepted: bool = True


ACCEPTS = frozenset({FaultKind.ACCEPT_THEN_DROP, FaultKind.ACCEPT_THEN_HANG})


class Faults:
    """The faults in force; each counts the messages it has spoiled."""

    def __init__(self) -> None:
        self._faults: list[tuple[Fault, list[int]]] = []

    def put(self, faults: tuple[Fault, ...]) -> None:
        """Replace them all."""
        self._faults = [(fault, [0]) for fault in faults]

    def next(self, number: str) -> Fault | None:
        """What is to go wrong with a message to this number."""
        for fault, used in self._faults:
            if fault.number not in (None, number):
                continue
            if fault.times is not None and used[0] >= fault.times:
                continue
            used[0] += 1
            return fault
        return None


class Emulated(ABC):
    """A provider of one's own. `async with it.serve() as url` gives its address."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._faults = Faults()
        self._closing = asyncio.Event()
        self._ids = 0
        #: Requests that never got an answer.
        self.hanging = 0

    def fault(self, *faults: Fault) -> None:
        """Break in these ways from now on; none mends it."""
        self._faults.put(faults)

    def arrived(self) -> list[tuple[str, str]]:
        """What reached phones: (number, text), in order."""
        return [(one.to, one.text) for one in self.received if one.accepted]

    def latest(self) -> Received:
        """The last message that was taken."""
        return next(one for one in reversed(self.received) if one.accepted)

    def count_from(self, first: int) -> None:
        """Ids go on from here: of two runs none may be the same, as at a real provider."""
        self._ids = first

    def new_id(self, prefix: str) -> str:
        """An id as this provider would give."""
        self._ids += 1
        return f"{prefix}{self._ids:08}"

    @abstractmethod
    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request as the provider does."""

    async def take(
        self,
        request: web.BaseRequest,
        message: Received,
        *,
        accepted: Callable[[Received], web.Response],
        refused: Callable[[str], web.Response],
        throttled: Callable[[], web.Response],
    ) -> web.StreamResponse:
        """Take a message that is right, unless a fault says otherwise; the provider's answer."""
        fault = self._faults.next(message.to)
        if fault is None or fault.kind in ACCEPTS:
            self.received.append(message)
        if fault is None:
            return accepted(message)
        if fault.kind is FaultKind.REFUSE:
            return refused(fault.code)
        if fault.kind is FaultKind.THROTTLE:
            return throttled()
        if fault.kind is FaultKind.CRASH:
            return web.Response(status=500, text="<html>oops</html>", content_type="text/html")
        if fault.kind is FaultKind.GARBAGE:
            return web.Response(text="<html>please log in</html>", content_type="text/html")
        if fault.kind is FaultKind.ACCEPT_THEN_DROP:
            if request.transport is not None:
                request.transport.abort()
        else:
            self.hanging += 1
            await self._closing.wait()
        return web.Response(status=503)

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Serve until the block ends; the base URL (port 0 takes a free one)."""
        self._closing.clear()
        runner = web.ServerRunner(
            # A log of addresses would hold numbers.
            web.Server(self.handle, access_log=None),
            shutdown_timeout=1.0,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, backlog=1024).start()
            yield f"http://{host}:{runner.addresses[0][1]}"
        finally:
            self._closing.set()
            await runner.cleanup()


async def push(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> int:
    """Call a customer's hook as a provider would; the HTTP status."""
    given = {"Content-Type": "application/json", **(headers or {})}
    async with ClientSession() as session, session.post(url, data=body, headers=given) as answer:
        await answer.read()
        return answer.status
