"""Who comes on duty, when they are reminded, and until when they must have confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from oncall.core.worktime import at_wall
from rosters.holding import LONGEST_HOLD
from rosters.resolve import Roster

#: A reminder in the evening comes at least this long before the duty; else it is the day before's.
_EVENING_AT_LEAST = timedelta(hours=6)
_INSTANT = timedelta(microseconds=1)
EVERY_UNIT = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRules:
    """When those who come on duty are reminded; product rule 6 *(default)*."""

    #: On the evening before, by the wall clock; None: not at all.
    evening: time | None = time(18)
    #: And once more this long before the duty starts.
    before: timedelta = timedelta(minutes=30)
    #: Whoever has not confirmed by then is told to the leader.
    confirm_by: timedelta = timedelta(minutes=15)
    roles: tuple[str, ...] = ("primary", "deputy", "leader")
    #: Units that are not reminded at all.
    off: frozenset[str] = frozenset()
    #: Units whose relief must be taken over in words: until then whoever leaves stays on duty.
    #: EVERY_UNIT is all of them.
    hold: frozenset[str] = frozenset()
    #: And no longer than this.
    hold_for: timedelta = timedelta(minutes=30)

    def holds(self, unit: str, role: str | None = None) -> bool:
        """Whether this unit's relief must be taken over in words: in this role, or in any."""
        if unit in self.off or role not in (None, *self.roles):
            return False
        return unit in self.hold or EVERY_UNIT in self.hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody who comes on duty: not whoever was on duty just before, in the same role."""

    unit: str
    role: str
    person: str
    start: datetime
    end: datetime


def coming(roster: Roster, rules: HandoverRules, after: datetime, until: datetime) -> list[Shift]:
    """Who comes on duty later than ``after`` and no later than ``until``."""
    if roster.unit in rules.off:
        return []
    return [shift for role in rules.roles for shift in _of_role(roster, role, after, until)]


def still_comes(roster: Roster, shift: Shift) -> bool:
    """Whether the roster of now still has this person come on then."""
    before = roster.who(shift.role, shift.start - _INSTANT).people
    return shift.person in roster.who(shift.role, shift.start).people and (
        shift.person not in before
    )


def leaving(roster: Roster, shift: Shift) -> tuple[str, ...]:
    """Whom this shift relieves: who serves until it begins, and by plan no longer."""
    after = roster.who(shift.role, shift.start).people
    before = roster.who(shift.role, shift.start - _INSTANT).people
    return tuple(person for person in before if person not in after)


def hold_until(rules: HandoverRules, roster: Roster, shift: Shift) -> datetime | None:
    """Until when whoever leaves stays at the latest, if the relief must be taken over in words;
    None where they leave at once, or nobody does."""
    if not rules.holds(shift.unit) or not leaving(roster, shift):
        return None
    return shift.start + min(rules.hold_for, LONGEST_HOLD)


def reminders(rules: HandoverRules, start: datetime, now: datetime, zone: str) -> list[datetime]:
    """The moments of the reminders that still make sense; the last never falls away.

    ``zone`` is where the evening is.
    """
    last = max(start - rules.before, now)
    evening = _evening(rules, start, zone)
    return [evening, last] if evening is not None and now < evening < last else [last]


def check_at(rules: HandoverRules, start: datetime, now: datetime) -> datetime:
    """When a missing confirmation is told; before the start, however late the duty was given."""
    return max(start - rules.confirm_by, now + (start - now) / 2)


def _of_role(roster: Roster, role: str, after: datetime, until: datetime) -> Iterator[Shift]:
    segments = roster.schedule(role, after, until + _INSTANT)
    for before, segment in pairwise(segments):
        for person in segment.people:
            if person not in before.people:
                end = roster.who(role, segment.start).until or segment.end
                yield Shift(
                    unit=roster.unit, role=role, person=person, start=segment.start, end=end
                )


def _evening(rules: HandoverRules, start: datetime, zone: str) -> datetime | None:
    if rules.evening is None:
        return None
    day = start.astimezone(ZoneInfo(zone)).date()
    same = at_wall(day, rules.evening, zone)
    if same <= start - _EVENING_AT_LEAST:
        return same
    return at_wall(day - timedelta(days=1), rules.evening, zone)
