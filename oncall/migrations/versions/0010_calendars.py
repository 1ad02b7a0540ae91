"""calendars: duties that others keep, read again and again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "calendars",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("read_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("tried_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.Column("added_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=60), nullable=True),
        sa.Column("removed_at", oncall.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_calendars_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
    )
    with op.batch_alter_table("calendars", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendars_unit"), ["unit"], unique=False)

    op.create_table(
        "calendar_duties",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("calendar", _SERIAL, nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("start_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("end_at", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("since", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("until", oncall.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar"], ["calendars.id"], name=op.f("fk_calendar_duties_calendar")
        ),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_calendar_duties_person")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_calendar_duties_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_duties")),
    )
    with op.batch_alter_table("calendar_duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_duties_calendar"), ["calendar"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_duties_person"), ["person"], unique=False)
        batch_op.create_index("ix_calendar_duties_unit_end_at", ["unit", "end_at"], unique=False)


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table("calendar_duties", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_duties_unit_end_at")
        batch_op.drop_index(batch_op.f("ix_calendar_duties_person"))
        batch_op.drop_index(batch_op.f("ix_calendar_duties_calendar"))

    op.drop_table("calendar_duties")
    with op.batch_alter_table("calendars", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendars_unit"))

    op.drop_table("calendars")
