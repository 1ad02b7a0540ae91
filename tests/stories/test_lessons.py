"""What went wrong elsewhere, told as it goes here: one story for each lesson."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from notifiers.message import Channel, Outcome, OutcomeKind, ReceiptResult
from oncall.config import load
from oncall.core.model import Alarm, State
from oncall.core.watchdog import Seen, Silence, silent
from oncall.store import nodes, outbox
from oncall.store.alarms import open_alarms
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
        assert nodes.take_over(tx) == 1
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
