"""Marked numbers are told to whoever keeps the unit: each once, by day, all new ones together.

A page that finds a number dead goes on by itself; that a card must be mended is no matter for the
middle of the night, nor for every page that finds it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall import superiors
from oncall.agenda import Agenda, Appointment, every
from oncall.core.words import CHANNELS, N_, NUMBER_FLAGS, Text
from oncall.directory import Directory, Snapshot
from oncall.notices import Notices
from oncall.store import contacts
from oncall.store.contacts import Known
from oncall.store.database import Tx

KIND = "number-watch"
EVERY = timedelta(minutes=15)
_MORNING, _EVENING = time(8), time(22)
_NAMED = 4

_TEXT = N_("Contact cards to be mended: {numbers}. Please ask for another number.")
_NUMBER = N_("{name} {number} {channel}: {flag}")
_MORE = N_("{numbers}, and {n} more")


class NumberWatch:
    """Looks for new marks every quarter of an hour."""

    def __init__(
        self, directory: Directory, notices: Notices, *, zone: ZoneInfo, office: str
    ) -> None:
        self.directory = directory
        self.notices = notices
        self.zone = zone
        #: The unit that hears of units that nobody keeps.
        self.office = office

    def keep(self, agenda: Agenda) -> None:
        """Put it on the agenda."""
        agenda.recurring(KIND, every(EVERY), self._look)

    def _look(self, tx: Tx, _: Appointment, now: datetime) -> None:
        if not _MORNING <= now.astimezone(self.zone).time() < _EVENING:
            return
        new = contacts.untold(tx)
        if not new:
            return
        snapshot = self.directory.at(tx, now)
        lists: dict[str, list[Known]] = {}
        for known in new:
            contacts.told(tx, known, now)
            person = snapshot.people.get(known.person)
            # A number that was taken off its card meanwhile has been mended.
            if person is None or not person.active or known.address not in person.numbers:
                continue
            for reader in self._readers(tx, snapshot, person.unit, person.id, now):
                lists.setdefault(reader, []).append(known)
        for reader, marks in lists.items():
            self._tell(tx, snapshot, reader, marks, now)

    def _readers(
        self, tx: Tx, snapshot: Snapshot, unit: str, person: str, now: datetime
    ) -> Sequence[str]:
        """The unit's keepers; where that is nobody else, its leaders, else the county's office."""
        keepers = [one for one in superiors.keepers(snapshot, unit) if one != person]
        leaders = keepers or superiors.leaders(tx, snapshot, unit, now, but=(person,))
        return leaders or superiors.office(tx, snapshot, self.office, now)

    def _tell(
        self, tx: Tx, snapshot: Snapshot, reader: str, marks: Sequence[Known], now: datetime
    ) -> None:
        def words(t: Text) -> str:
            said = t(N_("; ")).join(
                t(_NUMBER).format(
                    name=snapshot.people[one.person].name,
                    number=snapshot.label(one.person, one.address),
                    channel=t(CHANNELS[one.channel]),
                    flag=t(NUMBER_FLAGS[one.flag]) if one.flag is not None else "",
                )
                for one in marks[:_NAMED]
            )
            if len(marks) > _NAMED:
                said = t(_MORE).format(numbers=said, n=len(marks) - _NAMED)
            return t(_TEXT).format(numbers=said)

        key = f"numbers/{now.isoformat()}/{reader}"
        self.notices.tell(tx, snapshot, reader, words, now, key=key)
