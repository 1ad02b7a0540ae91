"""A node of its own that hands in what it is told to, at the moment it is told."""

from __future__ import annotations

from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from oncall.config import load
from oncall.core.transfers import Draft
from oncall.intake import Actor
from oncall.wiring import build

#: A moment and a matter; None ends it.
Told = tuple[datetime, dict[str, Any]] | None


def hand_in(url: str, pipe: Connection) -> None:
    """Say that it is ready, then answer each matter with whether it was new, and its id."""
    app = build(load({"database_url": url, "gather_seconds": "0"}, {}))
    actor = Actor(name="110席", role="dispatcher")
    pipe.send("ready")
    told: Told = pipe.recv()
    while told is not None:
        now, body = told
        key = body.pop("key", None)
        draft = Draft(**body | {"to": tuple(body["to"])})
        got = app.intake.accept(draft, now, actor, key=key)
        pipe.send((got.created, got.transfer.id))
        told = pipe.recv()
    app.db.close()
