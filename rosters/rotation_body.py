"""A version's rules as one text that is kept: the people by id, the holiday table of its time."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from rosters.clocks import Clock
from rosters.daykinds import DayKind, DayTable
from rosters.rotation import Rule, Step, Version

_Content = tuple[ZoneInfo, tuple[Rule, ...], DayTable]


def written(zone: ZoneInfo, rules: tuple[Rule, ...], table: DayTable) -> str:
    """The same text for the same rules, whenever it is written."""
    days = {day.isoformat(): True for day in table.off}
    days |= {day.isoformat(): False for day in table.working}
    body = {
        "zone": zone.key,
        "rules": [_rule(rule) for rule in rules],
        "off": dict(sorted(days.items())),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def version(unit: str, body: str, since: datetime, until: datetime | None) -> Version:
    """What ``written`` wrote, as it holds from one instant to another."""
    zone, rules, table = content(body)
    return Version(unit=unit, zone=zone, rules=rules, since=since, until=until, table=table)


@lru_cache(maxsize=4096)
def content(body: str) -> _Content:
    """The zone, the rules and the holiday table in a text that ``written`` wrote."""
    data = json.loads(body)
    days = {date.fromisoformat(day): off for day, off in data["off"].items()}
    table = DayTable(
        off=frozenset(day for day, off in days.items() if off),
        working=frozenset(day for day, off in days.items() if not off),
    )
    return ZoneInfo(data["zone"]), tuple(_read(rule) for rule in data["rules"]), table


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "role": rule.role,
        "layer": rule.layer,
        "groups": rule.groups,
        "every": rule.every,
        "step": rule.step,
        "anchor": rule.anchor,
        "first": rule.first,
        "since": rule.since,
        "until": rule.until,
        "weekdays": sorted(rule.weekdays),
        "hours": [(clock.start, clock.end) for clock in rule.hours],
        "days": sorted(rule.days),
    }


def _read(data: Mapping[str, Any]) -> Rule:
    return Rule(
        name=data["name"],
        role=data["role"],
        layer=data["layer"],
        groups=tuple(tuple(group) for group in data["groups"]),
        every=data["every"],
        step=Step(data["step"]),
        anchor=data["anchor"],
        first=data["first"],
        since=data["since"],
        until=data["until"],
        weekdays=frozenset(data["weekdays"]),
        hours=tuple(Clock(start=start, end=end) for start, end in data["hours"]),
        days=frozenset(DayKind(kind) for kind in data["days"]),
    )
