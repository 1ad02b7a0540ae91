"""What is told of changes, field by field: the same by webhook, by file and by asking."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from web.shapes import Stamp


class EventTransferOut(BaseModel):
    """The transfer that changed; `state` as it is now."""

    id: str
    code: str
    origin: str
    origin_ref: str | None
    state: str
    urgency: str
    category: str | None
    area: str | None
    drill: bool
    due_at: Stamp | None


class EventOut(BaseModel):
    """One change. `id` is the same however often it is told."""

    id: str
    type: str
    at: Stamp
    transfer: EventTransferOut
    unit: str | None
    details: dict[str, Any]


class EventsOut(BaseModel):
    """Changes in order; ask again with `since` = `next`."""

    items: list[EventOut]
    next: int
