"""messages of a page: found by page and person, so that whoever hears much is not slow to reach."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Climb one step."""
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.create_index("ix_outbox_page_person", ["page", "person"], unique=False)
        batch_op.drop_index(batch_op.f("ix_outbox_page"))


def downgrade() -> None:
    """Climb down again."""
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_page"), ["page"], unique=False)
        batch_op.drop_index("ix_outbox_page_person")
