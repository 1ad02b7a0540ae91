"""How late does a step fire while 100 000 other pages wait for theirs?

Fifty steps a second fall due for ten seconds. Lateness runs from the planned moment to the moment
the decision was made, and on to the message's arrival at the provider.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.crowd import fill, idle, waiting
from benchmarks.ground import (
    Figure,
    Postgres,
    goal,
    percentile,
    populate,
    provider,
    received,
    settings_for,
)
from oncall.tables import log, outbox
from oncall.wiring import App, build

OPEN = 100_000
STEPS = 500
PER_SECOND = 50


async def lateness(url: str, api: str, crowd: int) -> tuple[list[float], list[float]]:
    """Milliseconds late, per step: when decided, and when received."""
    app = build(settings_for(url, api))
    codes = populate(app.db, datetime.now(UTC))
    idle(app.db, codes, datetime.now(UTC) + timedelta(hours=1), crowd)
    first = datetime.now(UTC) + timedelta(seconds=12)
    moments = [first + timedelta(seconds=i / PER_SECOND) for i in range(STEPS)]
    fill(
        app.db,
        (waiting(f"{i:05d}", codes[i % len(codes)], due) for i, due in enumerate(moments)),
    )
    wall_to_monotonic = time.monotonic() - datetime.now(UTC).timestamp()
    running = asyncio.create_task(app.run())
    end = moments[-1] + timedelta(seconds=5)
    await asyncio.sleep((end - datetime.now(UTC)).total_seconds())
    got = await asyncio.to_thread(received, api)
    await app.stop()
    await running
    decided, keys = await asyncio.to_thread(_recorded, app)
    app.db.close()
    arrived = [(m["at"] - wall_to_monotonic - keys[m["key"]].timestamp()) * 1000 for m in got]
    assert len(arrived) == len(decided) == STEPS, f"{len(arrived)}, {len(decided)} of {STEPS}"
    return decided, arrived


def _recorded(app: App) -> tuple[list[float], dict[str, datetime]]:
    with app.db.read() as tx:
        plans = tx.conn.execute(select(outbox.c.id, outbox.c.page, outbox.c.planned_at)).all()
        fired = dict(
            tx.conn.execute(select(log.c.page, log.c.at).where(log.c.event == "StepDue")).all()
        )
    late = [(fired[r.page] - r.planned_at).total_seconds() * 1000 for r in plans]
    return late, {str(r.id): r.planned_at for r in plans}


async def run(folder: Path, postgres: Postgres, *, crowd: int = OPEN) -> list[Figure]:
    """Lateness on both databases."""
    out: list[Figure] = []
    for name, url in (
        ("SQLite", f"sqlite:///{folder}/lateness.db"),
        ("PostgreSQL", postgres.database()),
    ):
        with provider() as api:
            decided, arrived = await lateness(url, api, crowd)
        early = min(decided)
        where = f"{crowd} open, {name}"
        out.append(goal(f"step late, p50, {where}", percentile(decided, 0.5), "ms"))
        out.append(goal(f"step late, p99, {where}", percentile(decided, 0.99), "ms", most=100))
        out.append(goal(f"never early, {where}", early, "ms", least=0))
        out.append(goal(f"at the provider, p99, {where}", percentile(arrived, 0.99), "ms"))
    return out
