"""Calendars as a source of rosters: kept by others, read on schedule, the last good copy in force.

A calendar that cannot be fetched or read, is empty, or names nobody we know changes nothing: what
it said before stays, and its age is shown. What a new copy says counts from when it is read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock, Thread
from zoneinfo import ZoneInfo

from oncall.agenda import After, Agenda, Appointment, every
from oncall.core.errors import Conflict, Fault, Invalid, NotFound, OncallError
from oncall.core.model import Alarm
from oncall.core.serving import unknown_role
from oncall.directory import Directory, Snapshot
from oncall.fetching import Fetched, FetchError, fetch, host
from oncall.store import alarms, pages, sources
from oncall.store import calendars as rows
from oncall.store.calendars import Stored
from oncall.store.database import Database, Tx
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER
from rosters.calendar_in import Reading, decoded, read
from rosters.calendar_people import match
from rosters.compose import within
from rosters.diff import PersonDiff, diff, everywhere
from rosters.known import Known
from rosters.model import ROLES, Duty, PersonRef, Problem

_log = logging.getLogger(__name__)

#: The appointment that looks for calendars to be read again, and how often each is.
REFRESH = "calendars"
LOOK_EVERY, PERIOD = timedelta(minutes=5), timedelta(hours=1)
#: How far ahead shifts are worked out; a feed shows half a year.
AHEAD = timedelta(days=400)
#: How far ahead it is said, for a calendar that is new, what it changes for whom.
SHOWN = timedelta(days=31)
#: A copy older than this is told to the desk: a shift may have been changed since.
STALE = timedelta(hours=3)
_MOST_TOLD = 200
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A calendar as somebody wants it read: its address, or the bytes of a file."""

    unit: str
    role: str
    name: str
    url: str | None = None
    data: bytes | None = None
    #: Words of its events -> people, by name, id or mobile number.
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How reading a calendar went: what is wrong with it, and how many duties came and went."""

    calendar: Stored
    problems: tuple[Problem, ...]
    added: int = 0
    ended: int = 0
    #: For one that is new: who gains and loses which hours by it in the next ``SHOWN``.
    changes: tuple[PersonDiff, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether what it said before stays in force."""
        return self.calendar.failure is not None


class Calendars:
    """Reads calendars: when they are added, when somebody asks, and on schedule."""

    def __init__(self, db: Database, directory: Directory, zone: ZoneInfo) -> None:
        self.db = db
        self.directory = directory
        self.zone = zone
        self._reading = Lock()

    def keep(self, agenda: Agenda, clock: Callable[[], datetime]) -> None:
        """Be read on schedule; ``clock`` says when a fetch came back."""

        def look(tx: Tx, _: Appointment, now: datetime) -> After | None:
            numbers = rows.due(tx, now - PERIOD)
            if not numbers or self._reading.locked():
                return None
            # A thread of its own: a calendar's slow server keeps nobody else waiting.
            work = Thread(target=self._all, args=(numbers, clock), daemon=True, name=REFRESH)
            return work.start

        agenda.recurring(REFRESH, every(LOOK_EVERY), look)

    def _all(self, numbers: Sequence[int], clock: Callable[[], datetime]) -> None:
        with self._reading:
            for number in numbers:
                try:
                    self.refresh(number, clock)
                except OncallError as exc:
                    _log.warning("calendar %d could not be read: %s", number, exc.code)

    # -- by people -------------------------------------------------------------------------

    def add(self, wanted: Wanted, now: datetime, by: str, *, dry: bool = False) -> Outcome:
        """Read a calendar for the first time and keep it; ``dry`` only says what it would change.

        Raises NotFound, and Invalid with all that is wrong with the order; a calendar that cannot
        be used is not kept: then ``failed``.
        """
        fetched = Fetched(data=wanted.data, etag=None, modified=None)
        if wanted.url is not None:
            check_url(wanted.url)
            try:
                fetched = fetch(wanted.url)
            except FetchError as exc:
                fault = Fault(where="URL", code=exc.code, value=exc.detail)
                raise Invalid([fault]) from exc
        data = fetched.data or b""
        with self.db.begin() as tx:
            snapshot = self.directory.at(tx, now)
            stored = Stored(
                id=0,
                unit=wanted.unit,
                role=wanted.role,
                name=wanted.name.strip(),
                url=wanted.url,
                mapping=json.dumps(_mapped(snapshot, wanted), ensure_ascii=False),
                body="",
                problems="[]",
                read_at=now,
                tried_at=now,
                failure=None,
                etag=fetched.etag,
                modified=fetched.modified,
                added_by=by,
                added_at=now,
            )
            reading, duties, problems = self._understood(snapshot, stored, data, now)
            failure = _failure(reading, duties)
            if failure is not None:
                return Outcome(calendar=_with(stored, failure=failure), problems=problems)
            changes = _changed_for(tx, stored.unit, duties, now)
            if dry:
                return Outcome(
                    calendar=stored, problems=problems, added=len(duties), changes=changes
                )
            number = rows.add(tx, _with(stored, body=_text(data), problems=_told(problems)))
            rows.say(tx, number, duties, (), now)
            self._note(tx, "CalendarAdded", by, now, stored, number)
            kept = _found(tx, number)
        return Outcome(calendar=kept, problems=problems, added=len(duties), changes=changes)

    def refresh(
        self, number: int, clock: Callable[[], datetime], data: bytes | None = None
    ) -> Outcome:
        """Read a calendar again: from its address, or from the bytes of a newer file. What fails
        is noted and changes nothing else. Raises NotFound, and Conflict for a file without one."""
        with self.db.read() as tx:
            stored = _found(tx, number)
        fetched: Fetched | None = Fetched(data=data, etag=None, modified=None)
        failure = None
        if data is None:
            if stored.url is None:
                raise Conflict("calendar_is_file", calendar=str(number))
            try:
                fetched = fetch(stored.url, etag=stored.etag, modified=stored.modified)
            except FetchError as exc:
                failure, fetched = f"{exc.code} {exc.detail}"[:200], None
        now = clock()
        if fetched is None:
            return self._failed(stored, failure or "", now, ())
        # Unchanged: read again all the same, for time has passed and people may have changed.
        body = stored.body.encode() if fetched.data is None else fetched.data
        with self.db.begin() as tx:
            snapshot = self.directory.at(tx, now)
            reading, duties, problems = self._understood(snapshot, stored, body, now)
            failure = _failure(reading, duties)
            if failure is None:
                news = {"etag": fetched.etag, "modified": fetched.modified} if fetched.data else {}
                rows.tried(
                    tx, number, now, read_at=now, failure=None, body=_text(body),
                    problems=_told(problems), **news,
                )  # fmt: skip
                alarms.close_about(tx, Alarm.STALE, "oncall", now, who=_called(stored))
                # The row is ours now: a node that reads at the same moment waits, then compares.
                added, ended = _changes(rows.said(tx, number, now), duties)
                if added or ended:
                    rows.say(tx, number, added, ended, now)
                    self._note(tx, "CalendarChanged", stored.name, now, stored, number)
                kept = _found(tx, number)
                return Outcome(calendar=kept, problems=problems, added=len(added), ended=len(ended))
        return self._failed(stored, failure, now, problems)

    def remove(self, number: int, now: datetime, by: str) -> Stored:
        """A calendar counts no more; what it said of the past stays. Raises NotFound."""
        with self.db.begin() as tx:
            stored = _found(tx, number)
            rows.remove(tx, number, by=by, now=now)
            self._note(tx, "CalendarRemoved", by, now, stored, number)
        return stored

    # -- parts -----------------------------------------------------------------------------

    def _understood(
        self, snapshot: Snapshot, stored: Stored, data: bytes, now: datetime
    ) -> tuple[Reading, list[Duty], tuple[Problem, ...]]:
        reading = read(data, stored.name, self.zone, now, now + AHEAD)
        people = [p for p in snapshot.people.values() if p.unit == stored.unit]
        duties, told = match(
            reading.shifts,
            [PersonRef(id=p.id, unit=p.unit, name=p.name, mobile=None, active=p.active)
             for p in people],
            json.loads(stored.mapping),
            unit=stored.unit,
            role=stored.role,
            source=f"calendar {stored.name}",
            emails={p.email: p.id for p in people if p.email and p.active},
        )  # fmt: skip
        return reading, duties, (*reading.problems, *told)

    def _failed(
        self, stored: Stored, failure: str, now: datetime, problems: tuple[Problem, ...]
    ) -> Outcome:
        _log.warning("calendar %d of %s was not read: %s", stored.id, stored.unit, failure)
        with self.db.begin() as tx:
            rows.tried(tx, stored.id, now, failure=failure)
            if now - stored.read_at > STALE:
                alarms.raise_alarm(tx, Alarm.STALE, now, unit=stored.unit, who=_called(stored))
            kept = _found(tx, stored.id)
        return Outcome(calendar=kept, problems=problems)

    def _note(
        self, tx: Tx, event: str, by: str, now: datetime, stored: Stored, number: int
    ) -> None:
        pages.nudge(tx, now)
        payload = {
            "calendar": number, "unit": stored.unit, "role": stored.role, "name": stored.name,
        }  # fmt: skip
        append(tx, [Entry(transfer=NO_TRANSFER, at=now, event=event, who=by, payload=payload)])


def check_url(url: str) -> None:
    """Raises Invalid for what is no http(s) address, or has a password in it."""
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not host(url):
        raise Invalid([Fault(where="URL", code="not_a_url", value=scheme[:20])])
    if "@" in rest.partition("/")[0]:
        raise Invalid([Fault(where="URL", code="url_with_password", value=host(url))])


def _mapped(snapshot: Snapshot, wanted: Wanted) -> dict[str, str]:
    """The mapping by ids. Raises NotFound for the unit, Invalid for role, name and people."""
    if wanted.unit not in snapshot.units:
        raise NotFound("unknown_unit", unit=wanted.unit)
    faults = [unknown_role(wanted.role)] if wanted.role not in ROLES else []
    if not wanted.name.strip():
        faults.append(Fault(where="name", code="empty"))
    elif len(wanted.name.strip()) > _LONGEST_NAME:
        params = {"longest": str(_LONGEST_NAME)}
        faults.append(
            Fault(where="name", code="too_long", value=str(len(wanted.name)), params=params)
        )
    found = {}
    for text, name in wanted.mapping.items():
        try:
            found[text] = snapshot.find(name).id
        except NotFound as missing:
            where = f"map {text}"
            faults.append(Fault(where=where, code=missing.code, value=name, params=missing.params))
    if faults:
        raise Invalid(faults)
    return found


def _failure(reading: Reading, duties: Sequence[Duty]) -> str | None:
    """Why a reading cannot take the place of the one before; None where it can."""
    if reading.failed:
        return "calendar_unreadable"
    if reading.shifts and not duties:
        return "calendar_names_nobody"
    return None


def _changed_for(
    tx: Tx, unit: str, duties: Sequence[Duty], now: datetime
) -> tuple[PersonDiff, ...]:
    """Who gains and loses which hours where these lie on what holds today, overrides on top."""
    end = now + SHOWN
    found = sources.read(tx, now, end, unit=unit)
    new = [Known(duty=duty, since=now) for duty in duties]
    then = replace(found, calendars=[*found.calendars, *new])
    before, after = (within(one.settled(now, end), now, end) for one in (found, then))
    return diff(before, after, everywhere([*before, *after])).per_person


def _changes(now_said: Mapping[int, Duty], duties: Sequence[Duty]) -> tuple[list[Duty], list[int]]:
    """The duties that are new, and the rows that are no longer said."""
    left: dict[tuple[str, datetime, datetime], list[int]] = {}
    for number, duty in now_said.items():
        left.setdefault((duty.person, duty.start, duty.end), []).append(number)
    added = []
    for duty in duties:
        same = left.get((duty.person, duty.start, duty.end))
        if same:
            same.pop()
        else:
            added.append(duty)
    return added, [number for numbers in left.values() for number in numbers]


def _found(tx: Tx, number: int) -> Stored:
    stored = rows.one(tx, number) if 0 < number < 2**62 else None
    if stored is None or stored.removed_at is not None:
        raise NotFound("no_such_calendar_in", calendar=str(number))
    return stored


def _with(stored: Stored, **values: object) -> Stored:
    known = {name: getattr(stored, name) for name in Stored.__dataclass_fields__}
    return Stored(**{**known, **values})


def _text(data: bytes) -> str:
    # PostgreSQL keeps no NUL in a text.
    return decoded(data).replace("\x00", "")


def _told(problems: Sequence[Problem]) -> str:
    listed = [
        {"where": p.where, "code": p.code, "value": p.value, "params": dict(p.params)}
        for p in problems[:_MOST_TOLD]
    ]
    return json.dumps(listed, ensure_ascii=False)


def _called(stored: Stored) -> str:
    """How the desk is told of a calendar: names come again in other units."""
    return f"{stored.name} ({stored.unit})"
