"""What may be published (clause 32): sums, and nothing from which one matter could be told.

A category or unit with fewer than ``LEAST`` matters is added to the others; no text, no place, no
time of a single matter is ever in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oncall.core.kpi.figures import Figures, Period, Rate, figures
from oncall.core.kpi.history import Matter
from oncall.core.kpi.report import whole

#: Fewer than this could be recognised.
LEAST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A period for everybody to read; None gathers what is too rare to be told apart."""

    period: Period
    total: Figures
    categories: Mapping[str | None, int]
    units: Mapping[str | None, int]


def published(
    matters: Iterable[Matter], period: Period, *, reached: Rate | None = None
) -> Published:
    """The sums of a period; ``reached`` are the reachability checks of all units."""
    mine = list(matters)
    handed = [m for m in mine if m.counts and m.units and m.at in period]
    return Published(
        period=period,
        total=figures(whole(mine), period, reached=reached or Rate()),
        categories=_grouped([m.category for m in handed]),
        units=_grouped([m.lead for m in handed]),
    )


def _grouped(keys: list[str | None]) -> dict[str | None, int]:
    counts: dict[str | None, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    rare = {key for key, n in counts.items() if key is not None and n < LEAST}
    # One rare kind alone, put aside, would still be told by its sum: the next smallest joins it.
    others = counts.pop(None, 0) + sum(counts[key] for key in rare)
    kept = {key: n for key, n in counts.items() if key not in rare}
    while 0 < others < LEAST and kept:
        least = min(kept, key=lambda key: (kept[key], key or ""))
        others += kept.pop(least)
    out: dict[str | None, int] = dict(sorted(kept.items(), key=lambda kv: (-kv[1], kv[0] or "")))
    if others:
        out[None] = others
    return out
