"""Messages on their way, what the desk must look at, and who is alive to send."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, TextClause, text

from oncall.tables.base import Moment, Serial, flag, id_column, metadata

#: What a provider has not taken yet, whatever took the place of it: see ``store.outbox.RANK``.
UNTAKEN = text("rank < 30")
#: A call (or a text) that must not go on, and does.
TO_STOP = text("stop AND ended_at IS NULL")
#: Taken, and not heard of since.
UNHEARD = text("state = 'accepted' AND ended_at IS NULL")


def _some(name: str, where: TextClause, *columns: str) -> Index:
    """An index of the few rows that somebody looks for again and again among all that ever were."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("page", String(40)),
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
    Column("answered_by", String(10)),
    Column("sent_at", Moment),
    Column("ended_at", Moment),
    Column("late", Boolean, nullable=False),
    flag("resent"),
    flag("stop"),
    flag("stalled"),
    # Both together: by the person alone, a supervisor's thousands of messages are read each time.
    Index("ix_outbox_page_person", "page", "person"),
    # In the order in which they are claimed.
    _some("ix_outbox_untaken", UNTAKEN, "channel", "lane", "due_at", "id"),
    _some("ix_outbox_to_stop", TO_STOP, "channel"),
    _some("ix_outbox_unheard", UNHEARD, "provider", "channel", "sent_at"),
    Index("ix_outbox_person_due_at", "person", "due_at"),
    sqlite_autoincrement=True,
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Serial, primary_key=True),
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

#: Who may answer which page by a link; of its secret only the hash.
answer_links = Table(
    "answer_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("page", String(40), nullable=False),
    Column("person", String(60), nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

nodes = Table(
    "nodes",
    metadata,
    id_column(),
    Column("beat_at", Moment, nullable=False, index=True),
    Column("progress_at", Moment),
)

#: What is spent of a provider's limits: per account and channel, and per number where that counts.
budgets = Table(
    "budgets",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("state", Text, nullable=False),
    Column("touched_at", Moment, nullable=False, index=True),
)

#: Providers that a node does not use just now; a row is gone once the provider is well again.
breakers = Table(
    "breakers",
    metadata,
    Column("node", String(40), primary_key=True),
    Column("provider", String(40), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("code", String(40), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
