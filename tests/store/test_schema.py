"""The schema as migrated is the schema as written down, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, insert

from oncall.store import schema
from oncall.store.database import Database
from oncall.tables import log, metadata


def test_an_empty_database_climbs_to_the_head(database_url: str) -> None:
    """`db upgrade` on nothing makes everything, and says which revision it is at."""
    db = Database(database_url)
    assert schema.current(db) is None
    schema.upgrade(db)
    assert schema.current(db) == schema.head() != ""
    db.close()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    """A second `init` finds nothing to do."""
    db = Database(database_url)
    schema.upgrade(db)
    schema.upgrade(db)
    assert schema.current(db) == schema.head()
    db.close()


def test_an_id_that_was_told_to_others_never_comes_back(database_url: str) -> None:
    """With the newest line of the log gone, the next one still gets a number of its own."""
    db = Database(database_url)
    schema.upgrade(db)
    line = {"transfer": "t", "at": datetime(2026, 11, 3, tzinfo=UTC), "event": "E", "payload": "{}"}
    with db.begin() as tx:
        one = tx.conn.execute(insert(log).values(line).returning(log.c.id)).scalar_one()
        tx.conn.execute(delete(log))
        two = tx.conn.execute(insert(log).values(line).returning(log.c.id)).scalar_one()
    db.close()
    assert two > one


def test_migrations_lead_exactly_to_the_tables(database_url: str) -> None:
    """No table, column or index exists in only one of the two places."""
    db = Database(database_url)
    schema.upgrade(db)
    with db.read() as tx:
        differences = compare_metadata(MigrationContext.configure(tx.conn), metadata)
    db.close()
    assert differences == []
