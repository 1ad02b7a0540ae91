"""The routing table from a file: compared with what is known, then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oncall.admin.tables import Column, Faults, Row, day_in, read_table
from oncall.core.errors import Fault, NotFound
from oncall.core.routing import Route
from oncall.core.spelling import unit_of

COLUMNS = (
    Column(name="category", also=("类别", "事项类别", "事项分类"), required=True),
    Column(name="area", also=("区域", "乡镇", "属地")),
    Column(name="lead", also=("主办", "主办单位", "承办单位"), required=True),
    Column(name="assist", also=("协办", "协办单位")),
    Column(name="copy", also=("抄送", "抄送单位")),
    Column(name="valid_from", also=("启用日期", "生效日期")),
    Column(name="valid_to", also=("停用日期", "失效日期")),
    Column(name="source", also=("依据", "来源", "会商纪要")),
)
_BETWEEN = re.compile(r"[、,，;；]")
_LONGEST = {"category": 60, "source": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """What a file changes."""

    add: tuple[Route, ...]
    change: tuple[tuple[Route, Route], ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()


def key(route: Route) -> tuple[str, str, str]:
    """What makes two rows the same row."""
    return route.category, route.area or "", str(route.valid_from or "")


def plan(data: bytes, filename: str, known: Sequence[Route], units: Mapping[str, Any]) -> RoutePlan:
    """What the file would change; raises Invalid with every fault of it.

    Rows the file does not name stay.
    """
    faults = Faults()
    found: dict[tuple[str, str, str], tuple[str, Route]] = {}
    for row in read_table(data, filename, COLUMNS, faults):
        route = _route(row, units, faults)
        if key(route) in found:
            faults.add(row.where, "given_before", route.category, first=found[key(route)][0])
        else:
            found[key(route)] = (row.where, route)
    faults.check()
    before = {key(route): route for route in known}
    wanted = [route for _, route in found.values()]
    return RoutePlan(
        add=tuple(r for r in wanted if key(r) not in before),
        change=tuple((before[key(r)], r) for r in wanted if before.get(key(r)) not in (None, r)),
        unchanged=sum(before.get(key(r)) == r for r in wanted),
        warnings=faults.warnings,
    )


def _route(row: Row, units: Mapping[str, Any], faults: Faults) -> Route:
    for name, longest in _LONGEST.items():
        if len(row.get(name)) > longest:
            faults.add(row.where, "too_long", str(len(row.get(name))), longest=str(longest))
    for name in ("category", "lead"):
        if not row.get(name):
            faults.add(row.where, "missing_cell", name)
    made = Route(
        category=row.get("category"),
        area=next(iter(_units(row, "area", units, faults)), None),
        lead=next(iter(_units(row, "lead", units, faults)), ""),
        assist=_units(row, "assist", units, faults),
        copy=_units(row, "copy", units, faults),
        valid_from=day_in(row, "valid_from", faults),
        valid_to=day_in(row, "valid_to", faults),
        source=row.get("source") or None,
    )
    if made.valid_from and made.valid_to and made.valid_to <= made.valid_from:
        faults.add(row.where, "ends_first", made.valid_to.isoformat())
    return made


def _units(row: Row, name: str, units: Mapping[str, Any], faults: Faults) -> tuple[str, ...]:
    codes = []
    for word in filter(None, map(str.strip, _BETWEEN.split(row.get(name)))):
        try:
            codes.append(unit_of(units, word).code)
        except NotFound:
            faults.add(row.where, "unknown_unit", word)
    return tuple(codes)
