"""Nobody answers: each urgency climbs by its own clock, to its very end."""

from __future__ import annotations

from datetime import datetime, timedelta

from oncall.core.model import Alarm
from oncall.store import alarms
from tests.county import CHEN, HUANG, LI, LIN, START, WANG, WU, ZHANG, ZHENG, ZONE
from tests.world import DISPATCHER, World


def both(number: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """A text and a call to one phone."""
    return (number, "sms"), (number, "voice")


def open_alarms(world: World) -> list[str]:
    """What the desk is shown, the oldest first."""
    with world.app.db.read() as tx:
        return [one.alarm for one in reversed(alarms.open_alarms(tx))]


def test_urgent_to_the_very_end(world: World) -> None:
    """The whole urgent ladder, each level at its minute, and then an alarm every quarter hour."""
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code))
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect((ZHANG, "voice"))
    minute = 5.0
    drafts = {60: [(WU, "sms", "黄色督办单")], 120: [(WU, "sms", "红色督办单")]}
    for at, number in ((10, LI), (15, CHEN), (25, LIN), (40, HUANG), (60, WU), (120, ZHENG)):
        world.advance(at - minute - 0.01)
        world.expect()
        world.advance(0.01)
        world.expect(*both(number), *drafts.get(at, []))
        minute = at
    assert open_alarms(world) == []
    world.advance(14.99)
    world.expect()
    for _ in range(3):
        world.advance(0.01)
        world.expect(*both(WU), *both(ZHENG))
        assert open_alarms(world) == [Alarm.EXHAUSTED]
        world.advance(14.99)
        world.expect()
    world.text(ZHENG, "1")
    world.expect(
        (ZHENG, "sms", sent.code),
        *((n, "sms", "郑十") for n in (ZHANG, LI, CHEN, LIN, HUANG, WU)),
    )
    assert open_alarms(world) == []
    world.advance(30)
    world.expect()


def test_critical_climbs_in_minutes(world: World) -> None:
    """Critical texts and calls everybody on the way, and is exhausted after an hour."""
    world.transfer(urgency="critical")
    world.expect(*both(ZHANG))
    minute = 0.0
    for at, number in ((3, LI), (5, CHEN), (8, LIN), (12, HUANG), (15, WU), (60, ZHENG)):
        world.advance(at - minute - 0.01)
        world.expect()
        world.advance(0.01)
        world.expect(*both(number))
        minute = at
    world.advance(5)
    world.expect(*both(WU), *both(ZHENG))
    assert open_alarms(world) == [Alarm.EXHAUSTED]


def test_routine_lets_the_night_sleep(world: World) -> None:
    """At night a routine matter only texts liaison and deputy; the others wait for eight."""
    world.until(START + timedelta(hours=9))
    assert world.now.astimezone(ZONE).hour == 23
    world.transfer(urgency="routine")
    world.expect((ZHANG, "sms"))
    world.advance(15)
    world.expect((ZHANG, "sms"))
    world.advance(15)
    world.expect((LI, "sms"))
    world.until(datetime(2026, 11, 4, 7, 59, 59, tzinfo=ZONE))
    world.expect()
    world.advance(seconds=1)
    world.expect((WANG, "sms", "接班"), (CHEN, "sms"), (LIN, "sms"), (HUANG, "sms"))
    world.text(CHEN, "签收")
    world.expect((CHEN, "sms"), *((n, "sms", "陈建国") for n in (ZHANG, LI, WANG, LIN, HUANG)))
    world.advance(60)
    world.expect()


def test_nothing_done_after_the_ack(world: World) -> None:
    """Taken, and then nothing: owner and deputy are reminded, then the leader and the desk."""
    sent = world.transfer()
    world.text(ZHANG, "1")
    world.ignore()
    world.advance(59.99)
    world.expect()
    world.advance(0.01)
    world.expect((ZHANG, "sms"), (LI, "sms"))
    world.advance(60)
    world.expect((CHEN, "sms"))
    assert open_alarms(world) == [Alarm.NO_FIRST_ACTION]
    world.app.desk.note(sent.id, "张三", "已派人到场", world.now, DISPATCHER)
    world.settle()
    assert open_alarms(world) == []
    world.advance(600)
    world.expect()
