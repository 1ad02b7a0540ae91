"""Statements run for many rows: compiled once, so that each row costs only its own values.

SQLAlchemy prepares every row of an executemany anew, which in a burst costs more than the database
does. The statement is still SQLAlchemy's own, for whichever database; only the preparing is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Update

_Fill = Callable[[Mapping[str, Any]], Any]
#: How many converted values of a column are remembered.
_SHARED = 256


class Many:
    """An INSERT of these columns, or an UPDATE with bind parameters, for any number of rows."""

    def __init__(self, statement: Insert | Update, columns: Iterable[str] = ()) -> None:
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._columns = list(columns) or None
        self._plans: dict[str, tuple[str, _Fill]] = {}

    def run(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute for each row, a mapping by column or parameter name; gives the rows touched."""
        if not rows:
            return 0
        plan = self._plans.get(conn.dialect.name)
        if plan is None:
            plan = self._plans[conn.dialect.name] = self._compile(conn.dialect)
        sql, fill = plan
        return conn.exec_driver_sql(sql, [fill(row) for row in rows]).rowcount

    def _compile(self, dialect: Dialect) -> tuple[str, _Fill]:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        # Rows of one batch share most of what has to be converted: their moments.
        processors = [
            (name, lru_cache(maxsize=_SHARED)(process))
            for bind, name in compiled.bind_names.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        ]
        names = compiled.positiontup

        def one(row: Mapping[str, Any]) -> dict[str, Any]:
            filled: dict[str, Any] = {**constants, **row}
            for name, process in processors:
                filled[name] = process(filled[name])
            return filled

        def in_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(map(one(row).__getitem__, names or ()))

        return str(compiled), in_order if names is not None else one
