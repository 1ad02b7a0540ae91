"""Is every minute of every unit covered? Read for the command line, the doors, the warnings and the
proof alike; `rosters.coverage` decides what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall.config import Settings
from oncall.core.errors import Fault, Invalid
from oncall.core.needs import Needs, Rules, closed_spans, read_rules
from oncall.directory import Snapshot, roster_between
from oncall.store import contacts
from oncall.store.database import Tx
from oncall.store.directory import Unit
from rosters.coverage import Day, Lack, Weakness, Why, days, lacks, seconds
from rosters.model import Span
from rosters.resolve import Roster

#: A snapshot's rosters answer this near to the moment it was made; beyond, the rows are read.
_NEAR_BACK, _NEAR_AHEAD = timedelta(hours=20), timedelta(days=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCover:
    """One role of one unit over a window."""

    role: str
    #: When nobody serves who has a number that works.
    lacks: tuple[Lack, ...]
    days: tuple[Day, ...]
    #: When somebody serves, but nobody with a number that lately proved to work.
    unproven: tuple[Lack, ...] = ()

    @property
    def needed(self) -> float:
        """Seconds in which somebody must be there."""
        return sum(day.needed for day in self.days)

    @property
    def held(self) -> float:
        """Seconds of them in which somebody who counts is."""
        return sum(day.held for day in self.days)

    @property
    def proven(self) -> float:
        """Seconds of those in which somebody is whose number lately proved to work."""
        return self.held - sum(seconds(lack.start, lack.end) for lack in self.unproven)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCover:
    """What one unit must have over a window, and what it has."""

    unit: str
    roles: tuple[RoleCover, ...]

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """All that is missing, by start."""
        found = [lack for role in self.roles for lack in role.lacks]
        return tuple(sorted(found, key=lambda lack: lack.start))

    @property
    def whole(self) -> bool:
        """Whether every minute is covered."""
        return not any(role.lacks for role in self.roles)

    @property
    def proven(self) -> bool:
        """Whether every minute is covered by somebody whose number lately proved to work."""
        return self.whole and not any(role.unproven for role in self.roles)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The people because of whom it is not, each once."""
        return tuple(
            dict.fromkeys(
                person for role in self.roles for lack in role.unproven for person in lack.people
            )
        )


class Coverage:
    """Knows what each unit must have; asks the rosters whether it does."""

    def __init__(self, rules: Rules, zone: ZoneInfo) -> None:
        self.rules = rules
        self.zone = zone

    def needs(self, snapshot: Snapshot, unit: Unit) -> Needs:
        """What a unit must have."""
        return self.rules.needs(unit.code, unit.kind, snapshot.book)

    def survey(
        self,
        tx: Tx,
        snapshot: Snapshot,
        units: Sequence[str],
        start: datetime,
        end: datetime,
        *,
        roles: Sequence[str] = (),
        now: datetime | None = None,
    ) -> list[UnitCover]:
        """Each unit's window, in the order given; a unit that does not exist then is left out.

        ``roles`` instead of those the unit needs. ``now`` is when proofs of numbers must still
        hold, if not when the snapshot was made. ValueError where start is not before end.
        """
        found = []
        weak = self.weakness(tx, snapshot, snapshot.made_at if now is None else now)
        for code in units:
            unit = snapshot.units[code]
            span = self._existing(unit, start, end)
            if span is not None:
                found.append(self._one(tx, snapshot, unit, *span, roles, weak))
        return found

    def weakness(self, tx: Tx, snapshot: Snapshot, now: datetime) -> Weakness:
        """What is wrong with a person, by their contact card as it is at ``now``."""
        proofs = contacts.proven(tx) if self.rules.proven_days else {}
        since = now - timedelta(days=self.rules.proven_days)

        def wrong(person: str) -> Why | None:
            known = snapshot.people.get(person)
            if known is None or not known.active:
                return Why.LEFT
            marked = snapshot.flags.get(person, {})
            lines = [x for x in snapshot.lines(person) if (x.address, x.channel) not in marked]
            if not lines:
                return Why.UNREACHABLE
            mine = proofs.get(person, {})
            lately = (mine.get((line.address, line.channel)) for line in lines)
            if self.rules.proven_days and not any(at is not None and at > since for at in lately):
                return Why.UNPROVEN
            return None

        return wrong

    def _one(
        self,
        tx: Tx,
        snapshot: Snapshot,
        unit: Unit,
        start: datetime,
        end: datetime,
        roles: Sequence[str],
        weak: Weakness,
    ) -> UnitCover:
        needs = self.needs(snapshot, unit)
        closed = closed_spans(needs.closed, start, end, snapshot.calendar, self.zone)
        roster = roster_of(tx, snapshot, unit.code, start, end)
        covers = []
        for role in roles or needs.roles:
            found = lacks(roster, unit.code, role, start, end, weakness=weak, closed=closed)
            missing = tuple(lack for lack in found if lack.why is not Why.UNPROVEN)
            per_day = days(missing, start, end, self.zone, closed)
            covers.append(
                RoleCover(
                    role=role,
                    lacks=missing,
                    days=tuple(per_day),
                    unproven=tuple(lack for lack in found if lack.why is Why.UNPROVEN),
                )
            )
        return UnitCover(unit=unit.code, roles=tuple(covers))

    def _existing(self, unit: Unit, start: datetime, end: datetime) -> Span | None:
        """The part of a window in which the unit exists; ``valid_to`` is its first day no more."""
        first = max(start, self._midnight(unit.valid_from)) if unit.valid_from else start
        last = min(end, self._midnight(unit.valid_to)) if unit.valid_to else end
        return (first, last) if seconds(first, last) else None

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def roster_of(tx: Tx, snapshot: Snapshot, unit: str, start: datetime, end: datetime) -> Roster:
    """A unit's roster for a window: the compiled one where it reaches, else read anew."""
    near = snapshot.made_at - _NEAR_BACK <= start and end <= snapshot.made_at + _NEAR_AHEAD
    return snapshot.roster(tx, unit) if near else roster_between(tx, unit, start, end)


def coverage_of(settings: Settings) -> Coverage:
    """The rules of the coverage file that the settings name, else the defaults.

    Raises Invalid with every fault of the file.
    """
    if not settings.coverage:
        return Coverage(Rules(), settings.zone)
    path = Path(settings.coverage)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        fault = Fault(where=str(path), code="coverage_unreadable", value=str(exc))
        raise Invalid([fault]) from exc
    rules, faults = read_rules(text, str(path))
    if rules is None:
        raise Invalid(faults)
    return Coverage(rules, settings.zone)
