"""Matters handed over, their parts, what happened to them, and what each was decided by."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from oncall.tables.base import Moment, Serial, flag, id_column, metadata

transfers = Table(
    "transfers",
    metadata,
    id_column(),
    Column("code", String(40), nullable=False, unique=True),
    Column("origin", String(40), nullable=False),
    Column("origin_ref", String(100)),
    Column("urgency", String(20), nullable=False),
    Column("category", String(60)),
    Column("area", String(40)),
    Column("summary", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("transferred_at", Moment, nullable=False, index=True),
    Column("first_receiver", String(40)),
    Column("state", String(20), nullable=False, index=True),
    Column("changed_at", Moment, nullable=False),
    Column("created_by", String(60), nullable=False),
    Column("caller", Text),
    flag("police"),
    flag("danger"),
    flag("confidential"),
    flag("drill"),
    flag("major"),
    flag("nuisance"),
    Column("linked_to", String(40), index=True),
    #: What it remembers of its way, as one value; moments that are asked for have their column.
    #: The group that was called, where one was.
    Column("called_group", String(60), index=True),
    Column("life", Text, nullable=False, server_default="{}"),
    UniqueConstraint("origin", "origin_ref"),
)

parts = Table(
    "parts",
    metadata,
    id_column(),
    Column("transfer", String(40), ForeignKey("transfers.id"), nullable=False, index=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    #: The matter has left this unit.
    Column("ended_at", Moment),
    #: One person of the unit who was called for themselves; nobody's id where it is the unit's.
    Column("person", String(40)),
)

frozen_policies = Table(
    "frozen_policies",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    id_column(),
    Column("transfer", String(40), ForeignKey("transfers.id"), nullable=False, index=True),
    Column("part", String(40), ForeignKey("parts.id"), nullable=False, index=True),
    Column("unit", String(40), nullable=False),
    Column("urgency", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("policy", String(64), ForeignKey("frozen_policies.hash"), nullable=False),
    Column("body", Text, nullable=False),
    Column("wake_at", Moment, index=True),
    Column("paged_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    #: The roster changed: look again at who is on duty.
    flag("nudged"),
)

log = Table(
    "log",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("transfer", String(40), nullable=False, index=True),
    Column("page", String(40), index=True),
    Column("at", Moment, nullable=False),
    Column("event", String(40), nullable=False),
    Column("reason", String(40)),
    Column("who", String(60)),
    Column("payload", Text, nullable=False),
    Column("saw", Text),
    Column("trail", Text),
    sqlite_autoincrement=True,
)

seen = Table(
    "seen",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("transfer", String(40)),
    Column("digest", String(64)),
)
