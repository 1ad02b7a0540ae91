"""When a duty was moved: by uploads, overrides, rotations and calendars that others keep."""

from __future__ import annotations

from datetime import datetime

from oncall.store import calendars, overrides, rotations, sources, usage
from oncall.store.database import Tx
from oncall.store.overrides import Ordered
from rosters.model import Duty
from rosters.rotation import moved


class History:
    """Everything that ever moved a person's duties in a stretch of time, and when."""

    def __init__(self, tx: Tx, person: str, start: datetime, end: datetime) -> None:
        #: Where any source ever named this person.
        self.units = sources.units_of(tx, person, start, end)
        self.slots: dict[tuple[str, str, datetime], set[datetime]] = {}
        for row in usage.slots_of(tx, person, start, end):
            duty = row.duty
            self.units.add(duty.unit)
            self.slots.setdefault((duty.unit, duty.role, duty.start), set()).update(row.touched)
        self.ordered: list[Ordered] = []
        #: What lies above a person's duties and may have cut them: from, until, and when it came.
        self.above: dict[tuple[str, str], list[tuple[datetime, datetime, set[datetime]]]] = {}
        self.turns: dict[tuple[str, str, datetime], set[datetime]] = {}
        for unit in self.units:
            found = overrides.between(tx, start, end, unit=unit)
            self.ordered += [one for one in found if one.concerns(person)]
            versions = rotations.versions(rotations.between(tx, start, end, unit=unit))
            mine = moved(versions, person, start, end)
            self.turns.update(mine)
            if mine:
                for row in usage.slots_in(tx, unit, start, end):
                    self._lies_above(row.duty, set(row.touched))
            for known in calendars.between(tx, start, end, unit=unit):
                duty = known.duty
                moments = {known.since, *([known.until] if known.until else [])}
                self._lies_above(duty, moments)
                if duty.person == person:
                    key = (duty.unit, duty.role, duty.start)
                    self.slots.setdefault(key, set()).update(moments)

    def _lies_above(self, duty: Duty, moments: set[datetime]) -> None:
        self.above.setdefault((duty.unit, duty.role), []).append((duty.start, duty.end, moments))

    @property
    def moments(self) -> set[datetime]:
        """Every instant at which anything moved."""
        found = {moment for one in self.ordered for moment in one.moments}
        return found.union(*self.slots.values(), *self.turns.values())

    def touched(self, duty: Duty) -> set[datetime]:
        """When anything moved this duty, or the one it is a piece of."""
        start, end = duty.whole
        key = duty.unit, duty.role, start
        found = set(self.slots.get(key, ()))
        found |= self.turns.get(key, set())
        for first, last, moments in self.above.get(key[:2], ()):
            if first < end and start < last:
                found |= moments
        for one in self.ordered:
            if (one.unit, one.role) == key[:2] and one.start_at < end and start < one.end_at:
                found.update(one.moments)
        return found


def moments_of_unit(
    tx: Tx, unit: str, role: str | None, start: datetime, end: datetime
) -> set[datetime]:
    """Every instant at which anything in a unit moved, or in one role of it: also what is gone."""
    found: set[datetime] = set()
    for row in usage.slots_in(tx, unit, start, end):
        if role in (None, row.duty.role):
            found.update(row.touched)
    for one in overrides.between(tx, start, end, unit=unit):
        if role in (None, one.role):
            found.update(one.moments)
    for version in rotations.versions(rotations.between(tx, start, end, unit=unit)):
        found.add(version.since)
    for known in calendars.between(tx, start, end, unit=unit):
        if role in (None, known.duty.role):
            found.update({known.since, *([known.until] if known.until else [])})
    return found
