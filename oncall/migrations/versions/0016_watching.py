"""watching: addresses of units' calendars, and which gaps were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "unit_feeds",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("fetched_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_unit_feeds_unit")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_unit_feeds")),
        sa.UniqueConstraint("unit", "role", name=op.f("uq_unit_feeds_unit_role")),
    )
    op.create_table(
        "gap_warnings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("start_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("horizon", sa.String(length=10), nullable=False),
        sa.Column("told_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_gap_warnings_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_warnings")),
        sa.UniqueConstraint(
            "unit",
            "role",
            "start_at",
            "horizon",
            name=op.f("uq_gap_warnings_unit_role_start_at_horizon"),
        ),
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("gap_warnings")
    op.drop_table("unit_feeds")
