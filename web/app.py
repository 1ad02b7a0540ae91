"""The web door as one application: API, hooks, calendars, health; and the node's own life in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from oncall.accounts import Accounts
from oncall.feeds import Feeds
from oncall.wiring import App
from web import (
    acts,
    answer,
    api,
    deadlines,
    drills,
    duty_changes,
    errors,
    events,
    feeds,
    groups,
    handover,
    health,
    hooks,
    hooks_push,
    lookup,
    overrides,
    papers,
    people,
    quiet,
    reference,
    reports,
    routes,
    supervisions,
    talk,
)
from web.described import described
from web.door import Door
from web.limits import Guard, Penalties

_log = logging.getLogger(__name__)

VERSION = "1"


def create_app(app: App, *, run_engine: bool = True, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The application over one node; with ``run_engine`` it decides and sends in this process.

    ``routers`` are further doors (the console); handlers reach the node by
    ``web.door.door_of(request).app``. The caller owns ``app`` and closes its database.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        quiet.install()
        running = asyncio.create_task(_run(app)) if run_engine else None
        try:
            yield
        finally:
            if running is not None:
                await app.stop()
                await running

    web = FastAPI(
        title="oncall",
        version=VERSION,
        openapi_url=f"{api.PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    door = Door(
        app=app,
        accounts=Accounts(app.db),
        feeds=Feeds(app.db, app.directory, app.settings),
        penalties=Penalties(),
        run_engine=run_engine,
    )
    web.state.door = door
    web.state.registry = health.registry_for(door)
    # A transfer's own address takes whatever follows it: what is more exact stands before it.
    of_api = (
        deadlines,
        reports,
        events,
        supervisions,
        acts,
        groups,
        routes,
        talk,
        api,
        lookup,
        people,
        handover,
        drills,
        overrides,
        duty_changes,
        papers,
    )
    doors = (*of_api, hooks, hooks_push, answer, feeds, health, reference)
    for router in (*(part.router for part in doors), *routers):
        # Not include_router(): it would make every route anew, at the first request, which then
        # takes a tenth of a second longer. Ours need nothing of the application they are in.
        web.router.routes.extend(router.routes)
    errors.install(web, app.settings.lang)
    web.add_middleware(Guard, lang=app.settings.lang)
    web.openapi = described(web)  # type: ignore[method-assign]
    return web


async def _run(app: App) -> None:
    """The node's own loops; their end is said aloud, and readiness then fails by itself."""
    try:
        await app.run()
    except Exception:
        _log.critical("the engine has stopped; restart this node", exc_info=True)
        raise
