"""A county to try: invented people for every unit, and rosters for this month and the next.

Only the hundred mobile numbers 13900000000–99 and the hundred landlines 0595-23500000–99 exist
here, and no number belongs to two people. So eight units have full crews with a mobile each
(oncall/data/crews.csv); as many others as numbers are left have a liaison with a mobile by day and
the duty room's landline by night; the rest are reached by that landline alone. 90–99 stay free.
"""

from __future__ import annotations

import calendar
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall.admin import units as unit_files
from oncall.store import directory as rows
from oncall.store import pages
from oncall.store.database import Tx
from oncall.store.directory import Batch, Person, Unit
from oncall.store.log import dumps
from rosters.clocks import instant
from rosters.model import DEPUTY, LEADER, PRIMARY, SUPERVISOR, Duty

DATA = Path(__file__).parent.parent / "data"
#: The unit whose roster file is written for a first `oncall roster plan`.
TRIED_UNIT = "GOV-WATER"

_DAY, _NIGHT = (8 * 60, 20 * 60), (20 * 60, 32 * 60)
_FIRST_FREE, _LAST_FREE = 55, 89
_SURNAMES = "陈林黄张吴李王郑蔡刘杨许苏赖曾徐周叶庄邱"
_GIVEN = "志强 丽华 建平 秀英 文斌 美玲 国栋 春燕 伟民 淑贞 海峰 雪梅 永福 巧云 家辉 惠珍 明德"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who of a unit serves by day, by night, as leader, as supervisor."""

    unit: str
    day: tuple[str, ...]
    night: tuple[str, ...]
    leader: tuple[str, ...] = ()
    supervisor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was new."""

    units: int
    people: int
    duties: int


def county_units() -> list[Unit]:
    """The 92 linked units and the two call desks, as they ship."""
    planned = unit_files.plan((DATA / "units.csv").read_bytes(), "units.csv", {})
    return list(planned.add)


def load_units(tx: Tx) -> int:
    """Add the units that are not there yet; says how many. Known ones keep what was changed."""
    known = {unit.code for unit in rows.all_units(tx)}
    new = [unit for unit in county_units() if unit.code not in known]
    rows.put_units(tx, new)
    return len(new)


def load_sample(tx: Tx, now: datetime, zone: ZoneInfo) -> Loaded:
    """Add what is not there yet of the sample county; a second time changes nothing."""
    new_units = load_units(tx)
    people, crews = cast([unit.code for unit in county_units()])
    desks = _desk_phones([unit.code for unit in county_units()])
    without = [unit for unit in rows.all_units(tx) if not unit.desk_phone and unit.code in desks]
    rows.put_units(tx, [replace(unit, desk_phone=desks[unit.code]) for unit in without])
    known = {person.id for person in rows.all_people(tx)}
    missing = [person for person in people if person.id not in known]
    rows.put_people(tx, missing)
    duties = 0
    for month in _months(now, zone):
        duties += _load_month(tx, crews, month, now, zone)
    if duties or missing:
        pages.nudge(tx, now)
    return Loaded(units=new_units, people=len(missing), duties=duties)


def cast(units: Sequence[str]) -> tuple[list[Person], list[Crew]]:
    """The invented people of these units, and who serves when; the same on every call."""
    people: list[Person] = []
    members: dict[str, dict[str, list[str]]] = {}
    with (DATA / "crews.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            person = Person(
                id=f"sample-{line['mobile'][-2:]}",
                unit=line["unit"],
                name=line["name"],
                mobile=line["mobile"],
                title=line["title"] or None,
                post=line["post"] or None,
            )
            people.append(person)
            members.setdefault(person.unit, {}).setdefault(line["crew"], []).append(person.id)
    crews = [
        Crew(unit=unit, **{crew: tuple(ids) for crew, ids in found.items() if crew})
        for unit, found in members.items()
    ]
    others = [unit for unit in units if unit not in members]
    for pair in _others(others, _desk_phones(units)):
        people += pair
    crews += _pairs(others)
    return people, crews


def _others(units: Sequence[str], desks: dict[str, str]) -> Iterator[list[Person]]:
    """Two people for each unit: the liaison, and whoever sits in the duty room at night."""
    given = _GIVEN.split()
    free = iter(range(_FIRST_FREE, _LAST_FREE + 1))
    for index, unit in enumerate(units):
        number = next(free, None)
        day, night = (
            f"{_SURNAMES[(index + turn * 7) % len(_SURNAMES)]}{given[(index * 3 + turn) % 17]}"
            for turn in (0, 1)
        )
        yield [
            Person(
                id=f"sample-{unit}-day",
                unit=unit,
                name=day,
                mobile=None if number is None else f"139000000{number:02}",
                office_phone=desks[unit],
                title="办公室主任",
                post="liaison",
            ),
            Person(
                id=f"sample-{unit}-night",
                unit=unit,
                name=night,
                office_phone=desks[unit],
                title="值班室",
                post="deputy",
            ),
        ]


def _pairs(units: Sequence[str]) -> Iterator[Crew]:
    for unit in units:
        yield Crew(unit=unit, day=(f"sample-{unit}-day",), night=(f"sample-{unit}-night",))


def _desk_phones(units: Sequence[str]) -> dict[str, str]:
    return {unit: f"0595-235000{index:02}" for index, unit in enumerate(units)}


# -- rosters -------------------------------------------------------------------------------


def _months(now: datetime, zone: ZoneInfo) -> list[date]:
    first = now.astimezone(zone).date().replace(day=1)
    return [first, next_month(first)]


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def _load_month(tx: Tx, crews: Sequence[Crew], first: date, now: datetime, zone: ZoneInfo) -> int:
    """One month's duties as one upload; nothing where the month has any, whoever brought them."""
    length = calendar.monthrange(first.year, first.month)[1]
    days = [first + timedelta(days=n) for n in range(length)]
    before = first - timedelta(days=1)
    start, end = instant(first, 0, zone), instant(next_month(first), 0, zone)
    taken = {d.unit for d in rows.duties_between(tx, start, end) if d.start >= start}
    open_crews = [crew for crew in crews if crew.unit not in taken]
    eve = instant(before, 20 * 60, zone)
    covered = {d.unit for d in rows.duties_between(tx, eve, start)}
    found = [duty for crew in open_crews for duty in duties(crew, days, zone)]
    # The night before the first of the month belongs to a month that was never loaded.
    found += [
        duty
        for crew in open_crews
        if crew.unit not in covered
        for duty in duties(crew, [before], zone)
    ]
    if found:
        batch = Batch(
            id=f"sample-{first:%Y-%m}-{now.astimezone(UTC):%Y%m%d%H%M%S}",
            at=now,
            by="sample",
            files=f"sample {first:%Y-%m}",
            sha256="",
            summary=dumps({"add": len(found), "change": 0, "remove": 0, "unchanged": 0}),
        )
        rows.apply_batch(tx, batch, add=found, remove=[])
    return len(found)


def duties(crew: Crew, days: Sequence[date], zone: ZoneInfo) -> Iterator[Duty]:
    """Twelve-hour shifts handed over at 08:00 and 20:00; leaders change on Monday at 08:00."""
    for day in days:
        turn = day.toordinal()
        for people, (start, end) in ((crew.day, _DAY), (crew.night, _NIGHT)):
            # Primary and deputy change places every day.
            for role, offset in zip((PRIMARY, DEPUTY), range(len(people)), strict=False):
                who = people[(turn + offset) % len(people)]
                yield _duty(crew.unit, role, who, day, start, end, zone)
        if crew.supervisor:
            for (start, end), offset in ((_DAY, 0), (_NIGHT, 1)):
                who = crew.supervisor[offset % len(crew.supervisor)]
                yield _duty(crew.unit, SUPERVISOR, who, day, start, end, zone)
        if crew.leader:
            week = (turn - 1) // 7
            who = crew.leader[week % len(crew.leader)]
            for start, end in (_DAY, _NIGHT):
                yield _duty(crew.unit, LEADER, who, day, start, end, zone)


def _duty(
    unit: str, role: str, person: str, day: date, start: int, end: int, zone: ZoneInfo
) -> Duty:
    return Duty(
        unit=unit,
        role=role,
        person=person,
        start=instant(day, start, zone),
        end=instant(day, end, zone, ending=True),
        source=f"sample {day:%Y-%m}",
    )
