"""Tables below one another on a sheet: another month, or another unit, with a title of its own.

A title that comes again on every page parts nothing: its pages are one table.
"""

import re
from dataclasses import replace

from rosters.columns import header, read_header
from rosters.dates import Period, period
from rosters.grid import Grid
from rosters.habits import Habits
from rosters.reading import row_text
from rosters.rows import FOOTER
from rosters.text import squeeze

#: Rows below a title in which its header is looked for.
_BELOW = 5
#: 2027年4月值班表, 四月份值班安排, 县林业局排班表: no note, and no 第2页.
_TITLE = re.compile(r"(?:值班|排班|值守|轮值|带班).{0,6}(?:表|安排)|roster|\d月份?$", re.IGNORECASE)
_PAGE = re.compile(r"[(（第续]?\d*[共/第页续)）]+\d*页?$")


def tables(grid: Grid, habits: Habits) -> list[Grid]:
    """The sheet, cut above every title that is not the one before it.

    A year or a month that such a title does not name is that of the title above it.
    """
    first = header(grid, habits)
    if first is None:
        return [grid]
    rows = list(grid.rows())
    titles = _titles(grid, rows, habits)
    name = titles.pop(first.row, (0, ""))[1]
    known = period(name)
    starts: list[tuple[int, str]] = [(rows[0], "")]
    for below, (row, text) in titles.items():
        if below > first.last and text != name:
            name = text
            known, told = _continued(known, period(name))
            starts.append((row, told))
    if len(starts) == 1:
        return [grid]
    ends = [top for top, _ in starts[1:]] + [rows[-1] + 1]
    return [_part(grid, top, below, told) for (top, told), below in zip(starts, ends, strict=True)]


def _continued(above: Period, own: Period) -> tuple[Period, str]:
    """What a title means below another, and what it leaves for that one to say."""
    year, month = own.year or above.year, own.month or above.month
    if own.year is None and year and (above.month, own.month) == (12, 1):
        year += 1
    told = f"{year}年" if year and own.year is None else ""
    told += f"{month}月" if month and own.month is None else ""
    return Period(year=year, month=month), told


def _titles(grid: Grid, rows: list[int], habits: Habits) -> dict[int, tuple[int, str]]:
    """Row of a header -> the row of the title above it, and its words; the nearest counts."""
    found: dict[int, tuple[int, str]] = {}
    for index, row in enumerate(rows):
        text = squeeze(row_text(grid, row)) if len(grid.columns(row)) == 1 else ""
        if not _TITLE.search(text) or FOOTER.match(text):
            continue
        below = next((r for r in rows[index + 1 : index + _BELOW] if len(grid.columns(r)) > 1), 0)
        if below and read_header(grid, below, habits) is not None:
            found[below] = row, _PAGE.sub("", text)
    return found


def _part(grid: Grid, top: int, below: int, told: str) -> Grid:
    def inside(row: int) -> bool:
        return top <= row < below

    cells = {place: value for place, value in grid.cells.items() if inside(place[0])}
    if told:
        first = min(cells)
        cells[first] = f"{told}{cells[first]}"
    return replace(
        grid,
        cells=cells,
        merged={place: first for place, first in grid.merged.items() if inside(place[0])},
        spans={first: last for first, last in grid.spans.items() if inside(first[0])},
    )
