"""Header rows: which row is the header, and what each of its columns holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from rosters.grid import Grid, column_letters
from rosters.habits import Habits
from rosters.model import DEPUTY, LEADER, PRIMARY, SUPERVISOR, TEAM
from rosters.text import clean, squeeze

#: The header stands among the first rows; below them a table would be something else.
_SEARCHED_ROWS = 20
#: Beyond the last column of any sheet.
_EVERYWHERE = 1 << 20
_BRACKETS = re.compile(r"[(\[【〔]([^)\]】〕]*)[)\]】〕]")


class Kind(StrEnum):
    """What a column holds."""

    DATE = "date"
    WEEKDAY = "weekday"
    SHIFT = "shift"
    PERSON = "person"
    PHONE = "phone"
    REMARK = "remark"
    UNIT = "unit"
    #: Understood, and of no use here: a serial number, a job title.
    IDLE = "idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    number: int
    kind: Kind
    #: The role of the people in it; two roles where the header says (主班/副班).
    roles: tuple[str, ...] = ()
    #: The shift a column of people stands for, where the header is 白班 or 夜班.
    shift: str = ""
    #: For a column of people: the columns right of it with their numbers.
    phones: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header row understood."""

    row: int
    columns: tuple[Column, ...]
    #: The last row of the header: the row itself, or the one below in a header of two rows.
    last: int
    #: Columns with a label nobody understood.
    unknown: tuple[int, ...] = ()
    #: The columns in which its table stands, half-open.
    span: tuple[int, int] = (0, _EVERYWHERE)

    def first(self, kind: Kind) -> Column | None:
        """The leftmost column of a kind."""
        return next((column for column in self.columns if column.kind is kind), None)

    def people(self) -> tuple[Column, ...]:
        """Every column that names people."""
        return tuple(column for column in self.columns if column.kind is Kind.PERSON)

    def places(self) -> Iterator[tuple[int, int]]:
        """Row and column of every cell of the header above people."""
        for column in self.people():
            for row in range(self.row, self.last + 1):
                yield row, column.number

    def blocks(self) -> "tuple[Header, ...]":
        """The tables that stand side by side under this header, from the left; mostly one."""
        dates = [column.number for column in self.columns if column.kind is Kind.DATE]
        edges = [0, *(_block_edge(self, number) for number in dates[1:]), _EVERYWHERE]
        return tuple(
            replace(
                self,
                columns=tuple(c for c in self.columns if left <= c.number < right),
                unknown=tuple(c for c in self.unknown if left <= c < right),
                span=(left, right),
            )
            for left, right in pairwise(edges)
        )


def _block_edge(found: Header, date_column: int) -> int:
    # A serial number left of the second 日期 belongs to the second table.
    last = [column for column in found.columns if column.number < date_column][-1]
    return last.number if last.kind is Kind.IDLE else date_column


# Tried in this order: 带班领导电话 is a telephone, not a leader; 值班日期 is a day, not a person.
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.PHONE, re.compile(r"电话|手机|联系方式|号码|短号|tel|phone|mobile")),
    (Kind.WEEKDAY, re.compile(r"星期|周几|礼拜|^周$|weekday")),
    (Kind.DATE, re.compile(r"日期|^日$|^值班日$|^date$")),
    (Kind.REMARK, re.compile(r"备注|^说明$|remark|note|comment")),
    (Kind.SHIFT, re.compile(r"班次|班别|班种|时段|^shift$|^hours$|^班$")),
    (Kind.IDLE, re.compile(r"^序号$|^编号$|^no\.?$|^#$|职务|职位|^title$|^轮次$|值班地点|^地点$")),
)
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (LEADER, re.compile(r"带班|领导|组长|leader")),
    (DEPUTY, re.compile(r"副班|副值|备班|备岗|b角|b岗|deputy|backup")),
    (TEAM, re.compile(r"应急|成员|组员|队员|team")),
    (SUPERVISOR, re.compile(r"督办|督查|supervisor")),
    (
        PRIMARY,
        re.compile(
            r"主班|主值|a角|a岗|值班人|值班员|值班干部|联络员|^值班$|^人员$|姓名"
            r"|primary|^name$|onduty"
        ),
    ),
)
_UNIT = re.compile(r"^(值班)?(单位|部门|科室)(名称|代码)?$|^unit$")
_SHIFT_COLUMN = re.compile(r"[大小]夜班|[白夜早中晚日]班|白天|夜间")
_CLOCK_COLUMN = re.compile(r"^(值班)?时间$|^time$")
_DAY_COLUMN = re.compile(r"^day$")
#: A header has so many rows at most: 值班情况 over 白班 over 姓名.
_HEADER_ROWS = 3


def column_key(text: str) -> str:
    """A column's name in a mapping file: its header, or "D", "4" or 第4列 for the fourth."""
    key = squeeze(clean(text))
    if match := re.fullmatch(r"第?(\d{1,3})列?", key):
        return column_letters(int(match[1])).casefold()
    return key


def header(grid: Grid, habits: Habits) -> Header | None:
    """The best header among the first rows; None where no row names both a day and people."""
    best, best_score = None, 0
    for index, row in enumerate(grid.rows()):
        if index >= _SEARCHED_ROWS:
            break
        found = read_header(grid, row, habits)
        score = len({column.kind for column in found.columns}) if found else 0
        if found is not None and score > best_score:
            best, best_score = found, score
    return best


def read_header(grid: Grid, row: int, habits: Habits) -> Header | None:
    """The row, or it and the row below, as a header; None if it is none: a header has a day and
    at least one role."""
    labels = dict(_labels(grid, row))
    if not 2 <= len(labels) <= 60:
        return None
    last = row
    while last < row + _HEADER_ROWS - 1 and (below := _below(grid, last, labels)):
        labels, last = below, last + 1
    columns = [
        column for number, label in labels.items() if (column := _column(number, label, habits))
    ]
    columns = _settle_time(columns, labels)
    kinds = {column.kind for column in columns}
    if Kind.DATE not in kinds or Kind.PERSON not in kinds:
        return None
    known = {column.number for column in columns}
    return Header(
        row=row,
        last=last,
        columns=tuple(_with_phones(columns)),
        unknown=tuple(number for number in labels if number not in known),
    )


def _below(grid: Grid, row: int, labels: dict[int, str]) -> dict[int, str]:
    """The labels with those of the row below; none where that belongs to the table.

    白班 over 姓名 and 电话 is 白班姓名 and 白班电话, whether the cell above is merged or not.
    """
    own = dict(_labels(grid, row + 1))
    kinds = [found[0] for label in own.values() if (found := understand(label))]
    if len(kinds) < max(2, len(own)) or Kind.DATE in kinds or Kind.WEEKDAY in kinds:
        return {}
    both = {number: label for number, label in labels.items() if number not in own}
    for number, label in own.items():
        left = max((above for above in labels if above <= number), default=None)
        whole = label if left is None else labels[left] + label
        both[number] = whole if understand(whole) else label
    return dict(sorted(both.items()))


def _labels(grid: Grid, row: int) -> Iterator[tuple[int, str]]:
    for number in grid.columns(row):
        label = squeeze(clean(grid.value(row, number)))
        if 0 < len(label) <= 30:
            yield number, label


def _column(number: int, label: str, habits: Habits) -> Column | None:
    told = habits.columns.get(label) or habits.columns.get(column_letters(number).casefold())
    if told is not None:
        known = understand(label)
        shift = known[2] if known else ""
        return Column(number=number, kind=Kind(told.kind), roles=told.roles, shift=shift)
    known = understand(label)
    if known is None:
        return None
    kind, roles, shift = known
    return Column(number=number, kind=kind, roles=roles, shift=shift)


@lru_cache(maxsize=4096)
def understand(label: str) -> tuple[Kind, tuple[str, ...], str] | None:
    """What a column with this label holds, its roles, and the shift it stands for."""
    inside = " ".join(_BRACKETS.findall(label))
    bare = _BRACKETS.sub("", label) or label
    return _meaning(bare, inside) or (_meaning(inside, "") if inside else None)


def _meaning(bare: str, inside: str) -> tuple[Kind, tuple[str, ...], str] | None:
    for kind, words in _WORDS:
        if words.search(bare):
            return kind, (), ""
    if _UNIT.search(bare):
        return Kind.UNIT, (), ""
    shift = _SHIFT_COLUMN.match(bare)
    rest = bare[shift.end() :] if shift else bare
    for role, words in _ROLES:
        if words.search(rest):
            both = role == PRIMARY and "主" in inside and "副" in inside
            return Kind.PERSON, (PRIMARY, DEPUTY) if both else (role,), shift[0] if shift else ""
    return (Kind.PERSON, (PRIMARY,), shift[0]) if shift and rest in ("", "人员") else None


def _settle_time(columns: list[Column], labels: dict[int, str]) -> list[Column]:
    # 时间 is the day where there is no other day, and the hours where there is.
    kinds = {column.kind for column in columns}
    settled = {column.number for column in columns}
    for number, label in labels.items():
        if _DAY_COLUMN.fullmatch(label):
            # "Day" beside "Date" is Mon, Tue; alone it is the date.
            kind = Kind.WEEKDAY if Kind.DATE in kinds else Kind.DATE
            columns = [*columns, Column(number=number, kind=kind)]
        elif number not in settled and _CLOCK_COLUMN.fullmatch(label):
            if Kind.DATE not in kinds:
                columns = [*columns, Column(number=number, kind=Kind.DATE)]
            elif Kind.SHIFT not in kinds:
                columns = [*columns, Column(number=number, kind=Kind.SHIFT)]
            else:
                columns = [*columns, Column(number=number, kind=Kind.IDLE)]
    return sorted(columns, key=lambda column: column.number)


def _with_phones(columns: list[Column]) -> Iterator[Column]:
    # A telephone column belongs to the people left of it.
    for index, column in enumerate(columns):
        if column.kind is not Kind.PERSON:
            yield column
            continue
        own: list[int] = []
        for right in columns[index + 1 :]:
            if right.kind is Kind.PERSON:
                break
            if right.kind is Kind.PHONE:
                own.append(right.number)
        yield Column(
            number=column.number,
            kind=column.kind,
            roles=column.roles,
            shift=column.shift,
            phones=tuple(own),
        )
