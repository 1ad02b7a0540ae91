"""How SQLite means to find what the sending looks for many times a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from oncall.store import attempts, nodes, outbox
from oncall.store.database import Database, Tx
from oncall.tables import metadata

NOW = datetime(2026, 11, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with every table and not one row."""
    db = Database(f"sqlite:///{tmp_path}/plans.db")
    metadata.create_all(db.engine)
    yield db
    db.close()


@pytest.mark.parametrize(
    "look",
    [
        lambda tx: outbox.claim(tx, "n", "sms", NOW, 300),
        lambda tx: outbox.claim(tx, "n", "sms", NOW, 40, lane=0, fresh=True),
        lambda tx: outbox.take_rows(tx, "n", range(1, 300)),
        lambda tx: outbox.next_due(tx, ["sms", "voice"]),
        lambda tx: outbox.oldest(tx, NOW),
        lambda tx: attempts.to_stop(tx, NOW, 100),
        lambda tx: attempts.unheard(tx, "p", "sms", after=NOW - HOUR, before=NOW, limit=200),
        lambda tx: nodes.take_over(tx, "n"),
    ],
)
def test_nobody_reads_all_that_was_ever_sent(db: Database, look: Callable[[Tx], Any]) -> None:
    """A year of messages must not slow down each claim: what is looked for has an index."""
    plans: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def explain(conn: Any, _: Any, statement: str, values: Any, *__: Any) -> None:
        if "outbox" in statement:
            cursor = conn.connection.dbapi_connection.cursor()
            found = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            plans.extend(row[3] for row in found)

    with db.begin() as tx:
        look(tx)
    # "SCAN outbox USING INDEX" reads one of the small ones, of the open messages alone.
    assert any("outbox" in plan for plan in plans)
    assert [plan for plan in plans if plan in ("SCAN outbox", "SCAN outbox_1")] == []
