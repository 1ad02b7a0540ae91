"""Serve the application, and stop without waiting for pages that only listen."""

from __future__ import annotations

import socket
import threading

import uvicorn
from fastapi import FastAPI

#: Seconds for requests under way when the server is told to stop.
_LAST_WORDS = 3


class Server(uvicorn.Server):
    """uvicorn, but live pages are let go first: their streams never end by themselves."""

    def __init__(self, application: FastAPI, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.application = application
        #: Set once requests are answered.
        self.up = threading.Event()
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=_LAST_WORDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, and say so."""
        await super().startup(sockets)
        if self.started:
            self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the listeners go, then stop as uvicorn does."""
        console = getattr(self.application.state, "console", None)
        if console is not None:
            console.pulse.close()
        await super().shutdown(sockets)
