"""The month as a calendar (L3): a column per weekday, blocks of a row of days and rows of people.

2026年11月 | 一 | 二 | 三 | 四 | 五 | 六 | 日
           |    |    |    |    |    |    | 1
带班       |    |    |    |    |    |    | 陈局
值班       |    |    |    |    |    |    | 张三/李四
           | 2  | 3  | 4  | …
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from rosters.clocks import Clock, read_clock
from rosters.columns import Kind, understand
from rosters.dates import weekday
from rosters.grid import Grid, Place
from rosters.habits import Habits
from rosters.hours import Hours
from rosters.model import ReadResult, Request
from rosters.phones import Phones
from rosters.reading import Reader, row_text
from rosters.text import DITTO, clean, squeeze

_SEARCHED_ROWS = 20
_WEEK = 7
_BARE_DAY = re.compile(r"\d{1,2}[日号]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The row of weekdays."""

    row: int
    #: Column -> weekday, Monday 0.
    columns: dict[int, int]

    @property
    def first(self) -> int:
        return min(self.columns)


def score(grid: Grid, _: Habits) -> int:
    """How surely this layout reads the grid; 0 is not at all. Seven weekdays in a row are sure."""
    return 20 if _head(grid) else 0


def read(grid: Grid, request: Request) -> ReadResult:
    """Every duty of the calendar, and every problem with it."""
    head = _head(grid)
    if head is None:
        reader = Reader(grid, request)
        reader.tell_at(grid.name, "layout-unknown")
        return reader.result()
    return _Month(grid, request, head).read()


def _head(grid: Grid) -> _Head | None:
    for index, row in enumerate(grid.rows()):
        if index >= _SEARCHED_ROWS:
            break
        days = {column: day for column in grid.columns(row) if (day := _weekday(grid, row, column))}
        columns = sorted(days)
        follow = [(days[right] - days[left]) % _WEEK == 1 for left, right in pairwise(columns)]
        if len(columns) == _WEEK and all(follow):
            return _Head(row=row, columns={column: day - 1 for column, day in days.items()})
    return None


def _weekday(grid: Grid, row: int, column: int) -> int:
    """Monday 1 to Sunday 7; 0 for a cell that is more than a weekday."""
    text = clean(grid.value(row, column))
    day = weekday(text) if len(text) <= 4 or text.isalpha() else None
    return 0 if day is None or any(sign.isdigit() for sign in text) else day + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A row of people: in which roles, and in which shift, "" where the whole day is one."""

    row: int
    #: The row of days above it.
    dated: int
    roles: tuple[str, ...]
    shift: str


class _Month:
    def __init__(self, grid: Grid, request: Request, head: _Head) -> None:
        self.grid = grid
        self.head = head
        above = [row_text(grid, row) for row in grid.rows() if row < head.row]
        corner = [clean(grid.value(head.row, c)) for c in range(1, head.first)]
        self.reader = Reader(grid, request, "\n".join(filter(None, (*above, *corner))))
        self.hours = Hours(request.habits)
        #: (row of days, column) -> the day, None where it is wrong.
        self._day_of: dict[Place, date | None] = {}
        self._told_month = False
        #: (role, weekday column) -> what 同上 repeats there.
        self._above: dict[tuple[str, int], str] = {}

    def read(self) -> ReadResult:
        lines = self._lines()
        for line in lines:
            self.hours.label(line.shift)
        for row in self.grid.rows():
            if row not in {line.row for line in lines}:
                place = self.grid.where(row, self.grid.columns(row)[0])
                self.hours.note(row_text(self.grid, row), place)
        for line in lines:
            for column in self.head.columns:
                self._cell(line, column)
        self.reader.tell_used(self.hours)
        return self.reader.result()

    def _lines(self) -> list[_Line]:
        """The rows of people, each below its row of days."""
        found: list[_Line] = []
        dated = 0
        for row in self.grid.rows():
            own = [column for column in self.grid.columns(row) if column in self.head.columns]
            if row <= self.head.row or not own or self._is_weekdays(row, own):
                continue
            if self._are_days(row, own):
                dated = row
                self._read_days(row, own)
            elif self.grid.width(row, own[0]) < _WEEK - 1:
                if not dated:
                    self.reader.tell("date-missing", row, own[0], row_text(self.grid, row))
                elif line := self._line(row, dated):
                    found.append(line)
        return found

    def _is_weekdays(self, row: int, own: list[int]) -> bool:
        return all(_weekday(self.grid, row, column) for column in own)

    def _are_days(self, row: int, own: list[int]) -> bool:
        return all(self._is_day(row, column) for column in own)

    def _is_day(self, row: int, column: int) -> bool:
        read = self.reader.peek(row, column)
        return (
            read.day is not None
            or read.fault in ("year-unknown", "month-unknown")
            or bool(_BARE_DAY.fullmatch(self.reader.text(row, column)))
        )

    def _read_days(self, row: int, own: list[int]) -> None:
        for column in own:
            read = self.reader.peek(row, column)
            if read.day is not None and read.day.weekday() == self.head.columns[column]:
                self._day_of[row, column] = self.reader.day(row, column)

    def _day(self, row: int, column: int) -> date | None:
        """The day of a cell with people below it. Grey days of the months around are looked at
        only here: in most calendars nobody serves on them."""
        place = (row, column)
        if place not in self._day_of:
            day = self._near(row, column) or self._asked(row, column)
            if day is not None and day.weekday() != self.head.columns[column]:
                self.reader.wrong_weekday(self.head.row, column, day)
            self._day_of[place] = day
        return self._day_of[place]

    def _asked(self, row: int, column: int) -> date | None:
        fault = self.reader.peek(row, column).fault
        if fault in ("year-unknown", "month-unknown"):
            if self._told_month:
                return None
            self._told_month = True
        return self.reader.day(row, column)

    def _near(self, row: int, column: int) -> date | None:
        """A day of the month before or after, where its weekday proves it."""
        text, known = self.reader.text(row, column), self.reader.known
        if known.year is None or known.month is None or not _BARE_DAY.fullmatch(text):
            return None
        number = int(text.rstrip("日号"))
        first = date(known.year, known.month, 1)
        other = first - timedelta(days=1) if number > _WEEK * 3 else first + timedelta(days=32)
        near = other.replace(day=1) + timedelta(days=number - 1)
        if near.month != other.month or near.weekday() != self.head.columns[column]:
            return None
        return near if self.reader.accept(near, row, column) else None

    def _line(self, row: int, dated: int) -> _Line | None:
        label = "".join(clean(self.grid.value(row, c)) for c in range(1, self.head.first))
        known = understand(squeeze(label))
        told = self.reader.request.habits.columns.get(squeeze(label))
        if told is not None:
            known = (Kind(told.kind), told.roles, known[2] if known else "")
        if known is None:
            column = self.grid.columns(row)[0]
            self.reader.tell("row-unlabelled", row, column, label)
            return None
        kind, roles, shift = known
        if kind is not Kind.PERSON:
            return None
        clock = read_clock(label)
        return _Line(row=row, dated=dated, roles=roles, shift=str(clock) if clock else shift)

    def _cell(self, line: _Line, column: int) -> None:
        text = self.reader.text(line.row, column)
        if not text:
            return
        key = (line.roles[0] + line.shift, column)
        if text.casefold() in DITTO:
            text = self._above.get(key, "") or text
        self._above[key] = text
        people = self.reader.people(line.row, column, text)
        day = self._day(line.dated, column) if people else None
        clock = self._clock(line, column) if people else None
        if day is None:
            return
        for index, spot in enumerate(self.reader.pair(people, Phones(), line.row, column)):
            role = line.roles[min(index, len(line.roles) - 1)]
            self.reader.duty(spot, role, day, clock, (line.row, column), None)

    def _clock(self, line: _Line, column: int) -> Clock | None:
        found = self.hours.find(line.shift)
        clock = read_clock(line.shift) or (found[0] if len(found) == 1 else None)
        if clock is None:
            self.reader.no_clock(line.shift, found, line.row, column)
        return clock
