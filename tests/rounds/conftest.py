"""The county on a clock that only a test moves, with a folder of its own for what is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oncall.agenda import daily
from oncall.config import load
from oncall.rounds import gaps, sheets
from oncall.store import planned
from tests.county import furnished_url, templates
from tests.world import World

__all__ = ["furnished_url", "templates", "world"]


@pytest.fixture
def world(furnished_url: str, tmp_path: Path) -> Iterator[World]:
    """Of what a running node does again and again, only the rounds that are tested here."""
    environ = {"ONCALL_SHEET_DIR": str(tmp_path / "sheets")}
    settings = load({"database_url": furnished_url}, environ, cwd=Path("/nonexistent"))
    made = World(furnished_url, settings)
    with made.app.db.begin() as tx:
        planned.book(tx, gaps.KIND, gaps.KIND, made.now + gaps.EVERY)
        night = daily(sheets.CLOCK, settings.timezone)(made.now)
        planned.book(tx, sheets.KIND, sheets.KIND, night)
    try:
        yield made
    finally:
        made.close()
