"""Somebody looks whether messages leave, and whoever watches the console is told what does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from notifiers.message import Channel, Outcome, OutcomeKind, ReceiptResult
from oncall.config import load
from oncall.core.model import Alarm
from oncall.store import budgets
from oncall.store.alarms import open_alarms
from tests.county import TOWN
from tests.stories.provider import Provider
from tests.world import World

CANARY = "13900000099"
DOWN = Outcome(kind=OutcomeKind.UNAVAILABLE, provider="phones", code="20500")


def stuck(world: World) -> bool:
    """Whether the desk is told, after another look."""
    world.app.lookout.look(world.now)
    with world.app.db.read() as tx:
        return any(one.alarm == Alarm.STUCK for one in open_alarms(tx))


@pytest.mark.parametrize(
    ("urgency", "seconds"), [("critical", 30), ("urgent", 60), ("routine", 300)]
)
def test_what_does_not_leave_is_an_alarm(furnished_url: str, urgency: str, seconds: int) -> None:
    """Each lane has its patience; the alarm is raised once, and closes when all has left."""
    provider = Provider()
    provider.broken = dict.fromkeys(Channel, DOWN)
    world = World(furnished_url, phones=provider)
    world.transfer(TOWN, urgency=urgency)
    world.advance(seconds=seconds)
    assert not stuck(world)
    world.advance(seconds=1)
    assert stuck(world)
    assert stuck(world)
    with world.app.db.read() as tx:
        assert [one.times for one in open_alarms(tx) if one.alarm == Alarm.STUCK] == [1]
    provider.broken.clear()
    world.advance(seconds=40)
    assert not stuck(world)
    world.close()


def test_all_quiet_is_no_alarm(world: World) -> None:
    """Messages that left, and a page that waits for its next step, alarm nobody."""
    world.transfer(TOWN)
    world.advance(4)
    assert not stuck(world)
    world.ignore()


def test_what_was_spent_long_ago_is_forgotten(world: World) -> None:
    """A budget nobody has spent from for days is whole again and needs no row."""
    with world.app.db.begin() as tx:
        budgets.locked(tx, ["twilio:sms"], world.now)
    world.app.lookout.look(world.now)
    later = world.now + timedelta(days=3)
    world.app.lookout.look(later)
    with world.app.db.begin() as tx:
        assert budgets.forget(tx, later + timedelta(days=3)) == 1, "only the turn that was taken"


def canaries(furnished_url: str) -> World:
    """A world that sends test messages to a phone of its own."""
    flags = {"database_url": furnished_url, "canary": CANARY}
    return World(furnished_url, load(flags, {}, cwd=Path("/nonexistent")))


def missing(world: World) -> bool:
    """Whether the desk is told that test messages do not arrive, after another look."""
    world.app.lookout.look(world.now)
    world.settle()
    with world.app.db.read() as tx:
        return any(one.alarm == Alarm.CANARY for one in open_alarms(tx))


def test_a_test_message_that_arrives_is_no_alarm(furnished_url: str) -> None:
    """Every ten minutes one text to our own phone; arrived, it says that the way is open."""
    world = canaries(furnished_url)
    assert not missing(world)
    world.expect((CANARY, "sms"))
    world.receipt(CANARY, "sms", ReceiptResult.DELIVERED)
    world.advance(9)
    assert not missing(world)
    world.expect()
    world.advance(1)
    assert not missing(world)
    world.expect((CANARY, "sms"))
    world.close()


def test_taken_is_not_arrived(furnished_url: str) -> None:
    """The provider said yes to all and nothing arrived: an alarm, until the next one arrives."""
    world = canaries(furnished_url)
    assert not missing(world)
    world.advance(3)
    assert not missing(world)
    world.advance(seconds=1)
    assert missing(world)
    world.advance(7)
    assert missing(world), "the next is on its way, and proves nothing yet"
    world.receipt(CANARY, "sms", ReceiptResult.DELIVERED)
    assert not missing(world)
    world.ignore()
    world.close()
