"""What conftest lends is what it says: fresh databases, open to other processes, and a browser."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import sqlalchemy
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import OperationalError

from oncall.store.database import Database
from oncall.tables import duties, metadata, people, policy_books, units
from tests.county import START, templates
from tests.databases import Templates

__all__ = ["templates"]

COUNT_TABLES = """
import sys, sqlalchemy
engine = sqlalchemy.create_engine(sys.argv[1])
print(len(sqlalchemy.inspect(engine).get_table_names()))
"""


def tables(url: str) -> list[str]:
    """The names of the tables in the database at `url`."""
    engine = sqlalchemy.create_engine(url)
    try:
        return sqlalchemy.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def create_table(url: str, name: str) -> None:
    """Create one table in the database at `url`."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(f"CREATE TABLE {name} (id INTEGER)"))
    engine.dispose()


def test_a_database_starts_empty(database_url: str) -> None:
    """A test finds no trace of the tests before it."""
    assert tables(database_url) == []
    create_table(database_url, "left_behind")


def test_a_second_process_sees_the_same_database(database_url: str) -> None:
    """A table made here is seen by another process that was given only the URL."""
    create_table(database_url, "page")
    seen = subprocess.run(
        [sys.executable, "-c", COUNT_TABLES, database_url],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "1"


def test_the_backend_is_the_one_named(backend: str, database_url: str) -> None:
    """The suite that says it ran on PostgreSQL did run on PostgreSQL."""
    assert sqlalchemy.make_url(database_url).get_backend_name() == backend


def test_a_database_can_be_copied_from_a_template(new_pg_database: Callable[..., str]) -> None:
    """A prepared database is copied whole, so that a schema is built once and not per test."""
    original = new_pg_database()
    create_table(original, "page")
    assert tables(new_pg_database(sqlalchemy.make_url(original).database)) == ["page"]


def rows(url: str) -> dict[str, list[str]]:
    """Everything that stands in a furnished database."""
    db = Database(url)
    with db.read() as tx:
        found = {
            table.name: sorted(repr(tuple(row)) for row in tx.conn.execute(table.select()))
            for table in metadata.sorted_tables
        }
    db.close()
    return found


def test_a_lent_database_comes_back_as_it_was(templates: Templates) -> None:
    """Rows added, changed and removed, a number taken, a lock never let go: the next sees none."""
    book = insert(policy_books).values(name="x", body="", applied_at=START, applied_by="x")
    lender = templates.lender()
    with lender.lend() as url:
        before = rows(url)
        assert before["duties"]
        assert before["policy_books"] == []
        careless = sqlalchemy.create_engine(url).connect()
        careless.execute(delete(duties))
        careless.execute(update(people).values(name="别人"))
        careless.execute(insert(units).values(code="X", name_zh="某单位", kind="desk"))
        careless.execute(book)
        careless.commit()
        careless.execute(sqlalchemy.text("LOCK TABLE units"))
    with lender.lend() as again:
        assert again == url
        assert rows(again) == before
        db = Database(again)
        with db.begin() as tx:
            assert tx.conn.execute(book).inserted_primary_key == (1,)
        db.close()
    with suppress(OperationalError):
        careless.close()


def test_a_database_of_another_shape_is_not_lent_again(templates: Templates) -> None:
    """A column, a trigger or a table that one test left behind would be the next one's riddle."""
    lender = templates.lender()
    for change in (
        "ALTER TABLE people ADD COLUMN left_behind TEXT",
        "ALTER TABLE people DISABLE TRIGGER ALL",
        "CREATE TABLE left_behind (id INTEGER)",
        "DROP INDEX ix_people_unit",
    ):
        with lender.lend() as url:
            engine = sqlalchemy.create_engine(url)
            with engine.begin() as connection:
                connection.execute(sqlalchemy.text(change))
            engine.dispose()
        with lender.lend() as other:
            assert other != url, change


def test_a_browser_is_there(chromium: str) -> None:
    """The console's tests have a real Chromium, not a promise of one."""
    version = subprocess.run([chromium, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in version.stdout
