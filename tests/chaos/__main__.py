"""``python -m tests.chaos``: the whole of it, on SQLite and on two nodes over PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.ground import Postgres
from oncall.store.database import Database
from tests.chaos.plan import Plan
from tests.chaos.run import Chaos, Figures
from tests.county import furnish


def main() -> int:
    """Play the plan on both databases; 1 when any promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--on", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    broken = False
    with tempfile.TemporaryDirectory(prefix="oncall-chaos-") as name:
        folder = Path(name)
        if options.on != "postgresql":
            broken |= not _play(f"sqlite:///{folder}/chaos.db", options, nodes=1)
        if options.on != "sqlite":
            postgres = Postgres(folder / "pg")
            try:
                broken |= not _play(postgres.database(), options, nodes=2)
            finally:
                postgres.stop()
    return int(broken)


def _play(url: str, options: argparse.Namespace, *, nodes: int) -> bool:
    db = Database(url)
    furnish(db)
    db.close()
    plan = Plan(seed=options.seed, pages=options.pages, kills=options.kills, nodes=nodes)
    say(f"seed {plan.seed}: {plan.pages} pages, {plan.kills} kills, {nodes} node(s)")
    figures = asyncio.run(Chaos(url, plan).play())
    for name, value in asdict(figures).items():
        if name != "problems":
            say(f"  {name:18} {value if isinstance(value, int) else round(value, 2)}")
    for problem in figures.problems[:20]:
        say(f"  {problem}")
    return kept(figures)


def say(line: str) -> None:
    """To whoever waits for it, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def kept(figures: Figures) -> bool:
    """Whether every promise was kept."""
    broken = (
        figures.lost,
        figures.unmarked,
        figures.unexplained,
        figures.after_the_answer,
        figures.unowned,
    )
    # A storm in which nobody answered and nothing ran to its end has proven nothing of either.
    return not any(broken) and figures.answered > 0 and figures.exhausted > 0


if __name__ == "__main__":
    sys.exit(main())
