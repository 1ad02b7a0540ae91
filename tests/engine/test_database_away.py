"""The database goes away and comes back: nothing dies, nothing is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from oncall.core.errors import Unreachable
from tests.county import ZHANG
from tests.engine.test_delivery import running
from tests.patience import play, until
from tests.world import World

pytestmark = pytest.mark.waits


@asynccontextmanager
async def away(world: World, server: str) -> AsyncIterator[None]:
    """PostgreSQL ends every connection of this database and takes no new one, as in a restart."""
    name = make_url(world.url).database or ""
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute(end, (name,))
        try:
            yield
        finally:
            admin.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_restart_of_postgresql(world: World, pg_server: str) -> None:
    """While it is away a transfer is refused, not lost; once back, the node goes on by itself."""

    async def story() -> None:
        async with running(world):
            world.transfer(settle=False)
            await until(lambda: len(world.phones.sent) == 1)
            async with away(world, pg_server):
                with pytest.raises(Unreachable):
                    await asyncio.to_thread(world.transfer, settle=False)
                await asyncio.sleep(1.2)
            world.transfer(settle=False)
            await until(lambda: len(world.phones.sent) == 2)

    play(story())
    world.expect((ZHANG, "sms"), (ZHANG, "sms"))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_locked_sqlite(world: World) -> None:
    """Somebody holds the file for a while: what is under way waits, and goes on."""

    async def story() -> None:
        holder = sqlite3.connect(make_url(world.url).database or "", check_same_thread=False)
        async with running(world):
            await until(world.app.timers.beating.is_set)
            holder.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(asyncio.to_thread(world.transfer, settle=False))
            await asyncio.sleep(1.2)
            assert not waiting.done()
            holder.rollback()
            await waiting
            await until(lambda: len(world.phones.sent) == 1)
        holder.close()

    play(story())
    world.expect((ZHANG, "sms"))
