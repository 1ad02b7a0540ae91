"""Look at the sending from outside: is anything that should have left still here?

Every node looks, every few seconds, and never in the way of a page. What it finds is an alarm that
goes away by itself once it is no longer so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from notifiers.message import Limit
from oncall.core import budget
from oncall.core.model import Alarm
from oncall.store import alarms, budgets, outbox
from oncall.store.database import Database, Tx

#: How long a message of each lane may wait for its provider before the desk must know. Those of the
#: lanes behind wait their turn.
PATIENCE: Mapping[int, timedelta] = {
    0: timedelta(seconds=30),
    1: timedelta(minutes=1),
    2: timedelta(minutes=5),
}
_TIDY = (Limit(count=1, span=timedelta(hours=1)),)
_ME = "lookout"


class Lookout:
    """One node's eye on the outbox."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def look(self, now: datetime) -> None:
        """Raise or close what is so at this moment. Raises Unreachable."""
        with self.db.begin() as tx:
            if first_of_all(tx, "tidy", _TIDY, now):
                budgets.forget(tx, now)
            waiting = outbox.oldest(tx, now)
            overdue = any(
                lane in PATIENCE and now - since > PATIENCE[lane] for lane, since in waiting.items()
            )
            if not overdue:
                alarms.close_about(tx, Alarm.STUCK, _ME, now)
            elif not alarms.is_open(tx, Alarm.STUCK):
                alarms.raise_alarm(tx, Alarm.STUCK, now, unit=None)


def first_of_all(tx: Tx, what: str, pace: tuple[Limit, ...], now: datetime) -> bool:
    """Whether it is this node's turn to do ``what``, which all nodes together do at this pace."""
    key = f"turn:{what}"
    paid = budgets.locked(tx, key, now)
    if not budget.may_spend(paid, pace, now):
        return False
    budgets.write(tx, key, budget.spend(paid, pace, 1, now), now)
    return True
