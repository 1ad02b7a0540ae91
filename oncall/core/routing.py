"""Whose matter is usually whose: a table by category and place, suggested and never forced.

A row holds from a day up to, and not including, another; rows also come from rulings of the monthly
conference 会商, and then say so. Days are of the installation's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Matters of a category (in an area; None: anywhere) go to these units."""

    category: str
    area: str | None = None
    lead: str
    assist: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    #: Where the row comes from, for example the minutes of a conference.
    source: str | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)


def suggest(
    routes: Iterable[Route], category: str, area: str | None, day: date
) -> tuple[Route, ...]:
    """The rows that fit on a day, the best first: for this very area, then the newest."""
    fitting = [
        route
        for route in routes
        if route.category == category and route.area in (None, area) and route.holds(day)
    ]
    fitting.sort(key=lambda r: (r.area is not None, r.valid_from or date.min), reverse=True)
    return tuple(fitting)
