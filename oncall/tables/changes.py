"""Swaps, calls for cover, leaves, take-overs: what was asked, and how far it came."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from oncall.tables.base import Moment, Serial, flag, metadata

#: What a change does to the roster stands in ``overrides``; their numbers are a JSON list here, as
#: are the people who were asked to cover.
duty_changes = Table(
    "duty_changes",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("role", String(40)),
    Column("person", String(40), ForeignKey("people.id"), nullable=False, index=True),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("other", String(40), ForeignKey("people.id"), index=True),
    Column("back_role", String(40)),
    Column("back_start", Moment),
    Column("back_end", Moment),
    Column("asked_of", Text, nullable=False),
    Column("overrides", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("asked_by", String(60), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("agreed_at", Moment),
    Column("decided_by", String(60)),
    Column("decided_at", Moment),
    Column("decided_why", Text),
    flag("urgent"),
    sqlite_autoincrement=True,
)
