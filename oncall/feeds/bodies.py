"""What stands in a calendar: the duties that hold, each with how often and when it was moved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from oncall.config import Settings
from oncall.core.words import N_, Text, role
from oncall.directory import Snapshot, duties_in_force, duties_of
from oncall.feeds.earlier import earlier
from oncall.feeds.history import History, moments_of_unit
from oncall.i18n import translator
from oncall.store.database import Tx
from oncall.store.directory import Person
from rosters.calendars import Listed, Slot, Version, publish, slots
from rosters.model import Duty

_BACK, _AHEAD = timedelta(days=30), timedelta(days=181)
#: A duty that reaches into a stretch of time may begin this long before it.
_REACH = timedelta(days=8)

_NAME = N_("Duties of {name}")
_SUMMARY = N_("{role}, {unit}")
_HELD = N_("Whoever you relieve stays until you have confirmed; you stay until your relief has.")
_HELD_IN_UNIT = N_("Taken over explicitly: until relief has confirmed, whoever is relieved stays.")
_SUMMARY_OF_UNIT = N_("{role} {name}, {unit}")
_ROLE_OF_UNIT = N_("{role}, {unit}")
#: Of when a calendar is stands in each event and nowhere above them: a reader that copies event by
#: event takes the head of the file for a part of each, and would copy all of them anew.
_AS_OF = N_("As of {moment}. Calendars lag by hours; changes near in time also come as a message.")
_LAGS = N_(
    "Calendars read this again only every few hours; changes near in time are also sent as a "
    "message. Each duty says of when it is."
)


_ENCLOSED = N_("Enclosed in a message about these duties; the calendar address has them all.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One calendar as it is sent: the same until the duties change or the day ends."""

    body: bytes
    etag: str
    changed_at: datetime


def person_feed(
    tx: Tx, snapshot: Snapshot, settings: Settings, person: Person, day: datetime
) -> Feed:
    """A person's duties in every unit, around the day that begins at ``day``."""
    start, end = day - _BACK, day + _AHEAD
    history = History(tx, person.id, start, end)
    t = translator(person.lang or settings.lang)
    held = slots(_versions(duties_of(tx, person.id, start, end), history))
    found = [_own(snapshot, settings, person, slot) for slot in held]
    name = t(_NAME).format(name=person.name)
    # The window moves at midnight, and with it what has changed since a reader was here.
    return _feed(found, name, max(history.moments, default=day), day, t)


def enclosure(
    tx: Tx,
    snapshot: Snapshot,
    settings: Settings,
    person: Person,
    span: tuple[datetime, datetime],
    now: datetime,
) -> bytes | None:
    """A person's duties that touch ``span``, and those of it they no longer have, as cancelled.

    What is left of a duty on either side of ``span`` belongs to it: its event is another now. Each
    has the UID and SEQUENCE it has in the person's feed, where the cancelled simply are not. None
    where there is nothing to say.
    """
    day = _midnight(now, settings)
    start, end = min(day - _BACK, span[0]), max(day + _AHEAD, span[1])
    history = History(tx, person.id, start, end)
    duties = duties_of(tx, person.id, start, end)
    known = {_key(duty) for duty in duties}
    held = [duty for duty in duties if _touches(duty, span)]
    past = earlier(tx, history.units, person.id, span[0] - _REACH, span[1] + _REACH, now)
    gone = [duty for duty in past if _key(duty) not in known and _touches(duty, span)]
    listed = [
        _own(snapshot, settings, person, slot, cancelled=cancelled)
        for found, cancelled in ((held, False), (gone, True))
        for slot in slots(_versions(found, history))
    ]
    t = translator(person.lang or settings.lang)
    name = t(_NAME).format(name=person.name)
    return publish(listed, name=name, description=t(_ENCLOSED)) if listed else None


def _key(duty: Duty) -> tuple[str, str, datetime]:
    return duty.unit, duty.role, duty.start


def _touches(duty: Duty, span: tuple[datetime, datetime]) -> bool:
    start, end = duty.whole
    return start < span[1] and end > span[0]


def _midnight(now: datetime, settings: Settings) -> datetime:
    local = now.astimezone(settings.zone)
    return datetime.combine(local.date(), time(), settings.zone).astimezone(UTC)


def _own(
    snapshot: Snapshot, settings: Settings, person: Person, slot: Slot, *, cancelled: bool = False
) -> Listed:
    lang = person.lang or settings.lang
    t = translator(lang)
    summary = t(_SUMMARY).format(role=role(t, slot.role), unit=snapshot.unit_name(slot.unit, lang))
    return Listed(
        owner=person.id,
        slot=slot,
        summary=summary,
        description=_described(snapshot, settings, slot, t, held=_HELD),
        cancelled=cancelled,
    )


def unit_feed(
    tx: Tx, snapshot: Snapshot, settings: Settings, unit: str, only: str | None, day: datetime
) -> Feed:
    """All duties of a unit, or those of one role: whose each is stands beside the role."""
    start, end = day - _BACK, day + _AHEAD
    lang = settings.lang
    t = translator(lang)
    of_unit = snapshot.unit_name(unit, lang)
    by_person: dict[str, list[Duty]] = {}
    for duty in duties_in_force(tx, start, end, unit=unit):
        if only in (None, duty.role) and duty.end > start and duty.start < end:
            by_person.setdefault(duty.person, []).append(duty)
    found = []
    for person, own in by_person.items():
        known = snapshot.people.get(person)
        name = known.name if known is not None else person
        for slot in slots(_versions(own, History(tx, person, start, end))):
            said = t(_SUMMARY_OF_UNIT).format(role=role(t, slot.role), name=name, unit=of_unit)
            found.append(
                Listed(
                    owner=f"unit/{person}",
                    slot=slot,
                    summary=said,
                    description=_described(snapshot, settings, slot, t, held=_HELD_IN_UNIT),
                )
            )
    found.sort(key=lambda one: (one.slot.start, one.slot.role, one.owner))
    title = t(_ROLE_OF_UNIT).format(role=role(t, only), unit=of_unit) if only else of_unit
    changed = max(moments_of_unit(tx, unit, only, start, end), default=day)
    return _feed(found, t(_NAME).format(name=title), changed, day, t)


def _versions(duties: Iterable[Duty], history: History) -> list[Version]:
    return [
        Version(
            unit=duty.unit,
            role=duty.role,
            start=duty.start,
            end=duty.end,
            touched=history.touched(duty),
        )
        for duty in duties
    ]


def _described(snapshot: Snapshot, settings: Settings, slot: Slot, t: Text, *, held: str) -> str:
    """Of when a duty is; and ``held`` where its relief must be taken over explicitly."""
    local = slot.changed_at.astimezone(settings.zone)
    said = t(_AS_OF).format(moment=f"{local:%Y-%m-%d %H:%M}")
    if snapshot.book.handover.holds(slot.unit, slot.role):
        said += "\n" + t(held)
    return said


def _feed(found: list[Listed], name: str, changed: datetime, day: datetime, t: Text) -> Feed:
    body = publish(found, name=name, description=t(_LAGS))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Feed(body=body, etag=etag, changed_at=max(changed, day).replace(microsecond=0))
