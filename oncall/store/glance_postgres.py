"""One look at a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.errors import UndefinedTable

from oncall.core.errors import Unreachable

_OPTIONS = "-c timezone=UTC -c statement_timeout=30s -c default_transaction_read_only=on"


class Reading:
    """A connection that only reads."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        """Raises Unreachable where no server answers."""
        scheme, _, rest = url.partition("://")
        try:
            self._connection = psycopg.connect(
                f"{scheme.partition('+')[0]}://{rest}",
                autocommit=True,
                connect_timeout=5,
                options=_OPTIONS,
            )
        except psycopg.Error as exc:
            raise Unreachable("database_unreachable", detail=_first_line(exc)) from exc

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterable[Sequence[Any]]:
        """Every row; none where the table is not there yet. Raises Unreachable."""
        try:
            # The queries are ours; what comes from outside is in the values.
            return self._connection.execute(query, values).fetchall()
        except UndefinedTable:
            return []
        except psycopg.Error as exc:
            raise Unreachable("database_unreachable", detail=_first_line(exc)) from exc

    def moment(self, when: datetime) -> datetime:
        """As it is."""
        return when

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def _first_line(exc: Exception) -> str:
    lines = str(exc).strip().splitlines()
    return lines[0][:200] if lines else "no answer"
