"""The numbers of a transfer's life, as a policy file writes them: one table of keys, both ways."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from oncall.core.policies import values
from oncall.core.policies.reader import Reader, Table
from oncall.core.transfers import LifeTerms

_MINUTE = timedelta(minutes=1)
_MOST_HANDS = 9
_MOST_UNITS = 1000

#: Makes the reader of a value, given the units that exist (None: do not check).
_Make = Callable[[Collection[str] | None], Callable[[object], Any]]


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the file: its table and name, the field of LifeTerms it sets, how it is read."""

    table: str
    name: str
    field: str
    make: _Make


def _length(_: Collection[str] | None) -> Callable[[object], Any]:
    return values.duration(_MINUTE)


def _flag(_: Collection[str] | None) -> Callable[[object], Any]:
    return values.flag


def _hands(_: Collection[str] | None) -> Callable[[object], Any]:
    return values.whole(1, _MOST_HANDS)


def _count(_: Collection[str] | None) -> Callable[[object], Any]:
    return values.whole(0, _MOST_UNITS)


_KEYS = (
    _Key("disputes", "urgent", "dispute_urgent", _length),
    _Key("disputes", "routine", "dispute_routine", _length),
    _Key("disputes", "join", "join_within", _length),
    _Key("disputes", "hands", "hops", _hands),
    _Key("line", "copy_parent", "copy_parent", _flag),
    _Key("line", "either_may_ack", "either_may_ack", _flag),
    _Key("nuisance", "confirm_within", "nuisance_lapses", _length),
    _Key("nuisance", "holds", "nuisance_holds", _length),
    _Key("nuisance", "release_after", "nuisance_waits", _length),
    _Key("groups", "count_above", "count_above", _count),
    _Key("danger", "again", "held_again", _length),
    _Key("danger", "county_office", "county_office", values.unit),
)
#: The tables of a file that this module reads.
LIFE_KEYS = tuple(dict.fromkeys(key.table for key in _KEYS))


def read_life(reader: Reader, data: Table, units: Collection[str] | None) -> LifeTerms:
    """The numbers of a file; the built-in ones where it says nothing."""
    found: dict[str, Any] = {}
    for name in LIFE_KEYS:
        keys = [key for key in _KEYS if key.table == name]
        table = reader.table(data, (), name, tuple(key.name for key in keys))
        if table is None:
            continue
        for key in keys:
            value = reader.take(table, (name,), key.name, key.make(units))
            if value is not None:
                found[key.field] = value
    return LifeTerms(**found)


def life_lines(terms: LifeTerms) -> Iterator[tuple[str, Iterator[tuple[str, object]]]]:
    """Each table's name, and each of its keys with its value."""
    for name in LIFE_KEYS:
        keys = (key for key in _KEYS if key.table == name)
        yield name, ((key.name, getattr(terms, key.field)) for key in keys)
