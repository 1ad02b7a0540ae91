"""What is to go wrong, and how much of it: numbers, and a seed from which all the rest follows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifiers.emulation import FaultKind
from notifiers.twilio.emulator_script import Callbacks, Fault
from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Person, Unit
from rosters.model import Duty
from tests.county import put_duties

#: Shares of urgencies, and of matters that nobody ever answers.
URGENCIES = ("critical", *["urgent"] * 6, *["routine"] * 3)
UNANSWERED = 0.2
_ROLES = ("primary", "deputy", "leader")

#: The provider as it is for a while. None: well.
MOODS: tuple[tuple[Fault, ...] | None, ...] = (
    None,
    None,
    (Fault(kind=FaultKind.HANG, times=6),),
    (Fault(kind=FaultKind.REFUSE, code=20500, times=30),),
    (Fault(kind=FaultKind.THROTTLE, retry_after=1, times=20),),
    (Fault(kind=FaultKind.ACCEPT_THEN_DROP, times=12),),
    (Fault(kind=FaultKind.ACCEPT_THEN_HANG, times=4),),
    (Fault(kind=FaultKind.CRASH, times=10),),
    (Fault(kind=FaultKind.GARBAGE, times=10),),
)
#: Everything at once refuses, for as long as it lasts.
DOWN = (Fault(kind=FaultKind.REFUSE, code=20503),)
#: Receipts as they come for a while: none at all, late, twice, the last first.
RECEIPTS = (
    Callbacks(off=True),
    Callbacks(off=True),
    Callbacks(off=True),
    Callbacks(delay=1.5),
    Callbacks(copies=2, reorder=True),
    Callbacks(delay=0.5, copies=3, reorder=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run. Real seconds, except ``down`` and what the shared clock makes of ``speed``."""

    seed: int
    pages: int
    kills: int
    nodes: int = 1
    units: int = 40
    #: How many times as fast as the machine's clock everything happens.
    speed: float = 12.0
    #: Between one kill and the next, at most.
    pause: float = 1.6
    #: How long the provider is down, by the shared clock.
    down: timedelta = timedelta(minutes=2)
    #: How long after an ack a message that was on its way may still arrive.
    grace: float = 2.0

    def chance(self) -> random.Random:
        """Where everything that is left to chance comes from."""
        return random.Random(self.seed)


def furnish(db: Database, plan: Plan, now: datetime) -> list[str]:
    """So many units with three people on duty each; gives their codes."""
    codes = [f"CHAOS-{i:03}" for i in range(plan.units)]
    month = timedelta(days=15)
    with db.begin() as tx:
        directory.put_units(tx, [Unit(code=c, name_zh=f"第{i}所") for i, c in enumerate(codes)])
        directory.put_people(tx, list(_people(codes)))
        duties = [
            Duty(
                unit=person.unit,
                role=person.id.rpartition("-")[2],
                person=person.id,
                start=now - month,
                end=now + month,
                source="chaos",
            )
            for person in _people(codes)
        ]
        put_duties(tx, duties, now)
    return codes


def _people(codes: list[str]) -> Iterator[Person]:
    for i, code in enumerate(codes):
        for j, role in enumerate(_ROLES):
            yield Person(
                id=f"{code.lower()}-{role}",
                unit=code,
                name=f"员{i:02}{j}",
                mobile=f"139000000{(3 * i + j) % 100:02}",
            )
