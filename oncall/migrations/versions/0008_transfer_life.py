"""transfer life: flags, links, what a transfer remembers; parts that end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        for name in ("major", "nuisance"):
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
            )
        batch_op.add_column(sa.Column("linked_to", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("life", sa.Text(), server_default="{}", nullable=False))
        batch_op.create_index(batch_op.f("ix_transfers_linked_to"), ["linked_to"], unique=False)
    op.execute("UPDATE transfers SET life = '{\"noted\": true}' WHERE state = 'handling'")
    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("ended_at", oncall.tables.Moment(timezone=True), nullable=True)
        )
