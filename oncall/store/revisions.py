"""Which revision of the schema this code needs, without asking the tool that climbs to it."""

from __future__ import annotations

from pathlib import Path

_VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"


def newest() -> str:
    """The revision this code needs, from the names of the migrations, which begin with it."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*.py"))
