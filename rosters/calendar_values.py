"""The values of a calendar's event: days, times with their zone, lengths, rules of repetition."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar.prop import vRecur

from rosters.calendar_lines import Line, RawEvent
from rosters.calendar_zones import Zones

#: A whole day, or a time with its zone.
When = date | datetime
Period = tuple[datetime, datetime | timedelta]

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.IGNORECASE)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?",
    re.IGNORECASE,
)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_UNTIL = re.compile(r"(UNTIL=)([^;]*)", re.IGNORECASE)
_FREQUENCIES = frozenset({"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
#: What makes a rule search through centuries for a day that never comes.
_RARE = ("BYSETPOS", "BYYEARDAY", "BYWEEKNO")
_MOST_A_DAY = 48
_MOST_RULES = 20
_MOST_DATES = 2_000


class BadError(ValueError):
    """A value that cannot be meant: which property, perhaps the code of a problem and the value."""

    def __init__(self, what: str, *, code: str = "", value: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.value = value


class ZoneError(ValueError):
    """A zone nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When an event happens again, when besides, and when not."""

    rules: tuple[vRecur, ...] = ()
    also: tuple[When | Period, ...] = ()
    but: tuple[When, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it happens once."""
        return not (self.rules or self.also or self.but)


def when(line: Line, zones: Zones, zone: ZoneInfo) -> When:
    """A day, or a time: with Z in UTC, with a TZID in that zone, else in the roster's ``zone``."""
    return _when(line.value.strip(), line, zones, zone)


def _when(text: str, line: Line, zones: Zones, zone: ZoneInfo) -> When:
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadError(text[:40])
    year, month, day, hour, minute, second, utc = found.groups()
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise BadError(text[:40])
    read = date(int(year), int(month), int(day))
    if hour is None:
        return read
    clock = time(int(hour), int(minute), min(int(second or 0), 59))
    if utc:
        return datetime.combine(read, clock, UTC)
    name = line.params.get("TZID")
    if not name:
        return datetime.combine(read, clock, zone)
    its = zones.get(name)
    if its is None:
        raise ZoneError(name)
    return datetime.combine(read, clock, its)


def duration(text: str) -> timedelta:
    """A length such as PT8H or P1W."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise BadError("DURATION")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def rules_of(event: RawEvent, start: When, zones: Zones, zone: ZoneInfo) -> Rules:
    """RRULE, RDATE and EXDATE of an event that begins at ``start``."""
    lines = event.lines
    if len(lines.get("RRULE", ())) > _MOST_RULES:
        raise BadError("RRULE", code="calendar-rule", value="RRULE")
    also = [
        one
        for line in lines.get("RDATE", ())
        for text in line.value.split(",")
        for one in _dates(text, line, zones, zone)
    ]
    but = [
        _when(text.strip(), line, zones, zone)
        for line in lines.get("EXDATE", ())
        for text in line.value.split(",")
        if text.strip()
    ]
    if len(also) + len(but) > _MOST_DATES:
        raise BadError("RDATE")
    return Rules(
        rules=tuple(_rule(line.value.strip(), start) for line in lines.get("RRULE", ())),
        also=tuple(also),
        but=tuple(but),
    )


def _dates(text: str, line: Line, zones: Zones, zone: ZoneInfo) -> Iterable[When | Period]:
    """One date of an RDATE; a period brings its own end."""
    text = text.strip()
    if not text:
        return
    first, slash, last = text.partition("/")
    begin = _when(first, line, zones, zone)
    if not slash:
        yield begin
        return
    if not isinstance(begin, datetime):
        raise BadError("RDATE")
    end = duration(last) if last[:1].upper() in "P+" else _when(last, line, zones, zone)
    if isinstance(end, datetime | timedelta):
        yield begin, end


def _rule(text: str, start: When) -> vRecur:
    """A rule that can be carried out, its UNTIL made comparable with the start."""
    parts = {
        key.strip().upper(): value.strip().upper()
        for key, _, value in (part.partition("=") for part in text.split(";") if part.strip())
    }
    if not _bearable(parts):
        raise BadError("RRULE", code="calendar-rule", value=text[:80])
    until = parts.get("UNTIL")
    if until is not None:
        text = _UNTIL.sub(lambda found: found[1] + _until(until, start), text)
    rule: vRecur = vRecur.from_ical(text)
    return rule


def _until(text: str, start: When) -> str:
    """UNTIL as the libraries compare it: a day for whole days, else UTC. Without Z it is local."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadError("UNTIL", code="calendar-rule", value=f"UNTIL={text[:40]}")
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if not isinstance(start, datetime):
        return f"{day:%Y%m%d}"
    if found[4] is None:
        moment = datetime.combine(day, time(23, 59, 59), start.tzinfo)
    else:
        clock = time(int(found[4]), int(found[5]), min(int(found[6] or 0), 59))
        moment = datetime.combine(day, clock, UTC if found[7] else start.tzinfo)
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _bearable(parts: dict[str, str]) -> bool:
    """Whether a rule is worked out in bounded time, and is none for every minute."""
    often = parts.get("FREQ", "")
    if often not in _FREQUENCIES:
        return False
    for key, most in (("INTERVAL", 10_000), ("COUNT", 100_000)):
        if key in parts and not (parts[key].isdecimal() and 1 <= int(parts[key][:9]) <= most):
            return False
    if often in ("HOURLY", "DAILY") and any(key in parts for key in _RARE):
        return False
    if often == "HOURLY" and any(key in parts for key in ("BYMONTH", "BYMONTHDAY", "BYMINUTE")):
        return False
    times = 1
    for key in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= max(1, len(parts.get(key, "").split(",")))
    return times <= _MOST_A_DAY and _comes(parts)


def _comes(parts: dict[str, str]) -> bool:
    """Whether the months named have any of the days named: 30 February never comes."""
    days = _numbers(parts.get("BYMONTHDAY", ""))
    if not days:
        return True
    months = _numbers(parts.get("BYMONTH", "")) or list(range(1, 13))
    # 2000 is a leap year: the 29th of February does come.
    return any(
        1 <= month <= 12 and abs(day) <= monthrange(2000, month)[1]
        for month in months
        for day in days
    )


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if re.fullmatch(r"[+-]?\d{1,3}", word.strip())]
