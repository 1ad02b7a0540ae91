"""duty_changes: swaps, calls for cover, leaves, take-overs, as asked and as decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "duty_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("start_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("end_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=True),
        sa.Column("back_role", sa.String(length=40), nullable=True),
        sa.Column("back_start", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("back_end", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("asked_of", sa.Text(), nullable=False),
        sa.Column("overrides", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("agreed_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["other"], ["people.id"], name=op.f("fk_duty_changes_other")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_duty_changes_person")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_duty_changes_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_changes")),
    )
    with op.batch_alter_table("duty_changes", schema=None) as batch_op:
        for column in ("state", "unit", "person", "other"):
            batch_op.create_index(batch_op.f(f"ix_duty_changes_{column}"), [column], unique=False)


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table("duty_changes", schema=None) as batch_op:
        for column in ("other", "person", "unit", "state"):
            batch_op.drop_index(batch_op.f(f"ix_duty_changes_{column}"))

    op.drop_table("duty_changes")
