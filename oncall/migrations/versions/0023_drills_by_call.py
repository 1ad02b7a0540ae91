"""drills may call instead of writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    for table in ("drills", "drill_plans"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column("channel", sa.String(length=10), server_default="sms", nullable=False)
            )


def downgrade() -> None:
    """Take the step back."""
    for table in ("drill_plans", "drills"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("channel")
