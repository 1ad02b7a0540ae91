"""Supervision orders, from the draft to the answer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint

from oncall.tables.base import Moment, Serial, metadata

supervisions = Table(
    "supervisions",
    metadata,
    Column("id", Serial, primary_key=True),
    #: The matter it is about; the latest one where several led to it.
    Column("transfer", String(40), ForeignKey("transfers.id"), nullable=False, index=True),
    #: The page whose timer drafted it; an id of its own where no page did.
    Column("page", String(40), nullable=False),
    Column("unit", String(40), nullable=False, index=True),
    Column("colour", String(20), nullable=False),
    Column("drafted_at", Moment, nullable=False),
    Column("state", String(20), nullable=False, server_default="draft", index=True),
    #: Why several failings together led to it; None for a page's timer.
    Column("cause", String(20)),
    #: Every matter that led to it, as JSON text.
    Column("matters", Text),
    Column("number", String(60), unique=True),
    Column("issued_at", Moment),
    Column("issued_by", String(60)),
    Column("demand", Text),
    Column("due_at", Moment),
    Column("reply", Text),
    Column("replied_at", Moment),
    Column("replied_by", String(60)),
    Column("ended_at", Moment),
    Column("ended_by", String(60)),
    Column("ended_why", Text),
    UniqueConstraint("page", "colour"),
)
