"""Who carries how much, and what no one should have to: read over whole units, nothing written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncall.core.words import N_
from oncall.directory import Snapshot, duties_in_force
from oncall.store import burden
from oncall.store.database import Tx
from rosters.check import LONG
from rosters.fairness import NIGHT, Load, loads
from rosters.model import Duty, PersonRef
from rosters.strain import Remark, review

#: A stretch or a pair of nights may begin before the window that is looked at.
_REACH = timedelta(days=2)
_DAY = 24 * 60

#: What is too much, in words.
TOO_MUCH: Mapping[str, str] = {
    "long-stretch": N_("more than 24 h in a row"),
    "nights-running": N_("two nights running"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What one person carries."""

    unit: str
    name: str
    load: Load
    #: How many pages reached them, and how many of those at night.
    pages: int
    night_pages: int

    @property
    def codes(self) -> tuple[str, ...]:
        """What is too much about it."""
        found = []
        if self.load.longest > LONG / timedelta(hours=1):
            found.append("long-stretch")
        if self.load.nights_running:
            found.append("nights-running")
        return tuple(found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The same in words, to be translated."""
        return tuple(TOO_MUCH[code] for code in self.codes)


def warnings(
    tx: Tx,
    snapshot: Snapshot,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    *,
    units: Collection[str] = (),
) -> list[Remark]:
    """Everything worth a look in [start, end) about these units (none: all), by unit.

    Whoever serves here is looked at everywhere: two duties at once may be in two units.
    """
    near = duties_in_force(tx, start - _REACH, end + _REACH)
    wanted = {d.person for d in near if not units or d.unit in units}
    mine = [duty for duty in near if duty.person in wanted]
    people = [
        _ref(snapshot, person)
        for person in snapshot.people
        if not units or person in wanted or snapshot.people[person].unit in units
    ]
    found = [one for one in review(mine, people, zone) if one.duty is None or one.duty.start < end]
    return sorted(found, key=lambda one: (one.duty.unit if one.duty else "", one.problem.code))


def burdens(
    tx: Tx,
    snapshot: Snapshot,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    *,
    units: Collection[str] = (),
) -> list[Burden]:
    """What everybody of these units (none: all) carries in [start, end), wherever they serve."""
    duties = [
        duty
        for duty in duties_in_force(tx, start, end)
        if not units or _home(snapshot, duty) in units
    ]
    calendar = snapshot.calendar
    paged = burden.pages_of(tx, start, end)
    found = []
    for load in loads(duties, start, end, zone, off=calendar.off, working=calendar.working):
        known = snapshot.people.get(load.person)
        moments = paged.get(load.person, ())
        found.append(
            Burden(
                unit=known.unit if known else "",
                name=known.name if known else load.person,
                load=load,
                pages=len(moments),
                night_pages=_at_night(moments, zone),
            )
        )
    return found


def as_json(one: Burden) -> dict[str, Any]:
    """The same as plain values, hours to the hundredth."""
    load = one.load
    return {
        "person": one.name,
        "unit": one.unit,
        "hours": round(load.hours, 2),
        "by_role": {role: round(hours, 2) for role, hours in load.by_role.items()},
        "nights": load.nights,
        "nights_running": load.nights_running,
        "weekend_hours": round(load.weekend_hours, 2),
        "holiday_hours": round(load.holiday_hours, 2),
        "longest_hours": round(load.longest, 2),
        "pages": one.pages,
        "night_pages": one.night_pages,
        "warnings": list(one.codes),
    }


def _home(snapshot: Snapshot, duty: Duty) -> str:
    known = snapshot.people.get(duty.person)
    return known.unit if known else duty.unit


def _ref(snapshot: Snapshot, person: str) -> PersonRef:
    known = snapshot.people[person]
    return PersonRef(
        id=known.id,
        unit=known.unit,
        name=known.name,
        mobile=known.mobile,
        mobile2=known.mobile2,
        more_mobiles=known.mobiles,
        active=known.active,
    )


def _at_night(moments: Iterable[datetime], zone: ZoneInfo) -> int:
    start, end = NIGHT[0], NIGHT[1] - _DAY
    clocks = [moment.astimezone(zone) for moment in moments]
    minutes = [clock.hour * 60 + clock.minute for clock in clocks]
    return sum(minute >= start or minute < end for minute in minutes)
