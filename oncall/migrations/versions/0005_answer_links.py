"""answer_links: whose page a link on a phone opens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "answer_links",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("expires_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_answer_links")),
    )
    with op.batch_alter_table("answer_links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_links_expires_at"), ["expires_at"], unique=False
        )
