"""drills, their checks, and plans that bring more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "drills",
        sa.Column("id", serial, nullable=False),
        sa.Column("at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("closed_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
    )
    with op.batch_alter_table("drills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drills_at"), ["at"], unique=False)
    op.create_table(
        "drill_checks",
        sa.Column("id", serial, nullable=False),
        sa.Column("drill", serial, nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("until", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("answered_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["drill"], ["drills.id"], name=op.f("fk_drill_checks_drill_drills")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_checks")),
    )
    with op.batch_alter_table("drill_checks", schema=None) as batch_op:
        for name in ("asked_at", "drill", "person", "unit"):
            batch_op.create_index(batch_op.f(f"ix_drill_checks_{name}"), [name], unique=False)
    op.create_table(
        "drill_plans",
        sa.Column("id", serial, nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("after_minute", sa.Integer(), nullable=False),
        sa.Column("before_minute", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("last_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("ended", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_plans")),
    )
