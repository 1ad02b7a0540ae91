"""The schema as migrated is the schema as written down, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from oncall.store import schema
from oncall.store.database import Database
from oncall.tables import metadata


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


def test_migrations_lead_exactly_to_the_tables(database_url: str) -> None:
    """No table, column or index exists in only one of the two places."""
    db = Database(database_url)
    schema.upgrade(db)
    with db.read() as tx:
        differences = compare_metadata(MigrationContext.configure(tx.conn), metadata)
    db.close()
    assert differences == []
