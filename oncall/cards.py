"""What we learn of people's numbers while paging: which are dead, which want no more texts.

It is learned from providers and from people themselves, in the transaction that hears of it, and
counts from the next message on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from notifiers.message import Outcome, Receipt
from oncall.core.cards import Flag
from oncall.core.model import Channel
from oncall.directory import Directory
from oncall.store import contacts
from oncall.store.database import Tx
from oncall.store.directory import Person
from oncall.store.outbox import Row

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
            contacts.flag(tx, row.person, row.address, channel, flag, code, now)

    def opted_out(self, tx: Tx, person: str, number: str, now: datetime) -> None:
        """Whoever has the number wants no more texts."""
        contacts.flag(tx, person, number, Channel.SMS, Flag.OPTED_OUT, "STOP", now)

    def heard(
        self,
        tx: Tx,
        people: Sequence[Person],
        number: str,
        channel: Channel,
        *,
        opted_in: bool = False,
    ) -> None:
        """Something came back from a number, so it is not dead; START takes a STOP back."""
        undone = (Flag.DEAD, Flag.OPTED_OUT) if opted_in else (Flag.DEAD,)
        contacts.unflag(tx, [person.id for person in people], number, channel, undone)
