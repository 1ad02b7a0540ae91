"""What rosters are made of: holiday tables, calendars that others keep, people who have left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from oncall.admin.findings import Finding, Level
from oncall.calendars import STALE
from oncall.core.words import N_
from oncall.store import calendars, directory, holidays, overrides, rotations
from oncall.store.database import Tx

#: Who has left and is still planned in this time should not be.
_AHEAD = timedelta(days=60)
_NAMED = 5
#: From this month on the next year's holidays are usually announced.
_NOTICE_MONTH = 11


def look(tx: Tx, now: datetime) -> Iterator[Finding]:
    """Everything about the sources of rosters."""
    yield from _holidays(tx, now)
    yield from _calendars(tx, now)
    yield from _left(tx, now)


def _holidays(tx: Tx, now: datetime) -> Iterator[Finding]:
    """This year's table counts today; the next one can be had once its notice is out."""
    have = {one.day.year for one in holidays.every(tx)}
    this, coming = now.year, now.year + 1
    years = {"year": str(this), "next": str(coming)}
    if this not in have:
        yield Finding(
            what="holidays",
            level=Level.WARNING,
            said=N_(
                "There is no holiday table for {year}: Monday to Friday count as working days, "
                "make-up days and holidays are not known."
            ),
            mend=N_("Import it with `oncall holiday import FILE`."),
            params=years,
        )
    if coming not in have and now.month >= _NOTICE_MONTH:
        yield Finding(
            what="holidays",
            level=Level.WARNING,
            said=N_(
                "There is no holiday table for {next} yet: from 1 January on only Monday to Friday "
                "would count as working days."
            ),
            mend=N_(
                "The State Council's notice for a year comes out in the November before; once it "
                "is there, `oncall holiday import FILE`."
            ),
            params=years,
        )
    elif this in have:
        said = (
            N_("The holiday tables of this year and the next are there.")
            if coming in have
            else N_("The holiday table of {year} is there; that of {next} is due in November.")
        )
        yield Finding(what="holidays", level=Level.OK, said=said, params=years)


def _calendars(tx: Tx, now: datetime) -> Iterator[Finding]:
    kept = calendars.every(tx)
    stale = [one for one in kept if one.failure is not None and now - one.read_at > STALE]
    for one in stale:
        yield Finding(
            what="calendars",
            level=Level.WARNING,
            said=N_("Calendar {id} of {unit} could not be read for {hours} hours."),
            mend=N_("`oncall calendar list` says why; what was read last stays in force."),
            params={
                "id": str(one.id),
                "unit": one.unit,
                "hours": str((now - one.read_at) // timedelta(hours=1)),
            },
        )
    if kept and not stale:
        said = N_("Every calendar that others keep could be read.")
        yield Finding(what="calendars", level=Level.OK, said=said)


def _left(tx: Tx, now: datetime) -> Iterator[Finding]:
    """People who left, but stand in a rotation or an override: they give no cover."""
    gone = {p.id: f"{p.name} ({p.unit})" for p in directory.all_people(tx) if not p.active}
    planned = {
        person
        for stored in rotations.current(tx)
        for rule in stored.version.rules
        for group in rule.groups
        for person in group
    }
    planned |= {
        one.gives or ""
        for one in overrides.effects(overrides.between(tx, now, now + _AHEAD))
        if one.end > now
    }
    names = sorted(gone[person] for person in planned if person in gone)
    if names:
        yield Finding(
            what="people who left",
            level=Level.WARNING,
            said=N_("{count} people who left still stand in a rotation or an override: {names}."),
            mend=N_("Apply a rotation without them, and put somebody else in their place."),
            params={"count": str(len(names)), "names": ", ".join(names[:_NAMED])},
        )
