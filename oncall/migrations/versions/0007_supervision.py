"""supervision: an order's whole life, from the draft to the answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step. Orders drafted before are drafts still."""
    moment = oncall.tables.Moment(timezone=True)
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=20), server_default="draft", nullable=False)
        )
        for name, kind in (
            ("cause", sa.String(length=20)),
            ("matters", sa.Text()),
            ("number", sa.String(length=60)),
            ("issued_at", moment),
            ("issued_by", sa.String(length=60)),
            ("demand", sa.Text()),
            ("due_at", moment),
            ("reply", sa.Text()),
            ("replied_at", moment),
            ("replied_by", sa.String(length=60)),
            ("ended_at", moment),
            ("ended_by", sa.String(length=60)),
            ("ended_why", sa.Text()),
        ):
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_supervisions_number"), ["number"])
        batch_op.create_index(batch_op.f("ix_supervisions_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervisions_unit"), ["unit"], unique=False)
