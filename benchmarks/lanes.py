"""The gravest goes first, no number is called too often, an answer ends the ringing."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.ground import Figure, Postgres, goal, populate, provider, received, settings_for
from oncall.core.transfers import Calls, Draft, Transfer
from oncall.intake import Actor
from oncall.wiring import App, FastClock, build

DESK = Actor(name="bench", role="dispatcher")
#: Each number may be called once a minute, five times an hour and twenty times a day.
_CALLEE = ((1, 60.0), (5, 3_600.0), (20, 86_400.0))
_LIMITS = "twilio:sms=none, twilio:voice=none each 1/m 5/h 20/d"
#: Ten minutes in ten seconds; a message may be this late on its way to the provider.
_SPEED, _SLACK = 60.0, 10.0
_TOWNSHIPS, _STORM, _BROADCAST = 18, 120, 200


@asynccontextmanager
async def _working(app: App) -> AsyncIterator[None]:
    running = asyncio.create_task(app.run())
    try:
        yield
    finally:
        await app.stop()
        await running
        app.db.close()


async def _hand_over(app: App, *units: str, urgency: str) -> Transfer:
    calls = Calls(group="bench") if len(units) > 1 else None
    draft = Draft(origin="110", to=units, urgency=urgency, summary="bench", calls=calls)
    accepted = await asyncio.to_thread(app.intake.accept, draft, app.clock.now(), DESK)
    return accepted.transfer


async def _first(api: str, kind: str, words: str, seconds: float) -> dict[str, Any]:
    """The first request of a kind whose words hold these."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for one in await asyncio.to_thread(received, api):
            if one["kind"] == kind and words in one["body"].replace(" ", "").replace(",", ""):
                return one
        await asyncio.sleep(0.1)
    raise TimeoutError(f"no {kind} with {words}")


async def behind_a_broadcast(url: str) -> float:
    """Seconds from a critical page to its text and call, sent five seconds after a broadcast."""
    with provider() as api:
        app = build(settings_for(url, api, limits=""))
        codes = populate(app.db, datetime.now(UTC), units=_BROADCAST + 1)
        async with _working(app):
            await _hand_over(app, *codes[:-1], urgency="urgent")
            await asyncio.sleep(5)
            began = time.monotonic()
            sent = await _hand_over(app, codes[-1], urgency="critical")
            text = await _first(api, "sms", sent.code, 30)
            call = await _first(api, "call", sent.code[-4:], 30)
    return max(float(text["at"]), float(call["at"])) - began


async def storm_of_townships(url: str) -> int:
    """How many calls came sooner than a number's limits allow."""
    with provider() as api:
        clock = FastClock(datetime(2026, 11, 3, 6, tzinfo=UTC), _SPEED)
        app = build(settings_for(url, api, limits=_LIMITS), clock=clock)
        codes = populate(app.db, clock.now(), units=_TOWNSHIPS)
        async with _working(app):
            for n in range(_STORM):
                await _hand_over(
                    app, codes[n % len(codes)], urgency="critical" if n % 3 else "urgent"
                )
                await clock.sleep(600 / _STORM)
            await clock.sleep(600)
        calls: dict[str, list[float]] = defaultdict(list)
        for one in await asyncio.to_thread(received, api):
            if one["kind"] == "call":
                calls[one["to"]].append(float(one["at"]) * _SPEED)
    if not calls:
        raise ValueError("nobody was called")
    return sum(
        len([at for at in ats if first <= at < first + span - _SLACK]) > count
        for ats in calls.values()
        for first in ats
        for count, span in _CALLEE
    )


async def until_it_stops_ringing(url: str) -> float:
    """Seconds from an answer to the request that ends the call."""
    with provider() as api:
        app = build(settings_for(url, api))
        (code,) = populate(app.db, datetime.now(UTC), units=1)
        async with _working(app):
            sent = await _hand_over(app, code, urgency="critical")
            await _first(api, "call", "", 10)
            began = time.monotonic()
            await asyncio.to_thread(
                app.desk.ack, sent.code, "p0", app.clock.now(), DESK, on_behalf_of="p0"
            )
            ended = await _first(api, "hang-up", "", 10)
    return float(ended["at"]) - began


async def run(folder: Path, postgres: Postgres) -> list[Figure]:
    """The three figures on both databases."""
    out: list[Figure] = []
    for name in ("SQLite", "PostgreSQL"):

        def url(what: str, name: str = name) -> str:
            return f"sqlite:///{folder}/{what}.db" if name == "SQLite" else postgres.database()

        waited = await behind_a_broadcast(url("lanes"))
        out.append(
            goal(
                f"critical behind {_BROADCAST}, {name}", waited, "s", most=5,
                note="1 call/s, 1 SMS/s, text and call",
            )
        )  # fmt: skip
        early = await storm_of_townships(url("callees"))
        out.append(
            goal(
                f"calls beyond a number's limits, {name}", early, "calls", most=0,
                note=f"{_STORM} in 10 min to {_TOWNSHIPS}",
            )
        )  # fmt: skip
        ringing = await until_it_stops_ringing(url("ringing"))
        out.append(goal(f"ack to hang-up, {name}", ringing, "s", most=2))
    return out
