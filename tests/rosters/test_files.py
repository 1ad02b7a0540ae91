"""What a file really is, and what no roster may be."""

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from rosters.delimited import MAX_BYTES
from rosters.errors import explain
from rosters.grid import Grid
from rosters.sheets import read_grid_file
from rosters.text import clean
from tests.rosters.building import l1, lines, load, saved, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)


def archive(*names: str) -> bytes:
    """A zip archive with empty parts of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "filename", "code", "kind"),
    [
        (b"", "a.xlsx", "file-empty", ""),
        (archive("word/document.xml"), "a.docx", "file-word", ".docx"),
        (archive("word/document.xml"), "renamed.xlsx", "file-word", ".docx"),
        (archive("content.xml"), "a.ods", "file-unknown", ""),
        (archive("xl/workbook.bin"), "a.xlsb", "file-old-sheet", ".xlsb"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", "file-word", ".doc"),
        (OLE + "Workbook".encode("utf-16-le"), "a.xls", "file-old-sheet", ".xls"),
        (OLE + "Workbook".encode("utf-16-le"), "a.et", "file-old-sheet", ".et"),
        (OLE + "Workbook".encode("utf-16-le"), "renamed.csv", "file-old-sheet", ".xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "file-locked", ""),
        (OLE, "a.wps", "file-word", ".wps"),
        (b"%PDF-1.7", "a.pdf", "file-picture", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "file-picture", "PNG"),
        (b"\xff\xd8\xff\xe0", "a.jpg", "file-picture", "JPEG"),
        (b"\x00\x00\x00\x18ftypheic", "a.heic", "file-picture", "HEIC"),
        (b"{\\rtf1", "a.rtf", "file-word", "RTF"),
        (b"<html><table>", "a.xls", "file-unknown", ""),
        (b"PK\x03\x04 cut short", "a.xlsx", "file-broken", ""),
        (l1()[:-200], "a.xlsx", "file-broken", ""),
        (b"\xff\xff\xff\xff\x81", "a.csv", "encoding-unknown", ""),
    ],
)
def test_refused(data: bytes, filename: str, code: str, kind: str) -> None:
    """Each kind of file is known by its bytes, and its refusal says which 另存为 mends it."""
    result = load(data, filename)
    assert [found.code for found in result.problems] == [code]
    assert result.problems[0].where == filename
    assert kind in explain(result.problems[0])
    assert code == "file-empty" or "另存为" in explain(result.problems[0])


def test_a_calendar_is_told_where_it_belongs() -> None:
    """It is no roster to be applied once: it is read again and again."""
    result = load(b"\xef\xbb\xbfBEGIN:VCALENDAR\r\n", "a.ics")
    assert [found.code for found in result.problems] == ["file-calendar"]
    assert "oncall calendar add" in explain(result.problems[0])


def test_too_large() -> None:
    """More than 20 MB is refused before it is looked at."""
    result = load(b"a" * (MAX_BYTES + 1), "a.csv")
    assert [found.code for found in result.problems] == ["file-too-large"]
    assert "21 MB" in explain(result.problems[0])


def test_too_many_rows() -> None:
    """More than 100 000 rows are refused in a text file."""
    text = "unit,date,shift,role,name,mobile\n" + "U,,,,,\n" * 100_002
    assert [found.code for found in load(text.encode(), "a.csv").problems] == ["too-many-rows"]


def swollen(part: bytes, repeat: bytes, times: int) -> bytes:
    """A workbook whose sheet has something repeated in front of a tag."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(l1())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            data = old.read(item)
            if "worksheets/" in item.filename:
                data = data.replace(part, repeat * times + part, 1)
            new.writestr(item.filename, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (swollen(b"</sheetData>", b" " * 1024, 160 * 1024), "file-bomb"),
        (swollen(b"</sheetData>", b'<row r="9"/>', 110_000), "too-many-rows"),
        (swollen(b"</sheetData>", b"<c/>", 2_100_000), "too-many-rows"),
        (swollen(b"<mergeCell ", b'<mergeCell ref="A10:XFD1048576"/>', 1), "too-many-rows"),
        (swollen(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]>', 1), "file-bomb"),
    ],
    ids=["unpacked size", "rows", "cells", "merged cells", "entities"],
)
def test_bombs(data: bytes, code: str) -> None:
    """A small file that would grow huge is refused before it is opened."""
    assert len(data) < 1_000_000
    assert [found.code for found in load(data, "a.xlsx").problems] == [code]


def test_one_stray_cell_at_the_far_end() -> None:
    """A cell in the last corner of the sheet costs nothing."""

    def stray(sheet: Any) -> None:
        sheet["XFD1048576"] = "x"

    assert len(load(l1(change=stray)).entries) == 6


def test_workbooks_without_a_roster() -> None:
    """A sheet without a header is an error; beside a roster it is only mentioned."""
    assert [f.code for f in load(workbook([["hello"]])).problems] == ["layout-unknown"]
    assert [f.code for f in load(saved(Workbook())).problems] == ["layout-unknown"]
    book = Workbook()
    book.active.append(["日期", "班次", "值班人员"])
    book.active.append(["2026-11-03", "8:00-20:00", "张三"])
    book.create_sheet("通知").append(["请各单位按时值班"])
    result = load(saved(book))
    assert (len(result.entries), [f.code for f in result.problems]) == (1, ["sheet-skipped"])


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(9999, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 1, 1)).map(  # noqa: DTZ001 - as Excel
        lambda moment: moment.replace(microsecond=0)
    ),
    st.sampled_from(["张三", "日期", "20:00-次日8:00", "13900000001", "a\nb", "&<>", "　王五 "]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(cells, max_size=6), max_size=5))
def test_the_fast_reader_sees_what_the_thorough_one_sees(table: list[list[object]]) -> None:
    """A workbook of bare values reads the same with a merged cell far below, which is slower."""
    quick, quick_problems = read_grid_file(workbook(table), "f.xlsx")
    slow, slow_problems = read_grid_file(workbook(table, merged=["Y90:Z91"]), "f.xlsx")
    assert quick is not None
    assert slow is not None
    assert not quick_problems
    assert not slow_problems
    assert [plain(grid) for grid in quick] == [plain(grid) for grid in slow]


def plain(grid: Grid) -> dict[tuple[int, int], str]:
    """The cells as a roster reads them: midnight is no time of day."""
    shown = {place: clean(day_of(value)) for place, value in grid.cells.items()}
    return {place: text for place, text in shown.items() if text}


def day_of(value: object) -> object:
    """A moment at midnight as its day."""
    midnight = isinstance(value, datetime) and value.time() == time()
    return value.date() if isinstance(value, datetime) and midnight else value


def test_numbers_that_count_their_days_from_1904() -> None:
    """A bare serial number in a workbook of the other date system is moved, once."""

    def from_1904(sheet: Any) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904

    table: list[list[object]] = [
        ["2026年11月值班表"],
        ["日期", "值班人员", "备注"],
        [46329 - 1462, "张三", "8:00-次日8:00"],
        [date(2026, 11, 4), "李四", "8:00-次日8:00"],
    ]
    result = load(workbook(table, change=from_1904))
    assert lines(result.entries) == [
        "primary 张三 11-03 08:00–11-04 08:00",
        "primary 李四 11-04 08:00–11-05 08:00",
    ]
