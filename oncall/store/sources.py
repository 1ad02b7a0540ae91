"""Every source of a roster, read in one place: what the directory makes its rosters of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oncall.store import calendars, directory, overrides, rotations
from oncall.store.database import Tx
from rosters.sources import Sources


def read(tx: Tx, start: datetime, end: datetime, *, unit: str | None = None) -> Sources:
    """What all sources say of [start, end): of one unit, or of all."""
    uploaded = directory.duties_between(tx, start, end, unit=unit)
    return replace(around_uploads(tx, start, end, unit=unit), uploaded=uploaded)


def around_uploads(tx: Tx, start: datetime, end: datetime, *, unit: str | None = None) -> Sources:
    """The same without the uploaded duties, for whoever asks what others would make of it."""
    return Sources(
        rotations=rotations.versions(rotations.between(tx, start, end, unit=unit)),
        calendars=calendars.between(tx, start, end, unit=unit),
        overrides=overrides.effects(overrides.between(tx, start, end, unit=unit)),
    )


def units_of(tx: Tx, person: str, start: datetime, end: datetime) -> set[str]:
    """The units in which any source names this person for a time that touches [start, end)."""
    named = {duty.unit for duty in directory.duties_between(tx, start, end, person=person)}
    named |= {one.unit for one in overrides.between(tx, start, end, person=person)}
    named |= {row.duty.unit for row in calendars.between(tx, start, end, person=person)}
    return named | rotations.units_of(tx, person)
