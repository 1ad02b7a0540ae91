"""Say at once when anything on the console may have changed; carry nothing but that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse

from oncall.store.changes import watch
from oncall.store.database import Database

#: A listener hears something at least this often, so that it knows the line is alive.
TICK_SECONDS = 4.0
#: A burst of commits becomes one signal.
_TOGETHER_SECONDS = 0.1
#: A browser comes back by itself after this; a stream is ended so that a stop need not wait.
_RETRY_MILLISECONDS = 500

#: Waits until something is newer than a number, and gives the new number.
Newer = Callable[[int], Awaitable[int]]


class Pulse:
    """Counts what may have changed: commits of any process, and whatever ``sources`` report.

    It watches the database only while somebody listens.
    """

    def __init__(self, db: Database, *sources: Newer) -> None:
        self.db = db
        self.sources = sources
        self.beats = 0
        self._beat = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners = 0
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        db.on_commit(self.beat)

    def beat(self) -> None:
        """Something may have changed; safe from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._mark)

    def close(self) -> None:
        """End every stream: the server stops, and would otherwise wait for its listeners."""
        self._closing = True
        self.beat()

    def _mark(self) -> None:
        self.beats += 1
        self._beat.set()
        self._beat = asyncio.Event()

    async def listen(self, gone: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        """Server-sent events: ``change`` when there is news, ``tick`` when there is none."""
        await self._begin()
        try:
            yield f"retry: {_RETRY_MILLISECONDS}\n\n"
            while not self._closing and not await gone():
                seen = self.beats
                beat = self._beat
                yield f"id: {seen}\nevent: change\ndata: {seen}\n\n"
                while self.beats == seen and not await gone():
                    try:
                        await asyncio.wait_for(beat.wait(), TICK_SECONDS)
                    except TimeoutError:
                        yield f"event: tick\ndata: {seen}\n\n"
                await asyncio.sleep(_TOGETHER_SECONDS)
        finally:
            await self._end()

    async def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners += 1
        if self._listeners == 1:
            self._tasks = [asyncio.create_task(watch(self.db, self._mark))]
            self._tasks += [asyncio.create_task(self._follow(source)) for source in self.sources]

    async def _end(self) -> None:
        self._listeners -= 1
        if self._listeners == 0:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, newer: Newer) -> None:
        seen = 0
        while True:
            seen = await newer(seen)
            self._mark()
            await asyncio.sleep(_TOGETHER_SECONDS)


def stream(pulse: Pulse, request: Request) -> StreamingResponse:
    """The answer to a browser that wants to stay up to date."""
    return StreamingResponse(
        pulse.listen(request.is_disconnected),
        media_type="text/event-stream",
        # A proxy in between must pass each line on as it comes.
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
