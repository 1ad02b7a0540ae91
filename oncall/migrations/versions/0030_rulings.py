"""rulings: who recorded one, when and on which matter stands beside the route that it made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("routes") as batch_op:
        batch_op.add_column(sa.Column("ruled_by", sa.String(length=60), nullable=True))
        batch_op.add_column(
            sa.Column("ruled_at", oncall.tables.Moment(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("matter", sa.String(length=40), nullable=True))
