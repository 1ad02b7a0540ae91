"""What the API answers about supervision orders, field by field."""

from __future__ import annotations

from pydantic import BaseModel

from web.shapes import Stamp


class OrderOut(BaseModel):
    """A draft (without a number) or an order, and what became of it."""

    id: int
    number: str | None
    colour: str
    state: str
    unit: str
    transfer: str
    cause: str | None
    drafted_at: Stamp
    issued_at: Stamp | None
    issued_by: str | None
    demand: str | None
    due_at: Stamp | None
    reply: str | None
    replied_at: Stamp | None
    replied_by: str | None
    ended_at: Stamp | None
    ended_by: str | None
    ended_why: str | None


class OrdersOut(BaseModel):
    """Orders, the newest first."""

    items: list[OrderOut]
