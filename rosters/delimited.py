"""CSV bytes to a grid: encodings and delimiters as WPS, Excel and people leave them."""

import csv
import io

from rosters.errors import problem
from rosters.grid import Grid, Place
from rosters.model import Problem

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
_MAX_COLUMNS = 256
_MEGABYTE = 1024 * 1024


def too_large(data: bytes, filename: str) -> Problem | None:
    """The problem of a file that is empty or larger than anything a roster needs."""
    if not data:
        return problem("file-empty", filename)
    if len(data) > MAX_BYTES:
        size, limit = -(-len(data) // _MEGABYTE), MAX_BYTES // _MEGABYTE
        return problem("file-too-large", filename, size=size, limit=limit)
    return None


def decode(data: bytes) -> str | None:
    """The text of UTF-8, UTF-16 or GB18030 bytes, with or without a mark; None if it is neither."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        guesses = ["utf-16"]
    elif b"\x00" in data[:4096]:
        # Without a mark, the zero bytes of ASCII letters tell which half comes first.
        little = data[1:4096:2].count(0) >= data[0:4096:2].count(0)
        guesses = ["utf-16-le" if little else "utf-16-be"]
    else:
        guesses = ["utf-8-sig", "gb18030"]
    for encoding in guesses:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if "\x00" not in text else None
    return None


def read_grid(data: bytes, filename: str) -> tuple[Grid | None, list[Problem]]:
    """The rows of a CSV file; or None, and why. Rows cut short by an error are kept."""
    if wrong := too_large(data, filename):
        return None, [wrong]
    text = decode(data)
    if text is None:
        return None, [problem("encoding-unknown", filename)]
    cells: dict[Place, object] = {}
    lines: dict[int, int] = {}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    row = 0
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            break
        except csv.Error as wrong:
            return _grid(filename, cells, lines), [
                problem("csv-broken", f"{filename}:{line}", detail=wrong)
            ]
        row += 1
        if row > MAX_ROWS + 1 or len(values) > _MAX_COLUMNS:
            return None, [problem("too-many-rows", filename, limit=MAX_ROWS)]
        lines[row] = line
        cells.update({(row, column): text for column, text in enumerate(values, 1) if text.strip()})
    return _grid(filename, cells, lines), []


def _grid(filename: str, cells: dict[Place, object], lines: dict[int, int]) -> Grid:
    return Grid(name=filename, cells=cells, lines=lines)


def _delimiter(text: str) -> str:
    # The header decides: a delimiter inside a quoted remark further down must not.
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)
