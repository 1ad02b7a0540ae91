"""Create or upgrade the schema; say which revision a database is at."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from oncall.store.database import Database

_FOLDER = Path(__file__).parent.parent / "migrations"


def _config(conn: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = conn
    return config


def head() -> str:
    """The revision this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(db: Database) -> str | None:
    """The revision a database is at; None when it is empty."""
    with db.read() as tx:
        return MigrationContext.configure(tx.conn).get_current_revision()


def upgrade(db: Database) -> None:
    """Bring a database, empty or old, to the revision this code needs; all or nothing."""
    with db.begin() as tx:
        command.upgrade(_config(tx.conn), "head")


def write_revision(db: Database, message: str) -> None:
    """For developers: write the migration that leads from this database to the present tables."""
    with db.begin() as tx:
        command.revision(_config(tx.conn), message=message, autogenerate=True)
