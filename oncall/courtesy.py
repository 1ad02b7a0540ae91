"""Copies of pages for a chat group: colleagues read along, nobody answers, no page waits for one.

A copy is sent once its page has left, is not kept, and is dropped where a robot is slow, refuses,
or has had its messages of this minute: whoever must act was paged in another way. Which step has
its copy, and what a robot has had, is in the database: several nodes make one copy.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from notifiers.message import Channel, Limit, Message, Notifier, Outcome, OutcomeKind
from oncall.core.errors import OncallError
from oncall.core.words import N_
from oncall.i18n import translator
from oncall.packing import PAGING, Parcel
from oncall.routes import Routes
from oncall.store import budgets
from oncall.store.database import Database, Tx
from rosters.phones import mobile

_log = logging.getLogger(__name__)

#: Copies on their way at once; more are dropped, for a robot that hangs must cost nothing.
_AT_ONCE = 10
#: A second person paged at the same step, by whichever node, makes no second copy.
_ONCE = (Limit(count=1, span=timedelta(days=1)),)
#: Seconds a robot gets.
_PATIENCE = 9.0

_COPY = N_("[Copy, please do not answer here] Sent to {name}: {text}")


class Courtesy:
    """Sends copies beside the pages of one node."""

    def __init__(
        self, db: Database, routes: Routes, now: Callable[[], datetime], *, lang: str
    ) -> None:
        self._db = db
        self._routes = routes
        self._now = now
        self._t = translator(lang)
        self._lang = lang
        self._under_way = 0

    def wanted(self, channel: Channel, parcel: Parcel, outcome: Outcome) -> bool:
        """Whether this message may deserve a copy: a page by text that was taken."""
        row = parcel.rows[0]
        return (
            channel is Channel.SMS
            and outcome.kind is OutcomeKind.ACCEPTED
            and row.notice in PAGING
            and self._under_way < _AT_ONCE
            and bool(self._routes.order(Channel.CHAT))
        )

    async def copy(self, parcel: Parcel) -> None:
        """Write to the first robot that takes it; whatever goes wrong is logged and forgotten."""
        self._under_way += 1
        try:
            row = parcel.rows[0]
            if not await self._turn(f"copy:{row.page}/{row.notice}/{row.level}", _ONCE):
                return
            message = Message(
                key=f"copy-{row.id}",
                channel=Channel.CHAT,
                to="",
                text=self._t(_COPY).format(name=row.name, text=parcel.text),
                lang=self._lang,
                mention=mobile(row.address) or "",
            )
            for robot in self._routes.order(Channel.CHAT):
                if await self._may(robot) and await self._taken(robot, message):
                    return
            _log.info("the copy of attempt %s was dropped", row.id)
        finally:
            self._under_way -= 1

    async def _taken(self, robot: Notifier, message: Message) -> bool:
        try:
            outcome = await asyncio.wait_for(robot.send(message), _PATIENCE)
        except Exception:  # noqa: BLE001 - a copy is worth no more than a line in the log
            _log.warning("%s failed over a copy", robot.name, exc_info=True)
            return False
        if outcome.kind is not OutcomeKind.ACCEPTED:
            _log.warning("%s did not take a copy: %s %s", robot.name, outcome.kind, outcome.code)
        return outcome.kind is OutcomeKind.ACCEPTED

    async def _may(self, robot: Notifier) -> bool:
        """Whether the robot has messages left, and if so one fewer from now on."""
        rate = robot.capabilities(Channel.CHAT).rate
        return not rate or await self._turn(f"robot:{robot.name}", rate)

    async def _turn(self, what: str, pace: Sequence[Limit]) -> bool:
        """Whether this node may, of all nodes; a database that is away costs the copy only."""
        try:
            return await asyncio.to_thread(self._db.attempt, self._asked(what, pace))
        except OncallError as exc:
            _log.warning("no copy: %s", exc)
            return False

    def _asked(self, what: str, pace: Sequence[Limit]) -> Callable[[Tx], bool]:
        return lambda tx: budgets.my_turn(tx, what, pace, self._now())
