"""What every layout needs: days checked, people and numbers paired, each problem told once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rosters.clocks import Clock, span
from rosters.dates import DayRead, Period, period, read_day, weekday
from rosters.errors import WEEKDAYS, problem
from rosters.grid import Grid, Place
from rosters.hours import Hours
from rosters.model import Entry, Problem, ReadResult, Request
from rosters.phones import Phones, phones
from rosters.text import DITTO, EMPTY, PENDING, Named, clean, fold_name, is_name, names

#: Days this near to the roster's month are only worth a look: a holiday may cross its edge.
_NEAR = timedelta(days=7)
_FAR = timedelta(days=366)
#: "See the telephone list": the directory has the numbers anyway.
_SEE_DIRECTORY = re.compile(r"[见同按].{0,4}(?:通讯录|通信录|电话表|附表)")
#: A note beside a name that gives only a part of the shift.
_PART_OF_DAY = re.compile(r"[上下]午|[上下前后]半[夜天]|半天|\d{1,2}[:点时]")

_WHOLE_DAY = Clock(start=0, end=24 * 60)
_CUT_SHORT = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A person in a cell, with the numbers that belong to them."""

    name: str
    title: str | None
    mobile: str | None
    landline: str | None
    #: Where the cell holds several mobiles of this one person.
    more_mobiles: tuple[str, ...] = ()


def _period_of(title: str) -> Period:
    # The first line with a year is the title; a line below it may carry the day it was issued.
    found = [period(line) for line in title.split("\n")]
    return next((one for one in found if one.year), period(title))


def row_text(grid: Grid, row: int) -> str:
    """Everything that is written in a row, in one line."""
    cells = (clean(grid.value(row, column)) for column in grid.columns(row))
    return " ".join(text for text in cells if text)


class Reader:
    """Collects the duties and the problems of one grid; every layout reads through one."""

    def __init__(self, grid: Grid, request: Request, title: str = "") -> None:
        self.grid = grid
        self.request = request
        self.title = title
        self.entries: list[Entry] = []
        self.unsettled: list[Entry] = []
        self._problems: dict[tuple[str, str, str], Problem] = {}
        #: Shifts whose hours were asked for.
        self._asked: set[str] = set()
        #: Where anything was told: a file of nothing but faults must not take a day to read.
        self._places: set[str] = set()
        self._days: dict[date, tuple[str, str]] = {}
        self._last: date | None = None
        self._above: tuple[date, ...] = ()
        named = _period_of(title)
        #: The month the roster must stay in; a title's year alone only bounds the year.
        self.expected = self._expected(named)
        known = [Period(year=self.expected.year, month=self.expected.month), named]
        if request.month is None:
            known += [period(grid.name), period(request.filename)]
            self._compare(named, request.filename)
        self.known = Period(
            year=next((p.year for p in known if p.year), None),
            month=next((p.month for p in known if p.month), None),
        )

    def _expected(self, named: Period) -> Period:
        asked = self.request.month
        if asked is None:
            return named if named.year else Period()
        year, month = named.year or asked[0], named.month or asked[1]
        if (year, month) != asked:
            self.tell_at(
                self.request.filename if self.grid.lines else self.grid.name,
                "month-conflict",
                self.title.split("\n")[0],
                found=f"{year}-{month:02}",
                asked=f"{asked[0]}-{asked[1]:02}",
            )
        return Period(year=asked[0], month=asked[1])

    def _compare(self, named: Period, filename: str) -> None:
        """Last month's file with this month's name, or title, is a slip nobody sees."""
        other = period(filename)
        year = other.year or named.year
        if other.month and named.month and (year, other.month) != (named.year or year, named.month):
            found = f"{named.year or year}-{named.month:02}"
            asked = f"{year}-{other.month:02}"
            self.tell_at(filename, "month-doubtful", found, found=found, asked=asked)

    def tell(self, code: str, row: int, column: int, value: object = "", **params: object) -> None:
        """Note a problem with a cell; the same one of the same cell is noted once."""
        self.tell_at(self.grid.where(row, column), code, value, **params)

    def tell_at(self, where: str, code: str, value: object = "", **params: object) -> None:
        """Note a problem with a place that is no cell."""
        found = problem(code, where, value, **params)
        self._problems.setdefault((code, where, found.value), found)
        self._places.add(where)

    def text(self, row: int, column: int | None) -> str:
        """The cell as plain text; "" where there is no such column."""
        return "" if column is None else clean(self.grid.value(row, column))

    def day(self, row: int, column: int, weekday_column: int | None = None) -> date | None:
        """The one day a cell names, cross-checked with the weekday beside it; None if there is
        none or it is wrong (the problem is noted)."""
        if self.peek(row, column).more:
            self.tell("date-range", row, column, self.text(row, column))
            return None
        return next(iter(self.days(row, column, weekday_column)), None)

    def days(self, row: int, column: int, weekday_column: int | None = None) -> tuple[date, ...]:
        """Every day a cell names, in order; 同上 repeats the cell above. () where one is wrong
        (the problem is noted)."""
        text = self.text(row, column)
        if text.casefold() in DITTO:
            if not self._above:
                self.tell("ditto-without", row, column, text)
            return self._above
        read = self.peek(row, column)
        written = None if weekday_column is None else weekday(self.grid.value(row, weekday_column))
        day = self._decide(read, read.weekday if written is None else written)
        if day is None:
            if read.fault is None:
                self.tell("date-ambiguous", row, column, text, one=read.day, other=read.other)
            else:
                self.tell(read.fault, row, column, text)
            return ()
        found = (day, *read.more)
        if read.weekday is not None and read.weekday != day.weekday():
            self.wrong_weekday(row, column, day)
        elif read.last_weekday is not None and read.last_weekday != found[-1].weekday():
            self.wrong_weekday(row, column, found[-1])
        if written is not None and written != day.weekday() and weekday_column is not None:
            self.wrong_weekday(row, weekday_column, day)
        if not all(self._belongs(one, row, column, text) for one in (day, found[-1])):
            return ()
        self._last, self._above = found[-1], found
        for one in found:
            self._days.setdefault(one, (self.grid.where(row, column), text))
        return found

    def accept(self, day: date, row: int, column: int) -> bool:
        """Take a day that was worked out from a cell; whether it may belong to this roster."""
        text = self.text(row, column)
        if not self._belongs(day, row, column, text):
            return False
        self._days.setdefault(day, (self.grid.where(row, column), text))
        return True

    def begin_block(self) -> None:
        """What follows stands beside what was read, not below it: nothing is carried over."""
        self._last, self._above = None, ()

    def peek(self, row: int, column: int) -> DayRead:
        """What a date cell says, without noting anything."""
        known, last = self.known, self._last
        if last is not None:
            # "3日" below "10月1日": what is written above stands until something else is.
            known = Period(year=known.year or last.year, month=known.month or last.month)
        return read_day(self.grid.when(row, column), known)

    @staticmethod
    def _decide(read: DayRead, written: int | None) -> date | None:
        if read.day is None or read.other is None:
            return read.day
        fitting = [day for day in (read.day, read.other) if day.weekday() == written]
        return fitting[0] if len(fitting) == 1 else None

    def wrong_weekday(self, row: int, column: int, day: date) -> None:
        """Note that a cell names another weekday than the day has."""
        value = clean(self.grid.value(row, column))
        self.tell("weekday-mismatch", row, column, value, day=day, real=WEEKDAYS[day.weekday()])

    def _belongs(self, day: date, row: int, column: int, text: str) -> bool:
        year, month = self.expected.year, self.expected.month
        if year is None:
            return True
        first = date(year, month or 1, 1)
        last = date(year, month or 12, 28) + timedelta(days=4)
        last = last.replace(day=1) - timedelta(days=1)
        if first <= day <= last:
            return True
        label = f"{year}-{month:02}" if month else str(year)
        near = first - _NEAR <= day <= last + _NEAR
        code = "date-near-month" if near else "date-outside-month"
        self.tell(code, row, column, text, day=day, month=label)
        return near

    def people(self, row: int, column: int, text: str | None = None) -> list[Named]:
        """The people a cell names; `text` is what it stands for where it says 同上. Problems are
        noted."""
        text = self.text(row, column) if text is None else text
        word = text.casefold()
        if word in EMPTY:
            return []
        if word in DITTO:
            self.tell("ditto-without", row, column, text)
            return []
        if word.strip("()") in PENDING:
            self.tell("person-pending", row, column, text)
            return []
        found = []
        for named in map(self._full, names(text)):
            if named.name.casefold() in PENDING:
                self.tell("person-pending", row, column, named.name)
            elif named.name.casefold() not in EMPTY and self._is_name(named, row, column, text):
                found.append(named)
        if not found and not self._told(row, column):
            self.tell("name-unreadable", row, column, text)
        return found

    def _full(self, named: Named) -> Named:
        full = self.request.habits.people.get(fold_name(named.name))
        return replace(named, name=full) if full else named

    def _told(self, row: int, column: int) -> bool:
        return self.grid.where(row, column) in self._places

    def _is_name(self, named: Named, row: int, column: int, text: str) -> bool:
        name = named.name
        if not is_name(name):
            self.tell("name-unreadable", row, column, name)
            return False
        if named.instead_of:
            self.tell("cover-understood", row, column, text, name=name, other=named.instead_of)
        if _PART_OF_DAY.search(named.title or ""):
            self.tell("remark-clock", row, column, text)
        if named.swapped:
            self.tell("swap-noted", row, column, text, name=name)
        return True

    def numbers(self, row: int, column: int, text: str | None = None) -> Phones:
        """The telephone numbers of a cell (or of `text`, which it repeats); what is none is
        noted."""
        text = self.text(row, column) if text is None else text
        if text.casefold() in EMPTY | DITTO or _SEE_DIRECTORY.search(text):
            return Phones()
        found = phones(text)
        for token in found.unread:
            digits = sum(sign.isdigit() for sign in token)
            # 1.39E+10 was a number once: a spreadsheet cut its last digits off.
            is_number = digits >= 7 or _CUT_SHORT.fullmatch(token)
            self.tell("phone-wrong" if is_number else "phone-words", row, column, token)
        return found

    def pair(self, people: Sequence[Named], found: Phones, row: int, column: int) -> list[Spot]:
        """People with their numbers: as many as people, or a single one. Problems are noted."""
        mobiles: list[str | None] = list(found.mobiles)
        if people and len(mobiles) != len(people):
            if len(mobiles) > 1 and len(people) == 1:
                self.tell("phone-extra", row, column, "", used=mobiles[0])
            elif len(mobiles) > 1:
                self.tell("phone-count", row, column, "", names=len(people), phones=len(mobiles))
            elif mobiles:
                self.tell("phone-shared", row, column, "", names=len(people))
            mobiles = mobiles[:1] if len(people) == 1 and mobiles else [None] * len(people)
        lines = found.landlines
        more = found.mobiles[1:] if len(people) == 1 else ()
        spots = []
        for index, named in enumerate(people):
            own = phones(named.phone or "")
            line = lines[index] if len(lines) == len(people) else (lines[0] if lines else None)
            spots.append(
                Spot(
                    name=named.name,
                    title=named.title,
                    mobile=own.mobiles[0] if own.mobiles else mobiles[index],
                    landline=own.landlines[0] if own.landlines else line,
                    more_mobiles=own.mobiles[1:] if own.mobiles else more,
                )
            )
        return spots

    def no_clock(self, label: str, found: Sequence[Clock], row: int, column: int) -> None:
        """Note, once per shift, that its hours are not told, or in several ways: thirty nights
        are mended in one place."""
        if label in self._asked:
            return
        self._asked.add(label)
        if found:
            clocks = ", ".join(str(clock) for clock in found)
            self.tell("shift-clock-conflict", row, column, label, clocks=clocks)
        else:
            self.tell("shift-unknown" if label else "shift-missing", row, column, label)

    def tell_used(self, hours: Hours) -> None:
        """Note which hours came from a note and were never confirmed."""
        if used := hours.used:
            clocks = ", ".join(f"{name} {clock}".strip() for name, (_, clock) in used.items())
            self.tell_at(next(iter(used.values()))[0], "shift-from-note", "", clocks=clocks)

    def duty(
        self, spot: Spot, role: str, day: date, clock: Clock | None, place: Place, unit: str | None
    ) -> None:
        """Add one duty of that local day, found at that place. Without hours, which is an error
        told already, it only serves to find out who is unknown."""
        start, end = span(day, clock or _WHOLE_DAY, self.request.tz)
        if start >= end:
            self.tell("shift-vanishes", *place, str(clock))
            return
        entry = Entry(
            unit=unit or self.request.unit or "",
            role=role,
            name=spot.name,
            mobile=spot.mobile,
            start=start,
            end=end,
            source=self.grid.where(*place),
            title=spot.title,
            landline=spot.landline,
            more_mobiles=spot.more_mobiles,
        )
        (self.unsettled if clock is None else self.entries).append(entry)

    def result(self) -> ReadResult:
        """Everything read and everything wrong, after a last look at the dates as a whole."""
        days = sorted(self._days)
        if days and self.expected.year is None:
            middle = days[len(days) // 2]
            for day in days:
                if abs(day - middle) > _FAR:
                    where, text = self._days[day]
                    self.tell_at(where, "date-far", text, day=day)
        return ReadResult(
            entries=tuple(self.entries),
            unsettled=tuple(self.unsettled),
            problems=tuple(self._problems.values()),
            title=self.title,
            days=(days[0], days[-1]) if days else None,
        )
