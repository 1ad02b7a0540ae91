"""Play a ladder on a virtual clock: the very same decide(), with scripted people and phones."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from oncall.core.commands import (
    Command,
    DraftSupervision,
    Notify,
    RaiseAlarm,
    StandDown,
    Tell,
)
from oncall.core.escalation import Decision, decide, open_page
from oncall.core.events import Acked, Arrived, Declined, DeliveryFailed, Event, StepDue
from oncall.core.model import Ask, Channel, Page, Policy, Reason, Watch, WorkCalendar

#: Who holds this at that moment? The roster as it will be, not as it is now.
OnDutyAt = Callable[[Ask, datetime], Watch]


class Act(StrEnum):
    """What a scripted person does once reached."""

    ACK = "ack"
    DECLINE = "decline"


class Kind(StrEnum):
    """What sort of thing a line tells."""

    NOTIFY = "notify"
    TELL = "tell"
    STAND_DOWN = "stand_down"
    ALARM = "alarm"
    DRAFT = "draft"
    HEARD = "heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody does, and how long after a message first reached them."""

    act: Act
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How people and phones behave; who is not named never answers.

    ``answers`` is by person; ``others`` is for everybody else. A dead channel is given as
    (person, channel) and fails ``fails_after`` each message.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    others: Answer | None = None
    dead: frozenset[tuple[str, Channel]] = frozenset()
    fails_after: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happens: a message, an alarm, a draft, or an answer heard.

    ``what`` is a Notice, an Alarm, a Colour, or for what was heard the event's name; ``reason`` is
    why the decision was what it was. ``level`` is 0 where there is none.
    """

    at: datetime
    kind: Kind
    what: str
    reason: Reason
    level: int = 0
    person: str = ""
    name: str = ""
    channel: Channel | None = None
    late: bool = False


def simulate(
    policy: Policy,
    calendar: WorkCalendar,
    unit: str,
    start: datetime,
    on_duty_at: OnDutyAt,
    script: Script,
    until: datetime,
) -> list[Line]:
    """Everything one page opened at ``start`` does before ``until``, in order (aware UTC).

    Raises RuntimeError when a ladder stands still: it would hang the real engine too.
    """
    page = open_page(
        page_id="simulated",
        transfer="simulated",
        part="simulated",
        unit=unit,
        policy=policy,
        calendar=calendar,
        paged_at=start,
    )
    return list(_Play(page, on_duty_at, script).run(until))


#: A page that wants to be looked at again at the same moment this often stands still.
_LOOKS = 40


class _Play:
    """The page, and the events on their way to it."""

    def __init__(self, page: Page, on_duty_at: OnDutyAt, script: Script) -> None:
        self.page = page
        self.on_duty_at = on_duty_at
        self.script = script
        self._order = count()
        self._coming: list[tuple[datetime, int, Event]] = []
        self._answering: set[str] = set()
        self._send(page.paged_at, Arrived())

    def _send(self, at: datetime, event: Event) -> None:
        heapq.heappush(self._coming, (at, next(self._order), event))

    def run(self, until: datetime) -> Iterator[Line]:
        now, looks = self.page.paged_at, 0
        while (upcoming := self._next()) is not None and upcoming[0] < until:
            at, event = upcoming
            looks = looks + 1 if at <= now else 0
            if looks > _LOOKS:
                raise RuntimeError("the ladder stands still")
            now = max(now, at)
            yield from self._happens(event, now)

    def _next(self) -> tuple[datetime, Event] | None:
        """What comes first: an event on its way, else the page's own alarm clock."""
        wake = self.page.wake_at
        if self._coming and (wake is None or self._coming[0][0] <= wake):
            at, _, event = heapq.heappop(self._coming)
            return at, event
        return None if wake is None else (wake, StepDue())

    def _happens(self, event: Event, now: datetime) -> Iterator[Line]:
        decision = decide(self.page, event, now, lambda ask: self.on_duty_at(ask, now))
        self.page = decision.page
        if isinstance(event, Acked | Declined | DeliveryFailed):
            yield _heard(event, decision, now)
        for command in decision.commands:
            yield _line(command, decision.reason, now)
            if isinstance(command, Notify):
                self._react(command, now)

    def _react(self, message: Notify, now: datetime) -> None:
        person, channel = message.person, message.channel
        if (person, channel) in self.script.dead:
            failed = DeliveryFailed(person=person, channel=channel, code="simulated")
            self._send(now + self.script.fails_after, failed)
            return
        answer = self.script.answers.get(person, self.script.others)
        if answer is None or person in self._answering:
            return
        self._answering.add(person)
        via = "sms" if channel is Channel.SMS else "keypad"
        if answer.act is Act.ACK:
            event: Event = Acked(person=person, name=message.name, via=via)
        else:
            event = Declined(person=person, name=message.name, via=via)
        self._send(now + answer.after, event)


def _heard(event: Acked | Declined | DeliveryFailed, decision: Decision, now: datetime) -> Line:
    known = decision.page.person(event.person)
    return Line(
        at=now,
        kind=Kind.HEARD,
        what=type(event).__name__,
        reason=decision.reason,
        level=known.level if known is not None else 0,
        person=event.person,
        name=known.name if known is not None else event.person,
        channel=event.channel if isinstance(event, DeliveryFailed) else None,
    )


def _line(command: Command, reason: Reason, now: datetime) -> Line:
    match command:
        case Notify():
            return Line(
                at=now,
                kind=Kind.NOTIFY,
                what=command.notice,
                reason=reason,
                level=command.level,
                person=command.person,
                name=command.name,
                channel=command.channel,
                late=command.late,
            )
        case Tell() | StandDown():
            return Line(
                at=now,
                kind=Kind.TELL if isinstance(command, Tell) else Kind.STAND_DOWN,
                what=command.notice,
                reason=reason,
                person=command.person,
                name=command.name,
                channel=command.channel,
            )
        case RaiseAlarm():
            return Line(
                at=now,
                kind=Kind.ALARM,
                what=command.alarm,
                reason=reason,
                level=command.level,
                name=command.who,
            )
        case DraftSupervision():
            return Line(at=now, kind=Kind.DRAFT, what=command.colour, reason=reason)
    raise TypeError(f"no line for {type(command).__name__}")
