"""answered_by: who seems to have picked up a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step. Nobody listened to the calls made before."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_by", sa.String(length=10), nullable=True))
