"""Single values of a policy file: the right thing, or Bad with the fault's code and blanks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from oncall.core.model import Ask, Channel, Source

Word = TypeVar("Word", bound=StrEnum)

#: The roles each source can answer for.
ROLES: dict[Source, tuple[str, ...]] = {
    Source.ROSTER: ("primary", "deputy", "leader", "team", "supervisor"),
    Source.POST: ("liaison", "deputy", "division_leader", "head"),
    Source.DESK: ("desk",),
}
#: Nothing in a ladder waits longer; a longer time is a slip of the pen.
LONGEST = timedelta(days=366)
TOP_LEVEL = 9

_DURATION = re.compile(r"(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SHOWN = 60


class Bad(Exception):
    """A value that cannot be used; becomes a fault at the value's line."""

    def __init__(self, code: str, value: object, **params: str) -> None:
        super().__init__(code)
        self.code = f"policy.{code}"
        self.value = show(value)
        self.params = params


def show(value: object) -> str:
    """A value as the file would write it, cut where it gets long."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Bad("wrong_type", value, example='"..."')
    return value.strip()


def flag(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Bad("wrong_type", value, example="true")
    return value


def level(value: object) -> int:
    """A level of the ladder."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= TOP_LEVEL:
        raise Bad("bad_level", value)
    return value


def days(value: object) -> int:
    """A small number of further days."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= TOP_LEVEL:
        raise Bad("wrong_type", value, example="1")
    return value


def whole(least: int, most: int) -> Callable[[object], int]:
    """A reader of a whole number within these bounds."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Bad("bad_number", value, least=str(least), most=str(most))
        return value

    return read


def duration(least: timedelta, most: timedelta = LONGEST) -> Callable[[object], timedelta]:
    """A reader of "15m", "4h", "1h30m", "90s", not shorter than ``least`` nor longer than
    ``most``."""

    def read(value: object) -> timedelta:
        found = _DURATION.fullmatch(value.replace(" ", "")) if isinstance(value, str) else None
        if found is None:
            raise Bad("bad_duration", value)
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if length < least:
            raise Bad("too_short", value, least=written(least))
        if length > most:
            raise Bad("too_long", value, most=written(most))
        return length

    return read


def written(length: timedelta) -> str:
    """A length as a file says it, in the largest unit (up to hours) that leaves no rest."""
    seconds = int(length.total_seconds())
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        # 24h reads better than 1d in a ladder; from two days on, days do.
        if seconds and seconds % size == 0 and not (letter == "d" and seconds < 2 * size):
            return f"{seconds // size}{letter}"
    return f"{seconds}s" if seconds else "0m"


def clock(value: object) -> time:
    """A time of day; TOML's own 08:00:00 will do as well."""
    if isinstance(value, time) and not value.second and not value.microsecond:
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Bad("bad_clock", value)
    return time(int(found[1]), int(found[2]))


def zone(value: object) -> str:
    """The name of a time zone this machine knows."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise Bad("bad_zone", value) from None
    return name


def hours(value: object) -> tuple[tuple[time, time], ...]:
    """Office hours, in order and without overlap."""
    if not isinstance(value, list) or not value:
        raise Bad("bad_hours", value)
    spans: list[tuple[time, time]] = []
    for item in value:
        opens, dash, closes = item.partition("-") if isinstance(item, str) else ("", "", "")
        try:
            span = (clock(opens), clock(closes))
        except Bad:
            raise Bad("bad_hours", item) from None
        if not dash or span[0] >= span[1] or (spans and span[0] < spans[-1][1]):
            raise Bad("bad_hours", item)
        spans.append(span)
    return tuple(spans)


def word(kind: type[Word]) -> Callable[[object], Word]:
    """A reader of one word out of a fixed list."""

    def read(value: object) -> Word:
        if not isinstance(value, str) or value not in {w.value for w in kind}:
            raise Bad("bad_word", value, known=", ".join(kind))
        return kind(value)

    return read


channel = word(Channel)


def ask(units: Collection[str] | None) -> Callable[[object], Ask]:
    """A reader of "source:role" or "source:role@UNIT"; None knows no list of units."""

    def read(value: object) -> Ask:
        if not isinstance(value, str):
            raise Bad("bad_ask", value)
        source, colon, rest = value.partition(":")
        role, at, unit = (part.strip() for part in rest.partition("@"))
        if not colon or not role or (at and not unit):
            raise Bad("bad_ask", value)
        kind = word(Source)(source.strip())
        if role not in ROLES[kind]:
            raise Bad("unknown_role", role, source=kind, known=", ".join(ROLES[kind]))
        if unit and units is not None and unit not in units:
            raise Bad("unknown_unit", unit)
        return Ask(source=kind, role=role, unit=unit or None)

    return read


def unit(units: Collection[str] | None) -> Callable[[object], str]:
    """A reader of a unit's code; None knows no list of units."""

    def read(value: object) -> str:
        code = text(value)
        if units is not None and code not in units:
            raise Bad("unknown_unit", value)
        return code

    return read
