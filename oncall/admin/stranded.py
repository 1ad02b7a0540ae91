"""Overrides that a change of what lies beneath would leave with nothing to change.

They survive whatever is uploaded; but 王五 instead of 张三 on Monday means nothing once somebody
else has that Monday. So each is told beforehand, and stands in the way until somebody says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.admin.settling import Line
from oncall.admin.uploads import Wanted
from oncall.overrides import shown
from oncall.store import overrides, sources
from oncall.store.database import Tx
from oncall.store.overrides import Ordered
from rosters.model import Duty, PersonRef, Problem, Severity
from rosters.sources import Sources


def under_uploads(
    tx: Tx,
    lines: Mapping[Line, tuple[datetime, datetime]],
    before: Sequence[Duty],
    after: Sequence[Duty],
    now: datetime,
) -> list[Ordered]:
    """The overrides to come that act on the rows in force and not on those to come."""
    if not lines:
        return []
    start = min(first for first, _ in lines.values())
    end = max(last for _, last in lines.values())
    ordered = [one for one in overrides.between(tx, start, end) if (one.unit, one.role) in lines]
    if not ordered:
        return []
    around = sources.around_uploads(tx, start, end)
    old, new = (replace(around, uploaded=own) for own in (before, after))
    return between(ordered, old, new, start, end, now)


def between(
    ordered: Iterable[Ordered], old: Sources, new: Sources, start: datetime, end: datetime,
    now: datetime,
) -> list[Ordered]:  # fmt: skip
    """Those that act on the old sources and no longer on the new ones."""
    lost = old.acting(start, end) - new.acting(start, end)
    return [one for one in ordered if one.id in lost and one.until > now]


def told(
    found: Iterable[Ordered], people: Mapping[str, PersonRef], wanted: Wanted, zone: ZoneInfo
) -> list[Problem]:
    """An error for each, or a warning where whoever uploads has said that they may be left so."""
    names = {key: person.name for key, person in people.items()}
    severity = Severity.WARNING if wanted.strand else Severity.ERROR
    return [
        Problem(
            severity=severity,
            where="",
            code="override_stranded",
            value=shown(one, names),
            params={
                "override": str(one.id),
                "start": f"{one.start_at.astimezone(zone):%Y-%m-%d %H:%M}",
                "end": f"{one.until.astimezone(zone):%Y-%m-%d %H:%M}",
            },
        )
        for one in found
    ]
