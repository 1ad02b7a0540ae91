"""What the API answers about coverage and load, field by field."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from web.shapes import Stamp


class WindowOut(BaseModel):
    """From when until when, half-open."""

    start: Annotated[Stamp, Field(serialization_alias="from")]
    end: Annotated[Stamp, Field(serialization_alias="to")]


class HoleOut(BaseModel):
    """Time in which nobody holds a role that the unit needs."""

    unit: str
    role: str
    start: Stamp
    end: Stamp


class GapsOut(WindowOut):
    """Every gap of the window, unit by unit."""

    gaps: list[HoleOut]


class ExceptionOut(BaseModel):
    """Time that is not covered, why, and who stands on the roster all the same."""

    start: Stamp
    end: Stamp
    why: str
    people: list[str]


class DayShareOut(BaseModel):
    """How much of a day is covered, from 0 to 1, rounded down."""

    day: str
    share: float


class RoleProofOut(BaseModel):
    """One role a unit needs."""

    role: str
    needed_minutes: int
    held_minutes: int
    proven_minutes: int
    exceptions: list[ExceptionOut]
    unproven: list[ExceptionOut]
    days: list[DayShareOut]


class UnprovenOut(BaseModel):
    """Somebody none of whose numbers proved to work of late."""

    person: str
    last_proven: Stamp | None


class UnitProofOut(BaseModel):
    """One unit; whole is covered at every minute, proven by people whose numbers proved to work."""

    unit: str
    whole: bool
    proven: bool
    unproven_people: list[UnprovenOut]
    roles: list[RoleProofOut]


class ProofSumOut(BaseModel):
    """The statement in figures; a share of 1 means every second."""

    units: int
    whole: int
    exceptions: int
    needed_minutes: int
    held_minutes: int
    share: float
    #: Within so many days a number must have proved to work; and the same figures of those.
    proven_days: int
    proven_units: int
    proven_minutes: int
    proven_share: float
    unproven_people: int


class ProofOut(WindowOut):
    """A dated statement; `directory` is the state of the records it speaks of."""

    made_at: Stamp
    directory: int
    summary: ProofSumOut
    units: list[UnitProofOut]


class LoadOut(BaseModel):
    """What one person carries, wherever they serve; warnings are codes."""

    person: str
    unit: str
    hours: float
    by_role: dict[str, float]
    nights: int
    nights_running: int
    weekend_hours: float
    holiday_hours: float
    longest_hours: float
    pages: int
    night_pages: int
    warnings: list[str]


class LoadsOut(WindowOut):
    """Those with the most hours first."""

    people: list[LoadOut]
