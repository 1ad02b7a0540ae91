"""What travels with an e-mail about duties: the reader's own, as a calendar to open.

It is made when the mail leaves, so that it says what holds by then, and knows each duty by the very
name and number of changes that the reader's subscribed calendar does.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from notifiers.message import Attachment
from oncall.config import Settings
from oncall.directory import Directory
from oncall.feeds import enclosure
from oncall.notices import Mailed
from oncall.store.database import Database
from oncall.store.outbox import Row

_NAME, _TYPE = "duties.ics", "text/calendar; method=PUBLISH; charset=utf-8"
_told = msgspec.json.Decoder(Mailed).decode


class Enclosures:
    """Makes them."""

    def __init__(self, db: Database, directory: Directory, settings: Settings) -> None:
        self.db = db
        self.directory = directory
        self.settings = settings

    def of(self, row: Row, now: datetime) -> tuple[Attachment, ...]:
        """The papers of one e-mail; none for one that concerns no stretch of time."""
        told = _told(row.facts)
        if told.start is None or told.end is None:
            return ()
        with self.db.read() as tx:
            snapshot = self.directory.at(tx, now)
            person = snapshot.people.get(row.person or "")
            if person is None:
                return ()
            span = told.start, told.end
            body = enclosure(tx, snapshot, self.settings, person, span, now)
        return (Attachment(name=_NAME, media_type=_TYPE, content=body),) if body else ()
