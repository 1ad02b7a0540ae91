"""Who is on duty: a point query and a year's schedule, by number of roster rows; and what settling
the sources costs before it: a rotation with overrides, uploaded rows with overrides."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.ground import Figure, Postgres, goal
from rosters.model import Duty, Override, OverrideKind
from rosters.resolve import Roster, compile_roster
from rosters.rotation import Rule, Step, Version, wall
from rosters.sources import Sources

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


def overrides(count: int) -> list[Override]:
    """So many stand-ins of six hours, spread over the year."""
    return [
        Override(
            id=number,
            unit="U",
            role="primary",
            kind=OverrideKind.REPLACE,
            person="p99",
            replaces=None,
            start=_START + timedelta(days=20 + 50 * number, hours=3),
            end=_START + timedelta(days=20 + 50 * number, hours=9),
            source=f"override {number}",
        )
        for number in range(count)
    ]


def rotation() -> Version:
    """Ten people who take turns of a day, handed over at eight in a zone with summer time."""
    rule = Rule(
        name="turns",
        role="primary",
        layer=0,
        groups=tuple((f"p{i}",) for i in range(10)),
        every=1,
        step=Step.DAYS,
        anchor=wall(date(2026, 1, 1), 8 * 60),
    )
    return Version(unit="U", zone=ZoneInfo("America/Chicago"), rules=(rule,), since=_START)


def _year(sources: Sources) -> int:
    """From the sources to the last segment: nothing is kept from one call to the next."""
    year = _START + timedelta(days=365)
    roster = compile_roster(sources.settled(_START, year))
    return len(roster.schedule("primary", _START, year))


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
    ruled = Sources(rotations=[rotation()], overrides=overrides(6))
    whole = seconds(partial(_year, ruled), 5) * 1000
    out.append(goal("a year of a rotation with 6 overrides, from the sources", whole, "ms", most=5))
    sheets = Sources(uploaded=duties(2_000), overrides=overrides(6))
    whole = seconds(partial(_year, sheets), 3) * 1000
    out.append(
        goal("a year of 2 000 rows with 6 overrides, from the sources", whole, "ms", most=40)
    )
    growth = points[-1] / points[0]
    out.append(goal("who, 20 000 rows / 400 rows", growth, "×", most=2, note="flat in rows"))
    return out
