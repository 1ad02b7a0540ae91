"""The flat table: one row per duty, `unit,date,shift,role,name,mobile`, English or Chinese.

`shift` is a clock range (08:00-20:00; 20:00-08:00 ends the next day; 00:00-24:00) or the name of
one of the unit's shifts; a range is never guessed.
"""

from collections.abc import Mapping
from dataclasses import replace

from rosters.clocks import Clock, read_clock
from rosters.grid import Grid
from rosters.habits import Habits
from rosters.hours import Hours
from rosters.model import ReadResult, Request
from rosters.phones import Phones
from rosters.reading import Reader
from rosters.text import clean, role, squeeze

_HEADERS = {
    "unit": "unit unit_code 单位 单位代码 单位名称 部门",
    "date": "date day 日期 值班日期",
    "shift": "shift hours 班次 时段 班别 值班时间",
    "role": "role 岗位 角色 值班角色 班次角色",
    "name": "name person 姓名 人员 值班人员 值班人",
    "mobile": "mobile phone tel 手机 手机号 手机号码 联系电话 电话 联系方式",
}
_KNOWN = {squeeze(word): field for field, words in _HEADERS.items() for word in words.split()}
_REQUIRED = ("date", "shift", "role", "name")
_SEARCHED_ROWS = 10


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    for index, row in enumerate(grid.rows()):
        if index >= _SEARCHED_ROWS:
            break
        fields: dict[str, int] = {}
        for column in grid.columns(row):
            field = _KNOWN.get(squeeze(clean(grid.value(row, column))))
            if field:
                fields.setdefault(field, column)
        # A role per row is what tells this table from a month's list of duties.
        if len(fields) >= 3 and "role" in fields:
            return row, fields
    return None


def score(grid: Grid, _: Habits) -> int:
    """How surely this layout reads the grid; 0 is not at all."""
    found = _header(grid)
    if found is None:
        return 0
    return len(found[1]) + 4


def read(grid: Grid, request: Request) -> ReadResult:
    """Every duty of the rows, and every problem with them."""
    found = _header(grid)
    if found is None:
        reader = Reader(grid, request)
        reader.tell_at(grid.name, "layout-unknown")
        return reader.result()
    first, fields = found
    above = (row for row in grid.rows() if row < first)
    title = "\n".join(clean(grid.value(row, grid.columns(row)[0])) for row in above)
    reader = Reader(grid, request, title)
    missing = [field for field in _REQUIRED if field not in fields]
    for field in missing:
        chinese = next(word for word in _HEADERS[field].split() if not word.isascii())
        reader.tell(
            "column-missing", first, grid.columns(first)[0], field, name=f"{field} {chinese}"
        )
    if missing:
        return reader.result()
    rows = _Rows(reader, fields)
    for row in grid.rows():
        if row > first:
            rows.read(row)
    # A day or a role that no row names is not spoken of here.
    return replace(reader.result(), days=None)


class _Rows:
    def __init__(self, reader: Reader, fields: Mapping[str, int]) -> None:
        self.reader = reader
        self.fields = fields
        self.hours = Hours(reader.request.habits)

    def read(self, row: int) -> None:
        """One row: everything wrong with it is noted, and only a whole duty is kept."""
        reader, fields = self.reader, self.fields
        texts = {field: reader.text(row, column) for field, column in fields.items()}
        if not any(texts.values()):
            return
        day = None
        if texts["date"]:
            day = reader.day(row, fields["date"])
        else:
            reader.tell("date-missing", row, fields["date"])
        clock = self._clock(row, texts["shift"])
        who = self._role(row, texts["role"])
        if not texts["name"]:
            reader.tell("name-missing", row, fields["name"])
        people = reader.people(row, fields["name"]) if texts["name"] else []
        phone = fields.get("mobile")
        found = Phones() if phone is None else reader.numbers(row, phone)
        spots = reader.pair(people, found, row, phone or fields["name"])
        if day is None or who is None:
            return
        for spot in spots:
            reader.duty(spot, who, day, clock, (row, fields["name"]), texts.get("unit"))

    def _clock(self, row: int, text: str) -> Clock | None:
        clock = read_clock(text) or next(iter(self.hours.find(text)), None)
        if not text:
            self.reader.tell("shift-missing", row, self.fields["shift"])
        elif clock is None:
            self.reader.tell("shift-unknown", row, self.fields["shift"], text)
        return clock

    def _role(self, row: int, text: str) -> str | None:
        found = self.reader.request.habits.roles.get(squeeze(text)) or role(text)
        if not text:
            self.reader.tell("role-missing", row, self.fields["role"])
        elif found is None:
            self.reader.tell("role-unknown", row, self.fields["role"], text)
        return found
