"""One way in for every file: what it really is decides how it is read, not what it is called."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from rosters import archive, sheets
from rosters.delimited import read_grid, too_large
from rosters.errors import problem
from rosters.layouts import read_grids
from rosters.model import Problem, ReadResult, Request

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PICTURES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
#: Names of streams inside an old Office file: its directory stores them in UTF-16.
_OLD_SHEETS = ("Workbook", "Book", "ETExtendInfo")
_OLD_TEXTS = ("WordDocument",)


def read(
    data: bytes,
    filename: str,
    *,
    unit: str | None,
    month: tuple[int, int] | None,
    tz: ZoneInfo,
    shifts: Mapping[str, str] | None = None,
) -> ReadResult:
    """Read a roster, .xlsx or CSV, in any known layout. Whatever the bytes are: problems, never
    an exception. `unit` and `month` are what the uploader said; `tz` is the zone of the clocks;
    `shifts` maps the unit's own shift names to clock ranges."""
    wrong = too_large(data, filename) or refuse(data, filename)
    if wrong is not None:
        return ReadResult(entries=(), problems=(wrong,))
    if data.startswith(_ZIP):
        return sheets.read_xlsx(data, filename, unit=unit, month=month, tz=tz, shifts=shifts)
    grid, problems = read_grid(data, filename)
    if grid is None:
        return ReadResult(entries=(), problems=tuple(problems))
    request = Request(filename=filename, unit=unit, month=month, tz=tz, shifts=shifts or {})
    return read_grids([grid], request, problems)


def refuse(data: bytes, filename: str) -> Problem | None:
    """The problem of a file that is no roster to be read, with the way to make it one."""
    for magic, kind in _PICTURES:
        if data.startswith(magic):
            return problem("file-picture", filename, kind=kind)
    if data.startswith(b"BM") and b"\x00" in data[:32]:
        return problem("file-picture", filename, kind="BMP")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return problem("file-picture", filename, kind="WebP")
    if data.startswith(_OLE):
        return _refuse_old(data, filename)
    if data.startswith(b"{\\rtf"):
        return problem("file-word", filename, kind="RTF")
    if data.startswith(_ZIP):
        return _refuse_archive(data, filename)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        # Some systems "export to Excel" by renaming a web page.
        return problem("file-unknown", filename)
    return None


def _refuse_old(data: bytes, filename: str) -> Problem:
    if _named(data, "EncryptedPackage"):
        return problem("file-locked", filename)
    if any(_named(data, stream) for stream in _OLD_TEXTS):
        return problem("file-word", filename, kind=_suffix(filename, ".doc", ".wps"))
    if any(_named(data, stream) for stream in _OLD_SHEETS):
        return problem("file-old-sheet", filename, kind=_suffix(filename, ".xls", ".et"))
    if filename.casefold().endswith((".doc", ".wps")):
        return problem("file-word", filename, kind=_suffix(filename, ".doc", ".wps"))
    return problem("file-old-sheet", filename, kind=_suffix(filename, ".xls", ".et"))


def _named(data: bytes, stream: str) -> bool:
    return stream.encode("utf-16-le") in data


def _suffix(filename: str, *suffixes: str) -> str:
    lower = filename.casefold()
    return next((suffix for suffix in suffixes if lower.endswith(suffix)), suffixes[0])


def _refuse_archive(data: bytes, filename: str) -> Problem | None:
    parts = archive.names(data)
    if not parts:
        return problem("file-broken", filename)
    if any(part.startswith("word/") for part in parts):
        return problem("file-word", filename, kind=".docx")
    if "xl/workbook.bin" in parts:
        return problem("file-old-sheet", filename, kind=".xlsb")
    if not any(part.startswith("xl/") for part in parts):
        return problem("file-unknown", filename)
    return None
