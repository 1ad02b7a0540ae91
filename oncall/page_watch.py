"""Look at the pages from outside, and say that all is well only when it is.

Once a minute every open page is looked at as the database shows it: one that should have moved and
did not is shown to the desk, whoever should have moved it. When nothing of the kind is found, the
engine goes on and nothing waits too long, an address outside is called; a watcher there that hears
nothing rings (ONCALL_HEARTBEAT_URL, a dead man's switch).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import aiohttp

from oncall.agenda import After, Agenda, Appointment, every
from oncall.core.model import Alarm
from oncall.core.watchdog import silent
from oncall.store import alarms, nodes, watching
from oncall.store.database import Tx

_log = logging.getLogger(__name__)

KIND = "watch"
_PERIOD = timedelta(minutes=1)
#: A page may be late by this much before anybody is told; the engine looks every second.
GRACE = timedelta(minutes=2)
_PROGRESS_WITHIN = timedelta(seconds=30)
_SECONDS = 5


class PageWatch:
    """One node's eye on the pages, and its voice outside."""

    def __init__(self, heartbeat_url: str) -> None:
        self.heartbeat_url = heartbeat_url

    def keep(self, agenda: Agenda) -> None:
        """Look once a minute; of several nodes one does."""
        agenda.recurring(KIND, every(_PERIOD), self.look)

    def look(self, tx: Tx, _: Appointment, now: datetime) -> After | None:
        """Alarm what went silent; what is left to do is to say that all is well."""
        found = silent(watching.seen(tx, now - GRACE), now, GRACE)
        for one in found:
            unit, transfer = watching.whose(tx, one.page)
            alarms.raise_alarm(tx, Alarm.SILENT, now, unit=unit, transfer=transfer, page=one.page)
            _log.error("page %s is silent since %s: %s", one.page, one.since, one.silence)
        progress = nodes.latest(tx)[1]
        stopped = progress is None or now - progress > _PROGRESS_WITHIN
        stuck = alarms.is_open(tx, Alarm.STUCK)
        if found or stopped or stuck or not self.heartbeat_url:
            return None
        return lambda: asyncio.run(_call(self.heartbeat_url))


async def _call(url: str) -> None:
    """Say outside that all is well; nobody here is disturbed if that does not arrive."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status >= 300:
                _log.warning("the heartbeat was answered with HTTP %s", answer.status)
    except (aiohttp.ClientError, OSError, TimeoutError) as exc:
        _log.warning("the heartbeat did not arrive: %s", type(exc).__name__)
