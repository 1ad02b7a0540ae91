"""Turn a decision's commands into rows: messages to send, alarms to show, orders to draft.

Everything here happens in the transaction that saves the decision, so that a page can never have
moved on without the messages that say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from oncall.core.commands import (
    Command,
    DraftSupervision,
    Notify,
    RaiseAlarm,
    StandDown,
    Tell,
)
from oncall.core.model import Alarm, Channel, Notice, Page, Urgency
from oncall.core.texts import Facts
from oncall.core.texts.facts import ABOUT
from oncall.core.transfers import Transfer
from oncall.directory import Snapshot
from oncall.store import alarms, attempts, gathering, outbox, supervisions
from oncall.store.database import Tx
from oncall.store.log import dumps
from oncall.store.outbox import Draft, Row

_facts = msgspec.json.Decoder(Facts).decode

#: Lanes: a message in a lower one never waits behind a higher one.
LANES = {Urgency.CRITICAL: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}
BULK = 3

#: The name of a unit's duty desk may be longer than a person's.
_LONGEST_NAME = 60
#: A confirmation or "X has it" older than this helps nobody.
_TELL_LIFE = timedelta(hours=1)

#: Several of these to one person in a short time become one message; a critical one never waits.
_GATHERED = frozenset({Notice.PAGE, Notice.HANDOVER})

#: So many times as long as texts are calls gathered: a call takes longer than a glance.
_CALLS_WAIT = 2
#: Whoever has so many unanswered pages of late is in a storm.
_STORM, _STORM_OF = 3, timedelta(minutes=30)

#: Closed as soon as a human owns the page.
ENDED_BY_ACK = (Alarm.EXHAUSTED, Alarm.NO_TARGET, Alarm.SILENT, Alarm.OPEN_IN_COPY)


class Carrier:
    """Collects the rows of many decisions and writes them at once."""

    def __init__(
        self,
        tx: Tx,
        snapshot: Snapshot,
        now: datetime,
        lang: str,
        gather: timedelta = timedelta(0),
    ) -> None:
        self.tx = tx
        self.snapshot = snapshot
        self.now = now
        self.lang = lang
        self.gather = gather
        self._drafts: list[Draft] = []
        self._replaced: list[tuple[str, str, str]] = []
        self._alarms: list[tuple[Page, RaiseAlarm]] = []

    def carry(
        self, page: Page, transfer: Transfer, commands: Iterable[Command], *, fresh: bool = False
    ) -> None:
        """Do what one decision asks; ``fresh`` when the page has no messages yet."""
        for command in commands:
            if isinstance(command, Notify):
                self._notify(page, transfer, command, fresh=fresh)
            elif isinstance(command, StandDown):
                if attempts.reached(self.tx, page.id, command.person):
                    self._tell(page, transfer, command)
            elif isinstance(command, Tell):
                self._tell(page, transfer, command)
            elif isinstance(command, RaiseAlarm):
                self._alarms.append((page, command))
            elif isinstance(command, DraftSupervision):
                supervisions.draft(
                    self.tx,
                    transfer=page.transfer,
                    page=page.id,
                    unit=page.unit,
                    colour=command.colour,
                    now=self.now,
                )

    def flush(self) -> None:
        """Queue everything collected."""
        attempts.replace(self.tx, self._replaced, self.now)
        outbox.put(self.tx, list(self._gathered()) if self.gather else self._drafts)
        # In one order everywhere: two nodes may be raising the same unit's alarms just now.
        for page, raised in sorted(self._alarms, key=_place):
            alarms.raise_alarm(
                self.tx,
                raised.alarm,
                self.now,
                unit=page.unit,
                transfer=page.transfer,
                page=page.id,
                level=raised.level,
                who=raised.who,
            )
        self._replaced, self._drafts, self._alarms = [], [], []

    def _gathered(self) -> Iterator[Draft]:
        """The drafts: the first to a person goes now, more in a short time go together after it."""
        waits = {Channel.SMS: self.gather, Channel.VOICE: self.gather * _CALLS_WAIT}
        about = {
            channel: {d.person for d in self._drafts if _may_wait(d, channel) and d.person}
            for channel in waits
        }
        last = {
            channel: gathering.last_pages(self.tx, channel, people, self.now - waits[channel])
            for channel, people in about.items()
            if people
        }
        called = about[Channel.VOICE]
        many = gathering.unanswered(self.tx, called, self.now - _STORM_OF) if called else {}
        for draft in self._drafts:
            channel = Channel(draft.channel)
            if channel not in waits or not _may_wait(draft, channel) or draft.person is None:
                yield draft
                continue
            before = last[channel].get(draft.person)
            due = self.now
            if before is not None:
                due = before if before > self.now else before + waits[channel]
            elif channel is Channel.VOICE and many.get(draft.person, 0) >= _STORM:
                # More will come: the phone rings once, for all of them.
                due = self.now + waits[channel]
            last[channel][draft.person] = due
            yield msgspec.structs.replace(draft, due_at=due)

    def _notify(self, page: Page, transfer: Transfer, command: Notify, *, fresh: bool) -> None:
        if not fresh:
            # Whatever still waits to tell this person the same is replaced by the newer message.
            self._replaced.append((page.id, command.person, command.channel))
        facts = self._facts(page, transfer, command.person, command.level, command.planned_at)
        self._queue(
            page,
            command,
            lane=LANES[page.policy.urgency],
            facts=facts,
            level=command.level,
            planned_at=command.planned_at,
            life=page.policy.useful_life,
            late=command.late,
        )

    def _tell(self, page: Page, transfer: Transfer, command: StandDown | Tell) -> None:
        facts = self._facts(page, transfer, command.person, 0, self.now, owner=command.owner)
        self._queue(
            page,
            command,
            lane=min(LANES[page.policy.urgency] + 1, BULK),
            facts=facts,
            level=0,
            planned_at=self.now,
            life=_TELL_LIFE,
            late=False,
        )

    def _queue(
        self,
        page: Page,
        command: Notify | StandDown | Tell,
        *,
        lane: int,
        facts: Facts,
        level: int,
        planned_at: datetime,
        life: timedelta,
        late: bool,
    ) -> None:
        address = self.snapshot.address(command.person, command.channel, command.number)
        draft = Draft(
            key=command.key,
            page=page.id,
            transfer=page.transfer,
            person=command.person,
            name=command.name[:_LONGEST_NAME],
            channel=command.channel,
            address=address or "",
            lang=self.snapshot.lang(command.person),
            notice=command.notice,
            level=level,
            lane=lane,
            facts=dumps(facts),
            planned_at=planned_at,
            due_at=self.now,
            useful_seconds=int(life.total_seconds()),
            late=late,
        )
        self._drafts.append(draft)

    def _facts(
        self,
        page: Page,
        transfer: Transfer,
        person: str,
        level: int,
        planned_at: datetime,
        *,
        owner: str = "",
    ) -> Facts:
        lang = self.snapshot.lang(person) or self.lang
        return Facts(
            code=transfer.code,
            origin=self.snapshot.origin_name(transfer.origin, lang),
            about=page.policy.name if page.policy.name in ABOUT else "",
            urgency=page.policy.urgency,
            unit=self.snapshot.unit_name(page.unit, lang),
            category=transfer.category or "",
            area=self.snapshot.unit_name(transfer.area, lang),
            ack_by=page.limit_at,
            zone=page.policy.zone,
            minutes=int(page.policy.ack_within.total_seconds() // 60),
            next_role=_next_role(page, level),
            owner=owner,
            drill=transfer.drill,
            eta=page.eta_at,
            planned_at=planned_at,
        )


def facts_of(row: Row, *, late: bool = False) -> Facts:
    """What a row's words are made of, as they were when it was queued."""
    facts = _facts(row.facts)
    return replace(facts, late=late, resent=row.resent) if late or row.resent else facts


def _may_wait(draft: Draft, channel: Channel) -> bool:
    grave = draft.lane <= LANES[Urgency.CRITICAL]
    return draft.channel == channel and draft.notice in _GATHERED and not grave


def _place(raised: tuple[Page, RaiseAlarm]) -> tuple[str, str, int, str, str]:
    page, alarm = raised
    return alarm.alarm, page.unit, alarm.level, alarm.who, page.id


def _next_role(page: Page, level: int) -> str | None:
    """Whom the ladder goes to next, for "逾期升级至…"; None at its top."""
    for rung in page.rungs:
        step = page.policy.steps[rung.step]
        if rung.fired_at is None and step.level > max(level, page.level):
            return step.asks[0].role
    return None
