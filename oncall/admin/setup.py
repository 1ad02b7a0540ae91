"""Make an installation ready: schema, units, and if wanted a county to try."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall.admin.holidays import load_shipped
from oncall.admin.sample import (
    TRIED_UNIT,
    Crew,
    Loaded,
    cast,
    county_units,
    duties,
    load_sample,
    next_month,
)
from oncall.admin.sample import load_units as load_units_in
from oncall.config import Settings, data_folder
from oncall.store import schema, upkeep
from oncall.store.database import Database
from oncall.store.directory import Person
from rosters.model import DEPUTY, LEADER, PRIMARY
from rosters.template import Day, Line, l1_workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What ``prepare`` did; all zero and empty where everything was there."""

    before: str | None
    after: str
    loaded: Loaded


def upgrade(db: Database) -> tuple[str | None, str]:
    """Bring the schema to what this code needs; the revisions before and after."""
    before = None
    if upkeep.there(db):
        with db.read() as tx:
            before = upkeep.revision(tx)
    after = schema.head()
    if before != after:
        schema.upgrade(db)
    return before, after


def prepare(db: Database, now: datetime, zone: ZoneInfo, *, sample: bool) -> Made:
    """Schema, the county's units, and with ``sample`` people and rosters. Twice changes nothing."""
    before, after = upgrade(db)
    with db.begin() as tx:
        load_shipped(tx, "init", now)
        if sample:
            loaded = load_sample(tx, now, zone)
        else:
            loaded = Loaded(units=load_units_in(tx), people=0, duties=0)
    return Made(before=before, after=after, loaded=loaded)


def sample_file(settings: Settings, now: datetime) -> tuple[Path, str, date]:
    """Where the roster to try goes, its unit, and the first day of its month."""
    first = next_month(now.astimezone(settings.zone).date().replace(day=1))
    folder = data_folder(settings)
    if folder == Path():
        folder = Path("var")
    return folder / f"roster-{TRIED_UNIT}-{first:%Y-%m}.xlsx", TRIED_UNIT, first


def write_sample_file(settings: Settings, now: datetime) -> Path | None:
    """Write a roster for next month that differs a little from the loaded one; None if it is there.

    In the last ten days the two deputies of each night shift change places with the primaries.
    """
    path, code, first = sample_file(settings, now)
    if path.exists():
        return None
    people, crews = cast([unit.code for unit in county_units()])
    crew = next(one for one in crews if one.unit == code)
    unit = next(one for one in county_units() if one.code == code)
    known = {person.id: person for person in people}
    path.parent.mkdir(parents=True, exist_ok=True)
    data = l1_workbook(unit.name_zh, _days(crew, known, first, settings.zone))
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
    return path


def _days(crew: Crew, people: dict[str, Person], first: date, zone: ZoneInfo) -> list[Day]:
    length = calendar.monthrange(first.year, first.month)[1]
    out = []
    for n in range(length):
        day = first + timedelta(days=n)
        served: dict[tuple[str, int], Person] = {}
        for duty in duties(crew, [day], zone):
            shift = 0 if duty.start.astimezone(zone).hour == 8 else 1
            served[duty.role, shift] = people[duty.person]
        if n >= length - 10:
            served[PRIMARY, 1], served[DEPUTY, 1] = served[DEPUTY, 1], served[PRIMARY, 1]
        lines = [
            Line(
                primary=served[PRIMARY, shift].name,
                mobile=served[PRIMARY, shift].mobile or "",
                deputy=served[DEPUTY, shift].name,
            )
            for shift in (0, 1)
        ]
        leader = served[LEADER, 0].name
        out.append(Day(day=day, leader=leader, shifts=(lines[0], lines[1])))
    return out
