"""Who is on duty: a point query and a year's schedule, by number of roster rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.ground import Figure, Postgres, goal
from rosters.model import Duty
from rosters.resolve import Roster, compile_roster

SIZES = (400, 2_000, 20_000)
_START = datetime(2026, 1, 1, tzinfo=UTC)


def duties(rows: int) -> list[Duty]:
    """A year in so many equal shifts, passed round among ten people."""
    length = timedelta(days=365) / rows
    return [
        Duty(
            unit="U",
            role="primary",
            person=f"p{i % 10}",
            start=_START + i * length,
            end=_START + (i + 1) * length,
            source=f"row {i}",
        )
        for i in range(rows)
    ]


def seconds(call: Callable[[], object], times: int) -> float:
    """The best of five rounds, per call: what the work costs when nobody disturbs it."""
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            call()
        best = min(best, (time.perf_counter() - began) / times)
    return best


def _point(roster: Roster) -> float:
    at = [_START + timedelta(days=365 * share / 997) for share in range(997)]
    return seconds(lambda: [roster.who("primary", moment) for moment in at], 1) / len(at)


async def run(_: Path, __: Postgres) -> list[Figure]:
    """Compile, ask, list."""
    out: list[Figure] = []
    points: list[float] = []
    for rows in SIZES:
        made = duties(rows)
        compiled = seconds(partial(compile_roster, made), 1)
        roster = compile_roster(made)
        points.append(_point(roster) * 1000)
        year = _START + timedelta(days=365)
        listed = seconds(partial(roster.schedule, "primary", _START, year), 3)
        out.append(goal(f"compile, {rows} rows", compiled * 1000, "ms"))
        out.append(goal(f"who, {rows} rows", points[-1], "ms", most=0.2))
        most = 40 if rows == 2_000 else None
        out.append(goal(f"a year's schedule, {rows} rows", listed * 1000, "ms", most=most))
    growth = points[-1] / points[0]
    out.append(goal("who, 20 000 rows / 400 rows", growth, "×", most=2, note="flat in rows"))
    return out
