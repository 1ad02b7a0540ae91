"""A small county on a clock that only a test moves: the real parts, emulated phones, no sleeping.

How to use it. In a folder's conftest.py import ``furnished_url, templates, world`` from here and
name all three in ``__all__``. A test that takes ``world`` runs on SQLite and on PostgreSQL::

    def test_nobody_answers(world: World) -> None:
        \"\"\"The phone rings after five minutes.\"\"\"
        sent = world.transfer("SOE-CITYBUILD")       # urgent, from 110, at 14:00 on Tuesday
        world.expect((ZHANG, "sms", sent.code))      # exactly this arrived, and nothing else
        world.advance(5)                             # minutes; everything due happens on the way
        world.expect((ZHANG, "voice"))
        world.advance(4.99)
        world.expect()                               # nothing
        world.press(ZHANG, "1")                      # a key in the latest call to that phone

Once a test has called ``expect``, whatever arrives later and is not expected fails it at its end.
``world.app`` is the node itself (``oncall.wiring.App``): use its desk, intake, answers, database.
After acting on those directly call ``world.settle()``; the world's own helpers do so by themselves.
``settle`` decides and sends what is due at this moment; ``advance`` does so at every moment on the
way, in order. Nothing runs in the background, so a web server over the same app
(``create_app(world.app, run_engine=False)``) sends nothing until the test settles.
Phones misbehave by ``world.phones.script(e164(ZHANG), OutcomeKind.REJECTED)``; see
``notifiers.testing``. Units, people and the November roster are in ``tests.county``. A node of its
own process: pass ``world.url`` to it. Messages to one person are not gathered here, unless a test
gives settings of its own.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifiers.message import (
    Channel,
    InboundSms,
    KeyPress,
    Message,
    Receipt,
    ReceiptResult,
)
from notifiers.phone import e164, national
from notifiers.testing import Phones, UnexpectedError
from oncall.config import Settings, load
from oncall.core.model import Reason
from oncall.core.transfers import Draft, Transfer
from oncall.intake import Actor
from oncall.spoken import Spoken
from oncall.store import outbox, pages, planned
from oncall.wiring import App, build
from rosters.model import Duty
from tests.county import CITY, START, furnished_url, person_id, put_duties, templates
from tests.patience import Steady

__all__ = ["ManualClock", "World", "furnished_url", "templates", "world"]

DISPATCHER = Actor(name="110席", role="dispatcher")


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment on its face, UTC."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move it on; it never goes back."""
        assert moment >= self._now, "a clock does not go back"
        self._now = moment.astimezone(UTC)

    def seconds_until(self, moment: datetime) -> float:
        """Seconds of this clock's time; nobody waits for them."""
        return (moment - self._now).total_seconds()

    def real(self, moment: datetime) -> datetime:
        """The same moment: there is no other clock here."""
        return moment


class World:
    """One node, its database, its phones, and the hand on the clock."""

    def __init__(
        self,
        url: str,
        settings: Settings | None = None,
        *,
        node: str = "test",
        phones: Phones | None = None,
    ) -> None:
        self.url = url
        self.clock = ManualClock(START)
        self.phones = phones or Phones()
        self.settings = settings or load(
            {"database_url": url, "gather_seconds": "0"}, {}, cwd=Path("/nonexistent")
        )
        self.app: App = build(
            self.settings,
            clock=self.clock,
            notifiers=dict.fromkeys(Channel, (self.phones,)),
            node=node,
        )
        self._runner = asyncio.Runner(loop_factory=Steady)
        self._read = 0
        self._strict = False
        self._ids = itertools.count(1)

    @property
    def now(self) -> datetime:
        """This moment, UTC."""
        return self.clock.now()

    # -- time ------------------------------------------------------------------------------

    def advance(self, minutes: float = 0, *, hours: float = 0, seconds: float = 0) -> None:
        """Let this much time pass: every step, retry and handover on the way at its moment."""
        self.until(self.now + timedelta(minutes=minutes, hours=hours, seconds=seconds))

    def until(self, moment: datetime) -> None:
        """The same, up to a moment."""
        self.settle()
        while (due := self._next_due()) is not None and due <= moment:
            self.clock.set(max(due, self.now))
            self.settle()
        self.clock.set(moment)
        self.settle()

    def let_pass(self, minutes: float) -> None:
        """Time passes and nobody works: the node was down. Nothing is settled."""
        self.clock.set(self.now + timedelta(minutes=minutes))

    def settle(self) -> None:
        """Decide and send everything that is due at this very moment."""
        for _ in range(100):
            decided = 0
            while done := self.app.engine.run_due(self.now) + self.app.agenda.run_due(self.now):
                decided += done
            sent = self._runner.run(self.app.delivery.once())
            if not decided and not sent:
                return
        raise AssertionError("the world does not come to rest")

    def _next_due(self) -> datetime | None:
        with self.app.db.read() as tx:
            moments = [pages.next_wake(tx), planned.next_at(tx)]
        # What waits for its provider is in the outbox long before it can go.
        moments.append(self.app.delivery.next_due)
        return min((m for m in moments if m is not None), default=None)

    # -- what people do --------------------------------------------------------------------

    def transfer(
        self,
        *to: str,
        urgency: str = "urgent",
        summary: str = "水管爆裂",
        category: str | None = "供水",
        origin: str = "110",
        settle: bool = True,
        **more: Any,
    ) -> Transfer:
        """Hand over a matter to these units (the first leads; CITY if none is named)."""
        draft = Draft(
            origin=origin,
            to=to or (CITY,),
            urgency=urgency,
            summary=summary,
            category=category,
            **more,
        )
        accepted = self.app.intake.accept(draft, self.now, DISPATCHER)
        if settle:
            self.settle()
        return accepted.transfer

    def text(self, number: str, body: str) -> Reason | None:
        """Somebody texts us."""
        inbound = InboundSms(
            provider_id=f"SM{next(self._ids)}",
            sender=e164(number),
            text=body,
            opted_out=body.strip().upper() == "STOP",
            opted_in=body.strip().upper() == "START",
        )
        reason = self.app.answers.sms(inbound, self.now)
        self.settle()
        return reason

    def press(self, number: str, digit: str) -> Spoken:
        """Somebody presses a key in the latest call to their phone."""
        call = self.last(number, "voice")
        press = KeyPress(key=call.key, provider_id="CA1", digit=digit)
        spoken = self.app.answers.key(press, self.now)
        self.settle()
        return spoken

    def receipt(
        self,
        number: str,
        channel: str,
        result: ReceiptResult,
        *,
        code: str | None = None,
        permanent: bool = False,
        dead: bool = False,
    ) -> bool:
        """The provider reports on the latest message to a phone."""
        key = self.last(number, channel).key
        with self.app.db.read() as tx:
            row = outbox.by_id(tx, int(key))
        receipt = Receipt(
            key=key,
            provider_id=(row and row.provider_id) or "",
            status=str(result),
            rank=50,
            result=result,
            code=code,
            permanent=permanent,
            dead=dead,
        )
        news = self.app.answers.receipt(receipt, self.now)
        self.settle()
        return news

    def roster(self, unit: str, role: str, number: str, hours: float) -> None:
        """Put somebody on duty from now on, beside whoever is."""
        duty = Duty(
            unit=unit,
            role=role,
            person=person_id(number),
            start=self.now,
            end=self.now + timedelta(hours=hours),
            source="test",
        )
        with self.app.db.begin() as tx:
            put_duties(tx, [duty], self.now)
            pages.nudge(tx, self.now)
        self.settle()

    # -- what phones got -------------------------------------------------------------------

    def expect(self, *expected: tuple[str, str, *tuple[str, ...]]) -> list[Message]:
        """Since the last look exactly these arrived, in any order: (number, channel[, words]).

        Gives the messages back in that order. Raises UnexpectedError.
        """
        self._strict = True
        news = self._news()
        left, found = list(news), []
        for number, channel, *words in expected:
            for one in left:
                if _is(one, number, channel) and all(word in one.text for word in words):
                    left.remove(one)
                    found.append(one)
                    break
        if left or len(found) != len(expected):
            wanted = [f"  {' '.join(e)}" for e in expected]
            raise UnexpectedError("\n".join(["expected:", *wanted, "arrived:", *_shown(news)]))
        return found

    def ignore(self) -> None:
        """Whatever arrived so far is of no interest."""
        self._news()

    def last(self, number: str, channel: str = "sms") -> Message:
        """The latest message to a phone."""
        for one in reversed(self.phones.sent):
            if _is(one, number, channel):
                return one
        raise UnexpectedError(f"no {channel} ever reached {number}")

    def _news(self) -> list[Message]:
        news = self.phones.sent[self._read :]
        self._read = len(self.phones.sent)
        return news

    def close(self) -> None:
        """Give everything back; a message nobody expected fails the test that expects any."""
        for notifier in {
            id(n): n for ns in self.app.delivery.routes.notifiers.values() for n in ns
        }.values():
            self._runner.run(notifier.close())
        self._runner.close()
        self.app.db.close()
        if self._strict and (news := self._news()):
            raise UnexpectedError("\n".join(["nobody expected:", *_shown(news)]))


def _is(message: Message, number: str, channel: str) -> bool:
    return national(message.to) == number and message.channel == channel


def _shown(messages: list[Message]) -> list[str]:
    return [f"  {national(m.to)} {m.channel} {m.text}" for m in messages]


@pytest.fixture
def world(furnished_url: str) -> Iterator[World]:
    """The county at 14:00 on Tuesday, 3 November 2026."""
    made = World(furnished_url)
    try:
        yield made
    finally:
        made.close()
