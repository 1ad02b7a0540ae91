"""Decisions of one transaction on their way into the database: page, log, outbox in one commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from oncall.carry import Carrier
from oncall.core.escalation import Decision, decide
from oncall.core.events import Event
from oncall.core.ladder import OnDuty
from oncall.core.model import Ask, Page, Watch
from oncall.core.record import recorded
from oncall.core.transfers import Transfer
from oncall.directory import Snapshot
from oncall.store import pages
from oncall.store.database import Tx
from oncall.store.log import Entry, append


@dataclass(slots=True)
class Batch:
    """Decisions of one transaction on their way into the database."""

    tx: Tx
    snapshot: Snapshot
    carrier: Carrier
    now: datetime
    changed: list[tuple[Page, int]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def decide(
        self, page: Page, event: Event, transfer: Transfer, *, fresh: bool = False
    ) -> Decision:
        """One decision, its log line and its commands."""
        saw: list[tuple[Ask, Watch]] = []
        decision = decide(page, event, self.now, _listening(self.snapshot, self.tx, self.now, saw))
        self.entries.append(
            Entry(
                transfer=page.transfer,
                page=page.id,
                at=self.now,
                event=type(event).__name__,
                reason=decision.reason,
                who=_who(event),
                payload=recorded(event, page, decision.page),
                saw=saw or None,
                trail=decision.trail or None,
            )
        )
        self.carrier.carry(decision.page, transfer, decision.commands, fresh=fresh)
        return decision

    def save(self) -> None:
        """Write pages, log and messages."""
        pages.save(self.tx, self.changed)
        append(self.tx, self.entries)
        self.carrier.flush()
        self.changed, self.entries = [], []
        self.tx.ring()


def _listening(snapshot: Snapshot, tx: Tx, now: datetime, saw: list[tuple[Ask, Watch]]) -> OnDuty:
    """The roster's answers, noted down so that the decision can be replayed."""
    answer = snapshot.on_duty(tx, now)

    def listen(ask: Ask) -> Watch:
        watch = answer(ask)
        saw.append((ask, watch))
        return watch

    return listen


def _who(event: Event) -> str | None:
    """Whose doing an event is, where it is somebody's."""
    for word in ("name", "by"):
        who = getattr(event, word, None)
        if isinstance(who, str):
            return who
    return None
