"""The proof of coverage 值守证明: dated, unit by unit, with every exception to the second.

It says what the rosters and the contact cards say at one moment; whoever reads it later sees of
when it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from oncall.core.words import N_, Text
from oncall.core.words import role as role_word
from oncall.coverage import Coverage, UnitCover
from oncall.directory import Snapshot, names
from oncall.papers.press import printed
from oncall.store import contacts
from oncall.store.database import Tx
from rosters.coverage import Lack, Why, seconds

#: Days beside each other on one heat map.
_WIDE = 31

WHY: Mapping[Why, str] = {
    Why.NOBODY: N_("nobody on the roster"),
    Why.LEFT: N_("only people who have left"),
    Why.UNREACHABLE: N_("nobody with a number"),
    Why.UNPROVEN: N_("nobody with a proven number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found, when, over which time, and which state of the directory it speaks of."""

    made_at: datetime
    version: int
    start: datetime
    end: datetime
    units: tuple[UnitCover, ...]
    #: How old a proof of a number may be; 0: none is asked for.
    proven_days: int = 0
    #: Person -> when a number of theirs last proved to work, if ever.
    proofs: Mapping[str, datetime | None] = field(default_factory=dict)

    @property
    def needed(self) -> float:
        """Seconds in which somebody must be there, over all units and roles."""
        return sum(role.needed for unit in self.units for role in unit.roles)

    @property
    def held(self) -> float:
        """Seconds of them in which somebody who can be reached is."""
        return sum(role.held for unit in self.units for role in unit.roles)

    @property
    def proven(self) -> float:
        """Seconds of those in which somebody is whose number lately proved to work."""
        return sum(role.proven for unit in self.units for role in unit.roles)

    @property
    def verified(self) -> int:
        """How many units are covered to the minute by people with a proven number."""
        return sum(unit.proven for unit in self.units)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Everybody whose number must be proven for the rest, each once."""
        return tuple(dict.fromkeys(person for unit in self.units for person in unit.doubtful))

    @property
    def share(self) -> float:
        """值守覆盖率, from 0 to 1."""
        return self.held / self.needed if self.needed else 1.0

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """Every exception, unit by unit."""
        return tuple(lack for unit in self.units for lack in unit.lacks)

    @property
    def whole(self) -> int:
        """How many units are covered to the minute."""
        return sum(unit.whole for unit in self.units)


def prove(
    tx: Tx,
    snapshot: Snapshot,
    coverage: Coverage,
    codes: Sequence[str],
    start: datetime,
    end: datetime,
    now: datetime,
) -> Proof:
    """The statement about these units (none: all) over [start, end), made ``now``."""
    units = coverage.survey(tx, snapshot, units_of(snapshot, codes), start, end, now=now)
    return Proof(
        made_at=now,
        version=snapshot.version,
        start=start,
        end=end,
        units=tuple(units),
        proven_days=coverage.rules.proven_days,
        proofs=contacts.last_proven(tx),
    )


def as_json(proof: Proof, snapshot: Snapshot, stamp: Callable[[datetime], str]) -> dict[str, Any]:
    """The proof as plain values; shares are rounded down, so that 1 means every second."""
    return {
        "made_at": stamp(proof.made_at),
        "directory": proof.version,
        "from": stamp(proof.start),
        "to": stamp(proof.end),
        "summary": {
            "units": len(proof.units),
            "whole": proof.whole,
            "exceptions": len(proof.lacks),
            "needed_minutes": _minutes(proof.needed),
            "held_minutes": _minutes(proof.held),
            "share": _share(proof.share),
            "proven_days": proof.proven_days,
            "proven_units": proof.verified,
            "proven_minutes": _minutes(proof.proven),
            "proven_share": _share(proof.proven / proof.needed if proof.needed else 1.0),
            "unproven_people": len(proof.doubtful),
        },
        "units": [
            {
                "unit": unit.unit,
                "whole": unit.whole,
                "proven": unit.proven,
                "unproven_people": [
                    {
                        "person": name,
                        "last_proven": stamp(last) if (last := proof.proofs.get(one)) else None,
                    }
                    for one, name in zip(unit.doubtful, names(unit.doubtful, snapshot), strict=True)
                ],
                "roles": [
                    {
                        "role": role.role,
                        "needed_minutes": _minutes(role.needed),
                        "held_minutes": _minutes(role.held),
                        "proven_minutes": _minutes(role.proven),
                        "exceptions": [_shown(lack, snapshot, stamp) for lack in role.lacks],
                        "unproven": [_shown(lack, snapshot, stamp) for lack in role.unproven],
                        "days": [
                            {"day": day.day.isoformat(), "share": _share(day.share)}
                            for day in role.days
                        ],
                    }
                    for role in unit.roles
                ],
            }
            for unit in proof.units
        ],
    }


def _shown(lack: Lack, snapshot: Snapshot, stamp: Callable[[datetime], str]) -> dict[str, object]:
    return {
        "start": stamp(lack.start),
        "end": stamp(lack.end),
        "why": lack.why.value,
        "people": names(lack.people, snapshot),
    }


def as_page(proof: Proof, snapshot: Snapshot, lang: str, zone: ZoneInfo, t: Text) -> bytes:
    """The same to print and to sign."""
    by_day = {unit.unit: _by_day(unit) for unit in proof.units}
    days = sorted({day for found in by_day.values() for day in found})
    maps = [days[first : first + _WIDE] for first in range(0, len(days), _WIDE)]
    return printed(
        "proof.html",
        lang,
        {
            "proof": proof,
            "percent": _percent,
            "name": lambda code: snapshot.unit_name(code, lang),
            "role": lambda word: role_word(t, word),
            "why": lambda lack: t(WHY[lack.why]),
            "people": lambda lack: t(N_(", ")).join(names(lack.people, snapshot)),
            "doubts": lambda unit: t(N_(", ")).join(
                _doubt(t, name, proof.proofs.get(one), zone)
                for one, name in zip(unit.doubtful, names(unit.doubtful, snapshot), strict=True)
            ),
            "part": _percent_of,
            "hours": lambda lack: f"{seconds(lack.start, lack.end) / 3600:.1f}",
            "wall": lambda moment: moment.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            "maps": maps,
            "share": lambda unit, day: by_day[unit].get(day),
        },
    )


def _doubt(t: Text, name: str, last: datetime | None, zone: ZoneInfo) -> str:
    """A name, with the day of the last proof where there was one."""
    if last is None:
        return name
    day = last.astimezone(zone).strftime("%Y-%m-%d")
    return t(N_("{name} (last {day})")).format(name=name, day=day)


def _percent_of(unit: UnitCover) -> str:
    needed = sum(role.needed for role in unit.roles)
    return _percent(sum(role.proven for role in unit.roles) / needed if needed else 1.0)


def _by_day(unit: UnitCover) -> dict[date, float]:
    """Of each day the share of its worst role."""
    found: dict[date, float] = {}
    for role in unit.roles:
        for day in role.days:
            found[day.day] = min(found.get(day.day, 1.0), day.share)
    return found


def _minutes(length: float) -> int:
    return int(length // 60)


def _share(share: float) -> float:
    return int(share * 10_000) / 10_000


def _percent(share: float, digits: int = 0) -> str:
    """Rounded down: 100 is said of nothing less."""
    scale = 10**digits
    return f"{int(share * 100 * scale) / scale:.{digits}f}"


def units_of(snapshot: Snapshot, codes: Sequence[str]) -> list[str]:
    """Those asked for, else every unit; the call desks first."""
    chosen = codes or list(snapshot.units)
    return sorted(chosen, key=lambda code: (snapshot.units[code].kind != "desk", code))
