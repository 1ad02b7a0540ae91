"""The county at two on a Tuesday afternoon, audited when the story is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.county import furnished_url, templates
from tests.stories.audit import audit
from tests.world import World

__all__ = ["furnished_url", "templates", "world"]


@pytest.fixture
def world(furnished_url: str) -> Iterator[World]:
    """A world on either database; at its end every page must follow from its own log."""
    made = World(furnished_url)
    try:
        yield made
        audit(made.app.db, made.now)
    finally:
        made.close()
