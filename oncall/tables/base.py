"""What every table is made of: moments, serial numbers, ids, flags, and the one metadata."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Text,
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


class Words(TypeDecorator[tuple[str, ...]]):
    """Several words, one a line; nothing where there are none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _: Dialect) -> str | None:
        """Empty text is not kept: some databases do not know it from nothing."""
        return "\n".join(value) if value else None

    def process_result_value(self, value: Any, _: Dialect) -> tuple[str, ...]:
        """The words, in their order."""
        return tuple(value.split("\n")) if value else ()


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: BIGINT everywhere, but SQLite only counts by itself on INTEGER. A table whose ids are told to
#: others also has ``sqlite_autoincrement``: then none comes back, and a restore can go on higher.
Serial = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[str]:
    """An id nobody can guess."""
    return Column("id", String(40), primary_key=True)


def flag(name: str) -> Column[bool]:
    """A yes or no, no unless said."""
    return Column(name, Boolean, nullable=False, server_default=false())
