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
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from notifiers.message import Attachment, Channel
from oncall.courtesy import Courtesy
from oncall.engine import Engine
from oncall.links import Links
from oncall.outcomes import settle_all, unsent
from oncall.packing import Parcel, pack
from oncall.recording import UNSPEAKABLE, Recorder, is_of
from oncall.routes import Paid, Routes
from oncall.sending import IN_DOUBT, LONGEST_SEND, Sender
from oncall.store import attempts, gathering, outbox
from oncall.store.database import Tx
from oncall.store.outbox import FAILED, Row, Sent

_log = logging.getLogger(__name__)
T = TypeVar("T")

#: Messages in flight per channel, and how many more of the gravest lane.
PLACES, RESERVED = 300, 40
#: A channel that was full is looked at again once so many are left: many places in one claim.
_ROOM_AGAIN = 225
_GRAVEST = 0
#: Seconds between looks for work, and between tries to end one call.
_LOOK_EVERY, _STOP_AGAIN = 1.0, 1.0
#: Calls ended at the same time.
_STOPS = 100

#: Something to be done beside the sending; never raises.
Errand = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True, kw_only=True)
class Load:
    """What one claim took from one channel's queue."""

    channel: Channel
    rows: list[Row]
    #: As many as there were places: there may be more.
    full: bool
    #: The monotonic second at which they became ours.
    claimed: float
    packed: bool = False
    parcels: list[Parcel] = field(default_factory=list)
    silent: list[tuple[Row, str]] = field(default_factory=list)
    #: By the id of a parcel's first row, where its provider has limits.
    paid: Mapping[int, Paid] = field(default_factory=dict)


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
        routes: Routes,
        *,
        clock: Clock,
        node: str,
        lang: str,
        signature: str,
        links: Links,
        enclose: Callable[[Row, datetime], tuple[Attachment, ...]],
        gather: bool = False,
    ) -> None:
        self.engine = engine
        self.db = engine.db
        self.routes = routes
        self.sender = Sender(
            engine.db, routes, clock.now, lang=lang, signature=signature, enclose=enclose
        )
        self.courtesy = Courtesy(engine.db, routes, clock.now, lang=lang)
        self.links = links
        #: Pages of one person that are due together become one message.
        self.gather = gather
        #: Channels whose every provider delivers a link as a link.
        self._linking = {
            channel
            for channel, some in routes.notifiers.items()
            if all(one.capabilities(channel).links for one in some)
        }
        self.clock = clock
        self.node = node
        self.lang = lang
        self.signature = signature
        #: Pages travel by text and by call; the other channels are looked at where they are used.
        self._in_flight = dict.fromkeys((Channel.SMS, Channel.VOICE, *routes.notifiers), 0)
        #: From the claim to the record; see the module's promise.
        self._held: dict[int, Row] = {}
        self.recorder = Recorder(engine, self._held, clock.now, routes.publish)
        self._in_doubt = False
        self._done: list[Sent] = []
        self._has_done = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping: set[int] = set()
        self._errands: deque[Errand] = deque()
        self._wake = asyncio.Event()
        #: When there will be something to send, as far as the last claim knew.
        self.next_due: datetime | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="delivery")
        self._closing = False
        self._finished = False

    def soon(self, errand: Errand) -> None:
        """Have something else done with the providers, beside the sending; from any thread."""
        self._errands.append(errand)
        self.wake()

    def _run_errands(self) -> None:
        while self._errands:
            self._start(self._errands.popleft()())

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
            await self.routes.close()
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
            await asyncio.wait(self._tasks, timeout=2 * LONGEST_SEND)

    async def _rest(self) -> None:
        """Until woken, until the next retry is due, or a second."""
        due, self.next_due = self.next_due, None
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
        self._run_errands()
        room = self._room()
        if not room:
            return False
        try:
            loads, stops = await self._thread(self._claim, room)
            for row in stops:
                if row.id not in self._stopping:
                    self._stopping.add(row.id)
                    self._start(self._hang_up(row))
            for load in loads:
                self._post(load)
        except Exception:  # noqa: BLE001 - a database that is away must not end the sending
            # It may have committed all the same: what is ours and unknown to us goes back.
            self._in_doubt = True
            _log.exception("the outbox cannot be claimed from")
            return False
        return any(load.full for load in loads)

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
    ) -> tuple[list[Load], list[Row]]:
        now = self.clock.now()
        loads: list[Load] = []
        #: When a channel that must wait may go on.
        waits: dict[Channel, datetime] = {}
        with self.db.begin() as tx:
            if self._in_doubt:
                outbox.give_back_all_but(tx, self.node, tuple(self._held))
            for channel, (places, lane) in room.items():
                way = self.routes.way(tx, channel, now)
                if way.free_at is not None:
                    waits[channel] = way.free_at
                limit = places if way.room is None else min(places, way.room)
                if not limit:
                    continue
                rows = outbox.claim(
                    tx, self.node, channel, now, limit, lane=lane, fresh=way.provider is None
                )
                if not rows:
                    continue
                load = Load(
                    channel=channel, rows=rows, full=len(rows) == places, claimed=time.monotonic()
                )
                if self.gather and len(rows) == limit:
                    # The pace counts messages: what goes in the same one costs nothing more.
                    rows += gathering.company(tx, self.node, channel, now, rows)
                if channel in self._linking:
                    self.links.open(tx, rows, now)
                loads.append(load)
                if way.limited:
                    self._pack(load, now)
                    load.paid = self.routes.pay(tx, way, channel, load.parcels, now)
            stops = attempts.to_stop(tx, now, _STOPS)
            # A full channel is looked at again when it has room, whatever waits for it.
            full = {load.channel for load in loads if load.full}
            free = [c for c, (_, lane) in room.items() if lane is None and c not in full | {*waits}]
            self.next_due = _look_ahead(tx, free, waits)
        self._in_doubt = False
        for load in loads:
            if not load.packed:
                self._pack(load, now)
        return loads, stops

    def _pack(self, load: Load, now: datetime) -> None:
        links = self.links.address if load.channel in self._linking else None
        load.parcels, load.silent = pack(
            load.rows,
            now,
            self.lang,
            self.signature,
            links,
            digits=self.links.digits,
            gather=self.gather,
        )
        load.packed = True

    def _post(self, load: Load) -> None:
        """Start sending what was claimed."""
        now = self.clock.now()
        for row, state in load.silent:
            self._held[row.id] = row
            self._finish(unsent(row, state, UNSPEAKABLE if state == FAILED else None, now))
        for parcel in load.parcels:
            self._held.update((row.id, row) for row in parcel.rows)
            self._in_flight[load.channel] += 1
            self._start(self._carry(load, parcel))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- sending ---------------------------------------------------------------------------

    async def _carry(self, load: Load, parcel: Parcel) -> None:
        channel, paid = load.channel, load.paid.get(parcel.rows[0].id)
        try:
            outcome = await self.sender.send(channel, parcel, paid, claimed=load.claimed)
        except Exception:  # noqa: BLE001 - whatever broke, its page goes on by another way
            # Left without an outcome the rows would stay ours for as long as this node lives.
            _log.exception("attempt %s broke on its way to a provider", parcel.rows[0].id)
            outcome = IN_DOUBT
        self._in_flight[channel] -= 1
        if self.courtesy.wanted(channel, parcel, outcome):
            self._start(self.courtesy.copy(parcel))
        if self.routes.recovered():
            self._wake.set()
        now = self.clock.now()
        for sent in settle_all(parcel, outcome, now):
            self._finish(sent)
        if self._in_flight[channel] == _ROOM_AGAIN:
            self._wake.set()
        _log.debug("attempt %s: %s", parcel.rows[0].id, outcome.kind)

    async def _hang_up(self, row: Row) -> None:
        """End one call; one that goes on is tried again in a second."""
        channel, over = Channel(row.channel), False
        try:
            for notifier in self.routes.order(channel):
                if row.provider in (None, notifier.name) and not over:
                    stop = notifier.stop(row.provider_id or "", channel)
                    over = await asyncio.wait_for(stop, LONGEST_SEND)
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
        """Write outcomes and let go of their rows."""
        self.recorder.record(self.db, batch)
        for sent in batch:
            if is_of(sent, self._held):
                del self._held[sent.id]


def _look_ahead(
    tx: Tx, free: Sequence[Channel], waits: Mapping[Channel, datetime]
) -> datetime | None:
    """When there will be something to claim, as far as is known now."""
    moments = [outbox.next_due(tx, free)] if free else []
    for channel, moment in waits.items():
        due = outbox.next_due(tx, [channel])
        moments.append(None if due is None else max(due, moment))
    return min((m for m in moments if m is not None), default=None)
