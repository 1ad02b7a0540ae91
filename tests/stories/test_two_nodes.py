"""Two processes on one PostgreSQL: every message once, and one may die in the middle."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import Templates
from tests.stories.processes import TAKEN_OVER, Scene, scene

pytestmark = pytest.mark.waits

BURST = 200


def test_a_burst_on_two_nodes_of_which_one_dies(
    new_pg_database: Callable[..., str], templates: Templates
) -> None:
    """Two hundred, each sent once; again, and one dies: the other takes over and none is lost."""

    async def story(at: Scene) -> None:
        poster = at.app()
        # Each send takes a moment, so that some are always in flight.
        nodes = [await at.child("serve", "--slow", "0.2") for _ in range(2)]
        await at.alive(len(nodes))
        await asyncio.to_thread(at.transfers, poster, BURST)
        await at.until(lambda: len(at.texts()) >= BURST)
        await at.rest()
        while len({row.node for row in at.rows().values() if row.node}) < len(nodes):
            # One of them stood still meanwhile: it is given something to do now.
            await asyncio.to_thread(at.transfers, poster, 1)
            await at.rest()
        rows, texts = at.rows(), at.texts()
        assert set(texts) == set(rows)
        # A node that does not even beat for three seconds is dead to the others, and marks it.
        assert {texts[key] for key, row in rows.items() if not row.resent} == {1}
        second = await asyncio.to_thread(at.transfers, poster, BURST)
        assert len(second) == BURST
        await at.until(lambda: len(at.texts()) >= len(texts) + 20)
        nodes[0].kill()
        await at.killed(nodes[0])
        dead = str(nodes[0].pid)
        assert await at.beats(dead, lambda: not at.holds(dead)) <= TAKEN_OVER
        await at.rest()
        assert len(at.texts()) == len(texts) + BURST
        at.check()
        poster.db.close()

    async def play() -> None:
        async with scene(new_pg_database(templates.pg())) as at:
            await story(at)

    asyncio.run(play())


def test_one_freezes_with_messages_in_its_hands(
    new_pg_database: Callable[..., str], templates: Templates
) -> None:
    """It locks what it claims and stands still: the other ends that, and it goes on afterwards."""

    async def story(at: Scene) -> None:
        poster = at.app()
        freezes = await at.child("serve", "--statement", "UPDATE outbox SET", "--freeze")
        await at.child("serve")
        await at.alive(2)
        posted = 0
        while not stands_still(freezes.pid):
            await asyncio.to_thread(at.transfers, poster, 1)
            posted += 1
        frozen = str(freezes.pid)
        assert await at.beats(frozen, lambda: not at.locks(frozen)) <= TAKEN_OVER
        await at.until(lambda: len(at.texts()) == posted)
        freezes.send_signal(signal.SIGCONT)
        while len({row.node for row in at.rows().values()}) < 2:
            await asyncio.to_thread(at.transfers, poster, 1)
            await at.rest()
        at.check()
        poster.db.close()

    async def play() -> None:
        async with scene(new_pg_database(templates.pg())) as at:
            await story(at)

    asyncio.run(play())


def stands_still(pid: int) -> bool:
    """Whether a process stands still."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "T"
