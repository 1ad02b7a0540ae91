"""Reachability checks over HTTP: book one, and read the scorecard by unit."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from oncall.core.drills import Score, scores
from oncall.core.model import Channel
from oncall.store import drills as rows
from web import bodies
from web.api import PREFIX, PROBLEMS, own
from web.bodies import Moment, UnitCode
from web.door import Caller, TheDoor, calling
from web.roles import Call

router = APIRouter(prefix=PREFIX, tags=["drills"], responses=PROBLEMS)

_MONTH = timedelta(days=30)


class DrillIn(bodies.Body):
    """Which units (none: all), or how many at random; when, and what counts as in time."""

    units: list[UnitCode] = Field(default=[], max_length=1000)
    sample: Annotated[int | None, Field(ge=1, le=10_000)] = None
    at: Moment | None = None
    minutes: Annotated[int, Field(ge=1, le=120)] = 10
    channel: Literal["sms", "voice"] = "sms"
    #: How many units that is: needed to ask many, unless they are drawn at random.
    count: Annotated[int | None, Field(ge=1, le=10_000)] = None


class DrillOut(BaseModel):
    """A drill that was booked."""

    id: int


class ScoresQuery(bodies.Body):
    """The window (the last 30 days), and one unit or all."""

    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None
    unit: UnitCode | None = None


class ScoreOut(BaseModel):
    """One unit's drills; `rate` is answered in time of all that were asked."""

    unit: str
    asked: int
    in_time: int
    late: int
    rate: float
    median_seconds: int | None
    missed: list[str]
    dead: list[str]
    #: How often nobody was on duty who could be asked.
    nobody: int


class ScoresOut(BaseModel):
    """The worst first."""

    units: list[ScoreOut]


@router.post("/drills", status_code=201)
def hold(
    body: DrillIn,
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.HAND_OVER)],
) -> DrillOut:
    """Ask whoever is on duty for a sign of life."""
    number = door.app.drills.new(
        body.units,
        caller.account.name,
        door.now(),
        at=body.at,
        sample=body.sample,
        minutes=body.minutes,
        channel=Channel(body.channel),
        count=body.count,
    )
    return DrillOut(id=number)


@router.get("/drills/scores")
def scorecard(
    query: Annotated[ScoresQuery, Query()],
    door: TheDoor,
    caller: Annotated[Caller, calling(Call.READ_TRANSFERS)],
) -> ScoresOut:
    """Who could be reached, by unit."""
    end = query.end or door.now()
    start = query.start or end - _MONTH
    with door.app.db.read() as tx:
        found = scores(rows.between(tx, start, end, own(caller, query.unit)))
    return ScoresOut(units=[_score(one) for one in found])


def _score(one: Score) -> ScoreOut:
    return ScoreOut(
        unit=one.unit,
        asked=one.asked,
        in_time=one.in_time,
        late=one.late,
        rate=round(one.rate, 4),
        median_seconds=one.seconds,
        missed=list(one.missed),
        dead=list(one.dead),
        nobody=one.nobody,
    )
