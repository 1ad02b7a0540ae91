"""The web door over real HTTP, in a thread of the test's own process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from oncall import accounts
from oncall.wiring import App
from tests.world import World
from web.app import create_app


@contextmanager
def serving(app: App, *, run_engine: bool = False) -> Iterator[str]:
    """The web door of a node on a free port; its address."""
    with serving_web(create_app(app, run_engine=run_engine)) as url:
        yield url


@contextmanager
def serving_web(web: FastAPI) -> Iterator[str]:
    """The same for an application made elsewhere. It is stopped in good order at the end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # Callers may connect at once: they wait in the backlog until the server accepts.
        listening.listen(128)
        config = uvicorn.Config(web, log_config=None)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass(slots=True, kw_only=True)
class Site:
    """A world with its web door open, and a token for every role."""

    world: World
    url: str
    client: httpx.Client
    tokens: dict[str, str]

    def call(
        self,
        method: str,
        path: str,
        *,
        role: str | None = "dispatcher",
        headers: Mapping[str, str | bytes] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """One request, by the token of a role (or LIAISON@UNIT); in English unless asked."""
        sent = {"Accept-Language": "en"}
        if role is not None:
            sent["Authorization"] = f"Bearer {self.token(role)}"
        raw = {
            name.encode(): value if isinstance(value, bytes) else value.encode()
            for name, value in {**sent, **(headers or {})}.items()
        }
        return self.client.request(method, self.url + path, headers=raw, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        """GET under /api/v1."""
        return self.call("GET", "/api/v1" + path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """POST JSON under /api/v1."""
        return self.call("POST", "/api/v1" + path, json=body, **more)

    def token(self, role: str) -> str:
        """A token of this role, made when first asked for."""
        if role not in self.tokens:
            name, _, unit = role.partition("@")
            made = accounts.create(
                self.world.app.db,
                name=f"{name}席",
                role=name,
                unit=unit or None,
                now=self.world.now,
                new_id=self.world.app.new_id,
            )
            self.tokens[role] = made.token
        return self.tokens[role]


def with_settings(world: World, **changes: str) -> World:
    """The same world, its node's settings changed before anything reads them."""
    changed: dict[str, Any] = dict(changes)
    world.app.settings = replace(world.app.settings, **changed)
    return world


def urgent(**changes: Any) -> dict[str, Any]:
    """A body that is accepted: a burst water main, from 110 to the building company."""
    body: dict[str, Any] = {
        "origin": "110",
        "to": ["SOE-CITYBUILD"],
        "urgency": "urgent",
        "summary": "水管爆裂",
        "category": "供水",
    }
    return {k: v for k, v in (body | changes).items() if v is not ...}
