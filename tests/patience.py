"""How long a test waits, and how it does not: by what happens, never by the machine's own clock.

A story is told on a loop whose clock counts idle waiting alone: it stands while the loop works, and
while the whole machine stands. So of two timers in one loop the shorter always ends first, however
slow an answer between them was. Where a patience that ends *is* what should happen, the clock leaps
over it once everything else is in place.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")

#: Seconds after which a test gives up: never a bound of ours, only the end of a hang.
PATIENCE = 300.0
#: What a provider or a door is given that answers at once, unless the whole machine stands still.
ANSWERS_WITHIN = timedelta(seconds=60)


class _Idle(selectors.DefaultSelector):
    """Counts how long it waited, and at most how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As any selector."""
        began = time.monotonic()
        events = super().select(timeout)
        waited = time.monotonic() - began
        self.seconds += waited if timeout is None else min(waited, max(timeout, 0.0))
        return events


class Steady(asyncio.SelectorEventLoop):
    """A loop on a clock of its own, which stands still while anything in it works."""

    def __init__(self) -> None:
        self._idle = _Idle()
        super().__init__(self._idle)

    def time(self) -> float:
        """Seconds the loop had nothing to do, and those that were leapt over."""
        return self._idle.seconds

    def leap(self, by: timedelta) -> None:
        """Set the clock forward: what waits for a moment on the way has waited."""
        self._idle.seconds += by.total_seconds()


def leap(by: timedelta = 2 * ANSWERS_WITHIN) -> None:
    """Set the running loop's clock forward; it is one that ``play`` made."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Steady)
    loop.leap(by)


def play(story: Coroutine[Any, Any, T], give_up: float | None = PATIENCE) -> T:
    """Tell a story to its end."""
    with asyncio.Runner(loop_factory=Steady) as runner:
        return runner.run(asyncio.wait_for(story, give_up))


async def until(done: Callable[[], bool]) -> None:
    """Wait until it is so, where nothing rings a bell."""

    async def watch() -> None:
        while not done():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.005)

    await asyncio.wait_for(watch(), PATIENCE)
