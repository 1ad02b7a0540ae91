"""Steps of a change of duty, each in the name of somebody, the world at rest after each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from oncall import duty_changes
from oncall.duty_changes import By, Outcome, Stage
from oncall.store.database import Tx
from rosters.changes import Verb
from tests.county import CITY, ZONE, person_id
from tests.world import World


def at(day: int, hour: int) -> datetime:
    """An hour in November, as the wall shows it."""
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def do(
    world: World, act: Callable[[Stage], Outcome], by: str | None = None, *, free: bool = False
) -> Outcome:
    """One step, in the name of whoever has this number; the world then comes to rest."""
    with world.app.db.begin() as tx:
        done = act(stage_of(world, tx, by, free=free))
    world.settle()
    return done


def stage_of(world: World, tx: Tx, by: str | None, *, free: bool) -> Stage:
    return Stage(
        tx=tx,
        snapshot=world.app.directory.at(tx, world.now),
        now=world.now,
        by=By(account="test", person=person_id(by) if by else None, free=free),
        notices=world.app.notices,
        zone=ZONE,
        office=world.app.coverage.rules.office,
    )


def act(world: World, number: int, verb: Verb, by: str | None, *, free: bool = False) -> Outcome:
    """One verb."""
    return do(world, lambda s: duty_changes.act(s, number, verb), by, free=free)


def who(world: World, moment: datetime, unit: str = CITY, role: str = "primary") -> list[str]:
    """Who serves then."""
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        people = snapshot.roster(tx, unit).who(role, moment).people
        return [snapshot.people[one].name for one in people]
