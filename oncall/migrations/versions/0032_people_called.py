"""people called: a group may name people of a unit, and a part may be one person's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("groups") as batch_op:
        batch_op.add_column(sa.Column("people", sa.Text(), nullable=True))
    with op.batch_alter_table("parts") as batch_op:
        batch_op.add_column(sa.Column("person", sa.String(length=40), nullable=True))
