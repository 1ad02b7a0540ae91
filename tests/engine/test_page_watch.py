"""A page that went silent is shown to the desk, and the heartbeat beats only when all is well."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import delete, update

from oncall.core.model import Alarm
from oncall.page_watch import KIND, PageWatch
from oncall.store import alarms, nodes, planned
from oncall.tables import outbox, pages
from tests.world import DISPATCHER, World


@dataclass
class Switch:
    """A dead man's switch: counts what it hears."""

    url: str = ""
    beats: int = 0


@pytest.fixture
def switch() -> Iterator[Switch]:
    """A watcher outside."""
    heard = Switch()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.beats += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.url = f"http://127.0.0.1:{server.server_port}/ping"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()


def look(world: World, watch: PageWatch, *, progress: bool = True) -> None:
    """One look, as the agenda does it."""
    with world.app.db.begin() as tx:
        nodes.beat(tx, "test", world.now if progress else None)
        planned.book(tx, "look", KIND, world.now)
        found = planned.take(tx, "look", world.now)
        assert found is not None
        after = watch.look(tx, found, world.now)
    if after is not None:
        after()


def silent(world: World) -> int:
    """How many pages the desk is shown as silent."""
    with world.app.db.read() as tx:
        return sum(one.alarm == Alarm.SILENT for one in alarms.open_alarms(tx))


def test_a_page_with_nothing_planned_is_shown(world: World, switch: Switch) -> None:
    """Its next moment was lost: two minutes later the desk is told, the switch hears nothing."""
    watch = PageWatch(switch.url)
    world.transfer()
    look(world, watch)
    assert (silent(world), switch.beats) == (0, 1)
    with world.app.db.begin() as tx:
        tx.conn.execute(update(pages).values(wake_at=None))
    world.let_pass(1.9)
    look(world, watch)
    assert silent(world) == 0
    world.let_pass(0.2)
    look(world, watch)
    assert (silent(world), switch.beats) == (1, 2)


def test_a_page_without_any_message_is_shown(world: World, switch: Switch) -> None:
    """The watchdog looks at what was sent, not at who says so."""
    watch = PageWatch(switch.url)
    world.transfer()
    with world.app.db.begin() as tx:
        tx.conn.execute(delete(outbox))
    world.let_pass(3)
    look(world, watch)
    assert (silent(world), switch.beats) == (1, 0)


def test_an_engine_that_stands_still_stops_the_heart(world: World, switch: Switch) -> None:
    """Somebody outside rings when this one cannot."""
    watch = PageWatch(switch.url)
    look(world, watch, progress=False)
    assert switch.beats == 0
    look(world, watch)
    assert switch.beats == 1


def test_messages_that_do_not_leave_stop_the_heart(world: World, switch: Switch) -> None:
    """No page is silent yet and the engine goes on, but nothing leaves: that is not all well."""
    watch = PageWatch(switch.url)
    world.transfer(settle=False)
    world.let_pass(1.5)
    world.app.lookout.look(world.now)
    look(world, watch)
    assert (silent(world), switch.beats) == (0, 0)
    world.settle()
    world.app.lookout.look(world.now)
    look(world, watch)
    assert (silent(world), switch.beats) == (0, 1)


def test_what_goes_as_it_should_is_left_alone(world: World, switch: Switch) -> None:
    """Climbing, owned, worked on: no alarm, whatever the hour; without an address no call."""
    watch = PageWatch("")
    sent = world.transfer()
    world.advance(30)
    look(world, watch)
    world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER)
    world.advance(hours=5)
    look(world, watch)
    assert (silent(world), switch.beats) == (0, 0)


def test_an_unanswered_heartbeat_disturbs_nobody(world: World) -> None:
    """Nobody listens there: a line in the log, and the next look is as good."""
    watch = PageWatch("http://127.0.0.1:9/nobody")
    look(world, watch)
    look(world, watch)
