"""One node as a process that may be killed at any instant, on a clock all processes share."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import datetime, timedelta

from oncall.clock import SystemClock
from oncall.wiring import App, build
from tests.stories.node import settings_for


class SharedClock:
    """Shows ``start`` at the machine's moment ``zero`` and runs ``speed`` times as fast."""

    def __init__(self, zero: datetime, start: datetime, speed: float) -> None:
        self._clock, self._zero, self._start, self._speed = SystemClock(), zero, start, speed

    def now(self) -> datetime:
        """The moment on its face, UTC."""
        return self._start + (self._clock.now() - self._zero) * self._speed

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until it shows ``moment``."""
        return (moment - self.now()).total_seconds() / self._speed

    def real(self, moment: datetime) -> datetime:
        """When that is by the machine's own clock."""
        return self._zero + (moment - self._start) / self._speed


def app_for(url: str, api: str, public: str, clock: SharedClock) -> App:
    """A node with real Twilio notifiers that speak to the emulator, called by its process."""
    return build(settings_for(url, api, public=public), clock=clock, node=str(os.getpid()))


def serve(url: str, api: str, public: str, clock: SharedClock) -> None:
    """Decide and send until killed."""
    # What breaks here is what the test breaks; the count at the end tells whether it mattered.
    logging.disable(logging.CRITICAL)
    asyncio.run(app_for(url, api, public, clock).run())


def later(clock: SharedClock, by: timedelta) -> SharedClock:
    """The same clock set forward."""
    return SharedClock(clock._zero, clock._start + by, clock._speed)
