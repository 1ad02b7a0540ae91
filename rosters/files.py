"""One way in for every file: what it really is decides how it is read, not what it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from rosters import archive, sheets
from rosters.delimited import read_grid, too_large
from rosters.errors import problem
from rosters.exported import is_export, read_export
from rosters.grid import Grid
from rosters.layouts import read_grids
from rosters.model import Problem, ReadResult, Request
from rosters.old_sheets import read_old_file
from rosters.reading import row_text

#: Rows of a sheet in which its title is looked for.
_HEADING = 6
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
_OLD_SHEETS = ("Workbook", "Book")
_OLD_TEXTS = ("WordDocument",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file's sheets as values, before anybody asks what they mean."""

    filename: str
    #: None where it could not be opened.
    grids: Sequence[Grid] | None
    problems: Sequence[Problem]
    #: For our own JSON: what it says, since there is nothing to make out.
    exported: ReadResult | None = None

    @property
    def heading(self) -> str:
        """Its first rows: where a unit writes its name."""
        rows = [
            row_text(grid, row)
            for grid in self.grids or ()
            for row in islice(grid.rows(), _HEADING)
        ]
        return "\n".join(rows)


def opened(data: bytes, filename: str) -> Opened:
    """Open a roster: .xlsx, .xls, CSV or our own JSON. Whatever the bytes are: problems, never an
    exception."""
    wrong = too_large(data, filename) or refuse(data, filename)
    if wrong is not None:
        return Opened(filename=filename, grids=None, problems=(wrong,))
    if data.startswith(_ZIP):
        grids, problems = sheets.read_grid_file(data, filename)
        return Opened(filename=filename, grids=grids, problems=problems)
    if data.startswith(_OLE):
        grids, problems = read_old_file(data, filename)
        if any(found.code == "file-broken" for found in problems):
            problems = [_no_workbook(data, filename)]
        return Opened(filename=filename, grids=grids, problems=problems)
    if is_export(data):
        exported = read_export(data, filename)
        return Opened(filename=filename, grids=None, problems=(), exported=exported)
    grid, problems = read_grid(data, filename)
    grids = None if grid is None else [grid]
    return Opened(filename=filename, grids=grids, problems=problems)


def understood(found: Opened, request: Request) -> ReadResult:
    """What an opened file says, in any known layout; every problem with it is told."""
    if found.exported is not None:
        return found.exported
    if found.grids is None:
        return ReadResult(entries=(), problems=tuple(found.problems))
    return read_grids(found.grids, request, found.problems)


def refuse(data: bytes, filename: str) -> Problem | None:
    """The problem of a file that is no roster to be read, with the way to make it one."""
    for magic, kind in _PICTURES:
        if data.startswith(magic):
            return problem("file-picture", filename, kind=kind)
    if data.startswith(b"BM") and b"\x00" in data[:32]:
        return problem("file-picture", filename, kind="BMP")
    if data[4:8] == b"ftyp":
        return problem("file-picture", filename, kind="HEIC")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return problem("file-picture", filename, kind="WebP")
    if data.startswith(_OLE):
        return _refuse_old(data, filename)
    if data.startswith(b"{\\rtf"):
        return problem("file-word", filename, kind="RTF")
    if data.startswith(_ZIP):
        return _refuse_archive(data, filename)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"begin:vcalendar"):
        return problem("file-calendar", filename)
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        # Some systems "export to Excel" by renaming a web page.
        return problem("file-unknown", filename)
    return None


def _refuse_old(data: bytes, filename: str) -> Problem | None:
    if _named(data, "EncryptedPackage"):
        return problem("file-locked", filename)
    if any(_named(data, stream) for stream in _OLD_SHEETS):
        return None
    return _no_workbook(data, filename)


def _no_workbook(data: bytes, filename: str) -> Problem:
    """An old Office file without a workbook in it that could be read."""
    is_text = filename.casefold().endswith((".doc", ".wps"))
    if is_text or any(_named(data, stream) for stream in _OLD_TEXTS):
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
