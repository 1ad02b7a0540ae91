"""outbox: what is still to be sent, stopped or heard of is found among all that ever was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_SOME = {
    "ix_outbox_untaken": ("rank < 30", ["channel", "lane", "due_at", "id"]),
    "ix_outbox_to_stop": ("stop AND ended_at IS NULL", ["channel"]),
    "ix_outbox_unheard": (
        "state = 'accepted' AND ended_at IS NULL",
        ["provider", "channel", "sent_at"],
    ),
}


def upgrade() -> None:
    """Climb one step."""
    for name, (where, columns) in _SOME.items():
        some = sa.text(where)
        op.create_index(name, "outbox", columns, sqlite_where=some, postgresql_where=some)
    op.drop_index("ix_outbox_state_lane_due_at", "outbox")


def downgrade() -> None:
    """Climb down again."""
    op.create_index("ix_outbox_state_lane_due_at", "outbox", ["state", "lane", "due_at"])
    for name in _SOME:
        op.drop_index(name, "outbox")
