"""Copies of pages for a chat group: colleagues read along, nobody answers, no page waits for one.

A copy is sent once its page has left, is not kept, and is dropped where a robot is slow, refuses,
or has had its messages of this minute: whoever must act was paged in another way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime

from notifiers.message import Channel, Message, Notifier, Outcome, OutcomeKind
from oncall.core.words import N_
from oncall.i18n import translator
from oncall.packing import PAGING, Parcel
from oncall.routes import Routes

_log = logging.getLogger(__name__)

#: Copies on their way at once; more are dropped, for a robot that hangs must cost nothing.
_AT_ONCE = 10
#: Copies remembered, so that a second person paged at the same step makes no second copy.
_REMEMBERED = 500
#: Seconds a robot gets.
_PATIENCE = 9.0

_COPY = N_("[Copy, please do not answer here] Sent to {name}: {text}")


class Courtesy:
    """Sends copies beside the pages of one node."""

    def __init__(self, routes: Routes, now: Callable[[], datetime], *, lang: str) -> None:
        self._routes = routes
        self._now = now
        self._t = translator(lang)
        self._lang = lang
        self._under_way = 0
        self._copied: OrderedDict[tuple[str | None, str, int], None] = OrderedDict()
        #: When each robot was last written to, the oldest first.
        self._written: dict[str, deque[datetime]] = {}

    def wanted(self, channel: Channel, parcel: Parcel, outcome: Outcome) -> bool:
        """Whether this message deserves a copy: a page by text that was taken, and its first."""
        row = parcel.rows[0]
        if channel is not Channel.SMS or outcome.kind is not OutcomeKind.ACCEPTED:
            return False
        if row.notice not in PAGING or not self._routes.order(Channel.CHAT):
            return False
        step = (row.page, row.notice, row.level)
        if step in self._copied or self._under_way >= _AT_ONCE:
            return False
        self._copied[step] = None
        while len(self._copied) > _REMEMBERED:
            self._copied.popitem(last=False)
        return True

    async def copy(self, parcel: Parcel) -> None:
        """Write to the first robot that takes it; whatever goes wrong is logged and forgotten."""
        self._under_way += 1
        try:
            row = parcel.rows[0]
            message = Message(
                key=f"copy-{row.id}",
                channel=Channel.CHAT,
                to="",
                text=self._t(_COPY).format(name=row.name, text=parcel.text),
                lang=self._lang,
            )
            for robot in self._routes.order(Channel.CHAT):
                if self._may(robot) and await self._taken(robot, message):
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

    def _may(self, robot: Notifier) -> bool:
        """Whether the robot has messages left, and if so one fewer from now on."""
        now, limits = self._now(), robot.capabilities(Channel.CHAT).rate
        written = self._written.setdefault(robot.name, deque())
        longest = max((limit.span for limit in limits), default=None)
        while written and longest is not None and written[0] <= now - longest:
            written.popleft()
        for limit in limits:
            if sum(moment > now - limit.span for moment in written) >= limit.count:
                return False
        if longest is not None:
            written.append(now)
        return True
