"""Make, end and list calendar addresses. The secret is shown once and kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from oncall.config import Settings
from oncall.core.errors import NotFound
from oncall.store import directory as rows
from oncall.store import unit_feeds
from oncall.store.database import Database, Tx
from oncall.store.directory import Person
from oncall.store.log import Entry, append
from oncall.store.unit_feeds import ALL_ROLES
from oncall.store.usage import NO_TRANSFER


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address as an administrator sees it: whose, and whether anybody reads it."""

    unit: str
    #: A person's name; None for the address of a unit.
    person: str | None
    #: The one role of a unit's address; None for all.
    role: str | None
    fetched_at: datetime | None


def new_address(db: Database, settings: Settings, person_id: str, now: datetime) -> str:
    """A new calendar address for a person, the only time it is known; the old one ends.

    Raises NotFound for nobody, or for somebody who left.
    """
    token = _token()
    with db.begin() as tx:
        person = _active(tx, person_id)
        rows.set_feed(tx, person.id, digest(token))
        append(tx, [Entry(transfer=NO_TRANSFER, at=now, event="CalendarMade", who=person.name)])
    return _url(settings, token)


def revoke(db: Database, person_id: str) -> bool:
    """End a person's calendar address; False when there was none. Raises NotFound for nobody."""
    with db.begin() as tx:
        if not rows.find_people(tx, person_id):
            raise NotFound("no_such_person", name=person_id)
        had, _ = rows.feed_state(tx, person_id)
        rows.set_feed(tx, person_id, None)
    return had


def new_unit_address(
    db: Database, settings: Settings, unit: str, role: str | None, by: str, now: datetime
) -> str:
    """A new address for all duties of a unit, or of one role of it; the old one ends."""
    token = _token()
    with db.begin() as tx:
        unit_feeds.put(tx, digest(token), unit, role or ALL_ROLES, by=by, now=now)
        payload = {"unit": unit, "role": role}
        entry = Entry(transfer=NO_TRANSFER, at=now, event="CalendarMade", who=by, payload=payload)
        append(tx, [entry])
    return _url(settings, token)


def revoke_unit(db: Database, unit: str, role: str | None) -> bool:
    """End the address of a unit, or of one role of it; False when there was none."""
    with db.begin() as tx:
        return unit_feeds.drop(tx, unit, role or ALL_ROLES)


def addresses(tx: Tx, unit: str | None = None) -> list[Address]:
    """Every address there is, of one unit or of all: units before their people."""
    found = [
        Address(
            unit=one.unit,
            person=None,
            role=None if one.role == ALL_ROLES else one.role,
            fetched_at=one.fetched_at,
        )
        for one in unit_feeds.listed(tx)
    ]
    found += [
        Address(unit=person.unit, person=person.name, role=None, fetched_at=fetched)
        for person, fetched in rows.people_with_feeds(tx)
    ]
    kept = [one for one in found if unit in (None, one.unit)]
    return sorted(kept, key=lambda one: (one.unit, one.person or "", one.role or ""))


def digest(token: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def _token() -> str:
    return secrets.token_urlsafe(24)


def _url(settings: Settings, token: str) -> str:
    return f"{settings.public_url.rstrip('/')}/calendars/{token}.ics"


def _active(tx: Tx, person_id: str) -> Person:
    found = [p for p in rows.find_people(tx, person_id) if p.active]
    if not found:
        raise NotFound("no_such_person", name=person_id)
    if len(found) > 1:
        raise NotFound("several_people", name=person_id, count=str(len(found)))
    return found[0]
