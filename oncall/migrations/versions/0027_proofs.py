"""proofs: codes that prove a number, and whether a mark on one was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from oncall.tables import Moment

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", Moment(timezone=True), nullable=True))
    op.create_table(
        "contact_codes",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("sent_at", Moment(timezone=True), nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment(timezone=True), nullable=False),
        sa.Column("locked_until", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_contact_codes_person_people")
        ),
        sa.PrimaryKeyConstraint("person", "address", "channel", name=op.f("pk_contact_codes")),
    )
