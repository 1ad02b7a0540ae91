"""Shift clocks as people write them, and the instants they mean in a zone.

Daylight saving (rosters.md §3): a start takes the first occurrence of an ambiguous clock, an end
the last; a clock that does not exist moves to the first instant after the hole. So a handover may
overlap in a fold but never leaves a hole.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from rosters.text import clean, squeeze

_DAY = 24 * 60
_HALF = r"(?P<{0}half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜间|夜里|早|晚|am|pm)?"
_TIME = (
    r"(?P<{0}next>次日|第二天|第三[天日]|翌日|次晨|隔天|明日|\+1)?(?:的)?"
    + _HALF
    + r"(?<!\d)(?P<{0}hour>[01]?\d|2[0-4])(?:[:：](?P<{0}minute>[0-5]\d)(?::00)?"
    r"|(?:点|时)(?:(?P<{0}min>[0-5]?\d)分?|(?P<{0}thirty>半)|整)?)(?!\d)"
)
_RANGE = re.compile(
    r"(?:当日|当天|每日|每天)?"
    + _TIME.format("a")
    + r"\s*(?:[-—–―−~～至到]|起至|至于)+\s*"
    + _TIME.format("b").replace("(?<!\\d)", "")
    + r"(?P<after>\(?(?:次日|第二天|翌日|\+1)\)?)?"
)
_PM = frozenset({"下午", "傍晚", "晚上", "夜间", "夜里", "晚", "pm"})
_NIGHT = frozenset({"晚上", "夜间", "夜里", "晚"})
_COMMON_LABELS = tuple("白班 夜班 早班 中班 晚班 日班 大夜班 小夜班 白天 夜间 晚间".split())
_SAME = dict.fromkeys(("白", "日班", "白天"), "白班") | dict.fromkeys(
    ("夜", "夜间", "晚间", "晚班"), "夜班"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A shift's hours in minutes after the local midnight its day begins with."""

    start: int
    #: Above 1440 where the shift ends on a later day.
    end: int

    def __str__(self) -> str:
        """As the flat file writes it: 20:00-08:00 ends the next day."""
        end = self.end if self.end == _DAY else self.end % _DAY
        return f"{self.start // 60:02}:{self.start % 60:02}-{end // 60:02}:{end % 60:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A clock found in running text, with the shift name before it ("" where there is none)."""

    label: str
    clock: Clock


def shift_key(text: str) -> str:
    """A shift's name as it is compared: "白 班", "白天" and "白" are one."""
    key = squeeze(clean(text))
    return _SAME.get(key, key)


@lru_cache(maxsize=8192)
def read_clock(text: str) -> Clock | None:
    """The one clock range in a cell such as 08:00-20:00, 20:00-次日8:00 or 白班(8:00-20:00).

    An end at or before its start is on the next day; 24:00 ends the day. None where the text
    holds no range, or several.
    """
    found = [item.clock for item in find_clocks(text)]
    return found[0] if len(found) == 1 else None


def is_only_clock(text: str) -> bool:
    """Whether a remark is nothing but a clock range, so that it surely means the shift."""
    rest = _RANGE.sub("", clean(text), count=1)
    return not re.sub(r"值班|时间|[大小]?[白夜早中晚日]班|[\s:：()。.,]", "", rest)


def find_clocks(text: str, labels: Iterable[str] = ()) -> list[Labelled]:
    """Every clock range in a note, each with the nearest shift name before it in its clause."""
    text = clean(text).casefold()
    words = sorted({*_COMMON_LABELS, *(squeeze(word) for word in labels if word)}, key=len)
    found: list[Labelled] = []
    last = 0
    for match in _RANGE.finditer(text):
        before = re.split(r"[。；;\n]", text[last : match.start()])[-1].replace(" ", "")
        last = match.end()
        clock = _clock(match)
        if clock is not None:
            # At the same end the longer name wins: 大夜班 is not 夜班.
            label = max(words, key=lambda word: (_end(before, word), len(word)))
            found.append(Labelled(label=shift_key(label) if label in before else "", clock=clock))
    return found


def _end(text: str, word: str) -> int:
    position = text.rfind(word)
    return position + len(word) if position >= 0 else -1


def _clock(match: re.Match[str]) -> Clock | None:
    start, end = _minutes(match, "a"), _minutes(match, "b")
    # "次日0:00-8:00": nobody can tell which day the row counts from. "3-5" alone is no clock.
    if match["anext"] or not any(sign in match.group(0) for sign in ":点时"):
        return None
    if start is None or end is None or start >= _DAY:
        return None
    if (match["bnext"] or "").startswith("第三"):
        end += 2 * _DAY
    elif match["bnext"] or match["after"] or end <= start:
        end += _DAY
    return Clock(start=start, end=end)


def _minutes(match: re.Match[str], side: str) -> int | None:
    hour = int(match[f"{side}hour"])
    written = match[f"{side}minute"] or match[f"{side}min"] or 0
    minute = 30 if match[f"{side}thirty"] else int(written)
    half = match[f"{side}half"]
    if half in _NIGHT and hour == 12:
        hour = 24
    elif half in _PM and hour < 12:
        hour += 12
    elif half == "凌晨" and hour == 12:
        hour = 0
    if minute > 59 or hour * 60 + minute > _DAY:
        return None
    return hour * 60 + minute


@lru_cache(maxsize=65536)
def span(day: date, clock: Clock, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants, in UTC, at which a shift of that local day starts and ends."""
    return instant(day, clock.start, zone), instant(day, clock.end, zone, ending=True)


def instant(day: date, minutes: int, zone: ZoneInfo, *, ending: bool = False) -> datetime:
    """The instant, in UTC, of a wall clock `minutes` after the local midnight of `day`."""
    first, last = occurrences(day, minutes, zone)
    return last if ending else first


def occurrences(day: date, minutes: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first and the last instant, in UTC, at which a wall shows this; one and the same but in
    a fold. Where it never does, the first instant after the hole."""
    wall = datetime.combine(day, time(), zone) + timedelta(minutes=minutes)
    # In a fold the first occurrence has fold=0; in a hole fold=0 counts with the old offset.
    early, late = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return early, late
    before, after = int(late.timestamp()), int(early.timestamp())
    old = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    moved = datetime.fromtimestamp(after, UTC)
    return moved, moved


def _offset(stamp: int, zone: tzinfo) -> timedelta | None:
    return datetime.fromtimestamp(stamp, zone).utcoffset()
