"""Who serves, as the API shows it: now, next, and over a stretch of time."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from web.shapes import Stamp


class ServingOut(BaseModel):
    """One person on duty."""

    role: str
    person: str
    until: Stamp | None
    phone: str
    source: str


class ComingOut(BaseModel):
    """One person who comes next."""

    role: str
    person: str
    start: Annotated[Stamp | None, Field(serialization_alias="from")]
    until: Stamp | None
    phone: str


class UnitDutyOut(BaseModel):
    """Who serves a unit at a moment, and who is next."""

    unit: str
    at: Stamp
    on_duty: list[ServingOut]
    next: list[ComingOut]


class AllDutyOut(BaseModel):
    """The same for every unit."""

    at: Stamp
    units: list[UnitDutyOut]


class SegmentOut(BaseModel):
    """The same people throughout; an uncovered one has none."""

    start: Stamp
    end: Stamp
    people: list[str]


class GapOut(BaseModel):
    """Nobody serves."""

    start: Stamp
    end: Stamp


class ScheduleOut(BaseModel):
    """A window tiled by segments."""

    unit: str
    role: str
    start: Annotated[Stamp, Field(serialization_alias="from")]
    end: Annotated[Stamp, Field(serialization_alias="to")]
    segments: list[SegmentOut]
    gaps: list[GapOut]
