"""The county on a clock that only a test moves, with a folder of its own for what is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oncall.config import load
from tests.county import furnished_url, templates
from tests.world import World

__all__ = ["furnished_url", "templates", "world"]


@pytest.fixture
def world(furnished_url: str, tmp_path: Path) -> Iterator[World]:
    """Its agenda has begun, as in a running node."""
    environ = {"ONCALL_SHEET_DIR": str(tmp_path / "sheets")}
    settings = load({"database_url": furnished_url}, environ, cwd=Path("/nonexistent"))
    made = World(furnished_url, settings)
    made.app.agenda.start(made.now)
    try:
        yield made
    finally:
        made.close()
