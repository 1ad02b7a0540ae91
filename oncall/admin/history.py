"""What was applied, taken back, exported; and where a roster has holes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.admin.telling import NEAR
from oncall.directory import duties_in_force, roster_between
from oncall.store import pages
from oncall.store import undo as uploads
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.undo import Undone, find_batch, undoing
from rosters.check import gaps
from rosters.compose import within
from rosters.diff import PersonDiff, diff, everywhere
from rosters.model import DEPUTY, LEADER, PRIMARY, SUPERVISOR, TEAM, Duty, Gap
from rosters.template import escaped
from rosters.workbook import Table, workbook

__all__ = [
    "EXPORT_COLUMNS",
    "export_csv",
    "export_xlsx",
    "form_csv",
    "find_batch",
    "holes",
    "undo",
    "undoing",
]

_DAY = timedelta(days=1)
_HEADS = ("单位", "日期", "班次", "岗位", "姓名", "手机")
#: The roles as a roster's column has them; `rosters.text.role` reads them back.
ROLE_WORDS: Mapping[str, str] = {
    PRIMARY: "主班",
    DEPUTY: "副班",
    LEADER: "带班领导",
    TEAM: "应急队",
    SUPERVISOR: "督办",
}
EXPORT_COLUMNS = ("unit", "date", "shift", "role", "name", "mobile")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """An upload that was taken back, and whose hours of the coming days that changes."""

    done: Undone
    changes: tuple[PersonDiff, ...]


def undo(tx: Tx, batch_id: str, by: str, now: datetime) -> TakenBack:
    """Take an upload back: from ``now`` on all is as it was; open pages ask again who is on duty.

    What was served meanwhile stays served. Raises NotFound, or Conflict when it was taken back
    before or others stand on it.
    """
    batch = find_batch(tx, batch_id)
    units = undoing(tx, batch, now).units
    before = _coming(tx, units, now)
    done = uploads.undo(tx, batch, by, now)
    pages.nudge(tx, now)
    after = _coming(tx, units, now)
    found = diff(before, after, everywhere([*before, *after]))
    return TakenBack(done=done, changes=found.per_person)


def _coming(tx: Tx, units: Sequence[str], now: datetime) -> list[Duty]:
    """What holds in these units in the days of which people are told."""
    end = now + NEAR
    return [
        duty
        for unit in units
        for duty in within(duties_in_force(tx, now, end, unit=unit), now, end)
    ]


def holes(
    tx: Tx,
    units: Sequence[str],
    start: datetime,
    end: datetime,
    *,
    roles: Sequence[str] = (PRIMARY,),
) -> list[Gap]:
    """Where in [start, end) nobody holds these roles, unit by unit, to the second."""
    found: list[Gap] = []
    for unit in units:
        roster = roster_between(tx, unit, start, end)
        for role in roles:
            # A unit without any row has a roster that does not know whose it is.
            found += [replace(gap, unit=unit) for gap in gaps(roster, role, start, end)]
    return found


def export_csv(duties: Sequence[Duty], people: Mapping[str, Person], zone: ZoneInfo) -> str:
    """The flat table that `oncall roster plan` reads back without a change."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EXPORT_COLUMNS)
    for row in _flat(duties, people, zone):
        writer.writerow([escaped(str(cell)) for cell in row])
    return out.getvalue()


def form_csv(unit: str, days: Sequence[date]) -> str:
    """The flat table of a month to fill in: two shifts a day, names still to be written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EXPORT_COLUMNS)
    for day in days:
        for shift in ("08:00-20:00", "20:00-08:00"):
            writer.writerow((unit, day.isoformat(), shift, PRIMARY, "", ""))
    return out.getvalue()


def export_xlsx(
    duties: Sequence[Duty], people: Mapping[str, Person], zone: ZoneInfo, title: str
) -> bytes:
    """The same as a workbook with real dates and Chinese words, read back as well."""
    rows = [
        (unit, day, shift, ROLE_WORDS[role], name, mobile)
        for unit, day, shift, role, name, mobile in _flat(duties, people, zone)
    ]
    return workbook([Table(name="值班表", title=title, heads=_HEADS, rows=rows)])


def _flat(
    duties: Sequence[Duty], people: Mapping[str, Person], zone: ZoneInfo
) -> Iterator[tuple[str, date, str, str, str, str]]:
    for duty in sorted(duties, key=lambda d: (d.unit, d.start, d.role, d.person)):
        person = people.get(duty.person)
        name, mobile = (person.name, person.mobile or "") if person else (duty.person, "")
        for start, end in _days(duty.start.astimezone(zone), duty.end.astimezone(zone)):
            yield duty.unit, start.date(), _shift(start, end), duty.role, name, mobile


def _days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A duty as the flat table can say it: a row lasts two days at most."""
    while end - start > 2 * _DAY:
        yield start, start + _DAY
        start += _DAY
    yield start, end


def _last_day(end: datetime) -> date:
    """The day whose last hour it is: midnight ends the day before."""
    return end.date() - _DAY if end.time() == time() else end.date()


def _shift(start: datetime, end: datetime) -> str:
    """From when to when, so that it reads back as the same: 20:00-08:00 ends on the next day."""
    clock = "24:00" if end.time() == time() else f"{end:%H:%M}"
    days = (_last_day(end) - start.date()).days if end - start > _DAY else 0
    later = ("", "次日", "第三日")[days]
    return f"{start:%H:%M}-{later}{clock}"
