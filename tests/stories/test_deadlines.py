"""Clause 16: a matter is finished within its time, or everybody concerned hears why not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from oncall.core.errors import Conflict, Forbidden, Invalid
from oncall.core.model import Alarm
from oncall.intake import Actor
from oncall.store import alarms, deadlines, holidays
from oncall.store.holidays import Holiday
from oncall.store.log import of_transfer
from tests.county import CHEN, CITY, WANG, WU, ZHANG, ZONE
from tests.world import DISPATCHER, World

SUPERVISOR = Actor(name="督办", role="supervisor")


def wall(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 by the county's clocks."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def owned(world: World, **more: object) -> str:
    """A matter that Zhang has taken; its printed number."""
    sent = world.transfer(**more)  # type: ignore[arg-type]
    world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER)
    world.settle()
    world.app.desk.note(sent.code, "张三", "已到现场", world.now, DISPATCHER)
    world.settle()
    world.ignore()
    return sent.code


def due(world: World, code: str) -> datetime:
    """By when it must be finished."""
    return world.app.deadlines.of(code, DISPATCHER)[1].due_at


def overdue_alarms(world: World) -> int:
    """How many matters the desk is shown as past their time."""
    with world.app.db.read() as tx:
        return sum(one.alarm == Alarm.OVERDUE for one in alarms.open_alarms(tx))


def events(world: World, code: str) -> list[str]:
    """What the log says happened beside the ladder."""
    found = world.app.desk.find(code, DISPATCHER)
    with world.app.db.read() as tx:
        return [line.event for line in of_transfer(tx, found.id) if line.page is None]


def test_clause_16_reminders_go_to_whoever_has_it_or_is_on_duty(world: World) -> None:
    """At half of the time, at four fifths with the leader, at the end with an alarm; not before."""
    code = owned(world)
    # Handed over on Tuesday at 14:00: two working days make Thursday, 18:00; 17 office hours.
    assert due(world, code) == wall(5, 18)
    world.until(wall(4, 12) - timedelta(seconds=1))
    world.expect()
    # Half of 17 h is 8.5 h: 3 on Tuesday, 4 on Wednesday morning, then from 14:30 on.
    world.until(wall(4, 16) - timedelta(seconds=1))
    world.expect()
    world.until(wall(4, 16))
    # Wang took over at eight; Zhang still has the matter.
    world.expect((ZHANG, "sms", code, "50%"), (WANG, "sms", code, "50%"))
    world.until(wall(5, 17, 59))
    # Zhang serves again on Thursday, so nobody else of the unit but the leader is told.
    world.expect((ZHANG, "sms", code, "80%"), (CHEN, "sms", code, "80%"))
    assert overdue_alarms(world) == 0
    world.until(wall(5, 18))
    world.expect((ZHANG, "sms", code, "11-05 18:00"), (CHEN, "sms", code))
    assert overdue_alarms(world) == 1
    world.advance(hours=48)
    world.expect()


def test_a_matter_that_ended_is_not_reminded_of(world: World) -> None:
    """Withdrawn in time: silence, and nothing is planned any more."""
    code = owned(world)
    world.app.desk.cancel(code, "席位", world.now, DISPATCHER)
    world.settle()
    world.ignore()
    world.advance(hours=96)
    world.expect()
    assert overdue_alarms(world) == 0
    with pytest.raises(Conflict):
        due(world, code)


def test_ending_late_closes_the_alarm(world: World) -> None:
    """What is finished is not shown as open."""
    code = owned(world)
    world.until(wall(5, 18))
    assert overdue_alarms(world) == 1
    world.app.desk.cancel(code, "席位", world.now, DISPATCHER)
    assert overdue_alarms(world) == 0


def test_clause_25_the_clock_starts_when_the_call_came_in(world: World) -> None:
    """A matter that lay about for a day has a day less."""
    code = owned(world, received_at=wall(2, 16))
    assert due(world, code) == wall(4, 18)


def test_more_time_counts_only_once_it_is_granted(world: World) -> None:
    """The supervisor on duty is asked, the unit is told, the reminders move along."""
    code = owned(world)
    app = world.app
    world.until(wall(4, 17))
    world.ignore()
    app.deadlines.ask(code, "张三", wall(9, 18), "等配件", world.now, DISPATCHER)
    world.settle()
    world.expect((WU, "sms", code, "11-09 18:00"))
    assert due(world, code) == wall(5, 18)
    with pytest.raises(Conflict, match="extension_undecided"):
        app.deadlines.ask(code, "张三", wall(10, 18), "还要等", world.now, DISPATCHER)
    mine = Actor(name="张三", role="liaison", unit=CITY)
    with pytest.raises(Forbidden):
        app.deadlines.decide(code, "张三", world.now, mine, grant=True)
    app.deadlines.decide(code, "吴九", world.now, SUPERVISOR, grant=True)
    world.settle()
    world.expect((ZHANG, "sms", code, "11-09 18:00"), (WANG, "sms", code, "11-09 18:00"))
    assert due(world, code) == wall(9, 18)
    world.until(wall(5, 19))
    # The half of the longer time had passed when it was granted: nobody hears of it again.
    world.ignore()
    assert overdue_alarms(world) == 0
    world.until(wall(9, 18) - timedelta(seconds=1))
    world.expect((ZHANG, "sms", "80%"), (CHEN, "sms", "80%"))
    assert overdue_alarms(world) == 0
    world.until(wall(9, 18))
    world.expect((ZHANG, "sms", "11-09 18:00"), (CHEN, "sms", "11-09 18:00"))
    assert overdue_alarms(world) == 1
    assert [e for e in events(world, code) if e.startswith("Ext")] == [
        "ExtensionAsked",
        "ExtensionGranted",
    ]


def test_more_time_refused_changes_nothing(world: World) -> None:
    """The deadline stands, and one may ask again."""
    code = owned(world)
    ask = world.app.deadlines.ask
    ask(code, "张三", wall(9, 18), "等配件", world.now, DISPATCHER)
    world.app.deadlines.decide(code, "吴九", world.now, SUPERVISOR, grant=False, why="抓紧")
    assert due(world, code) == wall(5, 18)
    ask(code, "张三", wall(6, 18), "等配件", world.now, DISPATCHER)
    with pytest.raises(Invalid):
        ask(code, "张三", wall(5, 18), "", world.now, DISPATCHER)


def test_a_new_holiday_moves_what_is_running(world: World) -> None:
    """Thursday became a day off: Friday it is, and the log says why; a date by hand stays."""
    code, other = owned(world), owned(world)
    world.app.deadlines.ask(other, "张三", wall(6, 12), "等配件", world.now, DISPATCHER)
    world.app.deadlines.decide(other, "吴九", world.now, SUPERVISOR, grant=True)
    with world.app.db.begin() as tx:
        holidays.put(tx, [Holiday(day=date(2026, 11, 5), off=True, name="县庆")])
    world.settle()
    assert due(world, code) == wall(6, 18)
    assert due(world, other) == wall(6, 12)
    assert "DueMoved" in events(world, code)
    assert "DueMoved" not in events(world, other)
    world.until(wall(5, 20))
    assert overdue_alarms(world) == 0


def test_a_drill_says_that_it_is_one(world: World) -> None:
    """Nobody runs because a practice is due."""
    code = owned(world, drill=True)
    world.until(wall(4, 16))
    assert world.last(ZHANG).text.count("【演练】") == 1
    assert code in world.last(ZHANG).text


def test_the_list_shows_the_nearest_first(world: World) -> None:
    """With the wish that waits; what is past its time can be asked for alone."""
    late = owned(world, received_at=wall(2, 9))
    near = owned(world)
    far = owned(world, urgency="routine")
    world.until(wall(4, 19))
    with world.app.db.read() as tx:
        found = deadlines.listed(tx, unit=CITY)
        assert [one.code for one in found] == [late, near, far]
        assert [one.code for one in deadlines.listed(tx, overdue_at=world.now)] == [late]
