"""How quickly a command starts: the price of asking who is on duty from a shell."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ground import ROOT, Figure, Postgres, goal, populate
from oncall.store.database import Database

ROUNDS = 10


def started(arguments: list[str], url: str) -> float:
    """The best of ten runs, in seconds: what the machine needs when nobody disturbs it."""
    env = {**os.environ, "ONCALL_DATABASE_URL": url}
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        best = min(best, time.perf_counter() - began)
    return best


def _measure(folder: Path, postgres: Postgres) -> list[Figure]:
    out = [
        goal("python alone", started(["-c", "pass"], ""), "s"),
        goal("import sqlalchemy", started(["-c", "import sqlalchemy"], ""), "s"),
    ]
    for name, url in (
        ("SQLite", f"sqlite:///{folder}/who.db"),
        ("PostgreSQL", postgres.database()),
    ):
        db = Database(url)
        codes = populate(db, datetime.now(UTC))
        db.close()
        taken = started(["cli.py", "who", codes[0]], url)
        out.append(goal(f"oncall who, {name}", taken, "s", most=0.4))
    return out


async def run(folder: Path, postgres: Postgres) -> list[Figure]:
    """Start-up times."""
    return await asyncio.to_thread(_measure, folder, postgres)
