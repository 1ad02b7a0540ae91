"""What was applied, taken back, exported; and where a roster has holes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.directory import roster_between
from oncall.store import pages, upkeep
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.upkeep import Undone, find_batch, undoing
from rosters.check import gaps
from rosters.model import PRIMARY, Duty, Gap
from rosters.template import escaped

__all__ = ["EXPORT_COLUMNS", "export_csv", "find_batch", "holes", "undo", "undoing"]

_DAY = timedelta(days=1)
EXPORT_COLUMNS = ("unit", "date", "shift", "role", "name", "mobile")


def undo(tx: Tx, batch_id: str, by: str, now: datetime) -> Undone:
    """Take an upload back exactly; open pages ask again who is on duty.

    Raises NotFound, or Conflict when it was taken back before or others stand on it.
    """
    done = upkeep.undo(tx, find_batch(tx, batch_id), by, now)
    pages.nudge(tx, now)
    return done


def holes(
    tx: Tx,
    units: Sequence[str],
    start: datetime,
    end: datetime,
    *,
    roles: Sequence[str] = (PRIMARY,),
) -> list[Gap]:
    """Where in [start, end) nobody holds these roles, unit by unit, to the second."""
    found: list[Gap] = []
    for unit in units:
        roster = roster_between(tx, unit, start, end)
        for role in roles:
            # A unit without any row has a roster that does not know whose it is.
            found += [replace(gap, unit=unit) for gap in gaps(roster, role, start, end)]
    return found


def export_csv(duties: Sequence[Duty], people: dict[str, Person], zone: ZoneInfo) -> str:
    """The flat table that `oncall roster plan` reads back without a change."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EXPORT_COLUMNS)
    for duty in sorted(duties, key=lambda d: (d.unit, d.start, d.role, d.person)):
        person = people.get(duty.person)
        name, mobile = (person.name, person.mobile or "") if person else (duty.person, "")
        for start, end in _days(duty.start.astimezone(zone), duty.end.astimezone(zone)):
            cells = (duty.unit, start.date().isoformat(), _shift(start, end), duty.role, name)
            writer.writerow([escaped(cell) for cell in (*cells, mobile)])
    return out.getvalue()


def _days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A duty as the flat table can say it: at most a day per row."""
    while end - start > _DAY:
        yield start, start + _DAY
        start += _DAY
    yield start, end


def _shift(start: datetime, end: datetime) -> str:
    last = "24:00" if end.time() == end.min.time() and end.date() > start.date() else f"{end:%H:%M}"
    return f"{start:%H:%M}-{last}"
