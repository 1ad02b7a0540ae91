"""What held before: the events that whoever kept an earlier copy of a calendar may still have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from oncall.store import calendars, overrides, rotations, usage
from oncall.store.database import Tx
from rosters.model import Duty
from rosters.sources import Sources


def earlier(
    tx: Tx, units: Collection[str], person: str, start: datetime, end: datetime, now: datetime
) -> list[Duty]:
    """Every duty of a person, or piece of one, that ever held in [start, end), up to ``now``.

    Of those with one unit, role and start there is the last.
    """
    found: dict[tuple[str, str, datetime], Duty] = {}
    for unit in units:
        ever = _Ever(tx, unit, start, end)
        for moment in sorted(moment for moment in ever.moments if moment <= now):
            for duty in ever.at(moment).settled(start, end):
                if duty.person == person:
                    found[unit, duty.role, duty.start] = duty
    return list(found.values())


class _Ever:
    """All that any source ever said of a stretch of a unit's time."""

    def __init__(self, tx: Tx, unit: str, start: datetime, end: datetime) -> None:
        self.rows = usage.slots_in(tx, unit, start, end)
        self.ordered = overrides.between(tx, start, end, unit=unit)
        self.known = calendars.between(tx, start, end, unit=unit)
        self.versions = rotations.versions(rotations.between(tx, start, end, unit=unit))

    @property
    def moments(self) -> set[datetime]:
        """When any of it began or ceased to be said."""
        found = {moment for row in self.rows for moment in row.touched}
        found |= {moment for one in self.ordered for moment in one.moments}
        said = [(one.since, one.until) for one in self.known]
        said += [(one.since, one.until) for one in self.versions]
        return found | {moment for edges in said for moment in edges if moment is not None}

    def at(self, moment: datetime) -> Sources:
        """What it said then, when nobody knew what would be taken back later."""

        def ends(until: datetime | None) -> datetime | None:
            return until if until is not None and until <= moment else None

        return Sources(
            rotations=[replace(v, until=ends(v.until)) for v in self.versions if v.since <= moment],
            uploaded=[row.duty for row in self.rows if row.held(moment)],
            calendars=[replace(k, until=ends(k.until)) for k in self.known if k.since <= moment],
            overrides=overrides.effects(
                replace(one, removed_at=ends(one.removed_at))
                for one in self.ordered
                if one.at <= moment
            ),
        )
