"""Which rows go and which come when new duties meet those in force, seen from now. Nothing acts."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from rosters.diff import Diff, PersonDiff, Window, diff, everywhere
from rosters.model import Duty

#: One roster: a unit and a role.
Line = tuple[str, str]
#: A row's number, and its duty.
Row = tuple[int, Duty]

_Key = tuple[str, str, str, datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What becomes of the rows in force, and why."""

    #: What is still to come, old against new; both begin now at the earliest.
    diff: Diff
    live_old: tuple[Duty, ...]
    live_new: tuple[Duty, ...]
    #: Past duties where nobody was recorded: they are filled in.
    filled: tuple[Duty, ...]
    #: Past duties that were recorded the same, and those that differ and are left as recorded.
    past_same: int
    past_kept: int
    rows_to_remove: tuple[int, ...]
    rows_to_add: tuple[Duty, ...]
    #: The rows that go, and the duties that come: the same for the same change, whenever it is
    #: looked at.
    fingerprint: frozenset[object]

    @property
    def mark(self) -> str:
        """The fingerprint as a short word, for a plan that is kept in a file."""
        lines = sorted(repr(one) for one in self.fingerprint)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return self.diff.empty and not self.filled

    @property
    def per_person(self) -> tuple[PersonDiff, ...]:
        """Whose hours change from now on."""
        return self.diff.per_person

    def after(self, base: Iterable[Row]) -> list[Duty]:
        """All duties once this is carried out."""
        gone = set(self.rows_to_remove)
        return [*(duty for row, duty in base if row not in gone), *self.rows_to_add]


def settle(
    base: Sequence[Row],
    new: Sequence[Duty],
    windows: Mapping[Line, Sequence[Window]],
    now: datetime,
) -> Settled:
    """Let ``new`` replace what lies in its windows, from ``now`` on; the past only gains."""
    busy = _busy(duty for _, duty in base)
    filled, same, kept = _past(base, new, busy, now)
    #: What is left of a duty that is running -> the whole of it.
    begun: dict[int, Duty] = {}

    def live(duties: Iterable[Duty]) -> Iterator[Duty]:
        for duty in duties:
            if duty.end > now:
                left = _from(duty, now)
                if left is not duty:
                    begun[id(left)] = duty
                yield left

    live_old = tuple(live(d for _, d in base if any(w.holds(d) for w in windows.get(_line(d), ()))))
    live_new = tuple(live(new))
    found = diff(live_old, live_new, everywhere(chain(live_old, live_new)))
    gone = [begun.get(id(d), d) for d in (*found.remove, *(c.old for c in found.change))]
    come = (*found.add, *(c.new for c in found.change))
    coming = [begun.get(id(duty), duty) for duty in come]
    added = [*filled]
    # Whoever is relieved now did serve until now.
    added += [replace(duty, end=now) for duty in gone if duty.start < now]
    for clipped, whole in zip(come, coming, strict=True):
        unrecorded = whole.start < now and _free(busy.get(_line(whole), []), whole.start, now)
        added.append(whole if unrecorded else clipped)
    going = {id(duty) for duty in gone}
    removed = tuple(row for row, duty in base if id(duty) in going)
    return Settled(
        diff=found,
        live_old=live_old,
        live_new=live_new,
        filled=tuple(filled),
        past_same=same,
        past_kept=kept,
        rows_to_remove=removed,
        rows_to_add=tuple(added),
        fingerprint=frozenset([*removed, *(_key(d) for d in (*filled, *coming))]),
    )


def _past(
    base: Sequence[Row], new: Sequence[Duty], busy: Mapping[Line, list[Span]], now: datetime
) -> tuple[list[Duty], int, int]:
    """The past duties to fill in; how many are recorded already, and how many otherwise."""
    recorded = Counter(_key(duty) for _, duty in base if duty.end <= now)
    filled, same, kept = [], 0, 0
    for duty in new:
        if duty.end > now:
            continue
        if recorded[_key(duty)] > 0:
            recorded[_key(duty)] -= 1
            same += 1
        elif _free(busy.get(_line(duty), []), duty.start, duty.end):
            filled.append(duty)
        else:
            kept += 1
    return filled, same, kept


Span = tuple[datetime, datetime]


def _busy(duties: Iterable[Duty]) -> dict[Line, list[Span]]:
    """The time in which anybody is recorded, per roster: disjoint, in order."""
    found: dict[Line, list[Span]] = {}
    for duty in sorted(duties, key=lambda d: d.start):
        spans = found.setdefault(_line(duty), [])
        if spans and duty.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], duty.end))
        else:
            spans.append((duty.start, duty.end))
    return found


def _free(spans: Sequence[Span], start: datetime, end: datetime) -> bool:
    after = bisect_left(spans, end, key=lambda span: span[0])
    return after == 0 or spans[after - 1][1] <= start


def _from(duty: Duty, now: datetime) -> Duty:
    return duty if duty.start >= now else replace(duty, start=now)


def _line(duty: Duty) -> Line:
    return duty.unit, duty.role


def _key(duty: Duty) -> _Key:
    return duty.unit, duty.role, duty.person, duty.start, duty.end
