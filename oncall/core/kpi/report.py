"""The figures of a period: the whole, each urgency, each unit; for either of the two evaluators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from oncall.core.kpi.figures import Figures, Period, Rate, Scope, figures
from oncall.core.kpi.history import Matter
from oncall.core.model import Urgency

#: The units behind the lines that hand matters over.
LINES: Mapping[str, str] = {"110": "DESK-110", "12345": "DESK-12345", "GOV-POLICE": "DESK-110"}
_POLICE = "DESK-110"


class Profile(StrEnum):
    """Who evaluates (clause 29): the government office all of it, the police what went through 110.

    The police see what their desk handed over and what was handed to it.
    """

    GOV = "gov"
    POLICE = "police"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One period's figures."""

    period: Period
    profile: Profile
    total: Figures
    urgencies: Mapping[Urgency, Figures]
    units: Mapping[str, Figures]


def report(
    matters: Iterable[Matter],
    period: Period,
    *,
    profile: Profile = Profile.GOV,
    covered: Mapping[str, Rate] = {},
    reached: Mapping[str, Rate] = {},
    unit: str | None = None,
) -> Report:
    """Count the matters of a period; ``unit`` leaves out what does not concern it.

    ``covered`` are the seconds in which each unit had somebody on duty, of those it should have;
    ``reached`` the reachability checks that each unit answered in time, of those it was asked.
    """
    mine = [m for m in matters if profile is Profile.GOV or _by_police(m)]
    if unit is not None:
        covered = {code: rate for code, rate in covered.items() if code == unit}
        reached = {code: rate for code, rate in reached.items() if code == unit}
    by_unit = _by_unit(mine)
    scope = by_unit.get(unit, Scope()) if unit is not None else whole(mine)
    return Report(
        period=period,
        profile=profile,
        total=figures(
            scope,
            period,
            covered=sum(covered.values(), Rate()),
            reached=sum(reached.values(), Rate()),
        ),
        urgencies={
            # mypy infers no type for a lambda's default, which binds this turn's urgency.
            urgency: figures(_only(scope, lambda m, u=urgency: m.urgency is u), period)  # type: ignore[misc]
            for urgency in Urgency
        },
        units={
            code: figures(
                by_unit.get(code, Scope()),
                period,
                covered=covered.get(code, Rate()),
                reached=reached.get(code, Rate()),
            )
            for code in sorted({*by_unit, *covered, *reached})
            if unit in (None, code)
        },
    )


def whole(matters: list[Matter]) -> Scope:
    """Everything at once."""
    return Scope(
        pages=[(m, page) for m in matters for page in m.pages.values()],
        involved=matters,
        leading=matters,
        sent=matters,
        returned=[m for m in matters if m.returned_by],
    )


def _by_unit(matters: list[Matter]) -> dict[str, Scope]:
    scopes: dict[str, Scope] = {}

    def of(unit: str) -> Scope:
        return scopes.setdefault(unit, Scope())

    for matter in matters:
        for page in matter.pages.values():
            of(page.unit).pages.append((matter, page))
        for unit in matter.units:
            of(unit).involved.append(matter)
        if matter.lead is not None:
            of(matter.lead).leading.append(matter)
        for unit in dict.fromkeys(matter.returned_by):
            of(unit).returned.append(matter)
        of(sender(matter)).sent.append(matter)
    return scopes


def sender(matter: Matter) -> str:
    """The unit that handed it over."""
    return LINES.get(matter.origin, matter.origin)


def _by_police(matter: Matter) -> bool:
    return sender(matter) == _POLICE or _POLICE in matter.units


def _only(scope: Scope, wanted: Callable[[Matter], bool]) -> Scope:
    return Scope(
        pages=[(m, page) for m, page in scope.pages if wanted(m)],
        involved=[m for m in scope.involved if wanted(m)],
        leading=[m for m in scope.leading if wanted(m)],
        sent=[m for m in scope.sent if wanted(m)],
        returned=[m for m in scope.returned if wanted(m)],
    )
