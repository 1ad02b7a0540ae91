"""What conftest lends is what it says: fresh databases, open to other processes, and a browser."""

import subprocess
import sys
from collections.abc import Callable

import sqlalchemy

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


def test_a_browser_is_there(chromium: str) -> None:
    """The console's tests have a real Chromium, not a promise of one."""
    version = subprocess.run([chromium, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in version.stdout
