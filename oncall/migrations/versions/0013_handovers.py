"""handovers: who comes on duty, and whether they said that they will."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("start_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("end_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("asked_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("confirmed_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("refused_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("entered_by", sa.String(length=60), nullable=True),
        sa.Column("told_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint(
            "unit",
            "role",
            "person",
            "start_at",
            name=op.f("uq_handovers_unit_role_person_start_at"),
        ),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_handovers_start_at"), ["start_at"], unique=False)
