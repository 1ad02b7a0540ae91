"""budgets and breakers: what is spent of providers' limits, and which provider is resting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "breakers",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("since", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("until", oncall.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node", "provider", "channel", name=op.f("pk_breakers")),
    )
    op.create_table(
        "budgets",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("touched_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_budgets")),
    )
    with op.batch_alter_table("budgets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budgets_touched_at"), ["touched_at"], unique=False)
