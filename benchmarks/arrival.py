"""From a transfer's arrival by HTTP to the provider's receipt of the first message.

A real `oncall serve` process, a real provider process, and this client; the moment counted from is
just before the request is written, the moment counted to is when the provider has read ours.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.ground import (
    ACCOUNT,
    ROOT,
    TOKEN,
    UNLIMITED,
    Figure,
    Postgres,
    free_port,
    goal,
    percentile,
    populate,
    provider,
    received,
)
from oncall.accounts import create
from oncall.store.database import Database
from oncall.wiring import new_id

#: (per second, how many)
PACES = ((1, 20), (50, 1_000))


@contextmanager
def server(url: str, api: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`oncall serve` on a port of its own; gives its base URL and process once it is ready."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {
        **os.environ,
        "ONCALL_DATABASE_URL": url,
        "ONCALL_PUBLIC_URL": base,
        "ONCALL_CHANNELS": "sms=twilio,voice=twilio",
        # Neither an account's pace nor a storm's gathering is what is measured here.
        "ONCALL_LIMITS": UNLIMITED,
        "ONCALL_GATHER_SECONDS": "0",
        "ONCALL_TWILIO_API_URL": api,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": "+8659523500000",
    }
    command = [sys.executable, "cli.py", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _ready(base)
            yield base, process
        finally:
            process.terminate()


def megabytes(pid: int, line: str) -> float:
    """What a process holds (VmRSS) or has held at most (VmHWM), as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    (kilobytes,) = (row.split()[1] for row in status.splitlines() if row.startswith(line))
    return int(kilobytes) * 1024 / 1e6


def _ready(base: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{base}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server did not become ready")


async def arrivals(
    base: str, token: str, api: str, codes: list[str], pace: tuple[int, int]
) -> list[float]:
    """Milliseconds from each request to its message at the provider."""
    per_second, count = pace
    sent: dict[str, float] = {}
    before = len(await asyncio.to_thread(received, api))
    limits = httpx.Limits(max_connections=50)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=30) as client:

        async def one(i: int) -> None:
            body = {
                "origin": "110",
                "origin_ref": f"{per_second}-{i}",
                "to": [codes[i % len(codes)]],
                "urgency": "urgent",
                "summary": "水管爆裂",
                "category": "供水",
            }
            began = time.monotonic()
            answer = await client.post(f"{base}/api/v1/transfers", json=body)
            assert answer.status_code == httpx.codes.CREATED, answer.text
            sent[answer.json()["code"]] = began

        tasks = []
        start = time.monotonic()
        for i in range(count):
            await asyncio.sleep(max(0.0, start + i / per_second - time.monotonic()))
            tasks.append(asyncio.create_task(one(i)))
        await asyncio.gather(*tasks)
    await asyncio.sleep(2)
    got = (await asyncio.to_thread(received, api))[before:]
    out = []
    for code, began in sent.items():
        texts = [m["at"] for m in got if code in m["body"]]
        assert len(texts) == 1, f"{len(texts)} messages for {code}"
        out.append((texts[0] - began) * 1000)
    return out


async def run(folder: Path, postgres: Postgres) -> list[Figure]:
    """Both paces on both databases, and what the server weighs meanwhile."""
    out: list[Figure] = []
    for name, url in (
        ("SQLite", f"sqlite:///{folder}/arrival.db"),
        ("PostgreSQL", postgres.database()),
    ):
        db = Database(url)
        now = datetime.now(UTC)
        codes = populate(db, now)
        token = create(db, name="bench", role="dispatcher", unit=None, now=now, new_id=new_id).token
        db.close()
        with provider() as api, server(url, api) as (base, process):
            await asyncio.sleep(3)
            idle = megabytes(process.pid, "VmRSS")
            out.append(goal(f"idle memory, {name}", idle, "MB", most=150))
            for pace in PACES:
                late = await arrivals(base, token, api, codes, pace)
                what = f"arrival → provider, {pace[0]}/s, {name}"
                out.append(goal(f"{what}, p50", percentile(late, 0.5), "ms", most=30))
                out.append(goal(f"{what}, p99", percentile(late, 0.99), "ms", most=150))
            peak = megabytes(process.pid, "VmHWM")
            out.append(goal(f"peak memory, {name}", peak, "MB"))
    return out
