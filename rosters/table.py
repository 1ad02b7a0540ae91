"""The layout most units send (L1): one row per day or shift, people and their numbers in columns.

    title · notes · 日期 | 星期 | 班次 | 带班领导 | 值班人员 | 联系电话 | 副班 | 备注 · rows · 注:…

A merged cell counts for every row it covers. The hours of a named shift come from the row itself,
its remark, the notes, or the unit's own shifts; where none of them tells, that is an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from rosters.clocks import Clock, find_clocks, is_only_clock, read_clock
from rosters.columns import Column, Header, Kind, header, read_header, side_by_side
from rosters.grid import Grid
from rosters.hours import Hours
from rosters.model import PRIMARY, ReadResult, Request
from rosters.phones import Phones
from rosters.reading import Reader
from rosters.text import DITTO, EMPTY, Named, clean

#: A cell merged over this many columns is a note, not a date.
_WIDE = 3
_FOOTER = re.compile(
    r"(注|附注|备注|说明|合计|总计|小计|共计|审核|审批|审定|制表|填表|填报|制单|编制|签发|值班电话|值班室"
    r"|值班时间|值班要求|值班地点|联系人|报送|抄送|抄报|负责人|传真|要求|温馨提示|联系电话|单位.{0,4}盖章"
    r"|notes?\b|total\b|※|\*)",
    re.IGNORECASE,
)


def score(grid: Grid) -> int:
    """How surely this layout reads the grid; 0 is not at all."""
    found = header(grid)
    return len({column.kind for column in found.columns}) if found else 0


def read(grid: Grid, request: Request) -> ReadResult:
    """Every duty of the table, and every problem with it."""
    found = header(grid)
    if found is None:
        reader = Reader(grid, request)
        reader.tell_at(grid.name, "layout-unknown")
        return reader.result()
    return _Table(grid, request, found).read()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of people, on its day."""

    number: int
    header: Header
    day: date


class _Table:
    def __init__(self, grid: Grid, request: Request, found: Header) -> None:
        self.grid = grid
        self.header = found
        above = [row for row in grid.rows() if row < found.row]
        title = "\n".join(filter(None, (self._row_text(row) for row in above)))
        self.reader = Reader(grid, request, title)
        self.notes = above
        self.hours = Hours(request.shifts)
        self._told: set[str] = set()
        self._people: dict[int, list[Named]] = {}
        self._phones: dict[int, Phones] = {}
        self._empty: list[tuple[_Row, Column]] = []
        #: (day, column) and (row, shift of the column) in which somebody is named.
        self._filled: set[tuple[date, int]] = set()
        self._served: set[tuple[int, str]] = set()

    def read(self) -> ReadResult:
        second = side_by_side(self.header)
        if second is not None:
            self.reader.tell("side-by-side", self.header.row, second)
            return self.reader.result()
        rows = list(self._rows())
        self._look_for_ignored()
        self._look_for_hours(rows)
        for row in rows:
            self._read_row(row)
        self._tell_empty_slots()
        if used := self.hours.used:
            clocks = ", ".join(f"{name} {clock}".strip() for name, (_, clock) in used.items())
            where = next(iter(used.values()))[0]
            self.reader.tell_at(where, "shift-from-note", "", clocks=clocks)
        result = self.reader.result()
        # Where each row names its unit, a day without people is some other unit's.
        return replace(result, days=None) if self.header.first(Kind.UNIT) else result

    def _row_text(self, row: int) -> str:
        cells = (clean(self.grid.value(row, column)) for column in self.grid.columns(row))
        return " ".join(text for text in cells if text)

    # Which rows are people, and which are notes -------------------------------------------------

    def _rows(self) -> Iterator[_Row]:
        current, below = self.header, False
        for number in self.grid.rows():
            if number <= self.header.row:
                continue
            # On a Sunday 日 stands in the row and 白班 beside it, as in a header: a day decides.
            if not self._dated(current, number) and (repeated := read_header(self.grid, number)):
                current, below = repeated, False
                continue
            if self._is_note(current, number, below=below):
                self.notes.append(number)
                below = True
                continue
            if day := self._day(current, number):
                yield _Row(number=number, header=current, day=day)

    def _dated(self, found: Header, row: int) -> bool:
        """Whether the row has a day of its own where this header has its days."""
        column = found.first(Kind.DATE)
        return column is not None and self.reader.peek(row, column.number).day is not None

    def _is_note(self, found: Header, row: int, *, below: bool) -> bool:
        column = found.first(Kind.DATE)
        if column is None:
            return True
        text = self.reader.text(row, column.number)
        if self.grid.width(row, column.number) >= _WIDE or _FOOTER.match(text):
            return True
        own = self.grid.columns(row)
        named = any(person.number in own for person in found.people())
        if text:
            # Running text in the first column, with nobody beside it.
            fault = self.reader.peek(row, column.number).fault
            return fault in ("date-unreadable", "date-range") and not named
        footer = any(_FOOTER.match(self.reader.text(row, number)) for number in own)
        return below or footer or not named

    def _day(self, found: Header, row: int) -> date | None:
        column, beside = found.first(Kind.DATE), found.first(Kind.WEEKDAY)
        if column is None:
            return None
        if not self.reader.text(row, column.number):
            self.reader.tell("date-missing", row, column.number, self._row_text(row))
            return None
        return self.reader.day(row, column.number, beside.number if beside else None)

    def _look_for_ignored(self) -> None:
        for number in self.header.unknown:
            used = any(
                row > self.header.row and row not in self.notes and number in self.grid.columns(row)
                for row in self.grid.rows()
            )
            if used:
                label = self.reader.text(self.header.row, number)
                self.reader.tell("column-ignored", self.header.row, number, label)

    # From when to when --------------------------------------------------------------------------

    def _look_for_hours(self, rows: list[_Row]) -> None:
        for row in rows:
            for column in row.header.people():
                self.hours.label(self._shift(row, column)[0])
            clock, label = self._remark_clock(row), self._shift(row, None)[0]
            if clock and label:
                self.hours.remark(label, clock)
        for number in self.notes:
            place = self.grid.where(number, self.grid.columns(number)[0])
            self.hours.note(self._row_text(number), place)

    def _shift(self, row: _Row, column: Column | None) -> tuple[str, int]:
        """The shift's name, and the column in which it is (or should be) written."""
        if column is not None and column.shift:
            return column.shift, column.number
        written = row.header.first(Kind.SHIFT) or row.header.columns[0]
        text = self.reader.text(row.number, written.number)
        named = written.kind is Kind.SHIFT and text.casefold() not in EMPTY
        return (text if named else ""), written.number

    def _remark_clock(self, row: _Row) -> Clock | None:
        column = row.header.first(Kind.REMARK)
        if column is None:
            return None
        text = self.reader.text(row.number, column.number)
        merged = self.grid.anchor(row.number, column.number) in self.grid.spans
        if not text or (merged and self._shift(row, None)[0]):
            # One remark over the rows of several shifts cannot be the hours of each.
            return None
        clock = read_clock(text)
        return clock if clock and is_only_clock(text) else None

    def _clock(self, row: _Row, column: Column) -> Clock | None:
        label, place = self._shift(row, column)
        if clock := read_clock(label):
            return clock
        general = self.hours.find(label)
        own = None if column.shift else self._remark_clock(row)
        if own is not None:
            remark = row.header.first(Kind.REMARK)
            if remark and len(general) == 1 and general[0] != own:
                self.reader.tell(
                    "shift-clock-differs",
                    row.number,
                    remark.number,
                    own,
                    shift=label,
                    other=general[0],
                )
            return own
        if len(general) == 1:
            self._tell_unused_remark(row, general[0])
            return general[0]
        self._tell_no_clock(label, general, row.number, place)
        return None

    def _tell_no_clock(self, label: str, found: tuple[Clock, ...], row: int, place: int) -> None:
        # Once per shift: thirty nights without hours are mended in one place.
        if label in self._told:
            return
        self._told.add(label)
        if found:
            clocks = ", ".join(str(clock) for clock in found)
            self.reader.tell("shift-clock-conflict", row, place, label, clocks=clocks)
        else:
            self.reader.tell("shift-unknown" if label else "shift-missing", row, place, label)

    def _tell_unused_remark(self, row: _Row, clock: Clock) -> None:
        column = row.header.first(Kind.REMARK)
        text = self.reader.text(row.number, column.number) if column else ""
        if column and any(found.clock != clock for found in find_clocks(text)):
            self.reader.tell("remark-clock", row.number, column.number, text)

    # Who ----------------------------------------------------------------------------------------

    def _read_row(self, row: _Row) -> None:
        unit_column = row.header.first(Kind.UNIT)
        unit = self.reader.text(row.number, unit_column.number) if unit_column else None
        for column in row.header.people():
            place = (row.number, column.number)
            people = self.reader.people(*place, self._people.get(column.number, ()))
            numbers = self._numbers(row, column, people)
            if not people:
                self._empty.append((row, column))
                continue
            self._people[column.number] = people
            self._filled.add((row.day, column.number))
            if PRIMARY in column.roles:
                self._served.add((row.number, column.shift))
            clock = self._clock(row, column)
            if clock is None:
                continue
            phone = column.phones[0] if column.phones else column.number
            for index, spot in enumerate(self.reader.pair(people, numbers, row.number, phone)):
                role = column.roles[min(index, len(column.roles) - 1)]
                self.reader.duty(spot, role, row.day, clock, place, unit)

    def _numbers(self, row: _Row, column: Column, people: list[Named]) -> Phones:
        mobiles: list[str] = []
        landlines: list[str] = []
        for number in column.phones:
            if self.reader.text(row.number, number).casefold() in DITTO:
                found = self._phones.get(number, Phones())
            else:
                found = self.reader.numbers(row.number, number)
            self._phones[number] = found
            mobiles += found.mobiles
            landlines += found.landlines
            blank = self.reader.text(row.number, column.number) in EMPTY
            if found.mobiles and not people and blank:
                self.reader.tell("phone-nobody", row.number, number, found.mobiles[0])
        return Phones(mobiles=tuple(mobiles), landlines=tuple(landlines))

    def _tell_empty_slots(self) -> None:
        for row, column in self._empty:
            text = self.reader.text(row.number, column.number).casefold()
            alone = PRIMARY in column.roles and (row.number, column.shift) not in self._served
            if text in EMPTY and (alone or (row.day, column.number) in self._filled):
                if alone:
                    self._served.add((row.number, column.shift))  # told once is enough
                self.reader.tell(
                    "slot-empty", row.number, column.number, text, role=column.roles[0], day=row.day
                )
