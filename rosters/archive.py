"""A look into an .xlsx archive before anything unpacks it: too big, too tight, or padded."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from rosters.delimited import MAX_ROWS

#: What all parts together may unpack to; 100 000 rows of nine columns stay below half of it.
_MAX_UNPACKED = 150 * 1024 * 1024
_MAX_PARTS = 2000
#: Cells of all sheets, and cells under merged ranges: each costs memory once opened.
_MAX_CELLS = 2_000_000
_MAX_MERGED = 500_000
_CHUNK = 1 << 20

_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_ROW = re.compile(rb"<(?:\w+:)?row[ >/]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,64}?ref=[\"']"
    rb"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"
)
#: What a reader of bare values would not see: merged, hidden or struck-through, formulas, errors,
#: comments, dates counted from 1904.
_MORE = re.compile(
    rb"<(?:\w+:)?(?:mergeCell|f|strike|comment)[ />]|\st=[\"']e[\"']"
    rb"|\s(?:hidden|date1904)=[\"'](?:1|true)|\sstate=[\"'](?:hidden|veryHidden)"
)
_COLUMN = re.compile(rb"<(?:\w+:)?c\s[^>]{0,64}?r=[\"']([A-Z]{1,3})")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\s[^>]{0,64}?r=[\"'](\d{1,7})")
#: Places between the first cell and the last that are worth keeping, empty ones too.
_MAX_AREA = 4_000_000
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
#: What a damaged, encrypted or oddly packed archive raises (NotImplementedError is a RuntimeError).
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the archive holds; `fault` is the code of the problem that keeps it shut."""

    fault: str | None = None
    formulas: bool = False
    #: Whether values are all there is: nothing merged, hidden or struck through, no formula.
    plain: bool = False


def look(data: bytes) -> Look:
    """Whether a workbook may be opened. Never raises, and never unpacks more than its limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _look(archive)
    except _UNREADABLE:
        return Look(fault="file-broken")


def names(data: bytes) -> frozenset[str]:
    """The names of an archive's parts; none for what is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return frozenset(archive.namelist()[:_MAX_PARTS])
    except _UNREADABLE:
        return frozenset()


def _look(archive: zipfile.ZipFile) -> Look:
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        return Look(fault="file-bomb")
    rows = cells = merged = bottom = 0
    letters: set[bytes] = set()
    formulas, plain = False, True
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        is_sheet = "worksheets/" in part.filename
        for chunk in _chunks(archive, part):
            # A document type is where entities grow; zero bytes would hide one from this look.
            if _ENTITY.search(chunk) or b"\x00" in chunk:
                return Look(fault="file-bomb")
            plain = plain and _MORE.search(chunk) is None
            if is_sheet:
                rows += len(_ROW.findall(chunk))
                cells += len(_CELL.findall(chunk))
                merged += sum(map(_area, _MERGED.findall(chunk)))
                formulas = formulas or _FORMULA.search(chunk) is not None
                letters.update(_COLUMN.findall(chunk))
                bottom = max([bottom, *map(int, _ROW_NUMBER.findall(chunk))])
            if rows > MAX_ROWS + 1000 or cells > _MAX_CELLS or merged > _MAX_MERGED:
                return Look(fault="too-many-rows")
    # A stray cell in the last corner of a sheet would cost a reader that keeps whole rectangles.
    area = max(bottom, rows) * max(map(_number, letters), default=1)
    return Look(formulas=formulas, plain=plain and area <= _MAX_AREA)


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    # Pieces end at the end of a tag, so that none is cut in two or counted twice.
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            piece = tail + piece
            cut = piece.rfind(b">") + 1 or len(piece)
            tail = piece[cut:]
            if len(tail) > _CHUNK:
                raise zipfile.BadZipFile(part.filename)
            yield piece[:cut]
    yield tail


def _area(found: tuple[bytes, bytes, bytes, bytes]) -> int:
    left, top, right, bottom = found
    return (abs(_number(right) - _number(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
