"""Put a copy back into service: nothing of what it says is waiting pages anybody by itself.

What was handed over after the copy was made is not in it, and what it shows as open may be long
finished. So pages that nobody had are held, each with an alarm that stays until a human decides,
and the heartbeat outside stays silent meanwhile. A copy that is only minutes old is like a service
that stood still: its ladders go on, late and marked so. Either way nothing new gets an id, or a
number that people type, of something that the copy does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.core.model import Alarm
from oncall.store import alarms, pages, restoring, transfers
from oncall.store.database import Database, Tx
from oncall.store.log import Entry, append
from oncall.store.usage import NO_TRANSFER

#: A copy not older than this goes on as after an outage.
FRESH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done to a copy put back: of when it is, and how many pages wait for a human."""

    as_of: datetime | None
    held: int


def settle(db: Database, now: datetime, zone: ZoneInfo) -> Restored | None:
    """Do it, once after each restore; None where nothing was restored."""
    with db.begin() as tx:
        if not restoring.unmark(tx):
            return None
        as_of = restoring.as_of(tx)
        restoring.forget_nodes(tx)
        restoring.skip_ids(tx, now)
        restoring.skip_numbers(tx, transfers.day_counter(now, zone))
        if as_of is None or now - as_of <= FRESH:
            _log(tx, as_of, 0, now)
            return Restored(as_of=as_of, held=0)
        when = as_of.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        restoring.drop_messages(tx)
        held = pages.hold(tx)
        alarms.raise_alarm(tx, Alarm.RESTORED, now, unit=None, who=when)
        for page, unit, transfer in held:
            alarms.raise_alarm(
                tx, Alarm.OPEN_IN_COPY, now, unit=unit, transfer=transfer, page=page, who=when
            )
        _log(tx, as_of, len(held), now)
        return Restored(as_of=as_of, held=len(held))


def _log(tx: Tx, as_of: datetime | None, held: int, now: datetime) -> None:
    payload = {"as_of": as_of, "held": held}
    append(tx, [Entry(transfer=NO_TRANSFER, at=now, event="Restored", payload=payload)])
