"""One transaction scope: all or nothing, a bell only after a commit, and a clear word when away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text

from oncall.core.errors import Unreachable
from oncall.store import schema
from oncall.store.database import FROZEN, Database
from oncall.store.log import bump, counter
from oncall.tables import nodes


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A migrated database."""
    made = Database(database_url)
    schema.upgrade(made)
    yield made
    made.close()


def test_a_failed_block_leaves_nothing(db: Database) -> None:
    """What was written before the error is gone with it."""

    def half_way() -> None:
        with db.begin() as tx:
            bump(tx, "x")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        half_way()
    with db.read() as tx:
        assert counter(tx, "x") == 0


def test_the_bell_rings_after_the_commit_only(db: Database) -> None:
    """Whoever hears it finds the work already there; a rollback rings nothing."""
    seen: list[int] = []

    def heard() -> None:
        with db.read() as tx:
            seen.append(counter(tx, "x"))

    def rolled_back() -> None:
        with db.begin() as tx:
            tx.ring()
            raise RuntimeError

    db.on_commit(heard)
    with db.begin() as tx:
        bump(tx, "x")
        tx.ring()
    assert seen == [1]
    with pytest.raises(RuntimeError):
        rolled_back()
    assert seen == [1]


def test_moments_come_back_as_the_same_instant_in_utc(db: Database) -> None:
    """A moment given in Beijing's zone is stored and read as UTC, to the microsecond."""
    beijing = datetime(2026, 11, 3, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with db.begin() as tx:
        tx.conn.execute(insert(nodes).values(id="n", beat_at=beijing))
    with db.read() as tx:
        read = tx.conn.execute(select(nodes.c.beat_at)).scalar_one()
    assert read == beijing
    assert read.tzinfo is UTC


def test_a_naive_moment_is_refused(db: Database) -> None:
    """A wall clock without a zone is not a moment, so it never reaches the disk."""
    naive = datetime(2026, 11, 3, 14, 0)  # noqa: DTZ001 - the very thing that must be refused
    with pytest.raises(Exception, match="naive"), db.begin() as tx:
        tx.conn.execute(insert(nodes).values(id="n", beat_at=naive))


def test_a_database_that_is_away_is_named_as_such() -> None:
    """No traceback of a driver: an error of ours that says the database cannot be reached."""
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unreachable) as caught, away.begin():
        pass
    assert caught.value.exit_code == 6
    assert caught.value.status == 503


def test_a_node_that_freezes_lets_go_of_what_it_locked(new_pg_database: Callable[[], str]) -> None:
    """Stopped between two statements it would keep its pages from all; PostgreSQL ends it."""
    url = new_pg_database()
    frozen, other = Database(url, frozen=timedelta(milliseconds=200)), Database(url)
    schema.upgrade(other)
    with other.begin() as tx:
        bump(tx, "x")

    def stops_half_way() -> None:
        with frozen.begin() as its:
            bump(its, "x")
            with other.begin() as tx:
                # Waits for the row; a statement's own limit is the end of the test.
                assert bump(tx, "x") == 2
            bump(its, "x")

    with pytest.raises(Unreachable):
        stops_half_way()
    with other.begin() as tx:
        assert bump(tx, "x") == 3
        patience = tx.conn.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    assert patience == f"{FROZEN.seconds}s"
    frozen.close()
    other.close()
