"""rotations: rules that give duties, a version a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import oncall.tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Climb one step."""
    op.create_table(
        "rotations",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", oncall.tables.Moment(timezone=True), nullable=False),
        sa.Column("until", oncall.tables.Moment(timezone=True), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_rotations_batch")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_rotations_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations")),
    )
    with op.batch_alter_table("rotations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rotations_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_rotations_unit"), ["unit"], unique=False)

    op.create_table(
        "rotation_people",
        sa.Column("rotation", _SERIAL, nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_rotation_people_person")),
        sa.ForeignKeyConstraint(
            ["rotation"], ["rotations.id"], name=op.f("fk_rotation_people_rotation")
        ),
        sa.PrimaryKeyConstraint("rotation", "person", name=op.f("pk_rotation_people")),
    )
    with op.batch_alter_table("rotation_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rotation_people_person"), ["person"], unique=False)


def downgrade() -> None:
    """Go one step back."""
    with op.batch_alter_table("rotation_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rotation_people_person"))

    op.drop_table("rotation_people")
    with op.batch_alter_table("rotations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rotations_unit"))
        batch_op.drop_index(batch_op.f("ix_rotations_batch"))

    op.drop_table("rotations")
