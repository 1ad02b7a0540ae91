"""ids told to others: messages, lines of the log and changes of duty never get an old one again."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TABLES = ("outbox", "log", "duty_changes")


def upgrade() -> None:
    """Climb one step: PostgreSQL's sequences can do it, SQLite's tables must be told."""
    _make({"sqlite_autoincrement": True})


def downgrade() -> None:
    """Climb down again."""
    _make({})


def _make(options: dict[str, bool]) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in _TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs=options):
            pass
