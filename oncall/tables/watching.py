"""Who reads a unit's calendar, which gaps were told, and which copies were made."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint

from oncall.tables.base import Moment, Serial, metadata

#: Addresses of units' calendars, by hash only; role "*" is all of them.
unit_feeds = Table(
    "unit_feeds",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("made_by", String(60), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("fetched_at", Moment),
    UniqueConstraint("unit", "role"),
)

#: Each gap once for each distance at which it was told.
gap_warnings = Table(
    "gap_warnings",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("horizon", String(10), nullable=False),
    Column("told_at", Moment, nullable=False),
    UniqueConstraint("unit", "role", "start_at", "horizon"),
)

#: Copies of the database, each with its whole path on the machine that made it.
backups = Table(
    "backups",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("file", Text, nullable=False),
)
