"""What paging teaches of people's numbers: which reach them, which are dead or want no texts.

It is learned from providers and from people themselves, in the transaction that hears of it, and
counts from the next message on. A unit's keeper is told once, by ``rounds.numbers``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from notifiers.message import Outcome, Receipt
from oncall.core.cards import Flag
from oncall.core.model import Alarm, Channel
from oncall.directory import Directory
from oncall.store import alarms, contacts
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.log import Entry, append
from oncall.store.outbox import Row
from oncall.store.usage import NO_TRANSFER

#: How the number of a message is called in a page.
Labels = Callable[[Row], str]


def flag_of(said: Outcome | Receipt) -> Flag | None:
    """What a provider's word says is wrong with the number itself; None if nothing."""
    return Flag.OPTED_OUT if said.opted_out else Flag.DEAD if said.dead else None


class Cards:
    """The one way to note something on a contact card."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def labels(self, tx: Tx, now: datetime) -> Labels:
        """Names the numbers of messages; the directory is read when the first is asked for."""

        def label(row: Row) -> str:
            return self.directory.at(tx, now).label(row.person or "", row.address)

        return label

    def spoil(self, tx: Tx, row: Row, flag: Flag, code: str | None, now: datetime) -> None:
        """A provider says that the number of a message is no good."""
        known = self.directory.at(tx, now).people
        if row.person in known and row.address:
            channel = Channel(row.channel)
            if contacts.flag(tx, row.person, row.address, channel, flag, code, now):
                self._note(tx, row.person, row.address, channel, flag, now)

    def opted_out(self, tx: Tx, person: str, number: str, now: datetime) -> None:
        """Whoever has the number wants no more texts."""
        if contacts.flag(tx, person, number, Channel.SMS, Flag.OPTED_OUT, "STOP", now):
            self._note(tx, person, number, Channel.SMS, Flag.OPTED_OUT, now)

    def texted(
        self, tx: Tx, people: Sequence[Person], number: str, now: datetime, *, opted_in: bool
    ) -> None:
        """A text came from a number, so it reaches its people; START takes a STOP back."""
        ids = [person.id for person in people]
        contacts.prove(tx, ids, number, Channel.SMS, contacts.BY_TEXT, now)
        if opted_in and contacts.unflag(tx, ids, number, Channel.SMS, (Flag.OPTED_OUT,)):
            for person in people:
                alarms.close_about(tx, Alarm.OPTED_OUT, person.name, now, who=person.name)

    def answered(self, tx: Tx, row: Row, how: str, now: datetime) -> None:
        """Somebody did with a message what only its reader, or whoever hears it, can do."""
        known = self.directory.at(tx, now).people
        if row.person in known and row.address:
            contacts.prove(tx, [row.person], row.address, Channel(row.channel), how, now)

    def _note(
        self, tx: Tx, person: str, number: str, channel: Channel, flag: Flag, now: datetime
    ) -> None:
        snapshot = self.directory.at(tx, now)
        payload = {
            "person": snapshot.people[person].name,
            "channel": channel,
            "number": snapshot.label(person, number),
            "flag": flag,
        }
        append(tx, [Entry(transfer=NO_TRANSFER, at=now, event="NumberFlagged", payload=payload)])
        if flag is Flag.OPTED_OUT:
            known = snapshot.people[person]
            alarms.raise_alarm(tx, Alarm.OPTED_OUT, now, unit=known.unit, who=known.name)
