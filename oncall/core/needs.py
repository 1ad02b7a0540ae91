"""Which roles a unit must have filled, and when it may be closed: the coverage file, read.

Without a file every unit needs a primary and a deputy, and whatever else the ladders ask of its
roster; a call desk needs a primary. Planned closed hours are no gaps.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.core.errors import Fault
from oncall.core.model import Source, WorkCalendar
from oncall.core.policies import PolicyBook
from oncall.core.worktime import is_working
from rosters.clocks import Clock, read_clock, span
from rosters.compose import union
from rosters.model import DEPUTY, PRIMARY, ROLES, Span

#: Who hears of gaps and of urgent changes beside the unit itself, unless the file names another.
OFFICE = "GOV-OFFICE"
#: How old a proof that a number works may be, unless the file says otherwise: two quarters.
PROVEN_DAYS, _OLDEST = 180, 3650
DESK = "desk"

_DAY = timedelta(days=1)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY, _WORK, _REST = "daily", "workdays", "holidays"
_DAY_WORDS: Mapping[str, str] = {
    **{word: word for word in (*_WEEK, _EVERY, _WORK, _REST)},
    **{f"周{sign}": word for sign, word in zip("一二三四五六日", _WEEK, strict=True)},
    **{"周天": "sun", "每天": _EVERY, "每日": _EVERY, "工作日": _WORK, "休息日": _REST},
    "节假日": _REST,
}
_HOURS = re.compile(r"[\d:：]+ *[-–—~至] *[\d:：]+")
_EXAMPLE = "workdays 17:30-08:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Hours in which nobody need be there: on these days, a clock range that may pass midnight."""

    days: frozenset[str]
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one unit must have."""

    roles: tuple[str, ...]
    closed: tuple[Closed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The coverage file: for all units, and where single ones differ."""

    roles: tuple[str, ...] | None = None
    closed: tuple[Closed, ...] = ()
    office: str = OFFICE
    #: A proof that a number reaches its person counts for so many days; 0: nobody is asked for one.
    proven_days: int = PROVEN_DAYS
    units: Mapping[str, Needs] = field(default_factory=dict)

    def needs(self, unit: str, kind: str, book: PolicyBook) -> Needs:
        """What ``unit`` must have; ``book`` tells which roles the ladders ask for."""
        own = self.units.get(unit)
        general = self.roles or (
            (PRIMARY,) if kind == DESK else _in_order((PRIMARY, DEPUTY, *asked_of(book, None)))
        )
        roles = own.roles if own is not None and own.roles else general
        named = () if own is not None and own.roles else asked_of(book, unit)
        closed = own.closed if own is not None and own.closed else self.closed
        return Needs(roles=_in_order((*roles, *named)), closed=closed)


def asked_of(book: PolicyBook, unit: str | None) -> tuple[str, ...]:
    """The roster roles any ladder asks of ``unit`` by name; None: of the unit that is paged."""
    return _in_order(
        ask.role
        for policy in book.policies.values()
        for step in policy.steps
        for ask in step.asks
        if ask.source is Source.ROSTER and ask.unit == unit
    )


def closed_spans(
    closed: Iterable[Closed], start: datetime, end: datetime, calendar: WorkCalendar, zone: ZoneInfo
) -> list[Span]:
    """The closed time that touches [start, end), in order and without overlaps. A range that
    passes midnight belongs to the day it begins on."""
    found: list[Span] = []
    first, last = (moment.astimezone(zone).date() for moment in (start, end))
    for rule in closed:
        day = first - _DAY
        while day <= last:
            if _is_one_of(day, rule.days, calendar):
                found.append(span(day, rule.clock, zone))
            day += _DAY
    return union(one for one in found if one[0] < end and start < one[1])


def read_rules(text: str, where: str) -> tuple[Rules | None, list[Fault]]:
    """The rules in a coverage file, or every fault in it; ``where`` is the file's name."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        return None, [Fault(where=where, code="coverage_syntax", value=str(exc))]
    reader = _Reader(where)
    reader.known(table, ("roles", "closed", "office", "proven_days", "unit"), "")
    units: dict[str, Needs] = {}
    own = table.get("unit", {})
    if not isinstance(own, dict):
        reader.wrong("unit", str(own), "[unit.GOV-WATER]")
        own = {}
    for code, values in own.items():
        if not isinstance(values, dict):
            reader.wrong(f"unit.{code}", str(values), f"[unit.{code}]")
            continue
        reader.known(values, ("roles", "closed"), f"unit.{code}.")
        units[code] = Needs(
            roles=reader.roles(values, f"unit.{code}.") or (),
            closed=reader.closed(values, f"unit.{code}."),
        )
    office = table.get("office", OFFICE)
    if not isinstance(office, str) or not office:
        reader.wrong("office", str(office), f'"{OFFICE}"')
    rules = Rules(
        roles=reader.roles(table, ""),
        closed=reader.closed(table, ""),
        office=str(office),
        proven_days=reader.days(table, "proven_days", PROVEN_DAYS),
        units=units,
    )
    return (None, reader.faults) if reader.faults else (rules, [])


class _Reader:
    """Reads values and gathers what is wrong with them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.faults: list[Fault] = []

    def wrong(self, key: str, value: str, example: str) -> None:
        where = f"{self.where}:{key}"
        params = {"example": example}
        self.faults.append(Fault(where=where, code="coverage_value", value=value, params=params))

    def known(self, table: Mapping[str, object], keys: tuple[str, ...], before: str) -> None:
        for key in table:
            if key not in keys:
                self.faults.append(
                    Fault(
                        where=f"{self.where}:{before}{key}",
                        code="coverage_key",
                        value=key,
                        params={"known": ", ".join(keys)},
                    )
                )

    def roles(self, table: Mapping[str, object], before: str) -> tuple[str, ...] | None:
        given = table.get("roles")
        if given is None:
            return None
        if not isinstance(given, list) or not given or any(one not in ROLES for one in given):
            self.wrong(f"{before}roles", str(given), str([PRIMARY, DEPUTY]).replace("'", '"'))
            return None
        return tuple(given)

    def days(self, table: Mapping[str, object], key: str, usual: int) -> int:
        given = table.get(key, usual)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= _OLDEST:
            self.wrong(key, str(given), str(usual))
            return usual
        return given

    def closed(self, table: Mapping[str, object], before: str) -> tuple[Closed, ...]:
        given = table.get("closed", [])
        if not isinstance(given, list):
            self.wrong(f"{before}closed", str(given), f'["{_EXAMPLE}"]')
            return ()
        found = [(one, read_closed(one) if isinstance(one, str) else None) for one in given]
        for one, read in found:
            if read is None:
                self.wrong(f"{before}closed", str(one), f'"{_EXAMPLE}"')
        return tuple(read for _, read in found if read is not None)


def read_closed(text: str) -> Closed | None:
    """A line such as "sat,sun 00:00-24:00" or "休息日 00:00-24:00"; None for anything else."""
    days, _, hours = text.strip().partition(" ")
    words = [_DAY_WORDS.get(word.lower()) for word in re.split("[,，、]", days)]
    clock = read_clock(hours) if _HOURS.fullmatch(hours.strip()) else None
    if clock is None or None in words:
        return None
    return Closed(days=frozenset(word for word in words if word), clock=clock)


def _is_one_of(day: date, days: frozenset[str], calendar: WorkCalendar) -> bool:
    kind = _WORK if is_working(day, calendar) else _REST
    return bool(days & {_EVERY, kind, _WEEK[day.weekday()]})


def _in_order(roles: Iterable[str]) -> tuple[str, ...]:
    given = set(roles)
    return tuple(role for role in ROLES if role in given)
