"""What is to be done later, beside paging: each appointment done once, by whichever node is alive.

A doer runs in the transaction that takes its appointment off the list, so that it is done wholly
or still to be done. Work that must not hold a transaction open (a file, a network) is handed back
and done after the commit: at most once, so its doer books what must be tried again. Work that comes
again books itself. None of this can hold up a page: it has a thread and turns of its own, and what
keeps failing is put off further and further, and alarmed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.core.errors import OncallError
from oncall.core.model import Alarm
from oncall.core.worktime import at_wall
from oncall.store import alarms, planned
from oncall.store.database import Contended, Database, Tx
from oncall.store.planned import Appointment

__all__ = ["After", "Agenda", "Appointment", "Doer", "Rhythm", "daily", "every"]

_log = logging.getLogger(__name__)

#: What is left to do once the transaction has committed.
After = Callable[[], None]
Doer = Callable[[Tx, Appointment, datetime], After | None]
#: The next moment of a work that comes again, always later than the one given.
Rhythm = Callable[[datetime], datetime]

#: Appointments looked at in one turn.
_TURN = 50
#: The wait after a failure doubles from the first to the longest.
_FIRST_DELAY, _LONGEST_DELAY, _DOUBLINGS = timedelta(seconds=15), timedelta(hours=1), 8
#: A work that failed this often is a matter for a human.
_ALARM_AFTER = 3


def every(period: timedelta) -> Rhythm:
    """Again and again, this long after the last time."""
    return lambda last: last + period


def daily(clock: time, zone: str) -> Rhythm:
    """Once a day when a wall clock in the IANA ``zone`` shows this."""

    def following(last: datetime) -> datetime:
        day = last.astimezone(ZoneInfo(zone)).date()
        today = at_wall(day, clock, zone)
        return today if today > last else at_wall(day + timedelta(days=1), clock, zone)

    return following


class Agenda:
    """Knows who does what, and does what is due."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._doers: dict[str, Doer] = {}
        self._rhythms: dict[str, Rhythm] = {}

    def on(self, kind: str, doer: Doer) -> None:
        """Who does appointments of this kind. ValueError for a second one."""
        if kind in self._doers:
            raise ValueError(f"two doers of {kind}")
        self._doers[kind] = doer

    def recurring(self, kind: str, rhythm: Rhythm, doer: Doer) -> None:
        """Work that comes again by itself once ``start`` was called."""
        self.on(kind, doer)
        self._rhythms[kind] = rhythm

    def start(self, now: datetime) -> None:
        """Book whatever comes again and is not booked yet."""
        with self.db.begin() as tx:
            for kind, rhythm in self._rhythms.items():
                planned.book_once(tx, kind, kind, rhythm(now))

    def run_due(self, now: datetime) -> int:
        """Do what is due; says how many were done or put off. Raises Unreachable."""
        with self.db.read() as tx:
            keys = planned.due_keys(tx, now, _TURN)
        return sum(self._try(key, now) for key in keys)

    def next_at(self) -> datetime | None:
        """When something is to be done next."""
        with self.db.read() as tx:
            return planned.next_at(tx)

    def _try(self, key: str, now: datetime) -> bool:
        try:
            after = self.db.attempt(lambda tx: self._do(tx, key, now))
        except Contended:
            return False  # in an other's hands just now; it is looked at again
        except OncallError as exc:
            _log.warning("%s could not be done: %s", key, exc)
            self._put_off(key, now)
            return True
        except Exception:  # noqa: BLE001 - one that is broken is reported; the others are done
            _log.exception("%s could not be done", key)
            self._put_off(key, now)
            return True
        if after is None:
            return False
        try:
            after()
        except Exception:  # noqa: BLE001 - its doer has booked what must be tried again
            _log.exception("%s could not be finished", key)
        return True

    def _do(self, tx: Tx, key: str, now: datetime) -> After | None:
        found = planned.take(tx, key, now)
        if found is None:
            return None
        rhythm = self._rhythms.get(found.kind)
        if rhythm is not None:
            planned.book(tx, found.key, found.kind, rhythm(now))
        doer = self._doers.get(found.kind)
        if doer is None:
            raise LookupError(f"nobody does {found.kind}")
        return doer(tx, found, now) or _nothing

    def _put_off(self, key: str, now: datetime) -> None:
        with self.db.begin() as tx:
            tries = planned.failed(tx, key)
            delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** min(tries, _DOUBLINGS))
            planned.put_off(tx, key, now + delay)
            if tries >= _ALARM_AFTER:
                alarms.raise_alarm(tx, Alarm.NOT_DONE, now, unit=None, who=key.partition("/")[0])


def _nothing() -> None:
    """All was done in the transaction."""
