"""Who there is, who may do what: units, people, accounts, policies, holidays."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, String, Table, Text

from oncall.tables.base import Moment, Serial, Words, id_column, metadata

units = Table(
    "units",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("name_zh", String(100), nullable=False),
    Column("name_en", String(200)),
    Column("kind", String(40), nullable=False),
    Column("parent", String(40)),
    Column("desk_phone", String(40)),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("aliases", Words),
    Column("successor", String(40)),
)

people = Table(
    "people",
    metadata,
    id_column(),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("mobile", String(20), index=True),
    Column("mobile2", String(20)),
    Column("office_phone", String(40)),
    Column("more_numbers", Words),
    Column("rules", Words),
    Column("email", String(120)),
    Column("title", String(60)),
    Column("post", String(40)),
    Column("lang", String(10)),
    Column("active", Boolean, nullable=False),
    Column("feed_hash", String(64), unique=True),
    Column("feed_fetched_at", Moment),
)

policy_books = Table(
    "policy_books",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("applied_at", Moment, nullable=False),
    Column("applied_by", String(60), nullable=False),
)

holidays = Table(
    "holidays",
    metadata,
    Column("day", Date, primary_key=True),
    Column("off", Boolean, nullable=False),
    Column("name", String(60)),
)

tokens = Table(
    "tokens",
    metadata,
    id_column(),
    Column("name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit", String(40)),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)
