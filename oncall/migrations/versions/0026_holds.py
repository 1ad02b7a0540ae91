"""handovers: until when whoever leaves stays on duty, where the relief must be taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("hold_until", oncall.tables.Moment(timezone=True), nullable=True)
        )
