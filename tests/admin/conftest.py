"""The county's records, without a node."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oncall.store.database import Database
from tests.county import furnished_url, templates

__all__ = ["db", "furnished_url", "templates"]


@pytest.fixture
def db(furnished_url: str) -> Iterator[Database]:
    """The furnished county on either database."""
    opened = Database(furnished_url)
    yield opened
    opened.close()
