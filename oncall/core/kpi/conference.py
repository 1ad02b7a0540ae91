"""What is returned or disputed again and again: the list for the monthly 会商 (clause 20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oncall.core.kpi.figures import Period
from oncall.core.kpi.history import Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequent:
    """One kind of matter that one unit gave back, or argued about, too often.

    ``matters`` are the transfers, in the order they came.
    """

    category: str | None
    unit: str
    returns: int
    disputes: int
    matters: tuple[str, ...]

    @property
    def times(self) -> int:
        """Returns and disputes together."""
        return self.returns + self.disputes


def frequent(matters: Iterable[Matter], period: Period, least: int) -> list[Frequent]:
    """Category and unit pairs with at least ``least`` returns and disputes, the worst first.

    A dispute counts for every unit that was asked; practice and malicious calls for nobody.
    """
    returns: dict[tuple[str | None, str], list[str]] = {}
    disputes: dict[tuple[str | None, str], list[str]] = {}
    for matter in matters:
        if not matter.counts:
            continue
        for at, unit in matter.returns:
            if at in period:
                returns.setdefault((matter.category, unit), []).append(matter.id)
        for at, units in matter.disputes:
            for unit in units:
                if at in period:
                    disputes.setdefault((matter.category, unit), []).append(matter.id)
    found = []
    for pair in {*returns, *disputes}:
        given, argued = returns.get(pair, []), disputes.get(pair, [])
        if len(given) + len(argued) >= least:
            category, unit = pair
            found.append(
                Frequent(
                    category=category,
                    unit=unit,
                    returns=len(given),
                    disputes=len(argued),
                    matters=tuple(dict.fromkeys([*given, *argued])),
                )
            )
    return sorted(found, key=lambda one: (-one.times, one.unit, one.category or ""))
