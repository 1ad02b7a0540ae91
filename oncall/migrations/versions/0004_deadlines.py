"""deadlines: by when a matter must be finished, and who asked for more time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step. Transfers handed over before have no deadline."""
    op.create_table(
        "deadlines",
        sa.Column("transfer", sa.String(length=40), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("received_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("due_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("ended_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["transfer"], ["transfers.id"], name=op.f("fk_deadlines_transfer")),
        sa.PrimaryKeyConstraint("transfer", name=op.f("pk_deadlines")),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadlines_due_at"), ["due_at"], unique=False)
    op.create_table(
        "extensions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfer", sa.String(length=40), nullable=False),
        sa.Column("asked_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("until", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transfer"], ["transfers.id"], name=op.f("fk_extensions_transfer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    with op.batch_alter_table("extensions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extensions_transfer"), ["transfer"], unique=False)
