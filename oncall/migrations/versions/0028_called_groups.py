"""transfers: which group was called, so that calls are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("transfers") as table:
        table.add_column(sa.Column("called_group", sa.String(length=60), nullable=True))
        table.create_index(op.f("ix_transfers_called_group"), ["called_group"])
