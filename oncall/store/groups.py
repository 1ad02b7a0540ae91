"""Broadcast groups 预案组: rows in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select

from oncall.store.database import Tx
from oncall.tables import groups

#: Stands among the people of a unit for whoever is on its team's roster when it is called.
TEAM = "@team"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitGroup:
    """Units that are called together, in this order; ``needed`` answers are enough, 0 asks for all.

    ``wave`` of them are called at a time (0: all at once), the next ones after ``minutes`` (0: when
    the time to answer is over). Of a unit that stands in ``people`` not whoever is on duty is
    called but these, each for themselves: ids, and TEAM.
    """

    name: str
    units: tuple[str, ...]
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needed: int = 0
    wave: int = 0
    minutes: int = 0


def all_groups(tx: Tx) -> dict[str, UnitGroup]:
    """Every group by name, its units in the order of the file."""
    c = groups.c
    found: dict[str, UnitGroup] = {}
    for row in tx.conn.execute(select(groups).order_by(c.name, c.place)):
        before = found.get(row.name)
        units = (*(before.units if before else ()), row.unit)
        people = dict(before.people if before else {})
        if row.people:
            people[row.unit] = tuple(row.people.split())
        found[row.name] = UnitGroup(
            name=row.name,
            units=units,
            people=people,
            needed=row.needed,
            wave=row.wave,
            minutes=row.minutes,
        )
    return found


def put(tx: Tx, new: Iterable[UnitGroup]) -> None:
    """Insert or replace groups by name."""
    for group in new:
        tx.conn.execute(delete(groups).where(groups.c.name == group.name))
        tx.conn.execute(
            insert(groups),
            [
                {
                    "name": group.name,
                    "unit": unit,
                    "place": i,
                    "needed": group.needed,
                    "wave": group.wave,
                    "minutes": group.minutes,
                    "people": " ".join(group.people.get(unit, ())) or None,
                }
                for i, unit in enumerate(group.units)
            ],
        )
