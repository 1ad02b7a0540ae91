"""Which rows of a table name people and on which days, and which are notes, headers or pauses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rosters.columns import Column, Header, Kind, read_header
from rosters.grid import Grid
from rosters.reading import Reader, row_text
from rosters.text import EMPTY

#: A cell merged over this many columns is a note, not a date.
_WIDE = 3
#: How a row of notes begins.
FOOTER = re.compile(
    r"(注|附注|备注|说明|合计|总计|小计|共计|审核|审批|审定|制表|填表|填报|制单|编制|签发|值班电话|值班室"
    r"|值班时间|值班要求|值班地点|联系人|报送|抄送|抄报|负责人|传真|要求|温馨提示|联系电话|单位.{0,4}盖章"
    r"|notes?\b|total\b|※|\*)",
    re.IGNORECASE,
)
#: A day of a holiday roster on which the usual roster holds again.
_USUAL = re.compile(r"(?:恢复)?(?:正常|照常)(?:上班|办公|工作|值班)|恢复上班|恢复值班")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of people, and the days for which it stands."""

    number: int
    header: Header
    days: tuple[date, ...]


class Rows:
    """The rows below a header, sorted out; `notes` gathers those that are none of people."""

    def __init__(self, reader: Reader, found: Header) -> None:
        self.reader = reader
        self.grid: Grid = reader.grid
        self.header = found
        self.notes: list[int] = [row for row in self.grid.rows() if row < found.row]
        #: Days on which, the file says, the usual roster holds.
        self.usual: set[date] = set()

    def read(self) -> Iterator[Row]:
        """Every row of people: the first table from top to bottom, then those beside it."""
        for index, block in enumerate(self.header.blocks()):
            if index:
                self.reader.begin_block()
            yield from self._block(index, block)

    def pauses(self, rows: list[Row]) -> tuple[tuple[date, date], ...]:
        """The stretches from a day of the usual roster to the day before the next row."""
        named = sorted({day for row in rows for day in row.days})
        found = []
        for day in sorted(self.usual):
            if following := [other for other in named if other > day]:
                found.append((day, following[0] - _DAY))
        return tuple(found)

    def _block(self, index: int, current: Header) -> Iterator[Row]:
        below = False
        for number in self.grid.rows():
            if number <= current.last:
                continue
            own = [c for c in self.grid.columns(number) if c in range(*current.span)]
            # On a Sunday 日 stands in the row and 白班 beside it, as in a header: a day decides.
            if not self._dated(current, number) and (again := self._header_at(number)):
                blocks = again.blocks()
                current, below = blocks[min(index, len(blocks) - 1)], False
            elif not own:
                continue
            elif self._is_note(current, number, own, below=below):
                if number not in self.notes:
                    self.notes.append(number)
                below = True
            elif self._is_usual(current, number, own):
                self.usual.update(self._usual_days(current, number))
            elif days := self._days(current, number):
                yield Row(number=number, header=current, days=days)

    def _header_at(self, row: int) -> Header | None:
        return read_header(self.grid, row, self.reader.request.habits)

    def _dated(self, found: Header, row: int) -> bool:
        """Whether the row has a day of its own where this header has its days."""
        column = found.first(Kind.DATE)
        return column is not None and self.reader.peek(row, column.number).day is not None

    def _is_note(self, found: Header, row: int, own: list[int], *, below: bool) -> bool:
        column = found.first(Kind.DATE)
        if column is None:
            return True
        text = self.reader.text(row, column.number)
        if self.grid.width(row, column.number) >= _WIDE or FOOTER.match(text):
            return True
        named = any(person.number in own for person in found.people())
        if text:
            # Running text in the first column, with nobody beside it.
            fault = self.reader.peek(row, column.number).fault
            return fault in ("date-unreadable", "range-wrong") and not named
        footer = any(FOOTER.match(self.reader.text(row, number)) for number in own)
        return below or footer or not named

    def _is_usual(self, found: Header, row: int, own: list[int]) -> bool:
        texts = [self.reader.text(row, number) for number in own]
        if not any(_USUAL.fullmatch(text) for text in texts):
            return False
        people = (self.reader.text(row, column.number) for column in found.people())
        return all(text.casefold() in EMPTY or _USUAL.fullmatch(text) for text in people)

    def _usual_days(self, found: Header, row: int) -> tuple[date, ...]:
        column = found.first(Kind.DATE)
        read = self.reader.peek(row, column.number) if column else None
        if read is None or read.day is None:
            return self._days(found, row)
        # Only looked at: a day of another roster must not become one of this.
        return (read.day, *read.more)

    def _days(self, found: Header, row: int) -> tuple[date, ...]:
        column, beside = found.first(Kind.DATE), found.first(Kind.WEEKDAY)
        if column is None:
            return ()
        if not self.reader.text(row, column.number):
            self.reader.tell("date-missing", row, column.number, row_text(self.grid, row))
            return ()
        return self.reader.days(row, column.number, _beside(beside))

    def look_for_ignored(self) -> None:
        """Tell of every column with content but without a label that is understood."""
        for number in self.header.unknown:
            used = any(
                row > self.header.last
                and row not in self.notes
                and number in self.grid.columns(row)
                for row in self.grid.rows()
            )
            if used:
                label = self.reader.text(self.header.row, number)
                self.reader.tell("column-ignored", self.header.row, number, label)


def _beside(column: Column | None) -> int | None:
    return None if column is None else column.number
