"""Whose matter is usually whose: a table by category and place, suggested and never forced.

A row holds from a day up to, and not including, another; rows also come from rulings of the monthly
conference 会商, and then say so. Days are of the installation's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Who recorded what the conference ruled, when, and on which matter (its printed number)."""

    by: str
    at: datetime
    matter: str


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
    #: The ruling that made it; None for a row of a file.
    ruling: Ruling | None = None

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


def ruled(known: Iterable[Route], new: Route) -> tuple[Route, ...]:
    """What a ruling changes: its own row, and those of the same kind and place that it ends.

    ``new`` begins on a day. A row that begins later stays: it was ruled on later, or is yet to be.
    """
    since = new.valid_from
    assert since is not None
    ended = (
        replace(route, valid_to=since)
        for route in known
        if (route.category, route.area) == (new.category, new.area)
        and (route.valid_from is None or route.valid_from < since)
        and (route.valid_to is None or route.valid_to > since)
    )
    return (*ended, new)
