"""A team's calendar of 668 events: the first build after a change, and what readers then get."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.ground import Figure, Postgres, goal
from oncall import feeds
from oncall.clock import SystemClock
from oncall.config import load
from oncall.directory import Directory
from oncall.store import directory, schema
from oncall.store.database import Database
from oncall.store.directory import Batch, Person, Unit
from rosters.model import Duty

EVENTS = 668
_PEOPLE = 10
_SHIFT = timedelta(hours=7)


def furnish(url: str, now: datetime) -> Database:
    """One unit, ten people, 668 duties that touch the window of a calendar."""
    db = Database(url)
    schema.upgrade(db)
    start = now - timedelta(days=10)
    with db.begin() as tx:
        directory.put_units(tx, [Unit(code="U", name_zh="县城建集团", kind="office")])
        directory.put_people(
            tx,
            [Person(id=f"p{n}", unit="U", name=f"张三{n}", mobile=None) for n in range(_PEOPLE)],
        )
        batch = Batch(id="b", at=start, by="bench", files="x", sha256="0", summary="{}")
        duties = [
            Duty(
                unit="U",
                role=("primary", "deputy")[n % 2],
                person=f"p{n % _PEOPLE}",
                start=start + n // 2 * _SHIFT,
                end=start + (n // 2 + 1) * _SHIFT,
                source=f"row {n}",
            )
            for n in range(EVENTS)
        ]
        directory.apply_batch(tx, batch, add=duties, remove=[])
    return db


async def run(folder: Path, _: Postgres) -> list[Figure]:
    """Build, then read again and again."""
    return await asyncio.to_thread(_measure, folder)


def _measure(folder: Path) -> list[Figure]:
    now = SystemClock().now().astimezone(UTC)
    settings = load({"database_url": f"sqlite:///{folder}/feeds.db"}, {})
    db = furnish(settings.database_url, now)
    address = feeds.new_unit_address(db, settings, "U", None, "bench", now)
    token = address.rpartition("/")[2].removesuffix(".ics")
    first: list[float] = []
    for _ in range(5):
        reader = feeds.Feeds(db, Directory(), settings)
        began = time.perf_counter()
        feed = reader.read(token, now)
        first.append((time.perf_counter() - began) * 1000)
        assert feed is not None
        assert feed.body.count(b"BEGIN:VEVENT") == EVENTS
    again = []
    for _ in range(200):
        began = time.perf_counter()
        reader.read(token, now)
        again.append((time.perf_counter() - began) * 1000)
    db.close()
    return [
        goal(f"calendar of {EVENTS} events, first build", min(first), "ms"),
        goal("the same, unchanged (304)", statistics.median(again), "ms", most=5),
    ]
