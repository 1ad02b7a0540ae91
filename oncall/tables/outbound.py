"""What is told to those who handed matters over: to whom, and how far it has got."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from oncall.tables.base import Moment, Serial, id_column, metadata

webhooks = Table(
    "webhooks",
    metadata,
    id_column(),
    Column("name", String(60), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    #: Signs what is sent; it must be readable, so it stands here in clear.
    Column("secret", String(100), nullable=False),
    #: Only transfers of this origin, or all.
    Column("origin", String(40)),
    #: Up to this line of the log everything has been looked at.
    Column("settled", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(60), nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("webhook", String(40), ForeignKey("webhooks.id"), nullable=False),
    #: The line of the log it tells of.
    Column("event", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("answer", String(200)),
    UniqueConstraint("webhook", "event"),
    Index("ix_posts_state_due_at", "state", "due_at"),
)
