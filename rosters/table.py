"""A row per day, per shift or per stretch of days; people and their numbers in columns.

    title · notes · 日期 | 星期 | 班次 | 带班领导 | 值班人员 | 联系电话 | 副班 | 备注 · rows · 注:…

One reader for months (L1), holidays (L2), weekly groups (L4), CSV with a number beside each person
(L5) and two halves side by side under a header of two rows (L6): they differ in which columns
there are. A merged cell counts for every row it covers. The hours of a named shift come from the
row itself, its remark, the notes, or the unit's own shifts; where none tells, that is an error.
"""

import re
from dataclasses import replace
from datetime import date

from rosters.clocks import Clock, find_clocks, is_only_clock, read_clock
from rosters.columns import Column, Header, Kind, header
from rosters.grid import Grid, Place
from rosters.habits import Habits
from rosters.hours import Hours, is_whole_day
from rosters.model import PRIMARY, ReadResult, Request
from rosters.phones import Phones
from rosters.reading import Reader, row_text
from rosters.rows import Row, Rows
from rosters.text import DITTO, EMPTY, Named

#: 带班领导：陈建国 above or below a table; not 带班领导：见另表.
_NAMED = re.compile("(?:[带值主副]班)(?:领导|人员|干部|人|员)? ?: ?(?![见详另])[\u3400-\u9fff]{2}")


def score(grid: Grid, habits: Habits) -> int:
    """How surely this layout reads the grid; 0 is not at all."""
    found = header(grid, habits)
    return len({column.kind for column in found.columns}) if found else 0


def read(grid: Grid, request: Request) -> ReadResult:
    """Every duty of the table, and every problem with it."""
    found = header(grid, request.habits)
    if found is None:
        reader = Reader(grid, request)
        reader.tell_at(grid.name, "layout-unknown")
        return reader.result()
    return _Table(grid, request, found).read()


class _Table:
    def __init__(self, grid: Grid, request: Request, found: Header) -> None:
        self.grid = grid
        self.header = found
        above = (row for row in grid.rows() if row < found.row)
        title = "\n".join(filter(None, (row_text(grid, row) for row in above)))
        self.reader = Reader(grid, request, title)
        self.rows = Rows(self.reader, found)
        self.hours = Hours(request.habits)
        self._empty: list[tuple[Row, Column]] = []
        #: (day, column) and (row, shift of the column) in which somebody is named.
        self._filled: set[tuple[date, int]] = set()
        self._served: set[tuple[int, str]] = set()
        #: (row, column) -> what 同上 stands for there.
        self._repeated: dict[Place, str] = {}

    def read(self) -> ReadResult:
        rows = list(self.rows.read())
        self.rows.look_for_ignored()
        self._look_for_repeated(rows)
        self._look_for_hours(rows)
        for row in rows:
            self._read_row(row)
        self._tell_empty_slots()
        self._tell_named_in_notes()
        self.reader.tell_used(self.hours)
        result = replace(self.reader.result(), pauses=self.rows.pauses(rows))
        # Where each row names its unit, a day without people is some other unit's.
        return replace(result, days=None) if self.header.first(Kind.UNIT) else result

    # From when to when --------------------------------------------------------------------------

    def _look_for_repeated(self, rows: list[Row]) -> None:
        above: dict[int, str] = {}
        for row in rows:
            for column in row.header.columns:
                if column.kind not in (Kind.DATE, Kind.WEEKDAY, Kind.UNIT):
                    text = self.reader.text(row.number, column.number)
                    if text.casefold() in DITTO:
                        text = above.get(column.number, "") or text
                        self._repeated[row.number, column.number] = text
                    above[column.number] = text

    def _text(self, row: Row, column: int) -> str:
        """What a cell says, 同上 replaced by what it repeats."""
        return self._repeated.get((row.number, column)) or self.reader.text(row.number, column)

    def _look_for_hours(self, rows: list[Row]) -> None:
        for row in rows:
            for column in row.header.people():
                self.hours.label(self._shift(row, column)[0])
            clock, label = self._remark_clock(row), self._shift(row, None)[0]
            if clock and label:
                self.hours.remark(label, clock)
        for number in self.rows.notes:
            where = self.grid.where(number, self.grid.columns(number)[0])
            self.hours.note(row_text(self.grid, number), where)
        # A heading may name them itself: 白班(8:00-20:00).
        for place in sorted({place for row in rows for place in row.header.places()}):
            self.hours.note(self.reader.text(*place), self.grid.where(*place))

    def _shift(self, row: Row, column: Column | None) -> tuple[str, int]:
        """The shift's name, and the column in which it is (or should be) written."""
        if column is not None and column.shift:
            return column.shift, column.number
        written = row.header.first(Kind.SHIFT)
        if written is not None:
            text = self._text(row, written.number)
            return ("" if text.casefold() in EMPTY else text), written.number
        remark = row.header.first(Kind.REMARK)
        if remark is not None and is_whole_day(text := self._text(row, remark.number)):
            return text, remark.number
        return "", row.header.columns[0].number

    def _remark_clock(self, row: Row) -> Clock | None:
        column = row.header.first(Kind.REMARK)
        if column is None:
            return None
        text = self._text(row, column.number)
        merged = self.grid.anchor(row.number, column.number) in self.grid.spans
        if not text or (merged and self._shift(row, None)[0]):
            # One remark over the rows of several shifts cannot be the hours of each.
            return None
        clock = read_clock(text)
        return clock if clock and is_only_clock(text) else None

    def _clock(self, row: Row, column: Column) -> Clock | None:
        label, place = self._shift(row, column)
        if clock := read_clock(label):
            return clock
        # A cell that gives the hours of two shifts gives those of none.
        several = [found.clock for found in find_clocks(label)]
        general = several or self.hours.find(label)
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
        self.reader.no_clock(label, general, row.number, place)
        return None

    def _tell_unused_remark(self, row: Row, clock: Clock) -> None:
        column = row.header.first(Kind.REMARK)
        text = self._text(row, column.number) if column else ""
        if column and any(found.clock != clock for found in find_clocks(text)):
            self.reader.tell("remark-clock", row.number, column.number, text)

    # Who ----------------------------------------------------------------------------------------

    def _read_row(self, row: Row) -> None:
        unit_column = row.header.first(Kind.UNIT)
        unit = self.reader.text(row.number, unit_column.number) if unit_column else None
        for column in row.header.people():
            place = (row.number, column.number)
            people = self.reader.people(*place, self._text(row, column.number))
            numbers = self._numbers(row, column, people)
            if not people:
                self._empty.append((row, column))
                continue
            self._filled.update((day, column.number) for day in row.days)
            if PRIMARY in column.roles:
                self._served.add((row.number, column.shift))
            clock = self._clock(row, column)
            phone = column.phones[0] if column.phones else column.number
            for index, spot in enumerate(self.reader.pair(people, numbers, row.number, phone)):
                role = column.roles[min(index, len(column.roles) - 1)]
                for day in row.days:
                    self.reader.duty(spot, role, day, clock, place, unit)

    def _numbers(self, row: Row, column: Column, people: list[Named]) -> Phones:
        mobiles: list[str] = []
        landlines: list[str] = []
        for number in column.phones:
            found = self.reader.numbers(row.number, number, self._text(row, number))
            mobiles += found.mobiles
            landlines += found.landlines
            blank = self.reader.text(row.number, column.number) in EMPTY
            if found.mobiles and not people and blank:
                self.reader.tell("phone-nobody", row.number, number, found.mobiles[0])
        return Phones(mobiles=tuple(mobiles), landlines=tuple(landlines))

    def _tell_named_in_notes(self) -> None:
        for number in self.rows.notes:
            text = row_text(self.grid, number)
            if _NAMED.match(text):
                self.reader.tell("note-names", number, self.grid.columns(number)[0], text)

    def _tell_empty_slots(self) -> None:
        for row, column in self._empty:
            text = self.reader.text(row.number, column.number).casefold()
            alone = PRIMARY in column.roles and (row.number, column.shift) not in self._served
            if text in EMPTY and (alone or (row.days[0], column.number) in self._filled):
                if alone:
                    self._served.add((row.number, column.shift))  # told once is enough
                place = (row.number, column.number)
                self.reader.tell("slot-empty", *place, text, role=column.roles[0], day=row.days[0])
