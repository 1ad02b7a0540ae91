"""Clause 21: orders drafted by the clock, issued by a person, numbered without a gap, answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from oncall.core.errors import Conflict, Forbidden, Invalid, NotFound
from oncall.core.model import Alarm, Colour
from oncall.core.oversight import Failing, OrderState, Oversight
from oncall.core.policies import default_book, dump
from oncall.intake import Actor
from oncall.store import alarms, directory, planned, supervisions
from oncall.store.log import of_transfer
from oncall.store.supervisions import Order
from oncall.supervision import TALLY
from tests.county import CHEN, CITY, HUANG, LIN, TOWN, WU, ZHANG, ZONE
from tests.world import DISPATCHER, World

SUPERVISOR = Actor(name="吴九", role="supervisor")
OF_THE_UNIT = Actor(name="张三", role="liaison", unit=CITY)


def wall(day: int, hour: int) -> datetime:
    """A moment of November 2026 by the county's clocks."""
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def orders(world: World) -> list[Order]:
    """All there are, the oldest first."""
    with world.app.db.read() as tx:
        return supervisions.listed(tx)[::-1]


def drafted(world: World) -> Order:
    """A yellow draft: an hour in which nobody answered something urgent; then somebody did."""
    sent = world.transfer()
    world.advance(60)
    world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER)
    world.app.desk.note(sent.code, "张三", "已到场", world.now, DISPATCHER)
    world.settle()
    world.ignore()
    return orders(world)[-1]


def unreplied(world: World) -> int:
    """How many orders the desk is shown as without a reply."""
    with world.app.db.read() as tx:
        return sum(one.alarm == Alarm.NO_REPLY for one in alarms.open_alarms(tx))


def test_clause_21_a_draft_waits_for_a_person(world: World) -> None:
    """The supervisor is told at once; the unit hears nothing, however long it takes."""
    sent = world.transfer()
    world.advance(59.9)
    assert orders(world) == []
    world.ignore()
    world.advance(0.1)
    [order] = orders(world)
    assert (order.state, order.colour, order.number) == (OrderState.DRAFT, Colour.YELLOW, None)
    world.expect((WU, "sms"), (WU, "voice"), (WU, "sms", "黄色", "县城建集团", sent.code, "督办单"))
    with pytest.raises(NotFound):
        world.app.supervision.find(str(order.id), OF_THE_UNIT)


def test_only_a_supervisor_issues(world: World) -> None:
    """Nobody else may, and nobody twice; issued, it has a number, a deadline, and is told."""
    order = drafted(world)
    issue = world.app.supervision.issue
    for actor in (DISPATCHER, OF_THE_UNIT, Actor(name="审计", role="auditor")):
        with pytest.raises((Forbidden, NotFound)):
            issue(str(order.id), "某人", world.now, actor)
    issued = issue(str(order.id), "吴九", world.now, SUPERVISOR, demand="今日内到场")
    world.settle()
    assert issued.number == "德督办〔2026〕1号"
    assert issued.due_at == wall(6, 18)
    expected = [(p, "sms", "德督办〔2026〕1号", "11-06 18:00") for p in (HUANG, LIN, CHEN, ZHANG)]
    world.expect(*expected)
    with pytest.raises(Conflict):
        issue(str(order.id), "吴九", world.now, SUPERVISOR)
    with world.app.db.read() as tx:
        events = [line.event for line in of_transfer(tx, order.transfer)]
    assert events.count("Supervised") == 1


def test_a_reply_in_time_is_read_and_closed(world: World) -> None:
    """The supervisor hears of the reply, the unit of the end; no alarm at the deadline."""
    number = world.app.supervision.issue(
        str(drafted(world).id), "吴九", world.now, SUPERVISOR
    ).number
    assert number is not None
    world.settle()
    world.ignore()
    with pytest.raises(Invalid):
        world.app.supervision.reply(number, "张三", "  ", world.now, OF_THE_UNIT)
    world.app.supervision.reply(number, "张三", "已处置，系漏看", world.now, OF_THE_UNIT)
    world.settle()
    world.expect((WU, "sms", number, "县城建集团"))
    closed = world.app.supervision.close(number, "吴九", world.now, SUPERVISOR)
    world.settle()
    assert (closed.state, closed.reply) == (OrderState.CLOSED, "已处置，系漏看")
    world.until(wall(9, 18))
    world.ignore()
    assert unreplied(world) == 0


def test_an_order_without_a_reply_alarms_at_its_deadline(world: World) -> None:
    """Not a second before; the late reply ends the alarm."""
    number = world.app.supervision.issue(
        str(drafted(world).id), "吴九", world.now, SUPERVISOR
    ).number
    assert number is not None
    world.until(wall(6, 17))
    assert unreplied(world) == 0
    world.ignore()
    world.until(wall(6, 18))
    assert unreplied(world) == 1
    assert number in world.last(WU).text
    world.app.supervision.reply(number, "张三", "补报", world.now, OF_THE_UNIT)
    assert unreplied(world) == 0
    another = world.app.supervision.issue(str(drafted(world).id), "吴九", world.now, SUPERVISOR)
    with pytest.raises(Invalid):
        world.app.supervision.close(another.number or "", "吴九", world.now, SUPERVISOR)
    world.settle()
    world.ignore()


def test_numbers_have_no_gaps_and_no_doubles(world: World) -> None:
    """Twelve issued at once by several people, some of them twice: 1 to 12, each once."""
    for _ in range(12):
        world.transfer()
    world.advance(60)
    ids = [str(order.id) for order in orders(world)]

    def issue(id: str) -> bool:
        try:
            world.app.supervision.issue(id, "吴九", world.now, SUPERVISOR)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as people:
        done = list(people.map(issue, [*ids, *ids]))
    assert done.count(True) == 12
    numbers = sorted(order.number or "" for order in orders(world))
    assert numbers == sorted(f"德督办〔2026〕{n}号" for n in range(1, 13))


def test_a_dropped_draft_is_no_order(world: World) -> None:
    """It says who and why, takes no number, and cannot be issued any more."""
    order = drafted(world)
    with pytest.raises(Invalid):
        world.app.supervision.drop(str(order.id), "吴九", "", world.now, SUPERVISOR)
    dropped = world.app.supervision.drop(str(order.id), "吴九", "系统演练", world.now, SUPERVISOR)
    assert (dropped.state, dropped.ended_why) == (OrderState.DROPPED, "系统演练")
    with pytest.raises(Conflict):
        world.app.supervision.issue(str(order.id), "吴九", world.now, SUPERVISOR)
    second = world.app.supervision.issue(str(drafted(world).id), "吴九", world.now, SUPERVISOR)
    assert second.number == "德督办〔2026〕1号"


def test_blue_goes_out_by_itself_only_where_the_county_says_so(world: World) -> None:
    """The next working morning's blue draft of a routine matter is an order at once; yellow not."""
    rules = Oversight(auto_blue=True, words={Colour.YELLOW: "橙色"})
    text = dump(replace(default_book(), oversight=rules))
    with world.app.db.begin() as tx:
        directory.put_policy(tx, name="x", body=text, by="admin", now=world.now)
    world.transfer(urgency="routine")
    world.until(wall(4, 8))
    assert orders(world) == []
    world.until(wall(5, 9))
    [blue] = orders(world)
    assert (blue.colour, blue.state, blue.issued_by) == (Colour.BLUE, OrderState.ISSUED, None)
    world.until(wall(6, 9))
    yellow = orders(world)[-1]
    assert (yellow.colour, yellow.state) == (Colour.YELLOW, OrderState.DRAFT)
    assert "橙色" in world.last(WU).text


def test_failing_again_and_again_earns_an_order(world: World) -> None:
    """Five answers too late within a month: next morning at nine, and not the morning after."""
    with world.app.db.begin() as tx:
        planned.book(tx, TALLY, TALLY, wall(4, 9))
    for _ in range(5):
        sent = world.transfer(TOWN)
        world.advance(16)
        world.app.desk.ack(sent.code, "赵六", world.now, DISPATCHER)
        world.app.desk.note(sent.code, "赵六", "已办", world.now, DISPATCHER)
    assert orders(world) == []
    world.until(wall(4, 8))
    assert orders(world) == []
    world.until(wall(4, 9))
    [order] = orders(world)
    assert (order.unit, order.colour, order.cause) == (TOWN, Colour.BLUE, Failing.LATE)
    assert len(order.matters) == 5
    world.until(wall(5, 10))
    assert [o for o in orders(world) if o.cause is Failing.LATE] == [order]
