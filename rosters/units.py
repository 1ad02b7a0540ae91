"""Which unit a duty belongs to: its code or name in the row, else the name in the title."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from rosters.errors import problem
from rosters.model import Entry, Problem, ReadResult
from rosters.text import clean, squeeze

_PLACE = re.compile(r"(.*)[!:][A-Z]*(\d+)", re.DOTALL)


def assign(
    result: ReadResult,
    known: Mapping[str, str],
    *,
    only: str | None = None,
    filename: str = "",
    own: str | None = None,
) -> ReadResult:
    """The result with a unit code in every entry.

    `known` maps every accepted spelling (codes and names) to the code. A row without a unit takes
    `only` (the code the uploader named), else the unit whose name its sheet's title or name holds,
    else the whole file's title, else the file's name, else `own` (whose mapping file was used).
    Rows of an unknown unit, or of another unit than `only`, are errors and are left out.
    """
    codes = {squeeze(clean(name)): code for name, code in known.items()}
    whole = only or in_title(result.title, known) or in_title(filename, known) or own
    tables = [
        (*_place(where), in_title(f"{title}\n{_place(where)[0]}", known))
        for where, title in result.titles.items()
    ]
    problems: dict[tuple[str, str], Problem] = {}

    def placed(entry: Entry) -> Entry | None:
        default = only or _above(tables, entry.source) or whole
        code = codes.get(squeeze(clean(entry.unit))) if entry.unit else default
        if code is None:
            wrong = "unit-unknown" if entry.unit else "unit-missing"
        elif only is not None and code != only:
            wrong = "unit-other"
        else:
            return replace(entry, unit=code)
        # One wrong title is one problem, not one per row; a wrong row is named by its cell.
        where = entry.source if entry.unit else entry.source.partition("!")[0]
        found = problem(wrong, where, entry.unit, asked=only or "")
        problems.setdefault((wrong, where if entry.unit else ""), found)
        return None

    entries, unsettled = (
        tuple(found for entry in given if (found := placed(entry)))
        for given in (result.entries, result.unsettled)
    )
    return replace(
        result,
        entries=entries,
        unsettled=unsettled,
        problems=(*result.problems, *problems.values()),
    )


def _place(source: str) -> tuple[str, int]:
    """Sheet and row of "Sheet1!B5", file and line of "file.csv:12"."""
    found = _PLACE.fullmatch(source)
    return (found[1], int(found[2])) if found else (source, 0)


def _above(tables: Iterable[tuple[str, int, str | None]], source: str) -> str | None:
    """The unit of the table in which a place lies: the last that begins above it on its sheet."""
    sheet, row = _place(source) if tables else ("", 0)
    own = [(first, code) for name, first, code in tables if name == sheet and first <= row]
    return max(own)[1] if own else None


def in_title(title: str, known: Mapping[str, str]) -> str | None:
    """The code of the unit a title names; the longest name wins; None if none or several do."""
    text = squeeze(clean(title))
    found: dict[str, int] = {}
    for name, code in known.items():
        word = squeeze(clean(name))
        if len(word) > 1 and word in text:
            found[code] = max(found.get(code, 0), len(word))
    longest = [code for code, length in found.items() if length == max(found.values())]
    return longest[0] if len(longest) == 1 else None
