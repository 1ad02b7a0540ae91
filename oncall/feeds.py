"""A person's calendar address and what is read there: resolved duties, 30 days back, 180 ahead.

The address holds a secret of 192 bits that is kept as a hash only; making a new one ends the old.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Lock

from oncall.config import Settings
from oncall.core.errors import NotFound
from oncall.core.words import N_, role
from oncall.directory import Directory, Snapshot, duties_of
from oncall.i18n import translator
from oncall.store import calendars, overrides, rotations, sources, usage
from oncall.store import directory as rows
from oncall.store.database import Database, Tx
from oncall.store.directory import Person
from oncall.store.log import Entry, append
from oncall.store.overrides import Ordered
from oncall.store.usage import NO_TRANSFER
from rosters.calendars import Version, publish, slots
from rosters.model import Duty
from rosters.rotation import moved

_BACK, _AHEAD = timedelta(days=30), timedelta(days=181)
#: A first fetch after a change costs a query; the rest are answered from these.
_KEPT = 2_000
_NOTED_EVERY = timedelta(minutes=1)

_NAME = N_("Duties of {name}")
_SUMMARY = N_("{role}, {unit}")
_AS_OF = N_(
    "As of {moment}. Calendars read this again only every few hours; changes near in time "
    "are also sent as a message."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One calendar as it is sent: the same until the duties change or the day ends."""

    body: bytes
    etag: str
    changed_at: datetime


def new_address(db: Database, settings: Settings, person_id: str, now: datetime) -> str:
    """A new calendar address for a person, the only time it is known; the old one ends.

    Raises NotFound for nobody, or for somebody who left.
    """
    token = secrets.token_urlsafe(24)
    with db.begin() as tx:
        person = _active(tx, person_id)
        rows.set_feed(tx, person.id, _digest(token))
        append(tx, [Entry(transfer=NO_TRANSFER, at=now, event="CalendarMade", who=person.name)])
    return f"{settings.public_url.rstrip('/')}/calendars/{token}.ics"


def revoke(db: Database, person_id: str) -> bool:
    """End a person's calendar address; False when there was none. Raises NotFound for nobody."""
    with db.begin() as tx:
        if not rows.find_people(tx, person_id):
            raise NotFound("no_such_person", name=person_id)
        had, _ = rows.feed_state(tx, person_id)
        rows.set_feed(tx, person_id, None)
    return had


class Feeds:
    """Answers calendar readers for one process; a body is made once and kept while it holds."""

    def __init__(self, db: Database, directory: Directory, settings: Settings) -> None:
        self.db = db
        self.directory = directory
        self.settings = settings
        self._kept: OrderedDict[tuple[str, int, datetime], Feed] = OrderedDict()
        self._noted: dict[str, datetime] = {}
        self._lock = Lock()

    def read(self, token: str, now: datetime) -> Feed | None:
        """The calendar at an address; None for an unknown or ended one, or somebody who left."""
        digest = _digest(token)
        with self.db.read() as tx:
            person = rows.person_of_feed(tx, digest)
            if person is None:
                return None
            snapshot = self.directory.at(tx, now)
            local = now.astimezone(self.settings.zone)
            day = datetime.combine(local.date(), time(), self.settings.zone).astimezone(UTC)
            key = (person.id, snapshot.version, day)
            feed = self._kept.get(key)
            if feed is None:
                feed = self._make(tx, snapshot, person, day)
                self._keep(key, feed)
        self._note(digest, now)
        return feed

    def _keep(self, key: tuple[str, int, datetime], feed: Feed) -> None:
        with self._lock:
            self._kept[key] = feed
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def _make(self, tx: Tx, snapshot: Snapshot, person: Person, day: datetime) -> Feed:
        history = _History(tx, person.id, day - _BACK, day + _AHEAD)
        versions = [
            Version(
                unit=duty.unit,
                role=duty.role,
                start=duty.start,
                end=duty.end,
                touched=history.touched(duty),
            )
            for duty in duties_of(tx, person.id, day - _BACK, day + _AHEAD)
        ]
        lang = person.lang or self.settings.lang
        t = translator(lang)
        # The window moves at midnight, and with it what has changed since a reader was here.
        changed = max(history.moments, default=day)
        local = changed.astimezone(self.settings.zone)
        body = publish(
            person.id,
            [
                (
                    slot,
                    t(_SUMMARY).format(
                        role=role(t, slot.role), unit=snapshot.unit_name(slot.unit, lang)
                    ),
                )
                for slot in slots(versions)
            ],
            name=t(_NAME).format(name=person.name),
            description=t(_AS_OF).format(moment=local.strftime("%Y-%m-%d %H:%M")),
        )
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return Feed(body=body, etag=etag, changed_at=max(changed, day).replace(microsecond=0))

    def _note(self, digest: str, now: datetime) -> None:
        """Remember the fetch, without a write per reader and minute."""
        last = self._noted.get(digest)
        if last is not None and now - last < _NOTED_EVERY:
            return
        self._noted[digest] = now
        with self.db.begin() as tx:
            rows.feed_fetched(tx, digest, now)


class _History:
    """Everything that ever moved a person's duties in a stretch of time, and when."""

    def __init__(self, tx: Tx, person: str, start: datetime, end: datetime) -> None:
        units = sources.units_of(tx, person, start, end)
        self.slots: dict[tuple[str, str, datetime], set[datetime]] = {}
        for row in usage.slots_of(tx, person, start, end):
            units.add(row.unit)
            self.slots.setdefault((row.unit, row.role, row.start), set()).update(row.touched)
        self.ordered: list[Ordered] = []
        #: What lies above a person's duties and may have cut them: from, until, and when it came.
        self.above: dict[tuple[str, str], list[tuple[datetime, datetime, set[datetime]]]] = {}
        self.turns: dict[tuple[str, str, datetime], set[datetime]] = {}
        for unit in units:
            found = overrides.between(tx, start, end, unit=unit)
            self.ordered += [one for one in found if one.concerns(person)]
            versions = rotations.versions(rotations.between(tx, start, end, unit=unit))
            mine = moved(versions, person, start, end)
            self.turns.update(mine)
            if mine:
                for row in usage.slots_in(tx, unit, start, end):
                    self._lies_above(row.unit, row.role, row.start, row.end, set(row.touched))
            for known in calendars.between(tx, start, end, unit=unit):
                duty = known.duty
                moments = {known.since, *([known.until] if known.until else [])}
                self._lies_above(duty.unit, duty.role, duty.start, duty.end, moments)
                if duty.person == person:
                    key = (duty.unit, duty.role, duty.start)
                    self.slots.setdefault(key, set()).update(moments)

    def _lies_above(
        self, unit: str, role: str, start: datetime, end: datetime, moments: set[datetime]
    ) -> None:
        self.above.setdefault((unit, role), []).append((start, end, moments))

    @property
    def moments(self) -> set[datetime]:
        """Every instant at which anything moved."""
        found = {moment for one in self.ordered for moment in one.moments}
        return found.union(*self.slots.values(), *self.turns.values())

    def touched(self, duty: Duty) -> set[datetime]:
        """When anything moved this duty, or the one it is a piece of."""
        start, end = duty.whole
        key = duty.unit, duty.role, start
        found = set(self.slots.get(key, ()))
        found |= self.turns.get(key, set())
        for first, last, moments in self.above.get(key[:2], ()):
            if first < end and start < last:
                found |= moments
        for one in self.ordered:
            if (one.unit, one.role) == key[:2] and one.start_at < end and start < one.end_at:
                found.update(one.moments)
        return found


def _active(tx: Tx, person_id: str) -> Person:
    found = [p for p in rows.find_people(tx, person_id) if p.active]
    if not found:
        raise NotFound("no_such_person", name=person_id)
    if len(found) > 1:
        raise NotFound("several_people", name=person_id, count=str(len(found)))
    return found[0]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
