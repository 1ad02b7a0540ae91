"""Run the measurements, print a table with ratios, write JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks import arrival, drain, feeds, footprint, imports, lanes, lateness, rosters
from benchmarks.ground import Figure, Postgres

Measurement = Callable[[Path, Postgres], Coroutine[Any, Any, list[Figure]]]

MEASUREMENTS: dict[str, Measurement] = {
    "arrival": arrival.run,
    "drain": drain.run,
    "lateness": lateness.run,
    "lanes": lanes.run,
    "rosters": rosters.run,
    "feeds": feeds.run,
    "imports": imports.run,
    "footprint": footprint.run,
}


def main() -> int:
    """Measure what was asked for (everything by default)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names", nargs="*", default=list(MEASUREMENTS), help=", ".join(MEASUREMENTS)
    )
    parser.add_argument("--json", default="var/bench.json", help="where the figures are written")
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as name:
        folder = Path(name)
        postgres = Postgres(folder / "pg")
        try:
            for chosen in options.names:
                print(f"measuring {chosen} …", file=sys.stderr)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    figures += runner.run(MEASUREMENTS[chosen](folder, postgres))
        finally:
            postgres.stop()
    _show(figures)
    path = Path(options.json)
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {
        "at": datetime.now(UTC).isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "figures": [asdict(f) for f in figures],
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(f"written to {path}", file=sys.stderr)
    return 0


def _show(figures: list[Figure]) -> None:
    table = Table(title="benchmarks")
    for column in ("what", "measured", "", "promise", "", "note"):
        table.add_column(column, justify="right" if column == "measured" else "left")
    for f in figures:
        mark = "" if f.met is None else ("✓" if f.met else "✗ missed")
        table.add_row(
            f.name,
            f"{f.value:,.3g}" if f.value < 100 else f"{f.value:,.0f}",
            f.unit,
            f.goal,
            mark,
            f.note,
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
