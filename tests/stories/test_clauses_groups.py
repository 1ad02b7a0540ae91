"""Clause 17: units called together, and how many answers are enough."""

from __future__ import annotations

from datetime import timedelta

from oncall.core.transfers import Calls, TransferState
from oncall.verbs import VERBS
from tests.county import (
    CHEN,
    CITY,
    DESK_12345,
    GOV,
    HE,
    LI,
    POST,
    SUN,
    TOWN,
    WANG,
    ZHANG,
    ZHAO,
)
from tests.stories.lives import alarms, do, holders, now, story
from tests.world import DISPATCHER, World

TEN = timedelta(minutes=10)


def test_clause_17_all_are_called_at_once(world: World) -> None:
    """Every unit in the same instant, each with its own ladder; all of them must answer."""
    sent = world.transfer(CITY, TOWN, DESK_12345)
    world.expect((ZHANG, "sms"), (ZHAO, "sms"), (HE, "sms"))
    world.text(ZHANG, "1")
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.PAGED
    world.text(HE, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.ignore()


def test_clause_17_any_of_them_is_enough(world: World) -> None:
    """The first to answer leads; the others stand down, and no ladder of theirs climbs on."""
    sent = world.transfer(CITY, TOWN, needed=1)
    world.ignore()
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.ACKED
    assert holders(world, sent) == [(TOWN, "lead")]
    world.expect((ZHAO, "sms"), (ZHANG, "sms"))
    world.advance(30)
    assert not {LI, SUN} & {m.to[-11:] for m in world.phones.sent}
    world.ignore()


def test_units_are_called_wave_by_wave(world: World) -> None:
    """One unit now, the next after its ten minutes, no third once enough have answered."""
    sent = world.transfer(CITY, TOWN, DESK_12345, needed=1, calls=Calls(size=1, every=TEN))
    world.expect((ZHANG, "sms"))
    world.advance(5)
    world.expect((ZHANG, "voice"))
    world.advance(4.9)
    world.expect()
    world.advance(0.1)
    world.expect((ZHAO, "sms"), (LI, "sms"), (LI, "voice"))
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.expect((ZHAO, "sms"), (ZHANG, "sms", "已足够"), (LI, "sms", "已足够"))
    world.advance(60)
    assert HE not in {m.to[-11:] for m in world.phones.sent}
    assert holders(world, sent) == [(TOWN, "lead")]
    world.ignore()


def test_a_refusal_calls_the_next_unit_at_once(world: World) -> None:
    """The unit's own ladder climbs as well; nobody waits for the wave's ten minutes."""
    sent = world.transfer(CITY, TOWN, needed=1, calls=Calls(size=1, every=TEN))
    world.expect((ZHANG, "sms"))
    world.text(ZHANG, "2")
    world.expect((ZHANG, "sms"), (ZHAO, "sms"), (LI, "sms"), (LI, "voice"))
    told = [reason for event, reason in story(world, sent) if event == "UnitRefused"]
    assert told == ["wave_called"]
    world.text(LI, "1")
    world.expect((LI, "sms"), (ZHANG, "sms"), (ZHAO, "sms", "已足够"))


def test_a_unit_without_anybody_is_passed_at_once(world: World) -> None:
    """The first wave reaches nobody: the next one goes out in the same moment."""
    world.transfer(POST, TOWN, needed=1, calls=Calls(size=1, every=TEN))
    arrived = {m.to[-11:] for m in world.phones.sent}
    assert ZHAO in arrived
    world.ignore()


def test_a_need_nobody_meets_is_the_countys(world: World) -> None:
    """All of two, one answers: after the wave's time the desk is alarmed, the county paged."""
    sent = world.transfer(CITY, TOWN, calls=Calls(group="暴雨内涝", every=TEN))
    world.text(ZHAO, "1")
    world.advance(9.9)
    assert "short" not in alarms(world)
    world.ignore()
    world.advance(0.1)
    assert "short" in alarms(world)
    world.ignore()
    assert (GOV, "county") in holders(world, sent)
    world.text(LI, "1")
    assert now(world, sent).state is TransferState.ACKED
    assert "short" not in alarms(world)
    assert (GOV, "county") not in holders(world, sent)
    world.ignore()


def test_a_wave_outlives_the_node(world: World) -> None:
    """The node is down when the moment comes: the next wave goes out when it is back, once."""
    world.transfer(CITY, TOWN, DESK_12345, needed=2, calls=Calls(size=1, every=TEN))
    world.let_pass(25)
    world.ignore()
    world.settle()
    calls = [m.to[-11:] for m in world.phones.sent]
    assert calls.count(ZHAO) == 1
    assert HE not in calls
    world.advance(10)
    assert [m.to[-11:] for m in world.phones.sent].count(HE) == 1
    world.ignore()


def test_a_correction_reaches_whoever_was_told(world: World) -> None:
    """One word to each, those who need only know included; whoever came on duty since is no part
    of it."""
    sent = world.transfer(CITY, copy=(DESK_12345,))
    world.advance(10)
    world.ignore()
    world.roster(CITY, "primary", WANG, 8)
    world.ignore()
    do(world, sent, "correct", text="地点为人民路")
    told = {m.to[-11:] for m in world.expect(
        (ZHANG, "sms", "更正"), (LI, "sms", "更正"), (WANG, "sms", "更正"), (HE, "sms", "更正")
    )}  # fmt: skip
    assert CHEN not in told


def test_a_withdrawal_reaches_whoever_was_told(world: World) -> None:
    """Whoever was paged, and whoever only needed to know; nobody twice."""
    sent = world.transfer(CITY, TOWN, needed=1, copy=(DESK_12345,))
    world.text(ZHAO, "1")
    world.ignore()
    world.app.desk.cancel(sent.code, "110席", world.now, DISPATCHER, why="误报")
    world.settle()
    world.expect((ZHAO, "sms", "撤"), (ZHANG, "sms", "撤"), (HE, "sms", "撤"))


def test_a_word_that_has_not_left_gives_way_to_the_next(world: World) -> None:
    """Withdrawn before anything was sent: nobody hears of a matter, or of its correction."""
    sent = world.transfer(CITY, settle=False)
    for text in ("城东", "城西"):
        world.app.acts.do(
            sent.code, VERBS["correct"], {"text": text}, by="110席", now=world.now, actor=DISPATCHER
        )
        world.clock.set(world.now + timedelta(milliseconds=5))
    world.app.desk.cancel(sent.code, "110席", world.now, DISPATCHER, why="误报")
    world.settle()
    world.expect()
