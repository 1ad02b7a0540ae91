"""The alarm clock: ring at the next planned moment, look once a second in any case.

The database holds every moment (``wake_at``); nothing is lost with this process. APScheduler only
rings at the earliest moment. The heartbeat and the safety look every second are counted in time
that passes, not by the wall clock, so that they go on when that is set back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from oncall.agenda import Agenda
from oncall.core.errors import OncallError
from oncall.delivery import Clock
from oncall.engine import Engine
from oncall.store import nodes

T = TypeVar("T")
_log = logging.getLogger(__name__)

#: Pages decided in one commit.
BATCH = 200
_LOOK_EVERY = 1
#: Seconds after which what a dead node's transaction kept from us is free.
_SOON = 0.1
#: Seconds between looks at the sending from outside.
_LOOK_AT_SENDING_EVERY = 10
#: Seconds in which commits of others are gathered into one look.
_GATHER = 0.03
_ALARM = "alarm"


class Timers:
    """The deciding half of one node."""

    def __init__(
        self,
        engine: Engine,
        agenda: Agenda,
        *,
        clock: Clock,
        node: str,
        sent: Callable[[], None],
        look: Callable[[datetime], None],
    ) -> None:
        self.engine = engine
        self.agenda = agenda
        self.clock = clock
        self.node = node
        #: Rung after each round, for whoever sends what was decided.
        self._sent = sent
        #: Looks at the sending from outside, every few seconds.
        self._look = look
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._due = asyncio.Event()
        self._heard = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="engine")
        # A thread of its own: a long round of decisions must not look like a dead node.
        self._pulse = ThreadPoolExecutor(1, thread_name_prefix="pulse")
        # Another: what is planned beside paging may take long, and must hold up no page.
        self._side = ThreadPoolExecutor(1, thread_name_prefix="agenda")
        self._closing = False
        #: Set once the first beat is written: until then others take us for dead.
        self.beating = asyncio.Event()
        self.progress_at: datetime | None = None

    def wake(self) -> None:
        """Something was committed: the next moment may be another one; safe from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._hear)

    def _hear(self) -> None:
        # Many commits in a row are one reason to look: what they plan is hardly ever due at once.
        if not self._heard and self._loop is not None:
            self._heard = True
            self._loop.call_later(_GATHER, self._due.set)

    async def run(self) -> None:
        """Ring until ``close()``."""
        self._loop = asyncio.get_running_loop()
        self._scheduler.start()
        heart = asyncio.create_task(self._live())
        side = asyncio.create_task(self._keep_agenda())
        eye = asyncio.create_task(self._keep_looking())
        try:
            while not self._closing:
                self._due.clear()
                self._heard = False
                await self._round()
                await self._due.wait()
        finally:
            heart.cancel()
            side.cancel()
            eye.cancel()
            await asyncio.gather(heart, side, eye, return_exceptions=True)
            self._scheduler.shutdown(wait=False)
            await self._on(self._pulse, self._leave)
            self._threads.shutdown()
            self._side.shutdown()
            self._pulse.shutdown()

    async def close(self) -> None:
        """Ring no more."""
        self._closing = True
        self.beating.set()
        self._due.set()

    async def _on(self, threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, call)

    async def _ring(self) -> None:
        # A coroutine, because APScheduler runs plain functions in another thread.
        self._due.set()

    async def _live(self) -> None:
        """The safety look: beat, take over what dead nodes held, and see what is due."""
        while True:
            again = False
            try:
                again = await self._on(self._pulse, self._beat)
                self.beating.set()
            except OncallError as exc:
                _log.warning("no heartbeat: %s", exc)
            except Exception:  # noqa: BLE001 - whatever it is, the clock must go on
                _log.exception("no heartbeat")
            self._due.set()
            await asyncio.sleep(_SOON if again else _LOOK_EVERY)

    async def _keep_agenda(self) -> None:
        """Do what is planned beside paging, at its moment and never in paging's way."""
        started = False
        while True:
            wait: float = _LOOK_EVERY
            try:
                if not started:
                    await self._on(self._side, lambda: self.agenda.start(self.clock.now()))
                    started = True
                next_at = await self._on(self._side, self._do_planned)
                if next_at is not None:
                    wait = min(wait, max(0.01, self.clock.seconds_until(next_at)))
            except OncallError as exc:
                _log.warning("what is planned could not be done: %s", exc)
            except Exception:  # noqa: BLE001 - whatever it is, the agenda must go on
                _log.exception("what is planned could not be done")
            await asyncio.sleep(wait)

    async def _keep_looking(self) -> None:
        """See whether what should have left has left."""
        while True:
            await asyncio.sleep(_LOOK_AT_SENDING_EVERY)
            try:
                await self._on(self._side, lambda: self._look(self.clock.now()))
            except OncallError as exc:
                _log.warning("nobody can see whether messages leave: %s", exc)
            except Exception:  # noqa: BLE001 - whatever it is, the next look comes
                _log.exception("nobody can see whether messages leave")

    def _do_planned(self) -> datetime | None:
        while not self._closing and self.agenda.run_due(self.clock.now()):
            pass
        return self.agenda.next_at()

    async def _round(self) -> None:
        """Decide everything that is due, then set the alarm for what is not."""
        try:
            wake_at = await self._on(self._threads, self._decide_all)
            self.progress_at = self.clock.now()
            if wake_at is not None:
                self._set_alarm(wake_at)
        except OncallError as exc:
            _log.warning("what is due could not be decided: %s", exc)
        except Exception:  # noqa: BLE001 - the clock must go on; it looks again in a second
            _log.exception("what is due could not be decided")

    def _decide_all(self) -> datetime | None:
        while not self._closing and self.engine.run_due(self.clock.now(), BATCH):
            self._sent()
        return self.engine.next_wake()

    def _set_alarm(self, wake_at: datetime) -> None:
        if self.clock.seconds_until(wake_at) > 2 * _LOOK_EVERY:
            return  # a later safety look sets it
        self._scheduler.add_job(
            self._ring,
            DateTrigger(self.clock.real(wake_at), timezone=UTC),
            id=_ALARM,
            replace_existing=True,
            misfire_grace_time=None,
            # The next alarm may be set while this one is still being rung; none may be skipped.
            max_instances=1_000,
        )

    def _beat(self) -> bool:
        """Whether transactions of dead nodes were ended: what they kept is free a moment later."""
        with self.engine.db.begin() as tx:
            nodes.beat(tx, self.node, self.progress_at)
            ended = nodes.cut_off(tx)
            taken = nodes.take_over(tx, self.node)
        if ended:
            _log.warning("ended %s transactions of a node that stopped", ended)
        if taken:
            _log.warning("took over %s messages from a node that stopped", taken)
        return ended > 0

    def _leave(self) -> None:
        try:
            with self.engine.db.begin() as tx:
                nodes.leave(tx, self.node)
        except Exception as exc:  # noqa: BLE001 - the lease ends by itself
            _log.warning("could not say goodbye: %s", exc)
