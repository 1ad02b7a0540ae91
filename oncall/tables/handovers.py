"""Who comes on duty, and whether they said that they will."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, UniqueConstraint

from oncall.tables.base import Moment, Serial, metadata

handovers = Table(
    "handovers",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("unit", String(40), nullable=False),
    Column("role", String(40), nullable=False),
    Column("person", String(40), nullable=False, index=True),
    Column("start_at", Moment, nullable=False, index=True),
    Column("end_at", Moment, nullable=False),
    #: When they were first reminded; somebody who was not cannot be asked to answer.
    Column("asked_at", Moment),
    Column("confirmed_at", Moment),
    Column("refused_at", Moment),
    #: Who said so, where it was not the person themselves.
    Column("entered_by", String(60)),
    #: Where the relief must be taken over in words: until when whoever leaves stays on duty.
    Column("hold_until", Moment),
    #: When the leader was told that nobody confirmed.
    Column("told_at", Moment),
    UniqueConstraint("unit", "role", "person", "start_at"),
)
