"""Hold-over 留岗: whoever should have left stays on duty until the relief takes over, or a bound.

Rule 1: a hold ends by itself, so nobody is held for ever; and whoever is kept off by one is kept
off only while somebody else stays for them, so nobody is missing.
Rule 2: nothing is held before its moment: what is planned stays what is shown of the future.

It acts on duties that are settled from every source, and what comes out is asked through
`rosters.resolve` like any other duties.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from rosters.compose import Line, left_of, union
from rosters.model import Duty, Span
from rosters.resolve import Roster, compile_roster

#: Nobody is held over for longer, whatever was asked for.
LONGEST_HOLD = timedelta(hours=2)
#: What the source of a held duty begins with, as `who` tells it: "holdover 12".
HOLDOVER = "holdover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One relief that must be taken over in words: ``person`` comes at ``start``, and does not
    serve before ``until``, the moment at which they took over, or the bound."""

    id: int
    unit: str
    role: str
    person: str
    start: datetime
    until: datetime


def hold_over(duties: Iterable[Duty], holds: Iterable[Hold], now: datetime) -> list[Duty]:
    """The duties as they are really served, by what is known at ``now``; of any number of units.

    A hold counts where its person relieves somebody: where nobody leaves, or the roster no longer
    has them come then, nothing is held.
    """
    lines: dict[Line, list[Hold]] = {}
    for hold in holds:
        if hold.start <= now and hold.start < hold.until:
            lines.setdefault((hold.unit, hold.role), []).append(hold)
    if not lines:
        return list(duties)
    found: list[Duty] = []
    held: dict[Line, list[Duty]] = {line: [] for line in lines}
    for duty in duties:
        held.get((duty.unit, duty.role), found).append(duty)
    for line, own in held.items():
        found += _served(own, lines[line])
    return found


def held_roster(planned: Roster, holds: Sequence[Hold], now: datetime) -> Roster:
    """The same of a compiled roster, which is given back as it is where nothing is held."""
    if not any(hold.start <= now for hold in holds):
        return planned
    return compile_roster(hold_over(planned.all_duties, holds, now))


def is_held(source: str) -> bool:
    """Whether a duty of this source is one that a hold prolongs."""
    word, _, number = source.partition(" ")
    return word == HOLDOVER and number.isdecimal()


def _served(duties: Sequence[Duty], holds: Sequence[Hold]) -> list[Duty]:
    """One role: whoever leaves goes on until the last who relieves them has taken over."""
    kept_off: dict[str, list[Span]] = {}
    prolonged: list[Duty] = []
    by_start: dict[datetime, list[Hold]] = {}
    for hold in holds:
        by_start.setdefault(hold.start, []).append(hold)
    for start, coming in sorted(by_start.items()):
        before = {d.person: d for d in duties if d.start < start <= d.end}
        after = {d.person for d in duties if d.start <= start < d.end}
        leaving = [duty for person, duty in before.items() if person not in after]
        late = [h for h in coming if h.person in after and h.person not in before]
        if not leaving or not late:
            continue
        last = max(late, key=lambda hold: (hold.until, hold.id))
        source = f"{HOLDOVER} {last.id}"
        for duty in leaving:
            stays = replace(duty, start=start, end=last.until, source=source, cut_from=None)
            # Who never took over does not stay either, while somebody stays for them; only an
            # earlier hold may say so, else two could wait for each other and nobody serve.
            prolonged += left_of(stays, union(kept_off.get(duty.person, ())))
        for hold in late:
            kept_off.setdefault(hold.person, []).append((hold.start, hold.until))
    served = (left_of(duty, union(kept_off.get(duty.person, ()))) for duty in duties)
    return [*chain.from_iterable(served), *prolonged]
