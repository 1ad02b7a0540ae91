"""Look at the sending from outside: is anything that should have left still here, does it arrive?

Every node looks, every few seconds, and never in the way of a page. What it finds is an alarm that
goes away by itself once it is no longer so. A test message to a phone of our own shows what no
answer of a provider can: that messages arrive. Steps come early or late where a machine's clock is
wrong, so each compares its own with the database's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifiers.message import Channel, Limit
from notifiers.phone import national
from oncall.core.model import Alarm, Notice
from oncall.core.texts.facts import signed
from oncall.core.words import N_, Text
from oncall.store import alarms, budgets, outbox, upkeep
from oncall.store.database import Database, Tx
from oncall.store.outbox import Draft

#: How long a message of each lane may wait for its provider before the desk must know. Those of the
#: lanes behind wait their turn.
PATIENCE: Mapping[int, timedelta] = {
    0: timedelta(seconds=30),
    1: timedelta(minutes=1),
    2: timedelta(minutes=5),
}
_TIDY = (Limit(count=1, span=timedelta(hours=1)),)
#: A test message is sent this often, and must have arrived after so long.
CANARY_EVERY = timedelta(minutes=10)
CANARY_WITHIN = timedelta(minutes=3)
_CANARY = "canary/"
_CANARY_LANE = 2
_ME = "lookout"


class Lookout:
    """One node's eye on the outbox; ``canary`` is the number of the phone for test messages."""

    def __init__(
        self,
        db: Database,
        *,
        canary: str,
        words: Callable[[], Text],
        signature: str,
        zone: ZoneInfo,
        wall: Callable[[], datetime],
        machine: str,
    ) -> None:
        """``wall`` is the machine's own clock, whatever a story's clock shows."""
        self.db = db
        self._wall = wall
        self._machine = machine
        self.canary = national(canary) if canary else ""
        self._words = words
        self._signature = signature
        self._zone = zone

    def look(self, now: datetime) -> None:
        """Raise or close what is so at this moment. Raises Unreachable."""
        with self.db.begin() as tx:
            if budgets.my_turn(tx, "tidy", _TIDY, now):
                budgets.forget(tx, now)
            waiting = outbox.oldest(tx, now)
            stuck = any(
                lane in PATIENCE and now - since > PATIENCE[lane] for lane, since in waiting.items()
            )
            alarms.keep(tx, Alarm.STUCK, _ME, now, so=stuck)
            drift = upkeep.drift(tx, self._wall) if tx.postgres else timedelta(0)
            wrong = drift > upkeep.DRIFT
            alarms.keep(tx, Alarm.CLOCK, _ME, now, so=wrong, who=self._machine)
            if self.canary:
                self._look_for_the_canary(tx, now)

    def _look_for_the_canary(self, tx: Tx, now: datetime) -> None:
        last = outbox.latest_arrivals(tx, _CANARY, 2)
        # While the newest is still on its way, the one before it is what we know.
        known = [one for one in last if one.arrived or now - one.sent_at > CANARY_WITHIN][:1]
        if known:
            alarms.keep(tx, Alarm.CANARY, _ME, now, so=not known[0].arrived)
        if budgets.my_turn(tx, "canary", (Limit(count=1, span=CANARY_EVERY),), now):
            outbox.put_once(tx, self._test_message(now))

    def _test_message(self, now: datetime) -> Draft:
        clock = now.astimezone(self._zone).strftime("%H:%M")
        said = self._words()(N_("Test of the message path at {clock}. Nothing to do.")).format(
            clock=clock
        )
        return Draft(
            key=f"{_CANARY}{now.timestamp():.0f}",
            page=None,
            transfer=None,
            person=None,
            name="",
            channel=Channel.SMS,
            address=self.canary,
            lang=None,
            notice=Notice.NEWS,
            level=0,
            lane=_CANARY_LANE,
            facts="{}",
            planned_at=now,
            due_at=now,
            useful_seconds=int(CANARY_WITHIN.total_seconds()),
            text=signed(self._signature, said),
        )
