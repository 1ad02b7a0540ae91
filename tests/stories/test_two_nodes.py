"""Two processes on one PostgreSQL: every message once, and one may die in the middle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.county import Templates
from tests.stories.processes import TAKEN_OVER, Scene, scene

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
        await at.until(lambda: sum(at.texts().values()) >= BURST)
        rows = at.rows()
        assert set(at.texts()) == set(rows)
        assert set(at.texts().values()) == {1}
        by_node = {row.node for row in rows.values()}
        assert len(by_node) == len(nodes), "one node did all the work"
        second = await asyncio.to_thread(at.transfers, poster, BURST)
        assert len(second) == BURST
        await at.until(lambda: len(at.texts()) >= BURST + 20)
        nodes[0].kill()
        died = time.monotonic()
        await at.killed(nodes[0])
        await at.rest()
        assert len(at.texts()) == 2 * BURST
        at.check()
        late = max(one.at for one in at.emulator.received) - died
        assert late <= TAKEN_OVER, f"taken over after {late:.1f} s"
        poster.db.close()

    async def play() -> None:
        async with scene(new_pg_database(templates.pg())) as at:
            await story(at)

    asyncio.run(play())
