"""The story's clock: fast, and never ahead of the machine it runs on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from oncall.clock import SystemClock

#: Seconds between two beats of a story's clock, and what one of them counts at most.
_EVERY, _AT_MOST = 0.02, 0.025


class StoryClock:
    """Starts at a chosen moment, runs ``speed`` times as fast, and waits for a slow machine.

    It goes on by beats, each sent through what must keep up with it. One that comes late counts no
    more than one in time: a machine that does other things as well tells the same story, slower.
    """

    def __init__(self, start: datetime, speed: float) -> None:
        self._start, self._speed = start.astimezone(UTC), speed
        #: Seconds that counted, and when that was; one value, for it is read in other threads.
        self._last = (0.0, time.monotonic())

    async def keep_going(self, through: Callable[[], object]) -> None:
        """Beat until cancelled; ``through`` is called in a thread each time."""
        while True:
            await asyncio.to_thread(through)
            self._last = (self._counted(), time.monotonic())
            await asyncio.sleep(_EVERY)

    def _counted(self) -> float:
        counted, at = self._last
        return counted + min(time.monotonic() - at, _AT_MOST)

    def now(self) -> datetime:
        """The moment on this clock's face, UTC."""
        return self._start + timedelta(seconds=self._counted() * self._speed)

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until this clock shows ``moment``, if the machine keeps up."""
        return (moment - self.now()).total_seconds() / self._speed

    def real(self, moment: datetime) -> datetime:
        """When, by the machine's clock, this one shows ``moment``, if the machine keeps up."""
        return SystemClock().now() + timedelta(seconds=self.seconds_until(moment))

    async def sleep(self, seconds: float) -> None:
        """Sleep for ``seconds`` of this clock's time."""
        end = self.now() + timedelta(seconds=seconds)
        # How long the machine will really need for it nobody knows beforehand.
        while (left := self.seconds_until(end)) > 0:  # noqa: ASYNC110 - see above
            await asyncio.sleep(left)
