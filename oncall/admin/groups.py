"""Broadcast groups from a file: compared with what is known, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oncall.admin.spelling import unit_of
from oncall.admin.tables import Column, Faults, read_table
from oncall.core.errors import Conflict, Fault, NotFound
from oncall.store.groups import UnitGroup

COLUMNS = (
    Column(name="name", also=("预案组", "组名", "名称"), required=True),
    Column(name="unit", also=("单位", "成员单位"), required=True),
    Column(name="needed", also=("需签收", "需签收数")),
)
_LONGEST = 60
#: To more units than this a message goes only once their number was typed in.
_UNCOUNTED = 10
_ALL, _ANY = ("", "all", "全部"), ("any", "任一")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """What a file changes."""

    add: tuple[UnitGroup, ...]
    change: tuple[tuple[UnitGroup, UnitGroup], ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()


def plan(
    data: bytes, filename: str, known: Mapping[str, UnitGroup], units: Mapping[str, Any]
) -> GroupPlan:
    """What the file would change; raises Invalid with every fault. Groups not named stay."""
    faults = Faults()
    members: dict[str, list[str]] = {}
    needed: dict[str, int] = {}
    for row in read_table(data, filename, COLUMNS, faults):
        name = row.get("name")
        if not name or len(name) > _LONGEST:
            faults.add(row.where, "missing_cell" if not name else "too_long", name or "name",
                       longest=str(_LONGEST))  # fmt: skip
        try:
            code = unit_of(units, row.get("unit")).code
        except NotFound:
            faults.add(row.where, "unknown_unit", row.get("unit"))
            continue
        if code in members.setdefault(name, []):
            faults.add(row.where, "unit_twice", code)
        members[name].append(code)
        word = row.get("needed").lower()
        if word in _ALL or word in _ANY or (word.isdecimal() and len(word) < 4):
            count = 1 if word in _ANY else int(word) if word.isdecimal() else 0
            needed[name] = max(needed.get(name, 0), count)
        else:
            faults.add(row.where, "unknown_word", word, known="all, any, 1, 2, 3 …")
    for name, units_of in members.items():
        if needed.get(name, 0) > len(units_of):
            faults.add(filename, "needs_more_than_there_are", name, count=str(len(units_of)))
    faults.check()
    wanted = [
        UnitGroup(name=name, units=tuple(of), needed=needed.get(name, 0))
        for name, of in members.items()
    ]
    return GroupPlan(
        add=tuple(g for g in wanted if g.name not in known),
        change=tuple((known[g.name], g) for g in wanted if known.get(g.name) not in (None, g)),
        unchanged=sum(known.get(g.name) == g for g in wanted),
        warnings=faults.warnings,
    )


def called(known: Mapping[str, UnitGroup], name: str, count: int | None) -> UnitGroup:
    """The group of this name, to be called. Raises NotFound, and Conflict unless a large one's
    number of units was typed in."""
    group = known.get(name)
    if group is None:
        raise NotFound("no_such_group", group=name)
    size = len(group.units)
    if (size > _UNCOUNTED or count is not None) and count != size:
        raise Conflict("count_them", group=name, count=str(size))
    return group
