"""Drain the outbox: one row, one provider call, one outcome.

A row is ours before it is sent and recorded after; nothing is sent inside a transaction. What a
failure means for the page is told to the page in the same commit that records it. Channels have
places of their own, so a provider that hangs delays nobody else, and the gravest lane has a few
that no other may take. A row we hold is always in ``_held``: what the database says is ours and is
not there was lost on the way to us, and goes back to the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from notifiers.errors import NumberError
from notifiers.message import Channel, Message, Notifier, Outcome, OutcomeKind
from notifiers.phone import e164
from oncall.core import model
from oncall.core.errors import NotFound, OncallError
from oncall.core.events import DeliveryFailed, DeliveryStalled, Event
from oncall.core.model import Alarm
from oncall.core.texts import ASKS
from oncall.engine import Engine
from oncall.links import Links
from oncall.outcomes import settle, unsent
from oncall.packing import PAGING, Parcel, approved, pack
from oncall.store import alarms, attempts, outbox, pages
from oncall.store.database import Tx
from oncall.store.outbox import FAILED, Row, Sent

_log = logging.getLogger(__name__)
T = TypeVar("T")

#: Messages in flight per channel, and how many more of the gravest lane.
PLACES, RESERVED = 300, 40
_GRAVEST = 0
#: Seconds. A notifier that has not answered by now is in doubt, whatever its own time-outs say.
_LONGEST_SEND = 9.0
#: Seconds between looks for work, and between tries to end one call.
_LOOK_EVERY, _STOP_AGAIN = 1.0, 1.0
#: Calls ended at the same time.
_STOPS = 100

#: Why a row failed without being offered to a provider.
_UNSPEAKABLE = "cannot_be_worded"
#: Why nothing more is known of a send.
_UNRECORDABLE = "cannot_be_recorded"
_NO_NUMBER = Outcome(kind=OutcomeKind.REJECTED, provider="none", code="no_number")
_NO_PROVIDER = Outcome(kind=OutcomeKind.REJECTED, provider="none", code="no_provider")


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
        links: Links,
    ) -> None:
        self.engine = engine
        self.db = engine.db
        self.notifiers = notifiers
        self.links = links
        #: Channels whose every provider delivers a link as a link.
        self._linking = {
            channel
            for channel, some in notifiers.items()
            if all(one.capabilities(channel).links for one in some)
        }
        self.clock = clock
        self.node = node
        self.lang = lang
        self.signature = signature
        #: Pages travel by text and by call; the other channels are looked at where they are used.
        self._in_flight = dict.fromkeys((Channel.SMS, Channel.VOICE, *notifiers), 0)
        #: From the claim to the record; see the module's promise.
        self._held: dict[int, Row] = {}
        self._in_doubt = False
        self._done: list[Sent] = []
        self._has_done = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping: set[int] = set()
        self._wake = asyncio.Event()
        #: When something still queued is due, as of the last claim.
        self._next_due: datetime | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="delivery")
        self._closing = False
        self._finished = False

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
                if not await self._turn():
                    await self._rest()
        finally:
            await self._drain()
            self._finished = True
            self._has_done.set()
            await recorder
            for notifier in {id(n): n for ns in self.notifiers.values() for n in ns}.values():
                await notifier.close()
            self._threads.shutdown()

    async def once(self) -> int:
        """Instead of ``run()``: send and record what is due at this moment; says how many."""
        total = 0
        while True:
            more = await self._turn()
            while self._tasks:
                await asyncio.wait(tuple(self._tasks))
            batch, self._done = self._done, []
            if not batch and not more:
                return total
            self._record(batch)
            total += len(batch)

    async def close(self) -> None:
        """Stop claiming; what is in flight is waited for and recorded."""
        self._closing = True
        self._wake.set()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2 * _LONGEST_SEND)

    async def _rest(self) -> None:
        """Until woken, until the next retry is due, or a second."""
        due, self._next_due = self._next_due, None
        wait = _LOOK_EVERY if due is None else self.clock.seconds_until(due)
        try:
            # Never without a pause: what is due may be in another node's hands just now.
            await asyncio.wait_for(self._wake.wait(), min(_LOOK_EVERY, max(0.01, wait)))
        except TimeoutError:
            return

    async def _thread(self, call: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *args)

    # -- claiming --------------------------------------------------------------------------

    async def _turn(self) -> bool:
        """Claim and start sending; True when there may be more to claim at once."""
        room = self._room()
        if not room:
            return False
        try:
            claimed, stops = await self._thread(self._claim, room)
            for row in stops:
                if row.id not in self._stopping:
                    self._stopping.add(row.id)
                    self._start(self._hang_up(row))
            for channel, rows in claimed.items():
                self._post(channel, rows)
        except Exception:  # noqa: BLE001 - a database that is away must not end the sending
            # It may have committed all the same: what is ours and unknown to us goes back.
            self._in_doubt = True
            _log.exception("the outbox cannot be claimed from")
            return False
        return any(rows and len(rows) == room[c][0] for c, rows in claimed.items())

    def _room(self) -> dict[Channel, tuple[int, int | None]]:
        """For each channel that can take any: how many, and up to which lane (None: all)."""
        room: dict[Channel, tuple[int, int | None]] = {}
        for channel, used in self._in_flight.items():
            if used < PLACES:
                room[channel] = (PLACES - used, None)
            elif used < PLACES + RESERVED:
                room[channel] = (PLACES + RESERVED - used, _GRAVEST)
        return room

    def _claim(
        self, room: Mapping[Channel, tuple[int, int | None]]
    ) -> tuple[dict[Channel, list[Row]], list[Row]]:
        now = self.clock.now()
        with self.db.begin() as tx:
            if self._in_doubt:
                outbox.give_back_all_but(tx, self.node, tuple(self._held))
            claimed = {
                channel: outbox.claim(tx, self.node, channel, now, limit, lane=lane)
                for channel, (limit, lane) in room.items()
            }
            for channel in self._linking & claimed.keys():
                self.links.open(tx, claimed[channel], now)
            stops = attempts.to_stop(tx, now, _STOPS)
            self._next_due = outbox.next_due(
                tx, [c for c, (_, lane) in room.items() if lane is None]
            )
        self._in_doubt = False
        return claimed, stops

    def _post(self, channel: Channel, rows: Sequence[Row]) -> None:
        """Put claimed rows into words and start sending them."""
        now = self.clock.now()
        links = self.links.address if channel in self._linking else None
        parcels, silent = pack(rows, now, self.lang, self.signature, links)
        for row, state in silent:
            self._held[row.id] = row
            self._finish(unsent(row, state, _UNSPEAKABLE if state == FAILED else None, now))
        for parcel in parcels:
            self._held.update((row.id, row) for row in parcel.rows)
            self._in_flight[channel] += 1
            self._start(self._carry(channel, parcel))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- sending ---------------------------------------------------------------------------

    async def _carry(self, channel: Channel, parcel: Parcel) -> None:
        try:
            outcome = await self._send(channel, parcel)
        finally:
            self._in_flight[channel] -= 1
        now = self.clock.now()
        for row in parcel.rows:
            self._finish(settle(row, parcel, outcome, now))
        if self._in_flight[channel] >= PLACES - 1:
            self._wake.set()
        _log.debug("attempt %s: %s", parcel.rows[0].id, outcome.kind)

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
        outcome = _NO_PROVIDER
        for notifier in self.notifiers.get(channel, ()):
            if message.template is None and notifier.capabilities(channel).templates:
                message = replace(message, template=approved(parcel, self.lang, self.signature))
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

    async def _hang_up(self, row: Row) -> None:
        """End one call; one that goes on is tried again in a second."""
        channel, over = Channel(row.channel), False
        try:
            for notifier in self.notifiers.get(channel, ()):
                if row.provider in (None, notifier.name) and not over:
                    stop = notifier.stop(row.provider_id or "", channel)
                    over = await asyncio.wait_for(stop, _LONGEST_SEND)
            if over:
                await self._thread(self._stopped, row.id)
        except Exception:  # noqa: BLE001 - it is tried again, and holds up nothing
            _log.exception("the call of attempt %s could not be ended", row.id)
        wait = 0.0 if over else _STOP_AGAIN
        asyncio.get_running_loop().call_later(wait, self._stopping.discard, row.id)

    def _stopped(self, row_id: int) -> None:
        with self.db.begin() as tx:
            attempts.stopped(tx, row_id, self.clock.now())

    # -- recording -------------------------------------------------------------------------

    def _finish(self, sent: Sent) -> None:
        self._done.append(sent)
        self._has_done.set()

    async def _record_all(self) -> None:
        """Write outcomes as they come, many in one commit."""
        while self._done or not self._finished:
            await self._has_done.wait()
            self._has_done.clear()
            batch, self._done = self._done, []
            if not batch:
                continue
            try:
                await self._thread(self._record, batch)
            except Exception:  # noqa: BLE001 - the outcome is kept and written when it can be
                _log.exception("outcomes cannot be recorded")
                self._done = batch + self._done
                await asyncio.sleep(_LOOK_EVERY)
            if self._done or self._finished:
                self._has_done.set()

    def _record(self, batch: Sequence[Sent]) -> None:
        """Write outcomes and tell pages what they must know; one that cannot be holds up none."""
        try:
            self.db.attempt(lambda tx: self._write(tx, batch))
        except OncallError:
            raise
        except Exception:  # noqa: BLE001 - the one that is wrong is found by itself
            _log.exception("%s outcomes cannot be recorded, trying them one by one", len(batch))
            for sent in batch:
                self._record_one(sent)
        for sent in batch:
            self._held.pop(sent.id, None)

    def _record_one(self, sent: Sent) -> None:
        """The outcome as it is, else without what a provider or a template put into it."""
        for one in (sent, replace(sent, text="", provider_id=None, code=_UNRECORDABLE)):
            try:
                self.db.attempt(partial(self._write, batch=[one]))
            except OncallError:
                raise
            except Exception:  # noqa: BLE001 - left as it is, "being sent", which is alarmed
                _log.exception("the outcome of attempt %s cannot be recorded", sent.id)
            else:
                return

    def _write(self, tx: Tx, batch: Sequence[Sent]) -> None:
        now = self.clock.now()
        # Some may have been written the last time, before the database went away.
        batch = sorted((s for s in batch if s.id in self._held), key=lambda sent: sent.id)
        news = [(self._held[sent.id], sent, _news(self._held[sent.id], sent)) for sent in batch]
        # Pages before messages, and messages by id, as everybody locks them.
        about = {row.page for row, _, event in news if event is not None and row.page is not None}
        pages.lock(tx, about)
        overtaken = outbox.record(tx, batch)
        for row, sent, event in news:
            if row.page is None or event is None or sent.id in overtaken:
                continue
            self._tell(tx, row.page, event, now)
            if sent.code == _UNSPEAKABLE:
                _alarm(tx, row, now)
        if any(row.channel == Channel.VOICE for row, _, _ in news):
            tx.ring()

    def _tell(self, tx: Tx, page: str, event: Event, now: datetime) -> None:
        try:
            self.engine.tell(tx, page, event, now)
        except NotFound:
            _log.error("a message speaks of the page %s, which is not there", page)


def _news(row: Row, sent: Sent) -> Event | None:
    """What a page must hear of one send; None if nothing."""
    if row.page is None or row.person is None or row.notice not in PAGING:
        return None
    channel, code = model.Channel(row.channel), sent.code or ""
    if sent.state == FAILED:
        return DeliveryFailed(person=row.person, channel=channel, code=code)
    if sent.stalled:
        return DeliveryStalled(person=row.person, channel=channel, code=code)
    return None


def _alarm(tx: Tx, row: Row, now: datetime) -> None:
    unit, transfer = pages.whose(tx, row.page or "")
    alarms.raise_alarm(tx, Alarm.SILENT, now, unit=unit, transfer=transfer, page=row.page)
