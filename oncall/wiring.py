"""Put the parts together: the only place where concrete parts meet, and where the clock is read."""

from __future__ import annotations

import asyncio
import gc
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from notifiers import registry
from notifiers.errors import ChannelsError, NotifierError
from notifiers.message import Channel, Notifier
from oncall.acts import Acts
from oncall.admin.office import policy_of
from oncall.agenda import Agenda
from oncall.answering import Answering
from oncall.answers import Answers
from oncall.calendars import Calendars
from oncall.clock import SystemClock
from oncall.config import Settings, secret_key
from oncall.core.errors import Fault, Invalid
from oncall.core.limits import parse as parse_limits
from oncall.core.transfers.commands import Later
from oncall.coverage import Coverage, coverage_of
from oncall.deadlines import Deadlines
from oncall.delivery import PLACES, RESERVED, Clock, Delivery
from oncall.desk import Desk
from oncall.directory import Directory
from oncall.drills import Drills
from oncall.duty_changes import Lapses, Replies
from oncall.enclosures import Enclosures
from oncall.engine import Engine
from oncall.exchange import Exchange
from oncall.handover import Handovers
from oncall.i18n import translator
from oncall.intake import Intake
from oncall.links import Links
from oncall.lookout import Lookout
from oncall.notices import Notices
from oncall.outbound import Outbound
from oncall.page_watch import PageWatch
from oncall.providers import makers
from oncall.pulling import Puller
from oncall.rooms import Rooms
from oncall.rounds import orphans
from oncall.rounds.gaps import GapWatch
from oncall.rounds.numbers import NumberWatch
from oncall.rounds.readiness import Readiness
from oncall.rounds.sheets import NightlySheet
from oncall.routes import Routes
from oncall.store import nodes
from oncall.store.changes import watch
from oncall.store.database import Database
from oncall.supervision import Supervision
from oncall.texting import Texting
from oncall.timers import Timers
from oncall.verifying import Verifying


class FastClock:
    """A clock that starts at a chosen moment and runs ``speed`` times as fast; for the demo."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._began = time.monotonic()
        self._really = datetime.now(UTC)

    def now(self) -> datetime:
        """The moment on this clock's face, UTC."""
        passed = (time.monotonic() - self._began) * self._speed
        return self._start + timedelta(seconds=passed)

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until this clock shows ``moment``."""
        return (moment - self.now()).total_seconds() / self._speed

    def real(self, moment: datetime) -> datetime:
        """When, by the machine's clock, this one shows ``moment``."""
        return self._really + (moment - self._start) / self._speed

    async def sleep(self, seconds: float) -> None:
        """Sleep for ``seconds`` of this clock's time."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)


def new_id() -> str:
    """An id nobody can guess: 128 random bits."""
    return secrets.token_hex(16)


@dataclass(slots=True, kw_only=True)
class App:
    """One node: everything the doors need."""

    settings: Settings
    clock: Clock
    db: Database
    directory: Directory
    engine: Engine
    intake: Intake
    desk: Desk
    deadlines: Deadlines
    supervision: Supervision
    acts: Acts
    outbound: Outbound
    answers: Answers
    rooms: Rooms
    answering: Answering
    delivery: Delivery
    agenda: Agenda
    handovers: Handovers
    drills: Drills
    links: Links
    verifying: Verifying
    notices: Notices
    calendars: Calendars
    coverage: Coverage
    timers: Timers
    lookout: Lookout
    puller: Puller
    node: str
    new_id: Callable[[], str]

    async def run(self) -> None:
        """Decide and send until ``stop()``; hears what other processes commit."""

        def heard() -> None:
            self.timers.wake()
            self.delivery.wake()

        self.db.on_commit(heard)
        watcher = asyncio.create_task(watch(self.db, heard))
        try:
            await asyncio.gather(self.timers.run(), self._send(), self.outbound.run())
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)

    async def _send(self) -> None:
        try:
            await self.timers.beating.wait()
            await self.delivery.run()
        finally:
            # Only now: a node that stopped beating while it sends would be taken for dead.
            await self.timers.close()

    async def stop(self) -> None:
        """Stop in good order: nothing new is claimed, what is in flight is recorded."""
        await self.delivery.close()
        await self.outbound.close()
        self.timers.beating.set()


def notifiers_of(settings: Settings) -> Mapping[Channel, Sequence[Notifier]]:
    """The notifiers the settings name, per channel; Invalid says what is wrong with them."""

    # A channel full of messages that hang must not keep the other from connecting.
    connections = 2 * (PLACES + RESERVED)
    try:
        return registry.build(settings.channels, makers(settings, connections))
    except NotifierError as exc:
        problems = exc.problems if isinstance(exc, ChannelsError) else (exc,)
        where = "ONCALL_CHANNELS"
        raise Invalid(
            [
                Fault(where=where, code="channels", value=settings.channels, params={"why": str(p)})
                for p in problems
            ]
        ) from exc


def spare_what_stands() -> None:
    """For a process that serves from now on: the collector of rubbish leaves alone what is there.

    Modules and tables stay until the end, and a burst makes many things that live for a moment; to
    look through all of them again and again was a third of the time a burst took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    notifiers: Mapping[Channel, Sequence[Notifier]] | None = None,
    node: str | None = None,
) -> App:
    """One node from its settings; a test or the demo may bring its own clock and phones."""
    clock = clock or SystemClock()
    node = node or new_id()
    db = Database(settings.database_url, name=nodes.sessions_of(node))
    directory = Directory(policy_of(settings))
    notices = Notices.of(settings)
    engine = Engine(
        db,
        directory,
        notices=notices,
        zone=settings.zone,
        new_id=new_id,
        gather=settings.gather,
    )
    intake = Intake(engine, new_id)
    links = Links(lambda: secret_key(settings), settings.public_url)
    routes = Routes(
        notifiers if notifiers is not None else notifiers_of(settings),
        node=node,
        limits=parse_limits(settings.limits)[0],
    )
    delivery = Delivery(
        engine,
        routes,
        clock=clock,
        node=node,
        lang=settings.lang,
        signature=settings.signature,
        links=links,
        enclose=Enclosures(db, directory, settings).of,
        gather=bool(settings.gather),
    )
    exchange = (
        Exchange(Path(settings.exchange), intake, translator(settings.lang))
        if settings.exchange
        else None
    )
    agenda = Agenda(db)
    orphans.keep(agenda, settings.timezone)
    for later in Later:
        agenda.on(later, engine.cases.due)
    lookout = Lookout(
        db,
        canary=settings.canary,
        words=lambda: translator(settings.lang),
        signature=settings.signature,
        zone=settings.zone,
        wall=SystemClock().now,
        machine=socket.gethostname(),
    )
    handovers = Handovers(db, directory, notices)
    handovers.serve(agenda)
    drills = Drills(db, directory, notices, zone=settings.timezone)
    drills.serve(agenda)
    coverage = coverage_of(settings)
    office = coverage.rules.office
    texting = Texting(
        engine,
        intake,
        handovers,
        drills,
        Replies(directory, notices, zone=settings.zone, office=office),
        lang=settings.lang,
        signature=settings.signature,
        zone=settings.zone,
    )
    answers = Answers(engine, intake, texting, lang=settings.lang)
    puller = Puller(answers, routes, clock.now, intranet=settings.intranet == "yes")
    desk = Desk(engine)
    supervision = Supervision(db, directory, notices)
    due = Deadlines(desk, directory, notices)
    due.serve(agenda)
    supervision.serve(agenda, settings.timezone)
    PageWatch(settings.heartbeat_url).keep(agenda)
    calendars = Calendars(db, directory, settings.zone)
    calendars.keep(agenda, clock.now)
    NightlySheet(db, directory, coverage, settings).keep(agenda)
    GapWatch(db, directory, coverage, notices).keep(agenda)
    Lapses(directory, notices, zone=settings.zone, office=office).serve(agenda)
    Readiness(db, settings.public_url).keep(agenda)
    NumberWatch(directory, notices, zone=settings.zone, office=office).keep(agenda)

    def look(now: datetime) -> None:
        delivery.soon(puller.pull)
        lookout.look(now)

    return App(
        settings=settings,
        clock=clock,
        db=db,
        directory=directory,
        engine=engine,
        intake=intake,
        desk=desk,
        deadlines=due,
        acts=Acts(desk, intake),
        answers=answers,
        rooms=answers.rooms,
        supervision=supervision,
        outbound=Outbound(db, clock=clock, new_id=new_id, exchange=exchange, node=node),
        answering=Answering(engine, intake, links),
        delivery=delivery,
        agenda=agenda,
        handovers=handovers,
        drills=drills,
        links=links,
        verifying=Verifying(db, directory, notices, links.digits),
        notices=notices,
        calendars=calendars,
        coverage=coverage,
        timers=Timers(engine, agenda, clock=clock, node=node, sent=delivery.wake, look=look),
        lookout=lookout,
        puller=puller,
        node=node,
        new_id=new_id,
    )
