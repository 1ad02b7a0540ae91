"""How much time some rosters leave without anybody, before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from oncall.admin.settling import Line, Settled
from oncall.store import overrides
from oncall.store.database import Tx
from oncall.store.overrides import effects
from rosters.check import gaps
from rosters.diff import Window
from rosters.model import Duty, Gap, Override
from rosters.resolve import compile_roster


def spans(
    settled: Settled, windows: Mapping[Line, Sequence[Window]], now: datetime
) -> dict[Line, tuple[datetime, datetime]]:
    """From when to when each roster that is spoken of should have somebody."""
    found: dict[Line, tuple[datetime, datetime]] = {}
    for line, own in windows.items():
        mine = [d for d in (*settled.live_old, *settled.live_new) if (d.unit, d.role) == line]
        end = max([w.end for w in own] + [d.end for d in mine])
        starts = [d.start for d in mine]
        if starts and min(starts) < end and end > now:
            found[line] = (min(starts), end)
    return found


def on_top(tx: Tx, lines: Mapping[Line, tuple[datetime, datetime]]) -> list[Override]:
    """The overrides in the time that is looked at: they stay, whatever the files say."""
    if not lines:
        return []
    start = min(first for first, _ in lines.values())
    end = max(last for _, last in lines.values())
    return effects(overrides.between(tx, start, end))


def open_time(duties: Sequence[Duty], lines: Mapping[Line, tuple[datetime, datetime]]) -> list[Gap]:
    by_unit: dict[str, list[Duty]] = {}
    for duty in duties:
        by_unit.setdefault(duty.unit, []).append(duty)
    rosters = {unit: compile_roster(own) for unit, own in by_unit.items()}
    found: list[Gap] = []
    for (unit, role), (start, end) in sorted(lines.items()):
        roster = rosters.get(unit)
        if roster is None:
            found.append(Gap(unit=unit, role=role, start=start, end=end))
        else:
            found += gaps(roster, role, start, end)
    return found


def length(found: Iterable[Gap]) -> timedelta:
    return sum((gap.end - gap.start for gap in found), timedelta())
