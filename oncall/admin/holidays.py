"""The holiday table from a file: compared with what is known, then all of it or nothing.

A file speaks for its years: days of these years that it does not name are taken out of the table.
When the table changes, what was counted by it is counted anew by those who own it: deadlines, and
rotations that ask what kind of day it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import oncall
from oncall.admin.rotations import renew
from oncall.admin.tables import Column, Faults, read_table
from oncall.core.errors import Fault
from oncall.store import holidays as rows
from oncall.store.database import Tx
from oncall.store.holidays import Holiday
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER

#: The tables that ship with this program: notices of the State Council that are published.
SHIPPED = Path(oncall.__file__).parent / "data" / "holidays"

COLUMNS = (
    Column(name="date", also=("日期",), required=True),
    Column(name="off", also=("isoffday", "放假", "是否放假", "休息", "类型"), required=True),
    Column(name="name", also=("节日", "名称", "节假日", "备注")),
)
_OFF = frozenset("true yes y 1 off 是 休 休息 放假 节假日 假".split())
_ON = frozenset("false no n 0 work 否 班 上班 补班 调休 调休上班".split())
_SATURDAY = 5
_LONGEST_NAME = 60
#: A year with fewer days off than this is most likely not all there.
_FEWEST = 7
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayPlan:
    """What a file changes."""

    years: tuple[int, ...]
    add: tuple[Holiday, ...]
    change: tuple[tuple[Holiday, Holiday], ...]
    remove: tuple[Holiday, ...]
    unchanged: int
    warnings: tuple[Fault, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.add or self.change or self.remove)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days in a row with the same name, all off or all worked."""

    name: str
    off: bool
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1


def plan(tx: Tx, data: bytes, filename: str) -> HolidayPlan:
    """What the file would change; raises Invalid with every fault of it.

    JSON as holiday-cn publishes it (``days[].name/date/isOffDay``), or a table with the columns
    date, off, name.
    """
    faults = Faults()
    found = _read(data, filename, faults)
    faults.check()
    years = {day.year for day in found}
    for year in sorted(years):
        off = sum(one.off for one in found.values() if one.day.year == year)
        if off < _FEWEST:
            faults.add(filename, "holidays_few", str(year), severity="warning", count=str(off))
    known = {one.day: one for one in rows.every(tx)}
    wanted = sorted(found.values(), key=lambda one: one.day)
    change = tuple((known[w.day], w) for w in wanted if w.day in known and known[w.day] != w)
    return HolidayPlan(
        years=tuple(sorted(years)),
        add=tuple(one for one in wanted if one.day not in known),
        change=change,
        remove=tuple(o for o in known.values() if o.day.year in years and o.day not in found),
        unchanged=sum(known.get(one.day) == one for one in wanted),
        warnings=faults.warnings,
    )


def apply(tx: Tx, planned: HolidayPlan, by: str, now: datetime) -> tuple[str, ...]:
    """Carry out a plan; says the units whose rotations go by the new table from now on."""
    if planned.empty:
        return ()
    changed = [*planned.add, *(new for _, new in planned.change)]
    rows.put(tx, changed, remove=[one.day for one in planned.remove])
    payload = {
        "years": planned.years,
        "put": changed,
        "was": [*(old for old, _ in planned.change), *planned.remove],
    }
    entry = Entry(transfer=NO_TRANSFER, at=now, event="HolidaysChanged", who=by, payload=payload)
    append(tx, [entry])
    return renew(tx, now)


def load_shipped(tx: Tx, by: str, now: datetime) -> tuple[int, ...]:
    """Add the tables that ship with this program, of years that have none; says which."""
    have = {one.day.year for one in rows.every(tx)}
    loaded: list[int] = []
    for path in sorted(SHIPPED.glob("*.json")):
        found = plan(tx, path.read_bytes(), path.name)
        if not have.intersection(found.years):
            apply(tx, found, by, now)
            loaded += found.years
    return tuple(loaded)


def spans(days: Iterable[Holiday]) -> list[Span]:
    """Days in order, those in a row with the same name as one."""
    found: list[Span] = []
    for one in sorted(days, key=lambda day: day.day):
        last = found[-1] if found else None
        if last and (last.name, last.off, last.last + _DAY) == (one.name, one.off, one.day):
            found[-1] = Span(name=last.name, off=last.off, first=last.first, last=one.day)
        else:
            found.append(Span(name=one.name, off=one.off, first=one.day, last=one.day))
    return found


# -- reading -------------------------------------------------------------------------------


def _read(data: bytes, filename: str, faults: Faults) -> dict[date, Holiday]:
    places: dict[date, str] = {}
    found: dict[date, Holiday] = {}
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        read = _json(data, filename, faults)
    else:
        read = _table(data, filename, faults)
    for where, one in read:
        if one.day in places:
            faults.add(where, "given_before", one.day.isoformat(), first=places[one.day])
            continue
        places[one.day], found[one.day] = where, one
        if not one.off and one.day.weekday() < _SATURDAY:
            faults.add(where, "holiday_plain", one.day.isoformat(), severity="warning")
    if not found and not faults.found:
        faults.add(filename, "nothing_in_it")
    return found


def _json(data: bytes, filename: str, faults: Faults) -> list[tuple[str, Holiday]]:
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        faults.add(filename, "not_json", str(exc)[:80])
        return []
    days = body.get("days") if isinstance(body, dict) else body
    if not isinstance(days, list):
        faults.add(filename, "holidays_shape")
        return []
    found = []
    for number, item in enumerate(days):
        where = f"{filename}: days[{number}]"
        if not isinstance(item, dict):
            faults.add(where, "holidays_shape")
            continue
        one = _day(where, item.get("date"), item.get("isOffDay"), item.get("name"), faults)
        if one is not None:
            found.append((where, one))
    return found


def _table(data: bytes, filename: str, faults: Faults) -> list[tuple[str, Holiday]]:
    found = []
    for row in read_table(data, filename, COLUMNS, faults):
        word = row.get("off").casefold()
        off = True if word in _OFF else False if word in _ON else word
        one = _day(row.where, row.get("date"), off, row.get("name"), faults)
        if one is not None:
            found.append((row.where, one))
    return found


def _day(where: str, day: Any, off: Any, name: Any, faults: Faults) -> Holiday | None:
    """One day, or None with what is wrong with it noted."""
    read = None
    try:
        read = date.fromisoformat(str(day).replace("/", "-"))
    except ValueError:
        faults.add(where, "bad_day", _shown(day))
    if read is not None and not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        faults.add(where, "bad_day", _shown(day))
        read = None
    if not isinstance(off, bool):
        faults.add(where, "bad_off", _shown(off))
    if not isinstance(name, str | None) or (name and not name.isprintable()):
        faults.add(where, "control_character", _shown(name))
        return None
    if name and len(name) > _LONGEST_NAME:
        faults.add(where, "too_long", str(len(name)), longest=str(_LONGEST_NAME))
        return None
    if read is None or not isinstance(off, bool):
        return None
    return Holiday(day=read, off=off, name=(name or "").strip())


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:80]
