"""Whose matter is usually whose."""

from __future__ import annotations

from sqlalchemy import Column, Date, String, Table, Text, UniqueConstraint

from oncall.tables.base import Serial, metadata

routes = Table(
    "routes",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("category", String(60), nullable=False, index=True),
    Column("area", String(40)),
    Column("lead", String(40), nullable=False),
    Column("assist", Text, nullable=False),
    Column("copy", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", String(200)),
    UniqueConstraint("category", "area", "valid_from"),
)
