"""Workbooks and duties built in a few lines, so that a test shows the sheet it is about."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from rosters.files import opened, understood
from rosters.mapping import parse
from rosters.model import Duty, Entry, PersonRef, Problem, ReadResult, Request

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")

HEADER = ["日期", "星期", "班次", "带班领导", "值班人员", "联系电话", "副班", "备注"]
NOTES = "注:1.值班时间白班8:00-20:00,夜班20:00-次日8:00;2.如需调班须提前一天报办公室。"
TITLE = "德化县××局2026年11月值班安排表"
DESK = "值班室电话:0595-23500000          传真:0595-23500001"


def workbook(
    rows: Sequence[Sequence[object]],
    *,
    merged: Sequence[str] = (),
    name: str = "Sheet1",
    change: Callable[[Any], None] | None = None,
) -> bytes:
    """A workbook of one sheet; `change` gets the sheet before it is saved."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    if change is not None:
        change(sheet)
    return saved(book)


def saved(book: Any) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def l1(
    rows: Sequence[Sequence[object]] | None = None,
    *,
    title: str = TITLE,
    notes: str | None = NOTES,
    merged: Sequence[str] = ("A4:A5", "B4:B5", "D4:D5"),
    **more: Any,
) -> bytes:
    """Layout L1: title, telephone line, header, rows, note; merged as units merge it."""
    if rows is None:
        rows = [
            [date(2026, 11, 3), "二", "白班", "陈建国(局长)", "张三", 13900000001, "李四"],
            [None, None, "夜班", None, "王五", "13900000002", "赵六", "20:00-次日8:00"],
        ]
    last = 3 + len(rows) + 1
    table = [[title], [DESK], HEADER, *rows, *([[notes]] if notes else [])]
    wide = ["A1:H1", "A2:H2", *([f"A{last}:H{last}"] if notes else [])]
    return workbook(table, merged=[*wide, *merged], **more)


def load(
    data: bytes,
    filename: str = "roster.xlsx",
    *,
    unit: str | None = "U",
    month: tuple[int, int] | None = None,
    tz: ZoneInfo = SHANGHAI,
    mapping: str = "",
) -> ReadResult:
    """Read a file as an uploader would; `mapping` is the text of the unit's mapping file."""
    habits, wrong = parse(mapping.encode(), "map.toml")
    assert not wrong
    request = Request(filename=filename, unit=unit, month=month, tz=tz, habits=habits)
    return understood(opened(data, filename), request)


def at(text: str) -> datetime:
    """An instant from local time in Dehua: at("2026-11-03 08:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def codes(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Each problem's code and place."""
    return [(found.code, found.where) for found in problems]


def told(result: ReadResult, code: str) -> list[str]:
    """The places at which this problem was told."""
    return [found.where for found in result.problems if found.code == code]


def lines(entries: Sequence[Entry]) -> list[str]:
    """Entries as a person would read them out, in local time."""
    return [
        f"{entry.role} {entry.name} {_local(entry.start)}–{_local(entry.end)}"
        for entry in sorted(entries, key=lambda entry: (entry.start, entry.role, entry.name))
    ]


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def duty(
    person: str,
    start: datetime,
    hours: float,
    *,
    role: str = "primary",
    unit: str = "U",
    row: int = 1,
) -> Duty:
    """A duty of so many hours."""
    return Duty(
        unit=unit,
        role=role,
        person=person,
        start=start,
        end=start + timedelta(hours=hours),
        source=f"Sheet1!B{row}",
    )


def person(
    name: str,
    mobile: str | None = None,
    *,
    unit: str = "U",
    id: str = "",
    active: bool = True,
) -> PersonRef:
    """Somebody the directory knows, with the name as id."""
    return PersonRef(id=id or name, unit=unit, name=name, mobile=mobile, active=active)
