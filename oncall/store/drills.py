"""Drills: what was asked of whom, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, insert, not_, select, update

from oncall.core.drills import Check, Heard
from oncall.core.model import Channel
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.tables import drill_checks, drill_plans, drills, outbox

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One round of checks: of these ``units``, or of ``sample`` units at random."""

    id: int
    at: datetime
    minutes: int
    channel: Channel
    units: tuple[str, ...]
    sample: int | None
    created_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Checks that come again: a random moment between two wall clocks (minutes of the day)."""

    id: int
    every_days: int
    sample: int
    minutes: int
    channel: Channel
    after_minute: int
    before_minute: int
    created_by: str
    last_at: datetime | None


_DRILL = [drills.c[f.name] for f in fields(Drill)]
_CHECK = [drill_checks.c[f.name] for f in fields(Check)]
_PLAN = [drill_plans.c[f.name] for f in fields(Plan)]


def add(
    tx: Tx,
    *,
    at: datetime,
    minutes: int,
    channel: Channel,
    units: Sequence[str],
    sample: int | None,
    by: str,
    now: datetime,
) -> int:
    """A new drill; its number."""
    row = tx.conn.execute(
        insert(drills)
        .values(
            at=at,
            minutes=minutes,
            channel=channel,
            units=dumps(list(units)),
            sample=sample,
            created_by=by[:_LONGEST_NAME],
            created_at=now,
        )
        .returning(drills.c.id)
    )
    return int(row.scalar_one())


def one(tx: Tx, number: int) -> Drill | None:
    """A drill by its number."""
    found = _drills(tx, drills.c.id == number, 1)
    return found[0] if found else None


def listed(tx: Tx, limit: int) -> list[Drill]:
    """Drills, the newest first."""
    return _drills(tx, None, limit)


def _drills(tx: Tx, where: Any, limit: int) -> list[Drill]:
    query = select(*_DRILL).order_by(drills.c.at.desc(), drills.c.id.desc()).limit(limit)
    rows = tx.conn.execute(query if where is None else query.where(where))
    return [
        Drill(
            **{
                **row._mapping,
                "channel": Channel(row.channel),
                "units": tuple(msgspec.json.decode(row.units)),
            }
        )
        for row in rows
    ]


def close(tx: Tx, number: int, now: datetime) -> None:
    """The time of a drill is over."""
    tx.conn.execute(update(drills).where(drills.c.id == number).values(closed_at=now))


def ask(
    tx: Tx,
    drill: int,
    unit: str,
    person: str | None,
    name: str | None,
    state: Heard,
    now: datetime,
    until: datetime,
) -> int:
    """One check; its number."""
    row = tx.conn.execute(
        insert(drill_checks)
        .values(
            drill=drill,
            unit=unit,
            person=person,
            name=name[:_LONGEST_NAME] if name else None,
            state=state,
            asked_at=now,
            until=until,
        )
        .returning(drill_checks.c.id)
    )
    return int(row.scalar_one())


def settle(tx: Tx, check: int, state: Heard, answered_at: datetime | None = None) -> None:
    """What came of one check."""
    tx.conn.execute(
        update(drill_checks)
        .where(drill_checks.c.id == check)
        .values(state=state, answered_at=answered_at)
    )


def checks_of(tx: Tx, drill: int) -> list[Check]:
    """All checks of a drill."""
    return _checks(tx, drill_checks.c.drill == drill)


def unheard(tx: Tx, people: Collection[str], since: datetime) -> list[Check]:
    """What these people were asked since then and have not answered."""
    c = drill_checks.c
    silent = c.state.in_((Heard.ASKED, Heard.MISSED))
    return _checks(tx, and_(c.person.in_(sorted(people)), silent, c.asked_at >= since))


def between(tx: Tx, start: datetime, end: datetime, unit: str | None) -> list[Check]:
    """Checks of a window, of one unit or of all."""
    c = drill_checks.c
    where = and_(c.asked_at >= start, c.asked_at < end)
    return _checks(tx, where if unit is None else and_(where, c.unit == unit))


def _checks(tx: Tx, where: Any) -> list[Check]:
    query = select(*_CHECK).where(where).order_by(drill_checks.c.id)
    return [Check(**{**row._mapping, "state": Heard(row.state)}) for row in tx.conn.execute(query)]


def failed_keys(tx: Tx, keys: Collection[str]) -> set[str]:
    """Which of these messages will never arrive; a call that just nobody took is not among them."""
    c = outbox.c
    # A call taken by the provider that ended without a fault: it rang.
    rang = and_(c.channel == Channel.VOICE, c.provider_id.is_not(None), c.code.is_(None))
    where = and_(c.key.in_(sorted(keys)), c.state == "failed", not_(rang))
    return set(tx.conn.execute(select(c.key).where(where)).scalars())


def add_plan(tx: Tx, **values: Any) -> int:
    """A plan that brings drills from now on; its number."""
    row = tx.conn.execute(insert(drill_plans).values(**values).returning(drill_plans.c.id))
    return int(row.scalar_one())


def plans(tx: Tx) -> list[Plan]:
    """The plans in force."""
    query = select(*_PLAN).where(drill_plans.c.ended.is_(False)).order_by(drill_plans.c.id)
    return [
        Plan(**{**row._mapping, "channel": Channel(row.channel)}) for row in tx.conn.execute(query)
    ]


def planned(tx: Tx, plan: int, at: datetime) -> None:
    """A plan's next drill was booked for this moment."""
    tx.conn.execute(update(drill_plans).where(drill_plans.c.id == plan).values(last_at=at))


def end_plan(tx: Tx, plan: int) -> bool:
    """No more drills by a plan; False when there is none."""
    c = drill_plans.c
    done = tx.conn.execute(
        update(drill_plans).where(and_(c.id == plan, c.ended.is_(False))).values(ended=True)
    )
    return done.rowcount == 1
