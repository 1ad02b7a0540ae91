"""Groups and routes that name units which are no more: each a warning with the unit to name now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from oncall.core.errors import Fault
from oncall.core.routing import Route
from oncall.directory import unit_fault
from oncall.store.directory import Unit
from oncall.store.groups import UnitGroup


def in_groups(groups: Iterable[UnitGroup], units: Mapping[str, Unit], day: date) -> list[Fault]:
    """What is wrong with the units of groups on a day of the installation's zone."""
    return _warnings(
        ((g.name, code, day) for g in groups for code in g.units if code not in g.people), units
    )


def in_routes(routes: Iterable[Route], units: Mapping[str, Unit], day: date) -> list[Fault]:
    """The same of routes; rows that are over are left in peace, later ones judged on their day."""
    named = (
        (_said(route), code, max(day, route.valid_from or day))
        for route in routes
        if route.valid_to is None or route.valid_to > day
        for code in (route.lead, *route.assist, *route.copy)
    )
    return _warnings(named, units)


def _said(route: Route) -> str:
    return " ".join(part for part in (route.category, route.area) if part)


def _warnings(named: Iterable[tuple[str, str, date]], units: Mapping[str, Unit]) -> list[Fault]:
    found = (unit_fault(units, code, where, day) for where, code, day in named)
    return [replace(fault, severity="warning") for fault in found if fault is not None]
