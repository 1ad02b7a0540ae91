"""Settle all sources of a roster into the duties that hold: layer over layer, overrides on top.

Rule 1: a higher layer cuts whatever lies beneath it in the same unit and role, and only for as
long as it has somebody there; duties of one layer serve together.
Rule 2: overrides come last, in the order in which they were made, and touch nobody they do not
name. Each piece that is left says where it came from, and of which duty it is a piece.

What comes out is asked through `rosters.resolve`, like any other duties.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from rosters.model import Duty, Override, OverrideKind, Span

#: One roster: a unit and a role.
Line = tuple[str, str]


def compose(layers: Sequence[Iterable[Duty]], overrides: Iterable[Override] = ()) -> list[Duty]:
    """The duties that hold once every source has had its word; of any number of units.

    ``layers`` come lowest first. The order inside a layer does not matter.
    """
    duties, _ = _settled(layers, overrides)
    return duties


def acting(layers: Sequence[Iterable[Duty]], overrides: Iterable[Override]) -> set[int]:
    """The overrides that change anything: they put somebody on, or find whom they relieve."""
    _, found = _settled(layers, overrides)
    return found


def _settled(
    layers: Sequence[Iterable[Duty]], overrides: Iterable[Override]
) -> tuple[list[Duty], set[int]]:
    stacked = _stacked([list(layer) for layer in layers])
    ordered = sorted(overrides, key=lambda override: override.id)
    if not ordered:
        return stacked, set()
    lines: dict[Line, dict[str, list[Duty]]] = {}
    for duty in stacked:
        own = lines.setdefault((duty.unit, duty.role), {})
        own.setdefault(duty.person, []).append(duty)
    acted = {
        override.id
        for override in ordered
        if _override(lines.setdefault((override.unit, override.role), {}), override)
    }
    duties = [duty for own in lines.values() for duty in chain.from_iterable(own.values())]
    return duties, acted


def contradiction(earlier: Override, later: Override) -> str | None:
    """The person of whom two overrides say the opposite at one time; "" where it is of everybody,
    None where both can hold.

    A later one may hand on what an earlier one gave (李 stands in for 张, then 王 for 李). It may
    not give what was taken, take outright what was given, or take twice in two ways.
    """
    if not _meet(earlier, later):
        return None
    vacant = OverrideKind.VACANT
    if vacant in (earlier.kind, later.kind):
        return "" if earlier.gives or later.gives else None
    if later.gives is not None and later.gives == earlier.takes:
        return later.gives
    if later.kind is OverrideKind.REMOVE and earlier.gives == later.takes:
        return later.takes
    if earlier.takes is not None and earlier.takes == later.takes:
        return earlier.takes if earlier.gives != later.gives else None
    return None


def builds_on(later: Override, earlier: Override) -> bool:
    """Whether the later one hands on what the earlier one gave, and would hang in the air
    without it."""
    return _meet(earlier, later) and earlier.gives is not None and earlier.gives == later.takes


def _meet(one: Override, other: Override) -> bool:
    same = (one.unit, one.role) == (other.unit, other.role)
    return same and one.start < other.end and other.start < one.end


# -- layers --------------------------------------------------------------------------------


def _stacked(layers: Sequence[list[Duty]]) -> list[Duty]:
    filled = [layer for layer in layers if layer]
    if len(filled) < 2:
        return filled[0] if filled else []
    found: list[Duty] = []
    above: dict[Line, list[Span]] = {}
    for layer in reversed(filled):
        by_line: dict[Line, list[Duty]] = {}
        for duty in layer:
            by_line.setdefault((duty.unit, duty.role), []).append(duty)
        for line, own in by_line.items():
            cover = above.get(line, [])
            for duty in own:
                found += left_of(duty, cover) if cover else [duty]
            above[line] = union([*cover, *((duty.start, duty.end) for duty in own)])
    return found


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time, in order and without overlaps."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def within(duties: Iterable[Duty], start: datetime, end: datetime) -> list[Duty]:
    """What these duties have of [start, end): for comparing, piece by piece, nothing beyond it."""
    return [
        _piece(duty, max(duty.start, start), min(duty.end, end))
        for duty in duties
        if duty.end > start and duty.start < end
    ]


def left_of(duty: Duty, cover: Sequence[Span]) -> list[Duty]:
    """What is left of a duty outside of time that is in order and without overlaps."""
    start, found = duty.start, []
    for begin, end in cover[max(0, bisect_right(cover, (start, start)) - 1) :]:
        if begin >= duty.end or start >= duty.end:
            break
        if end <= start:
            continue
        if begin > start:
            found.append(_piece(duty, start, begin))
        start = end
    if start < duty.end:
        found.append(_piece(duty, start, duty.end))
    return found


def _piece(duty: Duty, start: datetime, end: datetime) -> Duty:
    if (start, end) == (duty.start, duty.end):
        return duty
    return replace(duty, start=start, end=end, cut_from=duty.whole)


# -- overrides -----------------------------------------------------------------------------


def _override(own: dict[str, list[Duty]], override: Override) -> bool:
    """Let one override act on one roster, by person; whether it changed anything."""
    freed: list[Span] = []
    for person in list(own) if override.takes_all else _named(override.takes):
        kept: list[Duty] = []
        for duty in own.get(person, ()):
            start, end = max(duty.start, override.start), min(duty.end, override.end)
            if start >= end:
                kept.append(duty)
                continue
            freed.append((start, end))
            kept += left_of(duty, [(start, end)])
        own[person] = kept
    gives = override.gives
    if gives is None:
        return bool(freed)
    instead = override.kind is OverrideKind.REPLACE and override.replaces is not None
    for start, end in union(freed) if instead else [(override.start, override.end)]:
        given = Duty(
            unit=override.unit,
            role=override.role,
            person=gives,
            start=override.start,
            end=override.end,
            source=override.source,
        )
        own.setdefault(gives, []).append(_piece(given, start, end))
    return bool(freed) or not instead


def _named(person: str | None) -> Iterator[str]:
    if person is not None:
        yield person
