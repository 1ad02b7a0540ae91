"""The proof of coverage 值守证明: dated, unit by unit, with every exception to the second.

It says what the rosters and the contact cards say at one moment; whoever reads it later sees of
when it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from oncall.core.words import N_, Text
from oncall.core.words import role as role_word
from oncall.coverage import UnitCover
from oncall.directory import Snapshot, names
from oncall.papers.press import printed
from rosters.coverage import Lack, Why, seconds

#: Days beside each other on one heat map.
_WIDE = 31

WHY: Mapping[Why, str] = {
    Why.NOBODY: N_("nobody on the roster"),
    Why.LEFT: N_("only people who have left"),
    Why.UNREACHABLE: N_("nobody with a number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found, when, over which time, and which state of the directory it speaks of."""

    made_at: datetime
    version: int
    start: datetime
    end: datetime
    units: tuple[UnitCover, ...]

    @property
    def needed(self) -> float:
        """Seconds in which somebody must be there, over all units and roles."""
        return sum(role.needed for unit in self.units for role in unit.roles)

    @property
    def held(self) -> float:
        """Seconds of them in which somebody who can be reached is."""
        return sum(role.held for unit in self.units for role in unit.roles)

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
        },
        "units": [
            {
                "unit": unit.unit,
                "whole": unit.whole,
                "roles": [
                    {
                        "role": role.role,
                        "needed_minutes": _minutes(role.needed),
                        "held_minutes": _minutes(role.held),
                        "exceptions": [
                            {
                                "start": stamp(lack.start),
                                "end": stamp(lack.end),
                                "why": lack.why.value,
                                "people": names(lack.people, snapshot),
                            }
                            for lack in role.lacks
                        ],
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
            "hours": lambda lack: f"{seconds(lack.start, lack.end) / 3600:.1f}",
            "wall": lambda moment: moment.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            "maps": maps,
            "share": lambda unit, day: by_day[unit].get(day),
        },
    )


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
