"""Drain the outbox: one row, one provider call, one outcome.

A row is ours before it is sent and recorded after; nothing is sent inside a transaction. What a
failure means for the page is told to the page in the same commit that records it. Channels have
places of their own, so a provider that hangs delays nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from notifiers.errors import NumberError
from notifiers.message import Channel, Message, Notifier, Outcome, OutcomeKind
from notifiers.phone import e164
from oncall.core import model
from oncall.core.events import DeliveryFailed, DeliveryStalled
from oncall.core.model import Urgency
from oncall.core.texts import ASKS
from oncall.engine import Engine
from oncall.packing import PAGING, Parcel, facts_of, pack
from oncall.store import outbox
from oncall.store.outbox import ACCEPTED, EXPIRED, FAILED, QUEUED, SUPERSEDED, UNKNOWN, Row, Sent

_log = logging.getLogger(__name__)
T = TypeVar("T")

#: Messages in flight per channel.
PLACES = 400
#: A notifier that has not answered by now is in doubt, whatever its own time-outs say.
_LONGEST_SEND = 20.0
#: Seconds before another try while a provider is unavailable, by number of tries; then the last.
_BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: After this many tries the page is told, so that another channel is used meanwhile.
_STALLED_AFTER = 2
#: How long to wait for a receipt before a send in doubt is repeated.
_DOUBT = {
    Urgency.CRITICAL: timedelta(seconds=5),
    Urgency.URGENT: timedelta(seconds=10),
    Urgency.ROUTINE: timedelta(seconds=60),
}
#: A second call while the first may be ringing would find the line busy.
_DOUBT_VOICE = timedelta(seconds=30)

_UNSPEAKABLE = Outcome(kind=OutcomeKind.REJECTED, provider="none", code="cannot_be_worded")
_NO_NUMBER = Outcome(kind=OutcomeKind.REJECTED, provider="none", code="no_number")


class Clock(Protocol):
    """The time, and how long to really wait for a moment to come."""

    def now(self) -> datetime:
        """This moment, UTC."""

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until ``moment``; negative once it is past."""

    def real(self, moment: datetime) -> datetime:
        """When ``moment`` comes by the machine's own clock, UTC."""


class Delivery:
    """The sending half of one node."""

    def __init__(
        self,
        engine: Engine,
        notifiers: Mapping[Channel, Sequence[Notifier]],
        *,
        clock: Clock,
        node: str,
        lang: str,
        signature: str,
    ) -> None:
        self.engine = engine
        self.db = engine.db
        self.notifiers = notifiers
        self.clock = clock
        self.node = node
        self.lang = lang
        self.signature = signature
        self._in_flight = dict.fromkeys(notifiers, 0)
        self._done: list[Sent] = []
        self._has_done = asyncio.Event()
        self._rows: dict[int, Row] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._finished = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="delivery")
        self._closing = False

    def wake(self) -> None:
        """There may be something to send; safe from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Send until ``close()``."""
        self._loop = asyncio.get_running_loop()
        recorder = asyncio.create_task(self._record_all())
        try:
            while not self._closing:
                self._wake.clear()
                more = await self._turn()
                if not more:
                    await self._rest()
        finally:
            await self._drain()
            self._finished.set()
            await recorder
            for notifier in {id(n): n for ns in self.notifiers.values() for n in ns}.values():
                await notifier.close()
            self._threads.shutdown()

    async def close(self) -> None:
        """Stop claiming; what is in flight is waited for and recorded."""
        self._closing = True
        self._wake.set()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LONGEST_SEND)

    async def _rest(self) -> None:
        """Until woken, until the next retry is due, or a second."""
        try:
            due = await self._thread(self._next_due)
            wait = 1.0 if due is None else min(1.0, max(0.0, self.clock.seconds_until(due)))
        except Exception:  # noqa: BLE001 - a database that is away must not end the sending
            _log.exception("the outbox cannot be read")
            wait = 1.0
        if wait > 0:
            try:
                await asyncio.wait_for(self._wake.wait(), wait)
            except TimeoutError:
                return

    def _next_due(self) -> datetime | None:
        with self.db.read() as tx:
            return outbox.next_due(tx)

    async def _thread(self, call: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *args)

    # -- claiming --------------------------------------------------------------------------

    async def _turn(self) -> bool:
        """Claim and start sending; True when there may be more to claim at once."""
        free = {c: PLACES - used for c, used in self._in_flight.items() if used < PLACES}
        if not free:
            return False
        try:
            claimed, stops = await self._thread(self._claim, free)
        except Exception:  # noqa: BLE001 - a database that is away must not end the sending
            _log.exception("the outbox cannot be claimed from")
            return False
        for row in stops:
            self._start(self._hang_up(row))
        for channel, rows in claimed.items():
            parcels, silent = pack(rows, self.clock.now(), self.lang, self.signature)
            for row, state in silent:
                outcome = None if state == EXPIRED else _UNSPEAKABLE
                self._finish(self._sent(row, state, "", outcome), row)
            for parcel in parcels:
                self._in_flight[channel] += 1
                self._start(self._carry(channel, parcel))
        return any(rows and len(rows) == free[channel] for channel, rows in claimed.items())

    def _claim(self, free: Mapping[Channel, int]) -> tuple[dict[Channel, list[Row]], list[Row]]:
        now = self.clock.now()
        with self.db.begin() as tx:
            claimed = {c: outbox.claim(tx, self.node, c, now, n) for c, n in free.items()}
            return claimed, outbox.to_stop(tx, now, 100)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- sending ---------------------------------------------------------------------------

    async def _carry(self, channel: Channel, parcel: Parcel) -> None:
        first, *rest = parcel.rows
        try:
            outcome = await self._send(channel, parcel)
        finally:
            self._in_flight[channel] -= 1
        for row in parcel.rows:
            self._finish(self._settle(row, parcel, outcome, merged=row in rest), row)
        if self._in_flight[channel] == PLACES - 1:
            self._wake.set()
        _log.debug("attempt %s: %s", first.id, outcome.kind)

    async def _send(self, channel: Channel, parcel: Parcel) -> Outcome:
        """Offer the message to each provider of the channel in order until one takes it."""
        row = parcel.rows[0]
        try:
            to = e164(row.address)
        except NumberError:
            return _NO_NUMBER
        message = Message(
            key=str(row.id),
            channel=channel,
            to=to,
            text=parcel.text,
            lang=row.lang or self.lang,
            useful_life=timedelta(seconds=row.useful_seconds),
            keypad=channel is Channel.VOICE and row.notice in ASKS,
        )
        outcome = Outcome(kind=OutcomeKind.MISCONFIGURED, provider="none", code="no_provider")
        for notifier in self.notifiers[channel]:
            try:
                outcome = await asyncio.wait_for(notifier.send(message), _LONGEST_SEND)
            except TimeoutError:
                outcome = Outcome(kind=OutcomeKind.UNKNOWN, provider=notifier.name, code="timeout")
            except Exception:  # noqa: BLE001 - a notifier's bug is a send in doubt, not a lost page
                _log.exception("notifier %s broke its promise not to raise", notifier.name)
                outcome = Outcome(kind=OutcomeKind.UNKNOWN, provider=notifier.name, code="bug")
            if outcome.kind in (
                OutcomeKind.ACCEPTED,
                OutcomeKind.REJECTED,
                OutcomeKind.UNKNOWN,
            ):
                return outcome
        return outcome

    def _settle(self, row: Row, parcel: Parcel, outcome: Outcome, *, merged: bool) -> Sent:
        """What an outcome means for one row."""
        now = self.clock.now()
        kind = outcome.kind
        state, due = FAILED, now
        if kind is OutcomeKind.ACCEPTED:
            state = SUPERSEDED if merged else ACCEPTED
        elif kind is OutcomeKind.UNKNOWN:
            state = UNKNOWN
            urgency = facts_of(row).urgency
            due = now + (_DOUBT_VOICE if row.channel == Channel.VOICE else _DOUBT[urgency])
        elif kind is not OutcomeKind.REJECTED:
            state, due = QUEUED, now + _backoff(row.tries, outcome.retry_after)
        if state in (UNKNOWN, QUEUED) and row.notice not in PAGING and _too_old(row, now):
            state = FAILED
        return self._sent(row, state, parcel.text, outcome, due=due, late=parcel.late)

    def _sent(
        self,
        row: Row,
        state: str,
        text: str,
        outcome: Outcome | None,
        *,
        due: datetime | None = None,
        late: bool = False,
    ) -> Sent:
        now = self.clock.now()
        return Sent(
            id=row.id,
            state=state,
            text=text,
            provider=outcome.provider if outcome else "",
            provider_id=outcome.provider_id if outcome else None,
            code=outcome.code if outcome else None,
            at=now,
            due_at=due or now,
            late=late,
        )

    async def _hang_up(self, row: Row) -> None:
        channel = Channel(row.channel)
        for notifier in self.notifiers.get(channel, ()):
            if row.provider in (None, notifier.name) and await notifier.stop(
                row.provider_id or "", channel
            ):
                await self._thread(self._stopped, row.id)
                return

    def _stopped(self, row_id: int) -> None:
        with self.db.begin() as tx:
            outbox.stopped(tx, row_id, self.clock.now())

    # -- recording -------------------------------------------------------------------------

    def _finish(self, sent: Sent, row: Row) -> None:
        self._done.append(sent)
        self._rows[sent.id] = row
        self._has_done.set()

    async def _record_all(self) -> None:
        """Write outcomes as they come, many in one commit."""
        while not (self._finished.is_set() and not self._done):
            if not self._done:
                waits = [
                    asyncio.create_task(self._has_done.wait()),
                    asyncio.create_task(self._finished.wait()),
                ]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for wait in waits:
                    wait.cancel()
            self._has_done.clear()
            batch, self._done = self._done, []
            if not batch:
                continue
            rows = [self._rows.pop(sent.id) for sent in batch]
            try:
                await self._thread(self._record, batch, rows)
            except Exception:  # noqa: BLE001 - the outcome is kept and written when it can be
                _log.exception("outcomes cannot be recorded")
                self._done = batch + self._done
                self._rows.update({s.id: r for s, r in zip(batch, rows, strict=True)})
                await asyncio.sleep(1)
                self._has_done.set()

    def _record(self, batch: Sequence[Sent], rows: Sequence[Row]) -> None:
        now = self.clock.now()
        with self.db.begin() as tx:
            outbox.record(tx, batch)
            for sent, row in zip(batch, rows, strict=True):
                if row.page is None or row.person is None or row.notice not in PAGING:
                    continue
                channel = model.Channel(row.channel)
                if sent.state == FAILED:
                    event = DeliveryFailed(person=row.person, channel=channel, code=sent.code or "")
                    self.engine.handle_in(tx, row.page, event, now)
                elif sent.state in (QUEUED, UNKNOWN) and _stalls(row):
                    outbox.mark_stalled(tx, row.id)
                    stalled = DeliveryStalled(
                        person=row.person, channel=channel, code=sent.code or ""
                    )
                    self.engine.handle_in(tx, row.page, stalled, now)
            if any(row.stop for row in rows) or any(row.channel == Channel.VOICE for row in rows):
                tx.ring()


def _stalls(row: Row) -> bool:
    return row.tries >= _STALLED_AFTER and not row.stalled


def _too_old(row: Row, now: datetime) -> bool:
    return (now - row.planned_at).total_seconds() > row.useful_seconds


def _backoff(tries: int, retry_after: timedelta | None) -> timedelta:
    base = _BACKOFF[min(tries, len(_BACKOFF)) - 1]
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
    wait = timedelta(seconds=base * jitter)
    return max(wait, retry_after) if retry_after is not None else wait
