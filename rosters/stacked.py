"""Tables below one another on a sheet: another month, or another unit, with a title of its own.

A title that comes again on every page parts nothing: its pages are one table.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from rosters.columns import header, read_header
from rosters.grid import Grid
from rosters.habits import Habits
from rosters.reading import row_text
from rosters.text import squeeze

#: Rows above a header in which its title is looked for.
_ABOVE = 4
#: 2027年4月值班表, 四月份值班安排, 县林业局排班表: no note, and no 第2页.
_TITLE = re.compile(r"(?:值班|排班|值守|轮值|带班).{0,6}(?:表|安排)|roster|\d月份?$", re.IGNORECASE)
_PAGE = re.compile(r"[(（第续]?\d*[共/第页续)）]+\d*页?$")


def tables(grid: Grid, habits: Habits) -> list[Grid]:
    """The sheet, cut above every title that is not the one before it."""
    first = header(grid, habits)
    if first is None:
        return [grid]
    rows = list(grid.rows())
    title = _title(grid, rows, rows.index(first.row), habits)
    name = title[1] if title else ""
    edges = [rows[0]]
    for index, row in enumerate(rows):
        if row <= first.last or read_header(grid, row, habits) is None:
            continue
        title = _title(grid, rows, index, habits)
        if title is not None and title[1] != name:
            edges.append(title[0])
            name = title[1]
    if len(edges) == 1:
        return [grid]
    return [_part(grid, top, below) for top, below in pairwise([*edges, rows[-1] + 1])]


def _title(grid: Grid, rows: list[int], index: int, habits: Habits) -> tuple[int, str] | None:
    """The row of the title above a header, and its words; None where there is none."""
    for row in _lines_above(grid, rows, index):
        text = squeeze(row_text(grid, row))
        if _TITLE.search(text) and read_header(grid, row, habits) is None:
            return row, _PAGE.sub("", text)
    return None


def _lines_above(grid: Grid, rows: list[int], index: int) -> Iterator[int]:
    """The rows above with one text in each, the nearest first."""
    for row in reversed(rows[max(0, index - _ABOVE) : index]):
        if len(grid.columns(row)) > 1:
            return
        yield row


def _part(grid: Grid, top: int, below: int) -> Grid:
    def inside(row: int) -> bool:
        return top <= row < below

    return replace(
        grid,
        cells={place: value for place, value in grid.cells.items() if inside(place[0])},
        merged={place: first for place, first in grid.merged.items() if inside(place[0])},
        spans={first: last for first, last in grid.spans.items() if inside(first[0])},
    )
