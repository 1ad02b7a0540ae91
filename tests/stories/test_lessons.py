"""What went wrong elsewhere, told as it goes here: one story for each lesson."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from notifiers.message import Channel, Outcome, OutcomeKind, ReceiptResult
from oncall import overrides
from oncall.admin import group_calls
from oncall.calendars import Wanted
from oncall.config import load
from oncall.core.errors import Conflict
from oncall.core.model import Alarm, State
from oncall.core.watchdog import Seen, Silence, silent
from oncall.store import directory, nodes, outbox
from oncall.store.alarms import open_alarms
from oncall.store.directory import Person
from oncall.store.groups import UnitGroup
from oncall.tables import appointments
from oncall.tables import outbox as outbox_table
from tests.county import CHEN, CITY, HE, HUANG, LI, LIN, POST, TOWN, WU, ZHANG, ZHAO, ZHENG
from tests.stories.provider import Provider
from tests.world import DISPATCHER, World


def alarmed(world: World) -> set[str]:
    """What the desk is shown."""
    with world.app.db.read() as tx:
        return {one.alarm for one in open_alarms(tx)}


def test_taken_and_dropped(furnished_url: str) -> None:
    """Yes and an id for everything while nothing is delivered: a test message finds it out."""
    flags = {"database_url": furnished_url, "canary": "13900000099", "gather_seconds": "0"}
    world = World(furnished_url, load(flags, {}, cwd=Path("/nonexistent")))
    world.app.lookout.look(world.now)
    world.settle()
    world.expect(("13900000099", "sms"))
    world.advance(4)
    world.app.lookout.look(world.now)
    assert Alarm.CANARY in alarmed(world)
    world.close()


def test_delivered_is_not_answered(world: World) -> None:
    """Receipts say delivered and nobody saw it: the phone rings, and the ladder goes on."""
    world.transfer()
    world.expect((ZHANG, "sms"))
    world.receipt(ZHANG, "sms", ReceiptResult.DELIVERED)
    world.advance(5)
    world.expect((ZHANG, "voice"))
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))


def test_what_a_dead_process_held(world: World) -> None:
    """A process died while it sent: its lease is over, another sends, and says it may repeat."""
    world.transfer(settle=False)
    world.app.engine.run_due(world.now)
    with world.app.db.begin() as tx:
        (held,) = outbox.claim(tx, "gone", "sms", world.now, 10)
    assert held.address == ZHANG
    world.settle()
    world.expect()
    with world.app.db.begin() as tx:
        assert nodes.take_over(tx, "b") == 1
    world.settle()
    (text,) = world.expect((ZHANG, "sms"))
    assert "可能重复" in text.text


def test_no_storm_of_retries(furnished_url: str) -> None:
    """Every answer is lost in a time-out: a handful of repeats, ever further apart."""
    provider = Provider()
    provider.broken = {Channel.SMS: Outcome(kind=OutcomeKind.UNKNOWN, provider="phones")}
    world = World(furnished_url, phones=provider)
    world.transfer(TOWN)
    world.advance(9)
    assert sum(one.channel is Channel.SMS for one, _ in provider.refused) <= 5
    world.ignore()
    world.close()


def test_two_hours_down(world: World) -> None:
    """Back after nearly two hours: each level once, marked late, and nothing as if it were new."""
    world.transfer()
    world.expect((ZHANG, "sms"))
    world.let_pass(115)
    world.settle()
    news = world.expect(
        (ZHANG, "voice"),
        (WU, "sms", "督办单草稿"),
        *((who, how) for who in (LI, CHEN, LIN, HUANG, WU) for how in ("sms", "voice")),
    )
    assert all("迟发" in one.text for one in news if "草稿" not in one.text)
    world.advance(4)
    world.expect()
    world.ignore()


def test_work_beside_paging_that_fails(world: World) -> None:
    """A report that breaks again and again is put off and alarmed, and holds up no page."""

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    world.app.agenda.on("report", breaks)
    with world.app.db.begin() as tx:
        values = {"key": "r", "kind": "report", "at": world.now, "payload": "{}", "tries": 0}
        tx.conn.execute(insert(appointments).values(**values))
    sent = world.transfer(TOWN)
    world.expect((ZHAO, "sms", sent.code))
    world.advance(4)
    assert Alarm.NOT_DONE in alarmed(world)
    world.expect()


def test_a_slow_reader(world: World) -> None:
    """Somebody's long look at everything is under way: a page is taken and sent meanwhile."""
    with world.app.db.read() as tx:
        looking = tx.conn.execute(select(outbox_table))
        sent = world.transfer(TOWN)
        world.expect((ZHAO, "sms", sent.code))
        assert looking.all() == []


def test_one_broken_row(world: World) -> None:
    """A message that cannot be worded is reported, and the others go out."""
    world.transfer(settle=False)
    with world.app.db.begin() as tx:
        tx.conn.execute(update(outbox_table).values(facts="{"))
    world.transfer(TOWN)
    arrived = {one.to[-11:] for one in world.phones.sent}
    assert ZHAO in arrived
    assert Alarm.SILENT in alarmed(world)
    world.ignore()


def test_a_post_that_nobody_holds(world: World) -> None:
    """A unit without people pages neither nobody nor everybody: supervision and an alarm."""
    world.transfer(POST)
    world.ignore()
    reached = {one.to[-11:] for one in world.phones.sent}
    assert reached <= {WU, ZHENG, HE}
    assert alarmed(world) & {Alarm.GAP, Alarm.NO_TARGET, Alarm.EXHAUSTED}


def test_after_the_last_step(world: World) -> None:
    """Everybody was tried: the page alarms again and again until a human takes it."""
    sent = world.transfer()
    world.advance(hours=4)
    assert Alarm.EXHAUSTED in alarmed(world)
    before = len(world.phones.sent)
    world.advance(hours=2)
    assert len(world.phones.sent) > before
    world.app.desk.ack(sent.code, "李四", world.now, DISPATCHER, unit=CITY, on_behalf_of="李四")
    world.settle()
    assert Alarm.EXHAUSTED not in alarmed(world)
    world.ignore()


def test_a_page_without_any_message(world: World) -> None:
    """The first message was lost before it was made: whoever looks at pages sees it missing."""
    page = Seen(
        page="p",
        state=State.WAITING,
        wake_at=world.now + timedelta(hours=1),
        opened_at=world.now,
        attempts=0,
    )
    (found,) = silent([page], world.now + timedelta(minutes=2), timedelta(minutes=1))
    assert found.silence is Silence.NO_ATTEMPT


def test_the_first_answer_counts(world: World) -> None:
    """Two take it: the first has it, and the second is told who."""
    world.transfer()
    world.advance(10)
    world.ignore()
    world.text(LI, "1")
    world.expect((LI, "sms"), (ZHANG, "sms", "李四"))
    world.text(ZHANG, "1")
    world.expect((ZHANG, "sms", "李四"))


@pytest.mark.parametrize("drill", [True, False])
def test_a_drill_looks_like_one(world: World, *, drill: bool) -> None:
    """A drill says so in its first words, and what is real never does."""
    world.transfer(TOWN, drill=drill)
    (text,) = world.expect((ZHAO, "sms"))
    assert ("演练" in text.text) is drill


def test_a_large_audience_is_counted_first(world: World) -> None:
    """More units than the policy's mark are called only by whoever typed how many they are."""
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
    mark = snapshot.book.life.count_above
    large = UnitGroup(name="暴雨内涝", units=tuple(f"U{n}" for n in range(mark + 1)))
    small = UnitGroup(name="值守", units=(CITY, TOWN))
    group_calls.counted(small, 2, snapshot, None)
    group_calls.counted(large, mark + 1, snapshot, mark + 1)
    for typed in (None, mark):
        with pytest.raises(Conflict):
            group_calls.counted(large, mark + 1, snapshot, typed)


CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//keeper//EN\r
BEGIN:VEVENT\r
UID:1@keeper.example\r
DTSTAMP:20261101T000000Z\r
DTSTART:20261101T000000Z\r
DTEND:20261130T000000Z\r
SUMMARY:郑值班\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_calendar_that_cannot_be_fetched(world: World) -> None:
    """Whom it named last is still paged; hours later the desk is told, until it can be read."""
    number = "13900000098"
    with world.app.db.begin() as tx:
        person = Person(id="p98", unit=POST, name="郑值班", mobile=number)
        directory.put_people(tx, [person])
    calendars = world.app.calendars
    with keeper(CALENDAR.encode()) as (url, broken):
        wanted = Wanted(unit=POST, role="primary", name="邮政", url=url, mapping={})
        kept = calendars.add(wanted, world.now, "值班长").calendar.id
        for answer in (b"", b"<html>please log in</html>", None):
            broken.append(answer)
            world.advance(hours=2)
            assert calendars.refresh(kept, world.clock.now).failed
            world.ignore()
            sent = world.transfer(POST)
            world.expect((number, "sms", sent.code))
            world.text(number, f"1 {sent.code}")
            world.expect((number, "sms", sent.code))
        assert Alarm.STALE in alarmed(world)
        broken.append(CALENDAR.encode())
        assert not calendars.refresh(kept, world.clock.now).failed
    assert Alarm.STALE not in alarmed(world)


def test_one_broken_row_of_a_calendar(world: World) -> None:
    """An event nobody can read is named with its place, and the other one pages."""
    with world.app.db.begin() as tx:
        number = "13900000098"
        person = Person(id="p98", unit=POST, name="郑值班", mobile=number)
        directory.put_people(tx, [person])
    head, _, rest = CALENDAR.partition("BEGIN:VEVENT")
    broken = (
        f"{head}BEGIN:VEVENT\r\nUID:2@x\r\nDTSTART:yesterday\r\nEND:VEVENT\r\nBEGIN:VEVENT{rest}"
    )
    wanted = Wanted(unit=POST, role="primary", name="邮政", data=broken.encode(), mapping={})
    done = world.app.calendars.add(wanted, world.now, "值班长")
    assert not done.failed
    assert len(done.problems) == 1
    world.transfer(POST)
    world.expect((number, "sms"))


@pytest.mark.parametrize("kind", ["remove", "vacant"])
def test_an_override_that_leaves_nobody(world: World, kind: str) -> None:
    """Nobody serves any more: not nobody is paged and not everybody, but the next who can be."""
    with world.app.db.begin() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        wanted = overrides.Wanted(
            unit=CITY,
            kind=kind,
            person="张三" if kind == "remove" else None,
            start=world.now,
            end=world.now + timedelta(hours=2),
            why="外出",
        )
        zone = world.app.settings.zone
        overrides.add(tx, snapshot, wanted, world.now, "值班长", zone)
    world.transfer()
    world.expect((LI, "sms"), (LI, "voice"))
    assert Alarm.GAP in alarmed(world)


@contextmanager
def keeper(body: bytes) -> Iterator[tuple[str, list[bytes | None]]]:
    """Somebody's calendar server, and what it says next: the last of a list, None for HTTP 500."""
    said: list[bytes | None] = [body]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = said[-1]
            self.send_response(200 if answer is not None else 500)
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/duty.ics", said
        finally:
            server.shutdown()
            thread.join()
