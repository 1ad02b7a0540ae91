"""By when a matter must be finished, and who asked for more time."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from oncall.tables.base import Moment, Serial, metadata

deadlines = Table(
    "deadlines",
    metadata,
    Column("transfer", String(40), ForeignKey("transfers.id"), primary_key=True),
    #: The term it was given when it was handed over; a later policy leaves it alone.
    Column("clock", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    #: The last reminder that was due, in per cent of the time.
    Column("reminded", Integer, nullable=False),
    #: How often more time was granted; a date a person set is never recomputed.
    Column("extended", Integer, nullable=False),
    Column("ended_at", Moment),
)

extensions = Table(
    "extensions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("transfer", String(40), ForeignKey("transfers.id"), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("asked_by", String(60), nullable=False),
    Column("until", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(60)),
    Column("granted", Boolean),
)
