"""successors: what else a unit is called, and who has its duties once it has ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.add_column(sa.Column("aliases", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("successor", sa.String(length=40), nullable=True))
