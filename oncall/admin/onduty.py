"""Who serves, read at a glance: what `oncall who` needs and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.core.serving import Who, serving
from oncall.core.spelling import unit_of
from oncall.store.glance import Glance
from rosters.holding import hold_over
from rosters.model import Duty
from rosters.resolve import compile_roster

#: How far around the moment rows are read: who is next may be weeks away.
_BACK, _AHEAD = timedelta(days=40), timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who serves where, and the units' names in the reader's language."""

    found: tuple[Who, ...]
    names: dict[str, str]


def look(
    url: str,
    at: datetime,
    *,
    now: datetime | None = None,
    unit: str | None = None,
    role: str | None = None,
    lang: str = "",
) -> Look:
    """Who serves at ``at`` in one unit (by code or name) or in all, and who is next, by what is
    known ``now`` (at that very moment).

    Raises Unreachable, NotFound for a unit we do not know, Invalid for a role no roster has.
    """
    glance = Glance(url)
    try:
        units = glance.units()
        code = unit_of(units, unit).code if unit is not None else None
        start, end = at - _BACK, at + _AHEAD
        planned = glance.sources(start, end, code).settled(start, end)
        duties = hold_over(planned, glance.holds(at, code), now or at)
        people = glance.people()
    finally:
        glance.close()
    by_unit: dict[str, list[Duty]] = {}
    for duty in duties:
        by_unit.setdefault(duty.unit, []).append(duty)
    codes = [code] if code is not None else sorted(units)
    found = tuple(
        serving(compile_roster(by_unit.get(one, ())), one, at, people, role=role) for one in codes
    )
    names = {
        one.code: (one.name_en or one.name_zh) if lang == "en" else one.name_zh
        for one in units.values()
    }
    return Look(found=found, names=names)
