"""Duties that were known from one instant to another: what each gives to the truth.

A source that is read again and again (a calendar) may say something else each time. What it said
counts while it said it: nothing that is read later changes who served before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from rosters.model import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A duty, and when it was known: from ``since`` up to, but not including, ``until``."""

    duty: Duty
    since: datetime
    until: datetime | None = None


def held(rows: Iterable[Known]) -> list[Duty]:
    """The duties as they counted; one that was only written anew while it ran is one duty."""
    lines: dict[tuple[str, str, str], list[tuple[Known, Duty]]] = {}
    for row in rows:
        duty = row.duty
        start = max(duty.start, row.since)
        end = duty.end if row.until is None else min(duty.end, row.until)
        if start >= end:
            continue
        whole = (start, end) == (duty.start, duty.end)
        piece = duty if whole else replace(duty, start=start, end=end, cut_from=duty.whole)
        lines.setdefault((duty.unit, duty.role, duty.person), []).append((row, piece))
    found: list[Duty] = []
    for own in lines.values():
        own.sort(key=lambda one: one[1].start)
        before: tuple[Known, Duty] | None = None
        for row, piece in own:
            if before is not None and before[0].until == row.since == piece.start == before[1].end:
                begun = found.pop()
                whole = begun.start == begun.whole[0]
                cut = None if whole else (begun.whole[0], piece.end)
                piece = replace(piece, start=begun.start, cut_from=cut)
            found.append(piece)
            before = (row, piece)
    return found
