"""A unit's rotations as people write them (TOML), with every problem at its line, all at once.

unit = "SOE-CITYBUILD"

[[rotation]]
name = "主班轮值"
role = "primary"
turn = "1 day"
handover = "08:00"
start = 2026-11-02
groups = [["张三"], ["李四", "王五"]]
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rosters.clocks import Clock, read_clock
from rosters.daykinds import EVERY_KIND, DayKind
from rosters.errors import problem
from rosters.model import ROLES, Problem
from rosters.rotation import Rule, Step, Wall, wall
from rosters.text import clean
from rosters.text import role as role_of
from rosters.toml_lines import Path, line_of, load, locate

_TOP = {"unit": '"SOE-CITYBUILD"', "zone": '"Asia/Shanghai"', "rotation": "[[rotation]]"}
#: Every key of a rotation, with an example of it.
_KEYS = {
    "name": '"主班轮值"',
    "role": '"primary"',
    "turn": '"1 day"',
    "handover": '"08:00"',
    "start": "2026-11-02",
    "groups": '[["张三"], ["李四", "王五"]]',
    "first": "1",
    "layer": "0",
    "from": "2026-11-02",
    "until": "2027-01-01",
    "weekdays": '["Mon", "Tue"]',
    "hours": '"20:00-08:00"',
    "days": '["workday", "makeup"]',
}
_NEEDED = ("name", "role", "turn", "start", "groups")

_TURN = re.compile(
    r"(\d{1,4})\s*(小时|天|日|周|星期|个?月|hours?|h|days?|d|weeks?|w|months?)", re.IGNORECASE
)
_STEPS = (
    (Step.HOURS, ("小时", "h")),
    (Step.DAYS, ("天", "日", "d")),
    (Step.WEEKS, ("周", "星期", "w")),
    (Step.MONTHS, ("月", "个月", "m")),
)
#: "张三 13900000001"
_NUMBERED = re.compile(r"(.*\S)[\s(（]+(1[3-9]\d{9})[)）]?")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        ("mon monday 一", "tue tuesday 二", "wed wednesday 三", "thu thursday 四",
         "fri friday 五", "sat saturday 六", "sun sunday 日 天")
    )
    for word in words.split()
}  # fmt: skip
_KINDS = {
    "workday": DayKind.WORKDAY, "工作日": DayKind.WORKDAY,
    "weekend": DayKind.WEEKEND, "周末": DayKind.WEEKEND,
    "holiday": DayKind.HOLIDAY, "节假日": DayKind.HOLIDAY,
    "makeup": DayKind.MAKEUP, "补班": DayKind.MAKEUP,
}  # fmt: skip
_LONGEST_NAME = 60
_MOST_LAYERS = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody as the file names them, with the number that tells namesakes apart, and where."""

    name: str
    mobile: str | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rule whose people are still names: ``people`` are its groups, the rule's own are not."""

    rule: Rule
    people: tuple[tuple[Named, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationFile:
    """What a file says: the unit as written, and its rotations (none: they end)."""

    unit: str
    where: str
    zone: ZoneInfo
    drafts: tuple[Draft, ...]


def read(text: str, filename: str, zone: ZoneInfo) -> tuple[RotationFile | None, list[Problem]]:
    """What a file says, as far as it can be understood, and everything that is wrong with it, by
    line; None where nothing can. ``zone`` is meant where the file names none."""
    data, broken, rest = load(text)
    reader = _Reader(filename, rest)
    for line, told in broken:
        reader.tell_at(line, "rotation-syntax", problem=told)
    found = reader.file(data, zone) if not broken or data else None
    return found, [told for _, told in sorted(reader.found, key=lambda one: one[0])]


class _Reader:
    def __init__(self, filename: str, text: str) -> None:
        self.filename = filename
        self.lines = locate(text)
        self.found: list[tuple[int, Problem]] = []

    # -- telling ---------------------------------------------------------------------------

    def where(self, path: Path) -> str:
        return f"{self.filename}:{line_of(self.lines, path)}"

    def tell(self, path: Path, code: str, value: object = "", **params: object) -> None:
        self.tell_at(line_of(self.lines, path), code, value, **params)

    def tell_at(self, line: int, code: str, value: object = "", **params: object) -> None:
        shown = value.isoformat() if isinstance(value, date) else value
        told = problem(code, f"{self.filename}:{line}", shown, **params)
        self.found.append((line, told))

    # -- the file --------------------------------------------------------------------------

    def file(self, data: Mapping[str, Any], zone: ZoneInfo) -> RotationFile:
        self._unknown((), data, _TOP)
        unit = self._text((), data, "unit", _TOP)
        if unit is None and "unit" not in data:
            self.tell((), "rotation-missing", "unit", example=f"unit = {_TOP['unit']}")
        named = self._text((), data, "zone", _TOP)
        if named is not None:
            try:
                zone = ZoneInfo(named)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                self.tell(("zone",), "rotation-zone", named)
        tables = data.get("rotation", [])
        drafts = []
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self.tell(("rotation",), "rotation-type", "rotation", example=_TOP["rotation"])
        else:
            drafts = [self._draft(("rotation", n), one) for n, one in enumerate(tables)]
        names: set[str] = set()
        for number, draft in enumerate(drafts):
            if draft.rule.name and draft.rule.name in names:
                self.tell(("rotation", number, "name"), "rotation-name-twice", draft.rule.name)
            names.add(draft.rule.name)
        return RotationFile(
            unit=unit or "", where=self.where(("unit",)), zone=zone, drafts=tuple(drafts)
        )

    def _draft(self, at: Path, table: Mapping[str, Any]) -> Draft:
        self._unknown(at, table, _KEYS)
        for key in _NEEDED:
            if key not in table:
                self.tell(at, "rotation-missing", key, example=f"{key} = {_KEYS[key]}")
        people = self._groups(at, table)
        every, step = self._turn(at, table)
        clock = self._clock(at, table)
        start = self._wall(at, table, "start", clock)
        since, until = (self._wall(at, table, key, clock) for key in ("from", "until"))
        anchor = 0 if start is None else start
        since = anchor if since is None else since
        if until is not None and start is not None and until <= since:
            self.tell((*at, "until"), "rotation-ends", table["until"])
        rule = Rule(
            name=self._name(at, table),
            role=self._role(at, table),
            layer=self._number(at, table, "layer", 0, 0, _MOST_LAYERS),
            groups=(),
            every=every,
            step=step,
            anchor=anchor,
            first=self._first(at, table, len(people)),
            since=since,
            until=until,
            weekdays=self._weekdays(at, table),
            hours=self._hours(at, table),
            days=self._days(at, table),
        )
        if [] in (table.get("weekdays"), table.get("days")):
            self.tell(at, "rotation-never", rule.name)
        return Draft(rule=rule, people=people)

    def _unknown(self, at: Path, table: Mapping[str, Any], known: Mapping[str, str]) -> None:
        for key in table:
            if key not in known:
                self.tell((*at, key), "rotation-unknown", key, known=", ".join(known))

    # -- single values ---------------------------------------------------------------------

    def _text(
        self, at: Path, table: Mapping[str, Any], key: str, known: Mapping[str, str] = _KEYS
    ) -> str | None:
        if key not in table:
            return None
        value = table[key]
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.tell((*at, key), "rotation-type", value, example=known[key])
            return None
        return value.strip()

    def _name(self, at: Path, table: Mapping[str, Any]) -> str:
        name = self._text(at, table, "name") or ""
        if len(name) > _LONGEST_NAME:
            self.tell((*at, "name"), "rotation-type", name, example=_KEYS["name"])
        return name

    def _role(self, at: Path, table: Mapping[str, Any]) -> str:
        word = self._text(at, table, "role")
        found = None if word is None else role_of(word)
        if word is not None and found is None:
            self.tell((*at, "role"), "rotation-role", word)
        return found or ROLES[0]

    def _turn(self, at: Path, table: Mapping[str, Any]) -> tuple[int, Step]:
        word = self._text(at, table, "turn")
        if word is not None:
            match = _TURN.fullmatch(clean(word))
            if match is not None and int(match[1]) > 0:
                unit = match[2].casefold()
                for step, starts in _STEPS:
                    if unit.startswith(starts):
                        return int(match[1]), step
            self.tell((*at, "turn"), "rotation-turn", word)
        return 1, Step.DAYS

    def _clock(self, at: Path, table: Mapping[str, Any]) -> int:
        word = self._text(at, table, "handover")
        if word is None:
            return 0
        match = _CLOCK.fullmatch(clean(word))
        if match is None:
            self.tell((*at, "handover"), "rotation-clock", word)
            return 0
        return int(match[1]) * 60 + int(match[2])

    def _wall(self, at: Path, table: Mapping[str, Any], key: str, clock: int) -> Wall | None:
        """A day at the handover's clock, or a day with a clock of its own; None for neither."""
        if key not in table:
            return None
        value = table[key]
        if isinstance(value, datetime):
            if value.tzinfo is None and not value.second and not value.microsecond:
                return wall(value.date(), value.hour * 60 + value.minute)
        elif isinstance(value, date):
            return wall(value, clock)
        self.tell((*at, key), "rotation-day", value)
        return None

    def _number(
        self, at: Path, table: Mapping[str, Any], key: str, otherwise: int, low: int, high: int
    ) -> int:
        value = table.get(key, otherwise)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.tell((*at, key), "rotation-type", value, example=_KEYS[key])
            return otherwise
        return value

    def _first(self, at: Path, table: Mapping[str, Any], count: int) -> int:
        value = self._number(at, table, "first", 1, -(2**31), 2**31)
        if count and not 1 <= value <= count:
            self.tell((*at, "first"), "rotation-first", value, count=count)
        return value - 1

    # -- lists -----------------------------------------------------------------------------

    def _groups(self, at: Path, table: Mapping[str, Any]) -> tuple[tuple[Named, ...], ...]:
        if "groups" not in table:
            return ()
        groups, path = table["groups"], (*at, "groups")
        if not isinstance(groups, list) or not groups:
            self.tell(path, "rotation-groups", groups)
            return ()
        found = []
        for number, group in enumerate(groups):
            names = group if isinstance(group, list) else [group]
            here = (*path, number)
            if not names:
                self.tell(here, "rotation-groups", group)
            people = []
            for place, name in enumerate(names):
                spot = (*here, place) if isinstance(group, list) else here
                if not isinstance(name, str) or not name.strip() or not name.isprintable():
                    self.tell(spot, "rotation-type", name, example='"张三"')
                else:
                    people.append(_named(clean(name), self.where(spot)))
            found.append(tuple(people))
        return tuple(found)

    def _words(self, at: Path, table: Mapping[str, Any], key: str) -> list[str] | None:
        """A list of texts, or one text; None where the key is not given."""
        if key not in table:
            return None
        value = table[key]
        words = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) for word in words):
            self.tell((*at, key), "rotation-type", value, example=_KEYS[key])
            return []
        return words

    def _hours(self, at: Path, table: Mapping[str, Any]) -> tuple[Clock, ...]:
        words = self._words(at, table, "hours")
        if words is None:
            return ()
        clocks = [read_clock(word) for word in words]
        for place, (word, clock) in enumerate(zip(words, clocks, strict=True)):
            if clock is None:
                self.tell((*at, "hours", place), "rotation-hours", word)
        if not words and isinstance(table["hours"], list):
            self.tell((*at, "hours"), "rotation-hours", "[]")
        return tuple(clock for clock in clocks if clock is not None)

    def _weekdays(self, at: Path, table: Mapping[str, Any]) -> frozenset[int]:
        words = self._words(at, table, "weekdays")
        if words is None:
            return frozenset(range(7))
        found = set()
        for place, word in enumerate(words):
            short = re.sub("^(周|星期|礼拜)", "", clean(word)).casefold()
            if short in _WEEKDAYS:
                found.add(_WEEKDAYS[short])
            else:
                self.tell((*at, "weekdays", place), "rotation-weekday", word)
        return frozenset(found)

    def _days(self, at: Path, table: Mapping[str, Any]) -> frozenset[DayKind]:
        words = self._words(at, table, "days")
        if words is None:
            return EVERY_KIND
        for place, word in enumerate(words):
            if clean(word).casefold() not in _KINDS:
                self.tell((*at, "days", place), "rotation-daykind", word)
        return frozenset(
            _KINDS[word] for word in (clean(w).casefold() for w in words) if word in _KINDS
        )


def _named(text: str, where: str) -> Named:
    match = _NUMBERED.fullmatch(text)
    if match is None:
        return Named(name=text, mobile=None, where=where)
    return Named(name=match[1], mobile=match[2], where=where)


def uses_days(drafts: Sequence[Draft]) -> bool:
    """Whether any of these depends on the holiday table."""
    return any(draft.rule.days != EVERY_KIND for draft in drafts)
