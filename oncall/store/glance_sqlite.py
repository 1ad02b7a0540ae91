"""One look at a SQLite file; it never blocks whoever writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oncall.core.errors import Unreachable


class Reading:
    """A connection that only reads."""

    mark = "?"

    def __init__(self, path: Path) -> None:
        """Raises Unreachable for a file that cannot be opened."""
        try:
            self._connection = sqlite3.connect(path, timeout=20)
            self._connection.execute("PRAGMA query_only=ON")
        except sqlite3.Error as exc:
            raise Unreachable("database_unreachable", detail=str(exc)) from exc

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterable[Sequence[Any]]:
        """Every row; none where the table is not there yet. Raises Unreachable."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as exc:
            if "no such table" in str(exc):
                return []
            raise Unreachable("database_unreachable", detail=str(exc)) from exc

    def moment(self, when: datetime) -> str:
        """UTC, as SQLAlchemy writes it."""
        return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
