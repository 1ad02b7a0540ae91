"""The schema on one screen. Moments are UTC; bodies are JSON text, never queried inside.

Portable on purpose: no server-side arrays or JSON operators, no empty string where NULL is meant.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz on PostgreSQL, UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: a wall clock without a zone is not a moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not a moment")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: Any, _: Dialect) -> datetime | None:
        """Give every moment back as UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: BIGINT everywhere, but SQLite only counts by itself on INTEGER.
_Serial = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[str]:
    return Column("id", String(40), primary_key=True)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


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
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("mobile", String(20), index=True),
    Column("mobile2", String(20)),
    Column("office_phone", String(40)),
    Column("email", String(120)),
    Column("title", String(60)),
    Column("post", String(40)),
    Column("lang", String(10)),
    Column("active", Boolean, nullable=False),
    Column("feed_hash", String(64), unique=True),
    Column("feed_fetched_at", Moment),
)

#: Named numbers that only grow: transfer numbers of a day, the directory's version.
counters = Table(
    "counters",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

policy_books = Table(
    "policy_books",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("applied_at", Moment, nullable=False),
    Column("applied_by", String(60), nullable=False),
)

#: Policies as pages froze them, by content: many pages, one row.
frozen_policies = Table(
    "frozen_policies",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

holidays = Table(
    "holidays",
    metadata,
    Column("day", Date, primary_key=True),
    Column("off", Boolean, nullable=False),
    Column("name", String(60)),
)

batches = Table(
    "batches",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    Column("by", String(60), nullable=False),
    Column("files", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("summary", Text, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", String(60)),
)

#: A duty is in force while ``removed`` is NULL; nothing is ever deleted.
duties = Table(
    "duties",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("person", String(40), ForeignKey("people.id"), nullable=False, index=True),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("source", String(200), nullable=False),
    Column("batch", String(40), ForeignKey("batches.id"), nullable=False, index=True),
    Column("removed", String(40), ForeignKey("batches.id"), index=True),
    Index("ix_duties_unit_end_at", "unit", "end_at"),
)

transfers = Table(
    "transfers",
    metadata,
    _id(),
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
    _flag("police"),
    _flag("danger"),
    _flag("confidential"),
    _flag("drill"),
    UniqueConstraint("origin", "origin_ref"),
)

parts = Table(
    "parts",
    metadata,
    _id(),
    Column("transfer", String(40), ForeignKey("transfers.id"), nullable=False, index=True),
    Column("unit", String(40), ForeignKey("units.code"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
)

pages = Table(
    "pages",
    metadata,
    _id(),
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
    _flag("nudged"),
)

#: What happened and what was decided, append-only: enough to replay every page.
log = Table(
    "log",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("transfer", String(40), nullable=False, index=True),
    Column("page", String(40), index=True),
    Column("at", Moment, nullable=False),
    Column("event", String(40), nullable=False),
    Column("reason", String(40)),
    Column("who", String(60)),
    Column("payload", Text, nullable=False),
    Column("saw", Text),
    Column("trail", Text),
)

#: One row, one message to one person by one channel: the outbox and the attempt in one.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("page", String(40), index=True),
    Column("transfer", String(40), index=True),
    Column("person", String(60)),
    Column("name", String(60), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("address", String(40), nullable=False),
    Column("lang", String(10)),
    Column("notice", String(20), nullable=False),
    Column("level", Integer, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("facts", Text, nullable=False),
    Column("text", Text),
    Column("planned_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("useful_seconds", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("node", String(40)),
    Column("tries", Integer, nullable=False),
    Column("provider", String(40)),
    Column("provider_id", String(80), index=True),
    Column("code", String(40)),
    Column("sent_at", Moment),
    Column("ended_at", Moment),
    Column("late", Boolean, nullable=False),
    _flag("resent"),
    _flag("stop"),
    _flag("stalled"),
    Index("ix_outbox_state_lane_due_at", "state", "lane", "due_at"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("alarm", String(40), nullable=False),
    Column("transfer", String(40), index=True),
    Column("page", String(40), index=True),
    Column("unit", String(40)),
    Column("level", Integer, nullable=False),
    Column("who", String(60)),
    Column("raised_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("closed_at", Moment, index=True),
    Column("closed_by", String(60)),
)

supervisions = Table(
    "supervisions",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("transfer", String(40), ForeignKey("transfers.id"), nullable=False, index=True),
    Column("page", String(40), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("colour", String(20), nullable=False),
    Column("drafted_at", Moment, nullable=False),
    UniqueConstraint("page", "colour"),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit", String(40)),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)

#: Requests seen, so that a repeated one is answered and not done again.
seen = Table(
    "seen",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("transfer", String(40)),
    Column("digest", String(64)),
)

#: Which processes are alive: the lease on everything they hold.
nodes = Table(
    "nodes",
    metadata,
    _id(),
    Column("beat_at", Moment, nullable=False, index=True),
    Column("progress_at", Moment),
)
