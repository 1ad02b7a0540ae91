"""The whole service in a thread: engine, web door, console and emulated phones on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from notifiers.phone import e164
from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_world import Phone
from oncall import accounts
from oncall.config import load
from oncall.wiring import App, FastClock, build
from tests.county import START
from tests.patience import PATIENCE, play
from web.app import create_app
from web.console import mount
from web.server import Server

_ACCOUNT, _TOKEN = "AC" + "0" * 32, "an-invented-auth-token"


class Service:
    """One node with its phones; it can be stopped, and started again at the same address."""

    def __init__(self, database_url: str, *, phones: bool = True, engine: bool = True) -> None:
        self.database_url = database_url
        self.with_phones = phones
        self.engine = engine
        #: Keeps the port ours while nobody listens there; whoever connects then is refused.
        self._place = _bound(0)
        self.port: int = self._place.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        #: Tuesday, 3 November 2026, 14:00, and as fast as any clock.
        self.clock = FastClock(START, 1)
        self._thread: threading.Thread | None = None
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    app: App
    emulator: Emulator

    def start(self) -> None:
        """Serve; returns when the first request can be made."""
        ready: Future[Server] = Future()
        # The phones live on this loop: people's patience is not used up while the machine is busy.
        self._thread = threading.Thread(target=lambda: play(self._serve(ready), give_up=None))
        self._thread.start()
        self._server = ready.result(PATIENCE)
        assert self._server.up.wait(PATIENCE), "the service did not start"

    def stop(self) -> None:
        """Stop in good order."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive(), "the service did not stop"
            self._thread = None

    def close(self) -> None:
        """Stop, and let the address go."""
        self.stop()
        self._place.close()

    async def _serve(self, ready: Future[Server]) -> None:
        self._loop = asyncio.get_running_loop()
        self.emulator = Emulator(_ACCOUNT, _TOKEN, self.url, clock=self.clock.now)
        async with self.emulator.serve() as api:
            settings = load(
                {
                    "database_url": self.database_url,
                    "public_url": self.url,
                    "channels": "sms=twilio,voice=twilio",
                    "twilio_account_sid": _ACCOUNT,
                    "twilio_from_number": "+8659523500001",
                    "twilio_api_url": api,
                },
                {"TWILIO_AUTH_TOKEN": _TOKEN, "ONCALL_SECRET_KEY": "an invented key"},
                cwd=Path("/nonexistent"),
            )
            self.app = build(settings, clock=self.clock)
            web = create_app(self.app, run_engine=self.engine)
            mount(web, self.app, self.emulator if self.with_phones else None)
            server = Server(web)
            ready.set_result(server)
            with _bound(self.port) as listening:
                listening.listen(128)
                await server.serve(sockets=[listening])
            self.app.db.close()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the service's own loop."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def phone(self, number: str) -> Phone | None:
        """What a phone shows by now."""

        async def look() -> list[Phone]:
            return self.emulator.phones()

        found: list[Phone] = self.do(look())
        return next((p for p in found if p.number == e164(number)), None)

    def token(self, role: str, unit: str | None = None) -> str:
        """A new token."""
        made = accounts.create(
            self.app.db,
            name=f"{role}甲",
            role=role,
            unit=unit,
            now=self.clock.now(),
            new_id=self.app.new_id,
        )
        return made.token

    def transfer(self, token: str, **body: Any) -> str:
        """A transfer by the API; its code."""
        matter = {"origin": "110", "urgency": "urgent", "summary": "水管爆裂", "category": "供水"}
        answer = httpx.post(
            f"{self.url}/api/v1/transfers",
            json=matter | body,
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 201, answer.text
        code: str = answer.json()["code"]
        return code


@contextmanager
def running(database_url: str, **how: bool) -> Iterator[Service]:
    """A service that is stopped at the end."""
    service = Service(database_url, **how)
    service.start()
    try:
        yield service
    finally:
        service.close()


def _bound(port: int) -> socket.socket:
    """A socket at this port, which others of ours may share; 0 takes a free one."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made


@contextmanager
def console_of(app: App, emulator: Emulator | None = None) -> Iterator[str]:
    """The console over a node that does nothing by itself; its address."""
    web = create_app(app, run_engine=False)
    mount(web, app, emulator)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(web)
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
        thread.start()
        try:
            assert server.up.wait(PATIENCE), "the console did not start"
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
