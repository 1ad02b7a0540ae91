"""How long it may be argued whose matter it is, as a policy file writes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from oncall.core.policies import values
from oncall.core.policies.reader import Reader, Table
from oncall.core.transfers import LifeTerms

DISPUTE_KEYS = ("disputes",)
#: Key of the file -> what it sets.
_KNOWN = {"urgent": "dispute_urgent", "routine": "dispute_routine", "join": "join_within"}
_MINUTE = timedelta(minutes=1)


def read_disputes(reader: Reader, data: Table) -> LifeTerms:
    """The lengths of a file; the built-in ones where it says nothing."""
    at = ("disputes",)
    table = reader.table(data, (), "disputes", tuple(_KNOWN))
    if table is None:
        return LifeTerms()
    read = values.duration(_MINUTE)
    found: dict[str, Any] = {
        field: reader.take(table, at, key, read) for key, field in _KNOWN.items()
    }
    return LifeTerms(**{field: value for field, value in found.items() if value is not None})
