"""How much time some rosters leave without anybody, before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby

from oncall.admin.settling import Line, Settled
from oncall.store import sources
from oncall.store.database import Tx
from rosters.check import gaps
from rosters.diff import Window, minus
from rosters.model import Duty, Gap
from rosters.resolve import compile_roster

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def spans(
    settled: Settled, windows: Mapping[Line, Sequence[Window]], now: datetime
) -> dict[Line, tuple[datetime, datetime]]:
    """From when to when each roster that is spoken of should have somebody."""
    served: dict[Line, list[Duty]] = {}
    for duty in chain(settled.live_old, settled.live_new):
        served.setdefault((duty.unit, duty.role), []).append(duty)
    found: dict[Line, tuple[datetime, datetime]] = {}
    for line, own in windows.items():
        mine = served.get(line, [])
        end = max([w.end for w in own] + [d.end for d in mine])
        starts = [d.start for d in mine]
        if starts and min(starts) < end and end > now:
            found[line] = (min(starts), end)
    return found


def around(
    tx: Tx, lines: Mapping[Line, tuple[datetime, datetime]], *uploaded: Sequence[Duty]
) -> Iterator[list[Duty]]:
    """What would hold with each of these uploads: rotations beneath and overrides on top of them
    stay, whatever files say."""
    start = min((first for first, _ in lines.values()), default=_NEVER)
    end = max((last for _, last in lines.values()), default=_NEVER)
    found = sources.around_uploads(tx, start, end)
    for own in uploaded:
        yield replace(found, uploaded=own).settled(start, end)


def open_time(duties: Sequence[Duty], lines: Mapping[Line, tuple[datetime, datetime]]) -> list[Gap]:
    by_unit: dict[str, list[Duty]] = {}
    for duty in duties:
        by_unit.setdefault(duty.unit, []).append(duty)
    found: list[Gap] = []
    # A compiled roster is larger than its duties: one unit's at a time.
    for unit, own in groupby(sorted(lines.items()), key=lambda line: line[0][0]):
        roster = compile_roster(by_unit.get(unit, ()))
        for (_, role), (start, end) in own:
            found += [replace(gap, unit=unit) for gap in gaps(roster, role, start, end)]
    return found


def newly(then: Iterable[Gap], before: Iterable[Gap]) -> list[Gap]:
    """The time that is without anybody then, and is not so now."""
    open_now: dict[Line, list[tuple[datetime, datetime]]] = {}
    for gap in before:
        open_now.setdefault((gap.unit, gap.role), []).append((gap.start, gap.end))
    return [
        replace(gap, start=start, end=end)
        for gap in then
        for start, end in minus([(gap.start, gap.end)], open_now.get((gap.unit, gap.role), []))
    ]


def length(found: Iterable[Gap]) -> timedelta:
    return sum((gap.end - gap.start for gap in found), timedelta())
