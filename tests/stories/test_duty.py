"""Rosters that change, are empty, or name people without a phone: never silence."""

from __future__ import annotations

from datetime import datetime

from oncall.core.model import Alarm
from oncall.store import directory
from oncall.store.alarms import open_alarms
from oncall.store.directory import Person
from tests.county import (
    CHEN,
    CITY,
    HUANG,
    LI,
    LIN,
    POST,
    WANG,
    WU,
    ZHANG,
    ZHENG,
    ZHOU,
    ZONE,
    person_id,
)
from tests.world import World


def alarms(world: World) -> list[tuple[str, int, str | None]]:
    """What the desk is shown: alarm, level and whom it is about."""
    with world.app.db.read() as tx:
        return sorted((one.alarm, one.level, one.who or "") for one in open_alarms(tx))


def test_a_handover_in_the_middle(world: World) -> None:
    """At eight the next shift is paged for what nobody took; the night's answer is still good."""
    world.until(datetime(2026, 11, 4, 7, 57, tzinfo=ZONE))
    sent = world.transfer()
    world.expect((ZHANG, "sms"))
    world.advance(2.99)
    world.expect()
    world.advance(0.01)
    (text,) = world.expect((WANG, "sms"))
    assert "接班" in text.text
    world.advance(2)
    world.expect((WANG, "voice"))
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))
    world.text(ZHANG, "1")
    world.expect((ZHANG, "sms", sent.code), (WANG, "sms", "张三"), (LI, "sms", "张三"))


def test_a_roster_mended_while_it_rings(world: World) -> None:
    """Somebody put on duty now is paged now, not at the next handover."""
    world.transfer()
    world.ignore()
    world.advance(2)
    world.roster(CITY, "primary", ZHOU, 4)
    world.expect((ZHOU, "sms", "接班"))
    world.advance(8)
    world.ignore()


def test_a_unit_nobody_serves(world: World) -> None:
    """No roster, no people: alarms at once, and the matter goes straight to supervision."""
    world.transfer(POST)
    world.expect((WU, "sms"), (WU, "voice"), (WU, "sms", "督办单"))
    assert [a for a, _, _ in alarms(world)].count(Alarm.NO_TARGET) == 5
    assert {who for a, _, who in alarms(world) if a == Alarm.GAP} == {"primary", "deputy", "leader"}
    world.advance(120)
    world.expect((ZHENG, "sms"), (ZHENG, "voice"), (WU, "sms", "督办单"))
    world.advance(15)
    world.expect((WU, "sms"), (WU, "voice"), (ZHENG, "sms"), (ZHENG, "voice"))
    assert Alarm.EXHAUSTED in {a for a, _, _ in alarms(world)}


def test_a_person_without_a_number(world: World) -> None:
    """Who has no working number is passed over at once, and the desk is told whose card to mend."""
    with world.app.db.begin() as tx:
        directory.put_people(tx, [Person(id=person_id(ZHANG), unit=CITY, name="张三", mobile=None)])
    world.transfer()
    world.expect((LI, "sms"), (LI, "voice"))
    assert alarms(world) == [(Alarm.UNREACHABLE, 1, "张三")]
    world.advance(14.9)
    world.expect()
    world.advance(0.1)
    world.expect((CHEN, "sms"), (CHEN, "voice"))


def test_a_number_taken_away_while_it_waits(world: World) -> None:
    """A number deleted after the first text: the desk is told, and the ladder keeps its pace."""
    world.transfer()
    world.expect((ZHANG, "sms"))
    with world.app.db.begin() as tx:
        directory.put_people(tx, [Person(id=person_id(ZHANG), unit=CITY, name="张三", mobile=None)])
    world.advance(5)
    world.expect()
    assert alarms(world) == [(Alarm.UNREACHABLE, 1, "张三")]
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))


def test_an_outage_of_forty_minutes(world: World) -> None:
    """Down from minute two to forty-two: each overdue level once, in order, and marked late."""
    sent = world.transfer()
    world.expect((ZHANG, "sms"))
    world.advance(2)
    world.let_pass(40)
    world.settle()
    late = world.expect(
        (ZHANG, "voice"),
        *((n, c) for n in (LI, CHEN, LIN, HUANG) for c in ("sms", "voice")),
    )
    assert ["迟发" in one.text for one in late if one.channel == "sms"] == [True] * 4
    assert [one.text.count(sent.code) for one in late if one.channel == "sms"] == [1] * 4
    world.advance(17)
    world.expect()
    world.advance(1)
    world.expect((WU, "sms"), (WU, "voice"), (WU, "sms", "督办单"))


def test_an_outage_with_many_matters(world: World) -> None:
    """Three matters overdue for the same people: one text and one call each, of all three."""
    sent = [world.transfer(summary=str(n)) for n in range(3)]
    world.ignore()
    world.advance(2)
    world.let_pass(20)
    world.settle()
    found = world.expect(
        *((n, "voice", "3件") for n in (ZHANG, LI, CHEN)),
        (LI, "sms", "3件"),
        (CHEN, "sms", "3件"),
    )
    text = found[-1].text
    assert all(one.code[-4:] in text for one in sent)
    assert "迟发" in text
    world.text(CHEN, "全部签收")
    world.expect(
        *((CHEN, "sms", one.code) for one in sent),
        *((n, "sms", one.code) for n in (ZHANG, LI) for one in sent),
    )
