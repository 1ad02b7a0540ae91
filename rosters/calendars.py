"""A person's duties as an iCalendar that every phone can subscribe to: the only door to icalendar.

The same duties give the same bytes. Moments are written in UTC, because Outlook ignores the form in
which libraries write zones; there are no attendees and no numbers, because calendars travel.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from rosters.model import utc

_PRODID = "-//dehua-oncall//duties//ZH"
#: How often a reader should come back; the large ones come when they like.
_REFRESH, _REFRESH_TEXT = timedelta(hours=1), "PT1H"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One duty that holds, and every moment at which anything moved it; at least one."""

    unit: str
    role: str
    start: datetime
    end: datetime
    touched: Collection[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One duty of a person: whose bytes change only when the duty really does."""

    unit: str
    role: str
    start: datetime
    end: datetime
    sequence: int
    changed_at: datetime


def slots(versions: Iterable[Version]) -> list[Slot]:
    """The slots, by start, each with how often and when it last changed.

    A slot is known by unit, role and start; a duty that begins at another time is another slot.
    """
    history: dict[tuple[str, str, datetime], list[Version]] = {}
    for version in versions:
        history.setdefault((version.unit, version.role, utc(version.start)), []).append(version)
    found = []
    for (unit, role, start), rows in history.items():
        touched = {utc(moment) for row in rows for moment in row.touched}
        found.append(
            Slot(
                unit=unit,
                role=role,
                start=start,
                end=max(utc(row.end) for row in rows),
                sequence=len(touched) - 1,
                changed_at=max(touched),
            )
        )
    return sorted(found, key=lambda slot: (slot.start, slot.unit, slot.role))


def uid(person: str, slot: Slot) -> str:
    """What a calendar knows the duty by, over all its edits."""
    key = f"{slot.unit}/{slot.role}/{slot.start.isoformat()}/{person}"
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@dehua-oncall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One event of a calendar: whose slot (an opaque id), and what is read of it.

    Both texts must stay the same for as long as the slot does.
    """

    owner: str
    slot: Slot
    summary: str
    description: str
    #: It is no longer theirs: whoever kept it from an earlier file takes it away.
    cancelled: bool = False


def publish(events: Iterable[Listed], *, name: str, description: str) -> bytes:
    """A calendar of these events. Lines are folded at 75 octets, never inside a character.

    ``name`` and ``description`` are copied into every event by some readers (vdirsyncer), so that
    nothing that moves with time or with a single event may stand in them.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("description", description)
    calendar.add("x-wr-caldesc", description)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESH_TEXT)
    for one in events:
        event, slot = Event(), one.slot
        event.add("uid", uid(one.owner, slot))
        event.add("dtstart", slot.start)
        event.add("dtend", slot.end)
        event.add("summary", one.summary)
        event.add("description", one.description)
        event.add("dtstamp", slot.changed_at)
        event.add("last-modified", slot.changed_at)
        event.add("sequence", slot.sequence)
        event.add("transp", "TRANSPARENT")
        if one.cancelled:
            event.add("status", "CANCELLED")
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body
