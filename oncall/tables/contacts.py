"""Contact cards: what is known of each number on each channel, beside the number itself."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from oncall.tables.base import Moment, metadata

#: One number of one person on one channel: when it was last proven, and what is wrong with it.
contacts = Table(
    "contacts",
    metadata,
    Column("person", String(40), ForeignKey("people.id"), primary_key=True),
    Column("address", String(40), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("proven", Moment),
    Column("proven_by", String(20)),
    Column("flag", String(20)),
    Column("code", String(40)),
    Column("flagged_at", Moment),
    #: When the unit's keeper was told of the flag.
    Column("told_at", Moment),
)

#: The latest code sent to a number; the code itself is made from its seed and never kept.
contact_codes = Table(
    "contact_codes",
    metadata,
    Column("person", String(40), ForeignKey("people.id"), primary_key=True),
    Column("address", String(40), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("seed", String(40), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("locked_until", Moment),
)
