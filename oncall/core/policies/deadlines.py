"""The deadlines of a policy file: the table of terms, the reminders, who allows more time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from oncall.core.model import Urgency
from oncall.core.policies import values
from oncall.core.policies.reader import Reader, Table
from oncall.core.policies.values import Bad
from oncall.core.terms import DUE, Term, Terms
from rosters.toml_lines import Path

TERM_KEYS = ("day_ends", "remind", "extensions_by", "deadline")
_TERM = ("urgency", "category", "within", "working_days")
_MINUTE = timedelta(minutes=1)
_MOST_DAYS = 250


def read_terms(
    reader: Reader, data: Table, common: dict[str, Any], units: Collection[str] | None
) -> Terms:
    """The terms of a file; the built-in table where it has none."""
    found: dict[str, Any] = {
        "day_ends": reader.take(data, (), "day_ends", values.clock),
        "remind": reader.take(data, (), "remind", _remind),
        "extensions_by": reader.take(data, (), "extensions_by", values.unit(units)),
        "terms": _table(reader, data) if data.get("deadline") else None,
    }
    given = {key: value for key, value in found.items() if value is not None}
    shared = {key: common[key] for key in ("zone", "hours") if key in common}
    return Terms(**shared, **given)


def _remind(value: object) -> tuple[int, ...]:
    good = (
        isinstance(value, list)
        and all(isinstance(p, int) and not isinstance(p, bool) and 0 < p <= DUE for p in value)
        and value == sorted(set(value))
        and value[-1:] == [DUE]
    )
    if not good or not isinstance(value, list):
        raise Bad("remind_order", value)
    return tuple(value)


def _table(reader: Reader, data: Table) -> tuple[Term, ...]:
    out: list[Term] = []
    wanted: set[str] = set()
    for path, table in reader.tables(data, (), "deadline"):
        if "category" not in table:
            wanted.add(str(table.get("urgency")))
        term = _term(reader, table, path)
        if term is None:
            continue
        if any((t.urgency, t.category) == (term.urgency, term.category) for t in out):
            shown = f"{term.category}/{term.urgency}" if term.category else term.urgency
            reader.fault(path, "duplicate_term", shown)
        out.append(term)
    for urgency in Urgency:
        if urgency not in wanted:
            reader.fault(("deadline",), "missing_term", urgency)
    return tuple(out)


def _term(reader: Reader, table: Table, path: Path) -> Term | None:
    reader.known(table, path, _TERM)
    urgency = reader.take(table, path, "urgency", values.word(Urgency), example='"routine"')
    category = reader.take(table, path, "category", values.text)
    within = reader.take(table, path, "within", values.duration(_MINUTE))
    days = reader.take(table, path, "working_days", values.whole(1, _MOST_DAYS))
    if ("within" in table) == ("working_days" in table):
        reader.fault(path, "one_term")
        return None
    if urgency is None or (within is None and days is None):
        return None
    return Term(urgency=urgency, category=category, within=within, working_days=days)
