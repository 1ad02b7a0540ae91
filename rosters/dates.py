"""Days and weekdays as people write them; a year or month nobody wrote is never guessed."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from rosters.text import clean

#: Day 0 of a spreadsheet's serial dates.
_EPOCH = date(1899, 12, 30)
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)

_WEEKDAY = re.compile(r"(?:星期|礼拜|周)([一二三四五六日天])")
_BARE_WEEKDAYS = {sign: index for index, sign in enumerate("一二三四五六日")} | {"天": 6}
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_MIDNIGHT = re.compile(r"[\sT]+0?0:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?$")
_FULL = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_DAY = re.compile(r"(\d{1,2})[-./月](\d{1,2})[日号]?")
_DAY = re.compile(r"(\d{1,2})[日号]?")
#: "1-3日" is the first to the third, though "11-3" is the third of November.
_DAYS_ONLY = re.compile(r"(\d{1,2})-(\d{1,2})[日号]")
_UNTIL = re.compile(r"[~—–―−至到]+|-+")
_AND = re.compile(r"[、,;和及]")
#: Longer than this, two dates are no shift plan's range but a slip.
_LONGEST = timedelta(days=62)
#: 27年3月7日: nobody plans for 1927.
_SHORT_YEAR = re.compile(r"\d{2}年\d{1,2}月\d{1,2}[日号]?")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH = re.compile(
    rf"(?:(?P<first>\d{{1,2}})[-./]?)?(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
    r"(?P<last>\d{1,2}(?:st|nd|rd|th)?(?!\d))?(?:[-,/]?(?P<year>20\d\d|(?<=-)\d\d))?"
)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The year and month a file speaks of, as far as somebody wrote them down."""

    year: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRead:
    """What a date cell says: a day, or the code of the problem with it."""

    day: date | None = None
    fault: str | None = None
    #: The weekday written beside the date, Monday 0.
    weekday: int | None = None
    #: For a number such as 11.3, which a spreadsheet shows for 3 and for 30 November alike.
    other: date | None = None
    #: The days after the first, where the cell names a range or a list of days.
    more: tuple[date, ...] = ()
    #: The weekday written beside the last of them.
    last_weekday: int | None = None


def weekday(value: object) -> int | None:
    """Monday 0 to Sunday 6 from 二, 星期二, 周二, Tue or a date; None if no weekday is written."""
    if isinstance(value, datetime | date):
        return value.weekday()
    text = clean(value)
    if match := _WEEKDAY.search(text):
        return _BARE_WEEKDAYS[match.group(1)]
    bare = text.strip("() ")
    if bare in _BARE_WEEKDAYS:
        return _BARE_WEEKDAYS[bare]
    lower = bare.casefold()[:3]
    is_english = len(bare) >= 3 and bare.isascii() and bare.isalpha()
    return _ENGLISH_WEEKDAYS.index(lower) if is_english and lower in _ENGLISH_WEEKDAYS else None


def period(text: str) -> Period:
    """The year and month named in a title or a file name; several months leave the month open."""
    text = re.sub(r"\s+", "", clean(text))
    text = _western_day(text)
    years = set(re.findall(r"(?<!\d)(20\d\d)(?=年|[-./_](?:0?[1-9]|1[0-2])(?!\d))", text))
    months = set(re.findall(r"(?<!\d)(0?[1-9]|1[0-2])(?=月)", text))
    months |= set(re.findall(r"(?<!\d)20\d\d[-./_](0?[1-9]|1[0-2])(?!\d)", text))
    # Written together, as file names have it: 202611.
    for year, month in re.findall(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)", text):
        years.add(year)
        months.add(month)
    numbers = {int(month) for month in months}
    return Period(
        year=int(years.pop()) if len(years) == 1 else None,
        month=numbers.pop() if len(numbers) == 1 else None,
    )


def _western_day(text: str) -> str:
    """二〇二七年三月十四日 in digits, and so whatever part of it is written."""
    text = re.sub(r"[〇○零一二三四五六七八九]{4}(?=年)", _western, text)
    return re.sub(r"[一二三四五六七八九十]{1,3}(?=[月日号])", _western_number, text)


def _western(match: re.Match[str]) -> str:
    return match.group(0).translate(_CHINESE_DIGITS)


def _western_number(match: re.Match[str]) -> str:
    tens, ten, ones = match.group(0).rpartition("十")
    if not ten:
        return ones.translate(_CHINESE_DIGITS)
    number = int(tens.translate(_CHINESE_DIGITS) or 1) * 10
    return str(number + int(ones.translate(_CHINESE_DIGITS) or 0))


def read_day(value: object, known: Period) -> DayRead:
    """The day a cell means. `known` completes what the cell leaves out, and only that.

    Read are real dates, serial numbers, 2026-11-03, 2026年11月3日, 20261103, 11月3日, 11.3, 11/3,
    3日 and 3, ranges of them (11月2日—11月8日, 11.9-11.15, 1-3日) and lists (1日、3日); a weekday
    written beside the date is kept for the cross-check.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _bounded(value)
    if isinstance(value, bool):
        return DayRead(fault="date-unreadable")
    if isinstance(value, float) and not value.is_integer():
        return _read_decimal(value, known)
    return _read_text(clean(value), known)


@lru_cache(maxsize=8192)
def _read_text(text: str, known: Period) -> DayRead:
    written = [_BARE_WEEKDAYS[sign] for sign in _WEEKDAY.findall(text)]
    bare = _BRACKETS.sub("", _MIDNIGHT.sub("", text))
    bare = _western_day(re.sub(r"\s+", "", _WEEKDAY.sub("", bare)).rstrip(",、;"))
    named = weekday(text)
    if _DAYS_ONLY.fullmatch(bare) and (several := _several(bare, known)) and several.day:
        return _listed(several, named, written)
    one = _read_one(bare, known, named)
    if one is not None:
        return one
    several = _several(bare, known)
    if several is None:
        is_range = _UNTIL.search(bare) and re.search(r"\d.*\d", bare)
        return DayRead(fault="range-wrong" if is_range else "date-unreadable", weekday=named)
    return _listed(several, named, written)


def _read_one(bare: str, known: Period, named: int | None) -> DayRead | None:
    """The one day that a text without weekday and brackets is; None if it is none, or several."""
    bare = _numbered(bare)
    if re.fullmatch(r"\d{5}", bare):
        return _bounded(_EPOCH + timedelta(days=int(bare)), named)
    if match := _FULL.fullmatch(bare) or _COMPACT.fullmatch(bare):
        year, month, day = (int(part) for part in match.groups())
        return _build(year, month, day, named)
    if match := _MONTH_DAY.fullmatch(bare):
        month, day = int(match.group(1)), int(match.group(2))
        year_known = _year_of(month, known)
        if year_known is None:
            return DayRead(fault="year-unknown", weekday=named)
        return _build(year_known, month, day, named)
    if match := _DAY.fullmatch(bare):
        if known.year is None or known.month is None:
            return DayRead(fault="month-unknown", weekday=named)
        return _build(known.year, known.month, int(match.group(1)), named)
    return None


def _numbered(bare: str) -> str:
    """3-Mar, Mar 2, 2027 and 27年3月7日 as 3-3, 2027-3-2 and 2027年3月7日; others as they are."""
    if _SHORT_YEAR.fullmatch(bare):
        return f"20{bare}"
    match = _ENGLISH.fullmatch(bare.casefold())
    if match is None or (match["first"] is None) is (match["last"] is None):
        return bare
    month, day = _MONTHS.index(match["month"]) + 1, match["first"] or match["last"].rstrip("stndrh")
    year = f"20{match['year']}"[-4:] + "-" if match["year"] else ""
    return f"{year}{month}-{day}"


def _listed(found: DayRead, named: int | None, written: list[int]) -> DayRead:
    if found.day is None:
        return found
    last = written[-1] if len(written) > 1 else None
    return replace(found, weekday=named, last_weekday=last)


def _several(bare: str, known: Period) -> DayRead | None:
    """The days of a range or a list, each completed by what stands before it; None for neither."""
    days: list[date] = []
    for part in _AND.split(bare):
        found = _read_one(part, known, None)
        if found is None or _DAYS_ONLY.fullmatch(part):
            found = _range(part, known)
        if found is None or found.day is None:
            return found
        days += [found.day, *found.more]
        known = Period(year=days[-1].year, month=days[-1].month)
    if len(days) < 2 or days != sorted(set(days)):
        return DayRead(fault="range-wrong")
    return DayRead(day=days[0], more=tuple(days[1:]))


def _range(bare: str, known: Period) -> DayRead | None:
    wrong = None
    for mark in _UNTIL.finditer(bare):
        left = _read_one(bare[: mark.start()], known, None)
        if left is None:
            continue
        if left.day is None:
            wrong = left
            continue
        month = Period(year=left.day.year, month=left.day.month)
        right = _read_one(bare[mark.end() :], month, None)
        if right is None or right.day is None:
            continue
        length = right.day - left.day
        if not timedelta() < length <= _LONGEST:
            return DayRead(fault="range-wrong")
        more = tuple(left.day + timedelta(days=n) for n in range(1, length.days + 1))
        return DayRead(day=left.day, more=more)
    return wrong


def _read_decimal(value: float, known: Period) -> DayRead:
    if not 1 < value < 100_000:
        return DayRead(fault="date-unreadable")
    if value >= 10_000:
        # A serial date with a time of day is still that day.
        return _read_text(str(int(value)), known)
    text = f"{value:.2f}".rstrip("0")
    if abs(value - float(text)) > 1e-9:
        return DayRead(fault="date-unreadable")
    read = _read_text(text, known)
    if read.day is not None and re.fullmatch(r"\d+\.[123]", text):
        tens = _read_text(text + "0", known)
        return DayRead(day=read.day, weekday=read.weekday, other=tens.day)
    return read


def _year_of(month: int, known: Period) -> int | None:
    if known.year is None:
        return None
    # A December roster may end on 1月1日, a January one start on 12月31日: no year is in doubt.
    if known.month == 12 and month == 1:
        return known.year + 1
    if known.month == 1 and month == 12:
        return known.year - 1
    return known.year


def _build(year: int, month: int, day: int, named: int | None) -> DayRead:
    try:
        return _bounded(date(year, month, day), named)
    except ValueError:
        return DayRead(fault="date-impossible", weekday=named)


def _bounded(day: date, named: int | None = None) -> DayRead:
    if not _FIRST <= day < _LAST:
        return DayRead(fault="date-impossible", weekday=named)
    return DayRead(day=day, weekday=named)
