"""Answer calendar readers: a body is made once and kept while it holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from threading import Lock

from oncall.config import Settings
from oncall.directory import Directory, Snapshot
from oncall.feeds.addresses import digest
from oncall.feeds.bodies import Feed, person_feed, unit_feed
from oncall.store import directory as rows
from oncall.store import unit_feeds
from oncall.store.database import Database, Tx
from oncall.store.unit_feeds import ALL_ROLES

#: A first fetch after a change costs queries; the rest are answered from these.
_KEPT = 2_000
_NOTED_EVERY = timedelta(minutes=1)

_Make = Callable[[Tx, Snapshot, datetime], Feed]
_Noting = Callable[[Tx, str, datetime], None]


class Feeds:
    """The calendars of one process."""

    def __init__(self, db: Database, directory: Directory, settings: Settings) -> None:
        self.db = db
        self.directory = directory
        self.settings = settings
        self._kept: OrderedDict[tuple[str, int, datetime], Feed] = OrderedDict()
        self._noted: dict[str, datetime] = {}
        self._lock = Lock()

    def read(self, token: str, now: datetime) -> Feed | None:
        """The calendar at an address; None for an unknown or ended one, or somebody who left."""
        hashed = digest(token)
        with self.db.read() as tx:
            found = self._behind(tx, hashed, now)
            if found is None:
                return None
            owner, make, noting = found
            snapshot = self.directory.at(tx, now)
            local = now.astimezone(self.settings.zone)
            day = datetime.combine(local.date(), time(), self.settings.zone).astimezone(UTC)
            key = (owner, snapshot.version, day)
            feed = self._kept.get(key)
            if feed is None:
                feed = make(tx, snapshot, day)
                self._keep(key, feed)
        self._note(hashed, noting, now)
        return feed

    def _behind(self, tx: Tx, hashed: str, now: datetime) -> tuple[str, _Make, _Noting] | None:
        """Whose calendar it is, how it is made, and where a fetch is noted."""
        settings = self.settings
        person = rows.person_of_feed(tx, hashed)
        if person is not None:
            make = partial(_of_person, settings, person)
            return person.id, make, rows.feed_fetched
        one = unit_feeds.of(tx, hashed)
        if one is None:
            return None
        unit = self.directory.at(tx, now).units.get(one.unit)
        today = now.astimezone(settings.zone).date()
        if unit is None or unit.ended(today):
            return None
        role = None if one.role == ALL_ROLES else one.role
        make_unit = partial(_of_unit, settings, one.unit, role)
        return f"{one.unit}/{one.role}", make_unit, unit_feeds.fetched

    def _keep(self, key: tuple[str, int, datetime], feed: Feed) -> None:
        with self._lock:
            self._kept[key] = feed
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def _note(self, hashed: str, noting: _Noting, now: datetime) -> None:
        """Remember the fetch, without a write per reader and minute."""
        last = self._noted.get(hashed)
        if last is not None and now - last < _NOTED_EVERY:
            return
        self._noted[hashed] = now
        with self.db.begin() as tx:
            noting(tx, hashed, now)


def _of_person(
    settings: Settings, person: rows.Person, tx: Tx, snapshot: Snapshot, day: datetime
) -> Feed:
    return person_feed(tx, snapshot, settings, person, day)


def _of_unit(
    settings: Settings, unit: str, role: str | None, tx: Tx, snapshot: Snapshot, day: datetime
) -> Feed:
    return unit_feed(tx, snapshot, settings, unit, role, day)
