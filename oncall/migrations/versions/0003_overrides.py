"""overrides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "overrides",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=True),
        sa.Column("replaces", sa.String(length=40), nullable=True),
        sa.Column("start_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("end_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=60), nullable=True),
        sa.Column("removed_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("removed_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_overrides_person")),
        sa.ForeignKeyConstraint(["replaces"], ["people.id"], name=op.f("fk_overrides_replaces")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_overrides_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overrides_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_overrides_replaces"), ["replaces"], unique=False)
        batch_op.create_index("ix_overrides_unit_end_at", ["unit", "end_at"], unique=False)


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.drop_index("ix_overrides_unit_end_at")
        batch_op.drop_index(batch_op.f("ix_overrides_replaces"))
        batch_op.drop_index(batch_op.f("ix_overrides_person"))

    op.drop_table("overrides")
