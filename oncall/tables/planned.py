"""What is to be done later, and numbers that only grow."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from oncall.tables.base import Moment, Serial, metadata

counters = Table(
    "counters",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

#: What is to be done at a moment by whoever is alive then; a row is gone once it is done.
appointments = Table(
    "appointments",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(80), index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("payload", Text, nullable=False),
    Column("tries", Integer, nullable=False),
)
