"""Which layouts are known, and which of them reads a grid best.

A new layout is a new module with `score(grid)` and `read(grid, request)`, and one line in LAYOUTS.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rosters import flat, month, table
from rosters.contacts import Contacts, merged, read_contacts
from rosters.errors import problem
from rosters.grid import Grid
from rosters.habits import Habits
from rosters.model import Problem, ReadResult, Request
from rosters.stacked import tables
from rosters.template import EXAMPLE_MARK
from rosters.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way in which units write rosters."""

    name: str
    #: How surely it reads a grid; 0 is not at all.
    score: Callable[[Grid, Habits], int]
    read: Callable[[Grid, Request], ReadResult]


LAYOUTS: Sequence[Layout] = (
    Layout(name="flat", score=flat.score, read=flat.read),
    Layout(name="month", score=month.score, read=month.read),
    Layout(name="table", score=table.score, read=table.read),
)


def read_grids(
    grids: Sequence[Grid], request: Request, before: Iterable[Problem] = ()
) -> ReadResult:
    """Every duty of a file's sheets; a sheet no layout knows is left out, with a word about it."""
    problems = list(before)
    results: list[tuple[Grid, ReadResult]] = []
    lists: list[Contacts] = []
    grids = [part for grid in grids for part in tables(grid, request.habits)]
    for grid in grids:
        if not grid.cells or _explains(grid):
            continue
        best = max(LAYOUTS, key=lambda layout: layout.score(grid, request.habits))
        if best.score(grid, request.habits):
            results.append((grid, best.read(grid, request)))
        elif found := read_contacts(grid):
            lists.append(found)
        elif len(grids) > 1:
            problems.append(problem("sheet-skipped", grid.name, grid.name))
    results = _of_the_month(results, problems)
    for _, result in results:
        problems += result.problems
    contacts = merged(lists)
    entries = contacts.complete(e for _, result in results for e in result.entries)
    problems = _nothing_read(entries, bool(results), problems, request)
    return ReadResult(
        entries=entries,
        problems=tuple(problems),
        unsettled=contacts.complete(e for _, result in results for e in result.unsettled),
        title="\n".join(filter(None, (result.title for _, result in results))),
        titles=_titles(results) if len(results) > 1 else {},
        days=results[0][1].days if len(results) == 1 else None,
        pauses=results[0][1].pauses if len(results) == 1 else (),
    )


def _titles(results: Iterable[tuple[Grid, ReadResult]]) -> dict[str, str]:
    return {_top(grid): result.title for grid, result in results}


def _top(grid: Grid) -> str:
    """Where a table begins."""
    return grid.where(next(grid.rows()), 1)


def _explains(grid: Grid) -> bool:
    """Whether it is the sheet of our own form that shows how to fill it in."""
    return clean(grid.value(1, 1)) == clean(EXAMPLE_MARK)


def _of_the_month(
    results: list[tuple[Grid, ReadResult]], problems: list[Problem]
) -> list[tuple[Grid, ReadResult]]:
    # A workbook with a sheet per month is no conflict as long as one of them is the month asked.
    other = [item for item in results if any(p.code == "month-conflict" for p in item[1].problems)]
    if not other or len(other) == len(results):
        return results
    problems += [
        problem("other-month", _top(grid), result.title.partition("\n")[0] or grid.name)
        for grid, result in other
    ]
    return [item for item in results if item not in other]


def _nothing_read(
    entries: Sequence[object], known: bool, problems: list[Problem], request: Request
) -> list[Problem]:
    if not known:
        # Nothing was recognised at all: say so first, once, and not sheet by sheet.
        rest = [found for found in problems if found.code != "sheet-skipped"]
        return [problem("layout-unknown", request.filename), *rest]
    failed = ReadResult(entries=(), problems=tuple(problems)).failed
    if not entries and not failed:
        problems.append(problem("no-duties", request.filename))
    return problems
