"""Our own JSON export read back: every duty to the second, however long it is."""

import json
from datetime import datetime
from typing import Any

from rosters.errors import problem
from rosters.model import ROLES, Entry, Problem, ReadResult

_LIST = "duties"


def is_export(data: bytes) -> bool:
    """Whether these bytes look like our JSON, and not like a table."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"duties"' in data[:4096]


def read_export(data: bytes, filename: str) -> ReadResult:
    """The duties of `oncall roster export --format json`; what is no duty is told by its number."""
    try:
        rows = json.loads(data.decode("utf-8-sig"))[_LIST]
        if not isinstance(rows, list):
            raise TypeError(_LIST)
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        return ReadResult(entries=(), problems=(problem("json-broken", filename, detail=wrong),))
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        where = f"{filename}:{number}"
        try:
            entries.append(_entry(row, where))
        except (ValueError, KeyError, TypeError, OverflowError) as wrong:
            problems.append(problem("json-duty", where, row, detail=wrong))
    if not entries and not problems:
        problems.append(problem("no-duties", filename))
    return ReadResult(entries=tuple(entries), problems=tuple(problems))


def _entry(row: Any, where: str) -> Entry:
    if row["role"] not in ROLES:
        raise ValueError(row["role"])
    mobile = row.get("mobile")
    return Entry(
        unit=str(row["unit"]),
        role=row["role"],
        name=str(row["person"]),
        mobile=None if mobile is None else str(mobile),
        start=datetime.fromisoformat(row["start"]),
        end=datetime.fromisoformat(row["end"]),
        source=where,
    )
