"""Every night: is there a transfer to which nothing will happen any more? The desk must see it.

Everything that happens later stands in the database: a page's next moment, an appointment, an open
alarm. A live transfer with none of these waits for ever, and nobody knows (事事有回音、件件有落实).
"""

from __future__ import annotations

from datetime import datetime, time

from oncall.agenda import Agenda, Appointment, daily
from oncall.core.model import Alarm
from oncall.store import alarms, transfers
from oncall.store.database import Tx
from oncall.store.log import Entry, append

KIND = "orphans"
#: After the sheet, before anybody comes to the office.
CLOCK = time(2, 30)


def keep(agenda: Agenda, zone: str) -> None:
    """Look every night, when a wall clock in the IANA ``zone`` shows half past two."""
    agenda.recurring(KIND, daily(CLOCK, zone), look)


def look(tx: Tx, _: Appointment, now: datetime) -> None:
    """Raise an alarm for each, and write down that it was found."""
    for found in transfers.orphans(tx):
        alarms.raise_alarm(tx, Alarm.ORPHAN, now, unit=None, transfer=found.id)
        payload = {"state": found.state}
        append(tx, [Entry(transfer=found.id, at=now, event="Orphaned", payload=payload)])
    tx.ring()
