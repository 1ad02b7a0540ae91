"""Broadcast groups from a file: compared with what is known, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oncall.admin.tables import Column, Faults, Row, read_table
from oncall.core.errors import Fault, NotFound
from oncall.core.spelling import unit_of
from oncall.store.directory import Person
from oncall.store.groups import TEAM, UnitGroup

COLUMNS = (
    Column(name="name", also=("预案组", "组名", "名称"), required=True),
    Column(name="unit", also=("单位", "成员单位"), required=True),
    Column(name="person", also=("人员", "成员", "成员人员")),
    Column(name="needed", also=("需签收", "需签收数")),
    Column(name="wave", also=("每批", "每批单位数")),
    Column(name="minutes", also=("间隔分钟", "每批间隔")),
)
_LONGEST = 60
#: Whoever is on the roster of the unit's team when it is called.
_TEAM = ("team", "应急队")
_ALL, _ANY = ("", "all", "全部"), ("any", "任一")
#: What may stand in a column of numbers, and how it is shown where something else does.
_KNOWN = {
    "needed": ((*_ALL, *_ANY), "all, any, 1, 2, 3 …"),
    "wave": (_ALL, "all, 1, 2, 3 …"),
    "minutes": (("",), "1, 2, 3 … 240"),
}
_LONGEST_WAIT = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """What a file changes."""

    add: tuple[UnitGroup, ...]
    change: tuple[tuple[UnitGroup, UnitGroup], ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()


def plan(
    data: bytes,
    filename: str,
    known: Mapping[str, UnitGroup],
    units: Mapping[str, Any],
    person_of: Callable[[str, str], Person],
) -> GroupPlan:
    """What the file would change; raises Invalid with every fault. Groups not named stay.

    ``person_of`` finds who of a unit is meant by a name, an id or a number, or raises NotFound.
    """
    faults = Faults()
    members: dict[str, dict[str, list[str]]] = {}
    numbers: dict[str, dict[str, int]] = {}
    for row in read_table(data, filename, COLUMNS, faults):
        name = row.get("name")
        if not name or len(name) > _LONGEST:
            faults.add(row.where, "missing_cell" if not name else "too_long", name or "name",
                       longest=str(_LONGEST))  # fmt: skip
        said = numbers.setdefault(name, dict.fromkeys(_KNOWN, 0))
        for column in _KNOWN:
            said[column] = max(said[column], _number(row, column, faults))
        try:
            code = unit_of(units, row.get("unit")).code
        except NotFound:
            faults.add(row.where, "unknown_unit", row.get("unit"))
            continue
        mine, who = members.setdefault(name, {}), _who(row, code, person_of, faults)
        if code in mine and (not who or not mine[code] or who in mine[code]):
            faults.add(row.where, "unit_twice", row.get("person") or code)
        mine.setdefault(code, []).extend([who] if who else ())
    for name, of in members.items():
        size = sum(len(people) or 1 for people in of.values())
        on_team = any(TEAM in people for people in of.values())
        if numbers[name]["needed"] > size and not on_team:
            faults.add(filename, "needs_more_than_there_are", name, count=str(size))
    faults.check()
    wanted = [
        UnitGroup(
            name=name,
            units=tuple(of),
            people={code: tuple(people) for code, people in of.items() if people},
            **numbers[name],
        )
        for name, of in members.items()
    ]
    return GroupPlan(
        add=tuple(g for g in wanted if g.name not in known),
        change=tuple((known[g.name], g) for g in wanted if known.get(g.name) not in (None, g)),
        unchanged=sum(known.get(g.name) == g for g in wanted),
        warnings=faults.warnings,
    )


def _who(
    row: Row, unit: str, person_of: Callable[[str, str], Person], faults: Faults
) -> str | None:
    """Whom of a unit a row names: an id, TEAM, or None for the unit itself."""
    word = row.get("person")
    if not word or word.lower() in _TEAM:
        return TEAM if word else None
    try:
        return person_of(word, unit).id
    except NotFound as error:
        faults.add(row.where, error.code, word, **error.params)
        return word


def _number(row: Row, column: str, faults: Faults) -> int:
    """A count of a group, which stands in any of its rows; 0 where this one says nothing."""
    word = row.get(column).lower()
    words, known = _KNOWN[column]
    if word in words:
        return 1 if word in _ANY else 0
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 4 else -1
    if number < 0 or (column == "minutes" and number > _LONGEST_WAIT):
        faults.add(row.where, "unknown_word", word, known=known)
        return 0
    return number
