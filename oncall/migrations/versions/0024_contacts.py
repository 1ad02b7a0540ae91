"""contacts: more numbers for a person, when each was last proven, and what is wrong with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("more_numbers", sa.Text(), nullable=True))
    op.create_table(
        "contacts",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("proven", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("proven_by", sa.String(length=20), nullable=True),
        sa.Column("flag", sa.String(length=20), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("flagged_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_contacts_person_people")),
        sa.PrimaryKeyConstraint("person", "address", "channel", name=op.f("pk_contacts")),
    )
