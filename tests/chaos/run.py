"""Play a plan: hand over, break, kill, answer; then let it come to rest and count.

What must hold whatever happened: no accepted matter is lost or silent; a message that came twice
says so in the database; after an answer took effect nobody is called about it; a page that nobody
answered has a human or an alarm.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any

from sqlalchemy import ColumnElement, select, text, true

from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import Callbacks
from oncall.clock import SystemClock
from oncall.core.errors import OncallError
from oncall.core.model import Alarm, State
from oncall.core.transfers import Draft, Transfer
from oncall.intake import Accepted
from oncall.packing import PAGING
from oncall.store.database import Database
from oncall.store.outbox import QUEUED, SENDING, UNKNOWN, give_back
from oncall.tables import alarms, outbox, pages
from oncall.wiring import App
from tests.chaos import nodes
from tests.chaos.nodes import SharedClock, app_for
from tests.chaos.plan import DOWN, MOODS, RECEIPTS, UNANSWERED, URGENCIES, Plan, furnish
from tests.chaos.still import watch
from tests.county import START
from tests.forked import processes
from tests.stories.audit import audit
from tests.stories.node import ACCOUNT, DESK, TOKEN
from tests.web.serving import serving_web
from web.app import create_app

#: Real seconds in which everything must have come to rest.
PATIENCE = 900
#: Seconds in which PostgreSQL must be through with what it was asked last.
_LAST_STATEMENT = 40
_WORKING = """
    SELECT pid, state, query FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND state <> 'idle'
"""
#: Requests the provider remembers: all of them, or what was forgotten would count as lost.
_REMEMBERED = 5_000_000
#: Seconds from a process to the provider: what it had sent when it was killed arrives later.
_TRANSIT = 1.0
#: How far the clock is set forward at the end, and how often: by then every ladder was climbed.
JUMP, JUMPS = timedelta(days=2), 5


@dataclass(slots=True, kw_only=True)
class Figures:
    """What a run came to."""

    pages: int = 0
    kills: int = 0
    answered: int = 0
    exhausted: int = 0
    #: Messages the provider took, and those of them that came a second time.
    taken: int = 0
    twice: int = 0
    unmarked: int = 0
    #: Second times though nobody was killed in between, and the provider had answered the first.
    unexplained: int = 0
    lost: int = 0
    after_the_answer: int = 0
    unowned: int = 0
    #: The longest that a message arrived after the answer, in real seconds.
    latest: float = 0.0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


class Chaos:
    """One run of one plan over one database."""

    def __init__(self, url: str, plan: Plan) -> None:
        self.url = url
        self.plan = plan
        self.chance = plan.chance()
        self.clock = SharedClock(SystemClock().now(), START, plan.speed)
        self.emulator = Emulator(
            # The clock of everybody: a text is looked for among those since it was planned.
            ACCOUNT,
            TOKEN,
            "http://127.0.0.1:9",
            clock=self._now,
            keep=_REMEMBERED,
        )
        self.figures = Figures()
        #: When nothing was left to be done.
        self.rested_at = START
        self.children: list[BaseProcess] = []
        self.api = self.public = ""
        #: When an answer took effect, by the machine's own steady clock.
        self.answered: dict[str, float] = {}
        #: When processes were killed, or stood still as if they were, by the same clock.
        self.killed: list[float] = []
        self.all_handed_over = asyncio.Event()

    async def play(self) -> Figures:
        """All of it; the figures, which nobody has judged yet."""
        began = time.monotonic()
        async with self.emulator.serve() as self.api:
            desk = app_for(self.url, self.api, "http://127.0.0.1:9", self.clock)
            codes = furnish(desk.db, self.plan, self.clock.now())
            with serving_web(create_app(desk, run_engine=False)) as self.public:
                self.emulator.public_url = self.public
                eye = asyncio.create_task(watch(self.url, self._living, self.killed.append))
                try:
                    await self._storm(desk, codes)
                    await self._calm()
                finally:
                    eye.cancel()
                    await asyncio.gather(eye, return_exceptions=True)
                    for child in self.children:
                        child.kill()
                        child.join()
                    desk.db.close()
        await self._see_them_dead()
        await asyncio.to_thread(self._count)
        self.figures.seconds = time.monotonic() - began
        return self.figures

    # -- what goes on ----------------------------------------------------------------------

    async def _storm(self, desk: App, codes: list[str]) -> None:
        """Matters come in and are answered while the provider and our processes fail."""
        self.children = [self._start() for _ in range(self.plan.nodes)]
        over = asyncio.Event()
        moods = asyncio.create_task(self._moods(over, random.Random(self.chance.random())))
        work = asyncio.create_task(self._hand_over_and_answer(desk, codes, over))
        try:
            await self._kill(work)
        finally:
            over.set()
            await work
            await moods

    async def _kill(self, work: asyncio.Task[None]) -> None:
        """Kill one node after the other, at any instant, and start another in its place.

        Half of the kills fall while matters come in, the others while all are open and answered.
        """
        for n in range(self.plan.kills):
            if n == self.plan.kills // 2:
                handed = asyncio.create_task(self.all_handed_over.wait())
                await asyncio.wait((handed, work), return_when=asyncio.FIRST_COMPLETED)
                handed.cancel()
            await asyncio.sleep(self.chance.uniform(0.05, self.plan.pause))
            if work.done():
                work.result()
            place = n % len(self.children)
            await self._slay(self.children[place])
            self.children[place] = self._start()
            self.figures.kills += 1

    async def _slay(self, child: BaseProcess) -> None:
        """Kill a node; what it had sent by then may be seen a little later than its death."""
        os.kill(child.pid or 0, signal.SIGKILL)
        self.killed.append(time.monotonic())
        await asyncio.to_thread(child.join)
        self.killed.append(time.monotonic())

    def _living(self) -> set[str]:
        return {str(child.pid) for child in self.children}

    async def _moods(self, over: asyncio.Event, chance: random.Random) -> None:
        """The provider hangs, refuses, throttles, loses its answers; in the middle it is down."""
        half = self.plan.kills * self.plan.pause / 4
        began, was_down = time.monotonic(), False
        while not over.is_set():
            if not was_down and time.monotonic() - began > half:
                self.emulator.fault(*DOWN)
                await asyncio.sleep(self.plan.down.total_seconds() / self.plan.speed)
                was_down = True
            self.emulator.fault(*(chance.choice(MOODS) or ()))
            self.emulator.callbacks(chance.choice(RECEIPTS))
            await asyncio.sleep(chance.uniform(0.2, 1.0))

    async def _hand_over_and_answer(self, desk: App, codes: list[str], over: asyncio.Event) -> None:
        """First all matters are handed over, then some of them answered, one at a time."""
        chance = random.Random(self.chance.random())
        made: list[Transfer] = []
        for n in range(self.plan.pages):
            draft = Draft(
                origin="110",
                origin_ref=f"C-{n}",
                to=(chance.choice(codes),),
                urgency=chance.choice(URGENCIES),
                summary=str(n),
            )
            accepted = await self._insist(partial(self._accept, desk, draft))
            made.append(accepted.transfer)
        self.figures.pages = len(made)
        self.all_handed_over.set()
        chance.shuffle(made)
        while made and not over.is_set():
            transfer = made.pop()
            if chance.random() < UNANSWERED:
                continue
            await self._answer(desk, transfer)
            await asyncio.sleep(0.01)

    def _accept(self, desk: App, draft: Draft) -> Accepted:
        return desk.intake.accept(draft, self.clock.now(), DESK)

    async def _answer(self, desk: App, transfer: Transfer) -> None:
        by = "值班员"
        await self._insist(
            lambda: desk.desk.ack(transfer.code, by, self.clock.now(), DESK, on_behalf_of=by)
        )
        self.answered[transfer.id] = time.monotonic()
        self.figures.answered += 1

    async def _insist(self, work: Callable[[], Any]) -> Any:
        """As a person does: again, when the first time nothing was confirmed."""
        for _ in range(20):
            try:
                return await asyncio.to_thread(work)
            except OncallError:
                await asyncio.sleep(0.1)
        return await asyncio.to_thread(work)

    # -- and comes to rest -----------------------------------------------------------------

    async def _calm(self) -> None:
        """Nothing fails any more; then days pass in which nobody answers what is left."""
        self.emulator.fault()
        self.emulator.callbacks(Callbacks(off=True))
        await self._rest()
        for _ in range(JUMPS):
            for child in self.children:
                await self._slay(child)
            self.clock = nodes.later(self.clock, JUMP)
            self.children = [self._start() for _ in range(self.plan.nodes)]
            await self._rest()
            if not await asyncio.to_thread(self._look_for, pages.c.state == State.WAITING):
                return
        raise AssertionError("ladders without an end")

    async def _rest(self) -> None:
        """Wait until nothing is to be sent or decided at this moment."""
        until = time.monotonic() + PATIENCE
        self.rested_at = self.clock.now()
        while await asyncio.to_thread(self._busy, self.rested_at):
            assert time.monotonic() < until, "it does not come to rest"
            await asyncio.sleep(0.5)
            self.rested_at = self.clock.now()

    def _busy(self, now: datetime) -> bool:
        # Pages first: one decided between the two looks is due no more, but has a message queued.
        c = outbox.c
        to_be_sent = c.state.in_((QUEUED, SENDING, UNKNOWN)) & c.stop.is_(False)
        return self._look_for(pages.c.wake_at < now) or self._look_for(to_be_sent)

    def _look_for(self, what: ColumnElement[bool]) -> bool:
        """Whether there is any such row."""
        db = Database(self.url)
        try:
            with db.read() as tx:
                return tx.conn.execute(select(what).where(what).limit(1)).first() is not None
        finally:
            db.close()

    def _now(self) -> datetime:
        """What everybody's clock shows, also after it was set forward."""
        return self.clock.now()

    def _start(self) -> BaseProcess:
        child = processes.Process(
            target=nodes.serve, args=(self.url, self.api, self.public, self.clock), daemon=True
        )
        child.start()
        return child

    # -- counting --------------------------------------------------------------------------

    def _count(self) -> None:
        figures = self.figures
        assert len(self.emulator.received) < _REMEMBERED, "the provider has forgotten some"
        taken = Counter[str]()
        last: dict[str, float] = {}
        in_doubt: set[str] = set()
        self.killed.sort()
        for one in self.emulator.received:
            if one.accepted and one.kind in ("sms", "call"):
                doubtful = one.key in in_doubt or one.key not in taken
                if not (doubtful or self._killed_between(last[one.key], one.at)):
                    figures.unexplained += 1
                    figures.problems.append(f"{one.key} came again, and nobody was killed")
                taken[one.key] += 1
                last[one.key] = one.at
                if not one.answered:
                    in_doubt.add(one.key)
        figures.taken = sum(taken.values())
        db = Database(self.url)
        try:
            with db.read() as tx:
                rows = tx.conn.execute(select(outbox)).all()
                stood = {r.id: r for r in tx.conn.execute(select(pages))}
                alarmed = set(
                    tx.conn.execute(
                        select(alarms.c.page).where(
                            alarms.c.alarm == Alarm.EXHAUSTED, alarms.c.closed_at.is_(None)
                        )
                    ).scalars()
                )
            for row in rows:
                self._look(row, taken[str(row.id)], last.get(str(row.id)))
            reached = {row.page for row in rows if taken[str(row.id)] or row.state == "superseded"}
            for page in stood.values():
                if page.id not in reached and page.state != State.ACKED:
                    figures.lost += 1
                if page.state == State.EXHAUSTED:
                    figures.exhausted += 1
                    figures.unowned += page.id not in alarmed
            figures.lost += figures.pages - len({p.transfer for p in stood.values()})
            with db.begin() as tx:
                # The last nodes were killed as well; another would take over what they held.
                give_back(tx, true())
            audit(db, self.rested_at)
        finally:
            db.close()

    def _killed_between(self, first: float, second: float) -> bool:
        """Whether what came first may have been in flight when a process was killed."""
        i = bisect_left(self.killed, first - _TRANSIT)
        return i < len(self.killed) and self.killed[i] <= second

    async def _see_them_dead(self) -> None:
        """Wait for what the killed nodes had already asked of PostgreSQL.

        On SQLite a transaction dies with its process. PostgreSQL goes on with the statement it has,
        a COMMIT too, before it sees that nobody is there: until then rows stay locked, and what was
        claimed appears only afterwards. Living nodes look again every second; we count once.
        """
        until = time.monotonic() + _LAST_STATEMENT
        while self.plan.nodes > 1 and (working := await asyncio.to_thread(self._working)):
            assert time.monotonic() < until, f"still at work for the dead: {working}"
            await asyncio.sleep(0.02)

    def _working(self) -> Sequence[Any]:
        """PostgreSQL's sessions in the middle of something, but our own."""
        db = Database(self.url)
        try:
            with db.read() as tx:
                return tx.conn.execute(text(_WORKING)).all()
        finally:
            db.close()

    def _look(self, row: Any, count: int, last: float | None) -> None:
        figures = self.figures
        if count > 1:
            figures.twice += count - 1
            figures.unmarked += not row.resent
        sent = row.state in ("accepted", "delivered", "answered")
        if sent and not count:
            figures.lost += 1
            figures.problems.append(f"{row.key} ({row.notice}) is {row.state} and never came")
        answered = self.answered.get(row.transfer or "")
        if answered is not None and last is not None and row.notice in PAGING:
            figures.latest = max(figures.latest, last - answered)
            figures.after_the_answer += last - answered > self.plan.grace
