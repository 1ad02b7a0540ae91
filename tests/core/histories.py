"""Random worlds for the escalation machine: ladders, rosters that change, phones that fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import hypothesis
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.core.escalation import Decision, decide, open_page
from oncall.core.events import (
    Acked,
    Arrived,
    Cancelled,
    Declined,
    Delivered,
    DeliveryFailed,
    DeliveryStalled,
    Escalated,
    Event,
    Finished,
    Progressed,
    Released,
    ShiftChanged,
    StepDue,
)
from oncall.core.model import (
    Ask,
    Channel,
    Colour,
    Contact,
    Extra,
    Morning,
    Page,
    Policy,
    Quiet,
    Source,
    State,
    Step,
    Urgency,
    Watch,
    Way,
    WorkCalendar,
)
from oncall.core.policies import default_book

#: Every property looks at this many histories in a normal run; the "search" profile looks at more.
HISTORIES = hypothesis.settings(max_examples=max(250, hypothesis.settings().max_examples))

UNIT = "U-1"
DESKS = ("GOV-OFFICE", "PTY-EFFICIENCY")
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "UTC")
BOTH = (Channel.SMS, Channel.VOICE)
#: A clock that is looked at this often at one moment stands still.
LOOKS = 4
#: Bytes enough for the longest history.
_THROWS = 220

#: The National Day week, paid for by two worked weekend days.
HOLIDAY = WorkCalendar(
    off=frozenset(date(2026, 10, d) for d in range(1, 9)),
    working=frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)

_DEFAULT = {urgency: default_book().choose(None, urgency) for urgency in Urgency}
_NUMBERS = ((), (Channel.SMS,), (Channel.VOICE,), BOTH, BOTH, BOTH, BOTH, BOTH)
_EXTRA = ((Channel.VOICE,), (Channel.SMS,), BOTH)
_CLOCKS = (time(0), time(1, 30), time(2, 30), time(8), time(13), time(22))
#: Ordinary afternoons, nights, the holiday, and days on which clocks change.
_STARTS = (
    datetime(2026, 11, 3, 6, 0, tzinfo=UTC),
    datetime(2026, 11, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 9, 30, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 4, 45, tzinfo=UTC),
    datetime(2026, 3, 8, 5, 50, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 10, tzinfo=UTC),
)
#: Who may hold a duty at one time: nobody, one of five people, or two of them.
_WATCHES = ((), (0,), (1,), (2,), (3,), (4,), (0, 1), (2, 3))
_ASKS = (
    Ask(source=Source.ROSTER, role="primary"),
    Ask(source=Source.ROSTER, role="deputy"),
    Ask(source=Source.ROSTER, role="leader"),
    Ask(source=Source.POST, role="head"),
    Ask(source=Source.DESK, role="desk"),
    Ask(source=Source.ROSTER, role="supervisor", unit=DESKS[0]),
)
_QUESTIONS = (
    *((Source.ROSTER, role, UNIT) for role in ("primary", "deputy", "leader")),
    *((Source.POST, role, UNIT) for role in ("liaison", "division_leader", "head")),
    *((Source.ROSTER, "supervisor", desk) for desk in DESKS),
    (Source.DESK, "desk", UNIT),
)

T = TypeVar("T")


class Dice:
    """Choices read from bytes: far quicker to make, and to shrink, than a strategy for each."""

    def __init__(self, thrown: bytes) -> None:
        self._left = iter(thrown)

    def upto(self, most: int) -> int:
        """A number from 0 to ``most``; 0 when the bytes are used up."""
        return next(self._left, 0) % (most + 1)

    def pick(self, of: Sequence[T]) -> T:
        """One of them; the first when the bytes are used up."""
        return of[self.upto(len(of) - 1)]

    def minutes(self, least: int, most: int) -> timedelta:
        """A number of whole minutes."""
        return timedelta(minutes=least + self.upto(most - least))


@dataclass(frozen=True, slots=True)
class Roster:
    """Who holds what, as stretches of time: the moments it changes and the people of each."""

    changes: tuple[datetime, ...]
    #: By question, one tuple of people for each stretch, the one before the first change included.
    holders: dict[tuple[Source, str, str], tuple[tuple[Contact, ...], ...]]

    def on_duty(self, ask: Ask, now: datetime) -> Watch:
        """The answer of that moment, and until when it holds."""
        part = sum(1 for c in self.changes if c <= now)
        until = self.changes[part] if part < len(self.changes) else None
        stretches = self.holders.get((ask.source, ask.role, ask.unit or ""))
        return Watch(people=stretches[part] if stretches else (), until=until)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event some time after the one before; during an outage the alarm clock is silent."""

    after: timedelta
    event: Event
    outage: bool


@dataclass(frozen=True, slots=True)
class History:
    """Everything that comes from outside in one page's life."""

    page: Page
    roster: Roster
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One decision: the page before, what happened, what came of it, what the roster said.

    ``settled`` marks the last look at this moment: whatever was due has been done.
    """

    before: Page
    event: Event
    now: datetime
    decision: Decision
    saw: tuple[tuple[Ask, Watch], ...]
    settled: bool


def _roster(dice: Dice, start: datetime) -> Roster:
    cards = [_card(dice, i) for i in range(5)]
    gaps = {dice.minutes(1, 200) for _ in range(dice.upto(3))}
    changes = tuple(start + gap for gap in sorted(gaps))
    holders = {
        question: tuple(
            tuple(replace(cards[i], role=question[1]) for i in dice.pick(_WATCHES))
            for _ in range(len(changes) + 1)
        )
        for question in _QUESTIONS
    }
    return Roster(changes=changes, holders=holders)


def _card(dice: Dice, i: int) -> Contact:
    """One person: some with several numbers, some with rules of their own."""
    channels = dice.pick(_NUMBERS)
    labels = dice.pick(("", "a", "ab"))
    own = tuple(
        Extra(urgency=urgency, after=dice.minutes(0, 30), channels=dice.pick(_EXTRA))
        for urgency in Urgency
        for _ in range(max(0, dice.upto(4) - 2))
    )
    return Contact(
        person=f"p{i}",
        name=f"P{i}",
        unit=UNIT,
        role="",
        channels=channels,
        ways=tuple(Way(channel=c, number=n) for c in channels for n in labels),
        own=own,
    )


def _steps(dice: Dice) -> Iterator[Step]:
    level, at = 1, timedelta()
    for i in range(1 + dice.upto(5)):
        climbs = bool(i) and dice.upto(1) == 1
        level += climbs
        at += dice.minutes(0 if climbs or not i else 1, 40)
        morning = None
        if climbs and dice.upto(5) == 5:
            morning = Morning(clock=time(9), not_before=timedelta(hours=24), days_later=i)
        yield Step(
            level=level,
            asks=tuple(dict.fromkeys(dice.pick(_ASKS) for _ in range(1 + dice.upto(2)))),
            channels=dice.pick((BOTH, (Channel.SMS,), (Channel.VOICE,))),
            after=None if morning else at,
            morning=morning,
            draft=dice.pick((None, Colour.BLUE, None, Colour.RED)),
        )
        if morning:
            return


def _policy(dice: Dice) -> Policy:
    """A default ladder, or any that a policy file may hold."""
    urgency, zone = dice.pick(tuple(Urgency)), dice.pick(ZONES)
    if dice.upto(1):
        return replace(_DEFAULT[urgency], zone=zone, alarm_every=timedelta(hours=2))
    quiet = Quiet(since=dice.pick(_CLOCKS), until=dice.pick(_CLOCKS), from_level=1 + dice.upto(2))
    return Policy(
        name="random",
        urgency=urgency,
        zone=zone,
        ack_within=timedelta(minutes=15),
        steps=tuple(_steps(dice)),
        useful_life=timedelta(minutes=10),
        first_action=dice.minutes(1, 250),
        first_action_working=dice.upto(1) == 1,
        exhausted_after=dice.minutes(0, 60),
        alarm_every=dice.minutes(30, 240),
        quiet=quiet if dice.upto(1) else None,
    )


def _event(dice: Dice, start: datetime) -> Event:
    who = dice.pick(("p0", "p1", "p2", "p3", "p4", "stranger"))
    channel = dice.pick(tuple(Channel))
    number = dice.pick(("", "a", "a", "b"))
    promised = start + timedelta(minutes=100)
    return dice.pick(
        (
            StepDue(),
            ShiftChanged(),
            Declined(person=who, name=who),
            DeliveryFailed(person=who, channel=channel),
            DeliveryFailed(person=who, channel=channel, number=number),
            DeliveryFailed(person=who, channel=channel, number=number),
            DeliveryStalled(person=who, channel=channel),
            DeliveryStalled(person=who, channel=channel, used_up=True),
            Delivered(person=who, channel=channel),
            Acked(person=who, name=who, via="sms", eta=promised if who == "p1" else None),
            Acked(person=who, name=who, via="web", takeover=True),
            Released(person=who, name=who),
            Released(person=who, name=who),
            Escalated(by="desk"),
            Progressed(by="desk"),
            Arrived(),
            Cancelled(by="desk"),
            Finished(by="desk"),
        )
    )


def history(thrown: bytes) -> History:
    """The history these bytes stand for; see ``histories``."""
    dice = Dice(thrown)
    start = dice.pick(_STARTS) + timedelta(minutes=30 * dice.upto(95)) * dice.upto(1)
    page = open_page(
        page_id="pg",
        transfer="tr",
        part="pt",
        unit=UNIT,
        policy=_policy(dice),
        calendar=dice.pick((WorkCalendar(), HOLIDAY)),
        paged_at=start,
    )
    roster = _roster(dice, start)
    happenings = tuple(
        Happening(
            after=dice.pick((timedelta(), dice.minutes(1, 90), timedelta(hours=6))),
            event=_event(dice, start),
            outage=dice.upto(4) == 4,
        )
        for _ in range(dice.upto(12))
    )
    return History(page=page, roster=roster, happenings=happenings)


def histories() -> st.SearchStrategy[History]:
    """A page about to be opened, a roster, and up to a dozen things that happen."""
    return st.binary(min_size=_THROWS, max_size=_THROWS).map(history)


def play(history: History) -> list[Moment]:
    """Live through a history as the engine does: the clock rings at wake_at, events come between.

    A Released is said by whoever owns the page, because only they can.
    """
    return list(Life(history).live())


class Life:
    """One page being lived through."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.page = history.page

    def live(self) -> Iterator[Moment]:
        """Everything, from the transfer's arrival on."""
        now = self.page.paged_at
        yield from self.at(Arrived(), now)
        for happening in self.history.happenings:
            until = now + happening.after
            if not happening.outage:
                yield from self.clock(now, until)
            now = until
            event = happening.event
            if isinstance(event, Released) and self.page.owner:
                event = replace(event, person=self.page.owner)
            yield from self.at(event, now)

    def clock(self, now: datetime, until: datetime) -> Iterator[Moment]:
        """The alarm clock rings at every wake_at before ``until``, always on time."""
        while (wake := self.page.wake_at) is not None and wake < until:
            assert wake > now, "the clock stands still"
            now = wake
            yield from self.at(StepDue(), now)

    def at(self, event: Event, now: datetime) -> Iterator[Moment]:
        """An event, and then every look the page still wants at this moment."""
        yield self.look(event, now)
        looks = 0
        while self.overdue(now):
            looks += 1
            assert looks <= LOOKS, "the page wants to be looked at for ever"
            handed_over = self.page.handover_at is not None and self.page.handover_at <= now
            yield self.look(ShiftChanged() if handed_over else StepDue(), now)

    def overdue(self, now: datetime) -> bool:
        """Whether the page wants to be looked at now."""
        return self.page.wake_at is not None and self.page.wake_at <= now

    def look(self, event: Event, now: datetime) -> Moment:
        """One decision."""
        before = self.page
        saw: list[tuple[Ask, Watch]] = []

        def listen(ask: Ask) -> Watch:
            saw.append((ask, self.history.roster.on_duty(ask, now)))
            return saw[-1][1]

        decision = decide(before, event, now, listen)
        self.page = decision.page
        return Moment(
            before=before,
            event=event,
            now=now,
            decision=decision,
            saw=tuple(saw),
            settled=not self.overdue(now),
        )


def is_open(page: Page) -> bool:
    """Whether nobody owns it yet and it was not withdrawn."""
    return page.state in (State.WAITING, State.EXHAUSTED)
