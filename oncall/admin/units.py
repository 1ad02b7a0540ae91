"""Units from a file: compared with those known, then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncall.admin.tables import Column, Faults, Row, day_in, read_table
from oncall.core.errors import Fault, NotFound
from oncall.core.serving import role_order
from oncall.core.spelling import unit_of
from oncall.directory import duties_in_force
from oncall.store import directory as rows
from oncall.store import upkeep
from oncall.store.database import Tx
from oncall.store.directory import Unit
from rosters.phones import phones

COLUMNS = (
    Column(name="code", also=("单位代码", "代码", "编码", "unit"), required=True),
    Column(name="name_zh", also=("单位", "单位名称", "名称", "中文名", "name"), required=True),
    Column(name="name_en", also=("英文名", "英文名称")),
    Column(name="kind", also=("类别", "类型", "单位类别"), required=True),
    Column(name="parent", also=("上级", "上级单位")),
    Column(name="desk_phone", also=("值班电话", "值班室电话", "座机")),
    Column(name="valid_from", also=("启用日期", "生效日期")),
    Column(name="valid_to", also=("停用日期", "失效日期")),
    Column(name="aliases", also=("别名", "简称", "曾用名")),
    Column(name="successor", also=("并入/承接单位", "承接单位", "并入单位")),
)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,38}[A-Z0-9]")
_KIND = re.compile(r"[a-z][a-z_]{1,39}")
_LONGEST = {"name_zh": 100, "name_en": 200}
_OPTIONAL = ("name_en", "parent", "desk_phone", "successor")
_BETWEEN = re.compile(r"[；;\n]")
#: In the column of aliases: it has none any more.
_NONE = "-"
#: A roster that has somebody until then is kept by rules without an end, as good as.
_FAR = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """What a file of units changes."""

    add: tuple[Unit, ...]
    change: tuple[tuple[Unit, Unit], ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.add or self.change)


def plan(data: bytes, filename: str, known: Mapping[str, Unit]) -> UnitPlan:
    """What the file would change; raises Invalid with every fault of it.

    A column the file does not have keeps what is known. Units the file does not name stay. A unit
    that gets another name keeps its old one as an alias, unless the file says which it has.
    """
    faults = Faults()
    read = read_table(data, filename, COLUMNS, faults)
    found: dict[str, tuple[Row, Unit]] = {}
    for row in read:
        unit = _unit(row, known, faults)
        if unit is None:
            continue
        if unit.code in found:
            faults.add(row.where, "given_before", unit.code, first=found[unit.code][0].where)
            continue
        found[unit.code] = (row, unit)
    for row, unit in found.values():
        if unit.parent == unit.code:
            faults.add(row.where, "own_parent")
        elif unit.parent and unit.parent not in found and unit.parent not in known:
            faults.add(row.where, "unknown_unit", unit.parent)
    everybody = {**known, **{code: unit for code, (_, unit) in found.items()}}
    wanted = [_linked(row, unit, known, everybody, faults) for row, unit in found.values()]
    faults.check()
    return compare(wanted, known, faults.warnings)


def _linked(
    row: Row, unit: Unit, known: Mapping[str, Unit], everybody: Mapping[str, Unit], faults: Faults
) -> Unit:
    """The unit with its old name among its aliases, and its successor by code."""
    others = [other for code, other in everybody.items() if code != unit.code]
    taken = {word: other for other in reversed(others) for word in _words(other)}
    old = known.get(unit.code, unit).name_zh
    if not row.get("aliases") and old != unit.name_zh and old not in taken:
        kept = (word for word in (*unit.aliases, old) if word != unit.name_zh)
        unit = replace(unit, aliases=tuple(dict.fromkeys(kept)))
    for word in unit.aliases:
        if word in taken:
            other = taken[word]
            faults.add(row.where, "alias_taken", word, other=f"{other.code} {other.name_zh}")
    if not unit.successor:
        return unit
    try:
        heir = unit_of(everybody, unit.successor)
    except NotFound:
        faults.add(row.where, "unknown_unit", unit.successor)
        return unit
    if heir.code == unit.code:
        faults.add(row.where, "own_successor")
    return replace(unit, successor=heir.code)


def _words(unit: Unit) -> tuple[str, ...]:
    return (unit.code, unit.name_zh, unit.name_en or "", *unit.aliases)


def compare(
    wanted: Iterable[Unit], known: Mapping[str, Unit], warnings: tuple[Fault, ...] = ()
) -> UnitPlan:
    """What has to change for ``wanted`` to be known."""
    add, change, same = [], [], 0
    for unit in wanted:
        before = known.get(unit.code)
        if before is None:
            add.append(unit)
        elif before != unit:
            change.append((before, unit))
        else:
            same += 1
    return UnitPlan(add=tuple(add), change=tuple(change), unchanged=same, warnings=warnings)


def apply(tx: Tx, planned: UnitPlan) -> None:
    """Carry a plan out."""
    rows.put_units(tx, [*planned.add, *(new for _, new in planned.change)])


def _unit(row: Row, known: Mapping[str, Unit], faults: Faults) -> Unit | None:
    code = row.get("code").upper()
    if not _CODE.fullmatch(code):
        faults.add(row.where, "bad_code", row.get("code"))
        return None
    before = known.get(code, Unit(code=code, name_zh=""))
    given: dict[str, str | None] = {name: text or None for name, text in row.cells.items()}
    if not given.get("name_zh"):
        faults.add(row.where, "missing_cell", "name_zh")
    for name, longest in _LONGEST.items():
        if len(given.get(name) or "") > longest:
            faults.add(row.where, "too_long", str(len(given[name] or "")), longest=str(longest))
    kind = given.get("kind") or ""
    if not _KIND.fullmatch(kind):
        faults.add(row.where, "bad_kind", kind)
    if given.get("parent"):
        given["parent"] = (given["parent"] or "").upper()
    if given.get("desk_phone"):
        given["desk_phone"] = phone(row, "desk_phone", faults)
    days = {name: day_in(row, name, faults) for name in ("valid_from", "valid_to") if name in given}
    changes: dict[str, Any] = {n: given[n] for n in _OPTIONAL if n in given}
    if given.get("aliases"):
        changes["aliases"] = _aliases(row, faults)
    changes.update(name_zh=given.get("name_zh") or before.name_zh, kind=kind, **days)
    made = replace(before, **changes)
    if made.valid_from and made.valid_to and made.valid_to <= made.valid_from:
        faults.add(row.where, "ends_first", made.valid_to.isoformat())
    return made


def _aliases(row: Row, faults: Faults) -> tuple[str, ...]:
    """The words of a cell, once each."""
    parts = [word.strip() for word in _BETWEEN.split(row.get("aliases"))]
    words = tuple(dict.fromkeys(word for word in parts if word and word != _NONE))
    longest = _LONGEST["name_zh"]
    for word in words:
        if len(word) > longest:
            faults.add(row.where, "too_long", str(len(word)), longest=str(longest))
    return words


def phone(row: Row, name: str, faults: Faults) -> str | None:
    """The one number of a cell, a landline or a mobile; a fault where it is none."""
    read = phones(row.get(name))
    numbers = [*read.mobiles, *read.landlines]
    if len(numbers) == 1 and not read.unread and (numbers[0][0] in "014"):
        return numbers[0]
    faults.add(row.where, "bad_phone", row.get(name))
    return None


def last_days(tx: Tx, unit: str, now: datetime, zone: ZoneInfo) -> dict[str, date | None]:
    """Role -> the day, by the zone's calendar, on which its roster ends or ended; None where it
    goes on for more than a year. Rotations, calendars and overrides count like uploaded duties."""
    ends = {role: end for (_, role), end in upkeep.lasting_until(tx, unit).items() if end <= now}
    horizon = now + _FAR
    for duty in duties_in_force(tx, now, horizon, unit=unit):
        ends[duty.role] = max(ends.get(duty.role, duty.end), duty.end)
    return {
        role: None if end >= horizon else end.astimezone(zone).date()
        for role, end in sorted(ends.items(), key=lambda one: role_order(one[0]))
    }
