"""Ask providers what became of messages: for nets nobody can call into, and for lost callbacks.

What is asked for may also have been pushed; a receipt or an answer that comes twice changes nothing
the second time. The nodes take turns, so that a provider is asked by one of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol, cast

from notifiers.errors import NumberError
from notifiers.message import Channel, Limit, Notifier, Pending, Pulled, Pulls, Receipts
from notifiers.phone import e164
from oncall.answers import Answers
from oncall.routes import Routes
from oncall.store import attempts, budgets
from oncall.store.outbox import Row

_log = logging.getLogger(__name__)

#: All nodes together ask one provider this often.
_PACE = (Limit(count=1, span=timedelta(seconds=10)),)
#: Where the provider should have called us, it is asked only about what it kept silent on so long.
_PUSHED_WITHIN = timedelta(seconds=60)
#: What is older than this has no news any more.
_OLDEST = timedelta(hours=1)
#: Answers are asked for anew over this stretch: a clock may differ, and one twice does no harm.
_OVERLAP = timedelta(minutes=5)
#: Messages asked about at once, and seconds a provider gets for all of it.
_AT_ONCE, _LONGEST = 200, 20.0


class _Asked(Notifier, Pulls, Protocol):
    """A notifier that can be asked."""


class Puller:
    """Asks every provider that can be asked."""

    def __init__(
        self,
        answers: Answers,
        routes: Routes,
        now: Callable[[], datetime],
        *,
        intranet: bool,
    ) -> None:
        self.answers = answers
        self.db = answers.db
        self.routes = routes
        #: Nobody can call us: whatever a provider can be asked, it is asked.
        self.intranet = intranet
        self._now = now
        #: What was told and is not written yet, by provider: it may tell nothing a second time.
        self._untaken: dict[str, Pulled] = {}

    async def pull(self) -> None:
        """Ask those whose turn it is, and tell the pages what is new. Never raises."""
        for notifier, channels in self._askable():
            try:
                await self._pull(notifier, channels)
            except Exception:  # noqa: BLE001 - it is asked again in a moment
                _log.exception("%s could not be asked", notifier.name)

    async def _pull(self, notifier: _Asked, channels: dict[Channel, bool]) -> None:
        await self._take(notifier.name)
        now = self._now()
        pending = await asyncio.to_thread(self._pending, notifier.name, channels, now)
        if pending is None or not (pending or self.intranet or any(channels.values())):
            return
        pulled = await asyncio.wait_for(notifier.pull(pending, now - _OVERLAP), _LONGEST)
        if pulled.trouble is not None:
            _log.warning("%s told not all: %s", notifier.name, pulled.trouble.detail)
        self._untaken[notifier.name] = pulled
        await self._take(notifier.name)

    async def _take(self, name: str) -> None:
        """Write down what a provider told; kept for the next time while the database is away."""
        pulled = self._untaken.get(name)
        if pulled is not None:
            await asyncio.to_thread(self.answers.take, pulled, self._now())
            self._untaken.pop(name, None)

    def _pending(
        self, name: str, channels: dict[Channel, bool], now: datetime
    ) -> list[Pending] | None:
        """What this provider is to be asked about; None when it is not this node's turn."""
        with self.db.begin() as tx:
            if not budgets.my_turn(tx, f"pull:{name}", _PACE, now):
                return None
            found: list[Row] = []
            for channel, only_asked in channels.items():
                silent = timedelta(0) if only_asked or self.intranet else _PUSHED_WITHIN
                found += attempts.unheard(
                    tx, name, channel, after=now - _OLDEST, before=now - silent, limit=_AT_ONCE
                )
        return [one for row in found if (one := _asked(row)) is not None]

    def _askable(self) -> Iterator[tuple[_Asked, dict[Channel, bool]]]:
        """Each provider that can be asked, with its channels: whether asking is the only way."""
        found: dict[int, tuple[_Asked, dict[Channel, bool]]] = {}
        for channel, notifiers in self.routes.notifiers.items():
            for notifier in notifiers:
                if not isinstance(notifier, Pulls) or channel not in notifier.channels:
                    continue
                how = notifier.capabilities(channel).receipts
                if Receipts.PULL in how:
                    known = found.setdefault(id(notifier), (cast("_Asked", notifier), {}))
                    known[1][channel] = Receipts.PUSH not in how
        yield from found.values()


def _asked(row: Row) -> Pending | None:
    try:
        to = e164(row.address)
    except NumberError:
        return None
    return Pending(
        key=str(row.id),
        channel=Channel(row.channel),
        to=to,
        provider_id=row.provider_id,
        sent_at=row.due_at,
    )
