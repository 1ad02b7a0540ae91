"""Real processes around one emulator: start, kill, take over, and count what the phones got."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from notifiers.twilio.emulator import Emulator
from notifiers.twilio.emulator_script import Callbacks
from oncall.clock import SystemClock
from oncall.core.transfers import Draft, Transfer
from oncall.store.database import Database
from oncall.store.nodes import sessions_of
from oncall.store.outbox import QUEUED, SENDING
from oncall.tables import nodes, outbox
from oncall.wiring import App, build
from tests.county import CITY, START
from tests.forked import Child, start
from tests.patience import PATIENCE
from tests.stories.audit import audit
from tests.stories.node import ACCOUNT, DESK, TOKEN, ShiftedClock, main, settings_for

#: How often another node's heart beats, at most, between a death and the take-over of what the dead
#: one held. It beats once a second and five seconds are promised: counted so, a machine that does
#: much else at the same time is slow at both alike.
TAKEN_OVER = 5

_OPEN = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE application_name = :name AND xact_start IS NOT NULL"
)


@dataclass(kw_only=True)
class Scene:
    """One database, one emulator, one clock that began at two o'clock, and the processes."""

    url: str
    api_url: str
    emulator: Emulator
    shift: timedelta = field(default_factory=lambda: START - SystemClock().now())
    children: list[Child] = field(default_factory=list)

    def now(self) -> datetime:
        """The time on the scene's clock."""
        return ShiftedClock(self.shift).now()

    def later(self, minutes: float) -> None:
        """Whoever starts from now on lives so much later."""
        self.shift += timedelta(minutes=minutes)

    async def child(self, work: str, *more: str) -> Child:
        """Start a process of ``tests.stories.node``."""
        told = (work, "--url", self.url, "--api", self.api_url)
        child = await start(main, (*told, "--shift", str(self.shift.total_seconds()), *more))
        self.children.append(child)
        return child

    async def killed(self, process: Child) -> None:
        """Wait until it has died of SIGKILL."""
        code = await asyncio.wait_for(process.wait(), PATIENCE)
        assert code == -signal.SIGKILL, f"it ended with {code} and should have died"

    def app(self) -> App:
        """A node of this very process, on the scene's clock."""
        settings = settings_for(self.url, self.api_url)
        return build(settings, clock=ShiftedClock(self.shift))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """Such a node at work until the block ends."""
        app = self.app()
        work = asyncio.create_task(app.run())
        try:
            yield app
        finally:
            await app.stop()
            await asyncio.wait_for(work, PATIENCE)
            app.db.close()

    def transfers(self, app: App, count: int) -> list[Transfer]:
        """Hand over so many matters to the same unit, each accepted and durable."""
        drafts = (
            Draft(origin="110", to=(CITY,), urgency="urgent", summary=f"{n}") for n in range(count)
        )
        return [app.intake.accept(draft, self.now(), DESK).transfer for draft in drafts]

    def texts(self) -> Counter[str]:
        """How often the text of each message, known by its id, reached the emulator."""
        return Counter(one.key for one in self.emulator.received if one.kind == "sms")

    def calls(self) -> Counter[str]:
        """The same for calls."""
        return Counter(one.key for one in self.emulator.received if one.kind == "call")

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait for the emulator to have seen enough."""

        async def watch() -> None:
            while not done():
                await self.emulator.changed(self.emulator.version)

        await asyncio.wait_for(watch(), PATIENCE)

    async def rest(self) -> None:
        """Wait until nothing is queued or being sent any more, whoever does it."""
        await self.seen(
            lambda: all(row.state not in (QUEUED, SENDING) for row in self.rows().values())
        )

    async def alive(self, count: int) -> None:
        """Wait until so many nodes are at work."""

        def beating() -> bool:
            db = Database(self.url)
            with db.read() as tx:
                found = tx.conn.execute(select(nodes.c.id)).all()
            db.close()
            return len(found) == count

        await self.seen(beating)

    async def seen(self, done: Callable[[], bool]) -> None:
        """Look at the database until it is as wanted: other processes ring no bell here."""

        async def watch() -> None:
            while not done():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.emulator.changed(self.emulator.version), 0.2)

        await asyncio.wait_for(watch(), PATIENCE)

    async def beats(self, dead: str, free: Callable[[], bool]) -> int:
        """How often the hearts of the others beat until what ``dead`` held is free."""
        seen: set[tuple[str, datetime]] = set()
        db = Database(self.url)

        def look() -> bool:
            others = select(nodes).where(nodes.c.id != dead)
            with db.read() as tx:
                seen.update((row.id, row.beat_at) for row in tx.conn.execute(others))
            return free()

        look()
        before = len(seen)
        await self.seen(look)
        db.close()
        return len(seen) - before

    def holds(self, node: str) -> bool:
        """Whether a node has messages in its hands, as far as the database knows."""
        return any(row.node == node and row.state == SENDING for row in self.rows().values())

    def locks(self, node: str) -> bool:
        """Whether a node stands in a transaction (PostgreSQL only)."""
        db = Database(self.url)
        try:
            with db.read() as tx:
                found = tx.conn.execute(_OPEN, {"name": sessions_of(node)}).scalar_one()
            return bool(found)
        finally:
            db.close()

    def rows(self) -> dict[str, Any]:
        """Every message of the database by its id."""
        db = Database(self.url)
        try:
            with db.read() as tx:
                return {str(row.id): row for row in tx.conn.execute(select(outbox))}
        finally:
            db.close()

    def check(self) -> None:
        """Nothing lost, nothing doubled unmarked, every page as its log says."""
        rows, sent = self.rows(), self.texts() + self.calls()
        never = [row.key for key, row in rows.items() if sent[key] == 0]
        assert never == []
        twice = {key for key, count in sent.items() if count > 1}
        assert max(sent.values()) <= 2
        assert twice <= {key for key, row in rows.items() if row.resent}
        db = Database(self.url)
        try:
            audit(db, self.now())
        finally:
            db.close()


@asynccontextmanager
async def scene(url: str) -> AsyncIterator[Scene]:
    """An emulator for the database at ``url``; whatever still runs at the end is killed."""
    emulator = Emulator(ACCOUNT, TOKEN, "http://127.0.0.1:9")
    emulator.callbacks(Callbacks(off=True))
    async with emulator.serve() as api_url:
        made = Scene(url=url, api_url=api_url, emulator=emulator)
        try:
            yield made
        finally:
            for process in made.children:
                process.kill()
                await process.wait()


async def line(process: Child) -> Any:
    """What a child says next."""
    return json.loads(await asyncio.wait_for(process.line(), PATIENCE))
