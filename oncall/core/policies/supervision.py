"""The supervision of a policy file: numbers, words, replies, and what a unit earns."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from string import Formatter
from typing import Any, TypeVar

from oncall.core.model import Colour
from oncall.core.oversight import Failing, Oversight, Tally
from oncall.core.policies import values
from oncall.core.policies.reader import Reader, Table
from oncall.core.policies.values import Bad
from rosters.toml_lines import Path

Value = TypeVar("Value")

_KEYS = (
    "number",
    "office",
    "unit",
    "words",
    "auto_blue",
    "reply_within",
    "tally_at",
    "tally",
)
_TALLY = ("what", "times", "within")
_DAY = timedelta(days=1)
_MOST = 250


def read_oversight(reader: Reader, data: Table, units: Collection[str] | None) -> Oversight:
    """What the file says of supervision; ours where it says nothing."""
    table = reader.table(data, (), "supervision", _KEYS)
    if table is None:
        return Oversight()
    at: Path = ("supervision",)
    found: dict[str, Any] = {
        "number": reader.take(table, at, "number", _number),
        "office": reader.take(table, at, "office", values.text),
        "unit": reader.take(table, at, "unit", values.unit(units)),
        "words": _by_colour(reader, table, at, "words", values.text),
        "auto_blue": reader.take(table, at, "auto_blue", values.flag),
        "tally_at": reader.take(table, at, "tally_at", values.clock),
    }
    days = _by_colour(reader, table, at, "reply_within", values.whole(1, _MOST))
    if days is not None:
        found["reply_within"] = {**Oversight().reply_within, **days}
    if "tally" in table:
        found["tallies"] = _tallies(reader, table, at)
    return Oversight(**{key: value for key, value in found.items() if value is not None})


def _number(value: object) -> str:
    """A format with the year and the running number in it, each once."""
    text = values.text(value)
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        names = []
    if sorted(names) != ["n", "year"]:
        raise Bad("bad_order_number", value)
    return text


def _by_colour(
    reader: Reader, table: Table, at: Path, key: str, read: Callable[[object], Value]
) -> dict[Colour, Value] | None:
    inner = reader.table(table, at, key, tuple(Colour))
    if inner is None:
        return None
    found = {colour: reader.take(inner, (*at, key), colour, read) for colour in Colour}
    return {colour: value for colour, value in found.items() if value is not None}


def _tallies(reader: Reader, table: Table, at: Path) -> tuple[Tally, ...]:
    out = []
    for path, inner in reader.tables(table, at, "tally"):
        reader.known(inner, path, _TALLY)
        what = reader.take(inner, path, "what", values.word(Failing), example='"late"')
        times = reader.take(inner, path, "times", values.whole(1, _MOST), example="5")
        within = reader.take(inner, path, "within", values.duration(_DAY), example='"30d"')
        if what is not None and times is not None and within is not None:
            out.append(Tally(what=what, times=times, within=within))
    return tuple(out)
