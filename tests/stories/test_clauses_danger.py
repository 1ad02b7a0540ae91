"""Clauses 2, 11, 13, 15 and 31: danger waits for nobody, and nobody is forgotten for it."""

from __future__ import annotations

import pytest

from oncall.core.errors import Conflict
from oncall.core.transfers import TransferState
from tests.county import CITY, DESK_110, QIAN, TOWN, WU, ZHANG, ZHAO
from tests.stories.lives import alarms, do, holders, links, now
from tests.world import World


def test_clause_11_danger_is_heard_in_a_dispute(world: World) -> None:
    """The police desk is called at once, while whose it is stays open."""
    sent = world.transfer()
    do(world, sent, "dispute", candidates=[TOWN])
    world.ignore()
    do(world, sent, "danger", by="张三", unit=CITY, why="有人持刀")
    world.expect((QIAN, "sms", "特急"), (QIAN, "voice"))
    after = now(world, sent)
    assert (after.state, after.danger) == (TransferState.DISPUTED, True)


def test_clause_15_110_gets_a_transfer_of_its_own(world: World) -> None:
    """Text and place are inherited, the first one stays open, and a second call changes nothing."""
    sent = world.transfer(area=TOWN, caller={"name": "某甲", "phone": "13900000077"})
    world.text(ZHANG, "1")
    world.ignore()
    assert world.app.intake.call_police(sent.code, "张三", world.now)
    world.settle()
    world.expect((QIAN, "sms"), (QIAN, "voice"))
    (linked,) = links(world, sent)
    assert (linked.summary, linked.area, linked.urgency) == (sent.summary, TOWN, "critical")
    assert holders(world, linked) == [(DESK_110, "lead")]
    assert now(world, sent).state is TransferState.ACKED
    assert not world.app.intake.call_police(sent.code, "李四", world.now)
    world.text(QIAN, "1")
    do(world, linked, "result", text="已处置")
    do(world, linked, "feedback", to="origin")
    do(world, linked, "close")
    world.ignore()
    # Danger that comes back is danger again.
    assert world.app.intake.call_police(sent.code, "李四", world.now)
    world.settle()
    world.expect((QIAN, "sms"), (QIAN, "voice"))


def test_clause_13_the_units_wait_for_the_police(world: World) -> None:
    """110 is paged at once, the units only when it is on its way; the desk is alarmed meanwhile."""
    sent = world.transfer(CITY, TOWN, origin="12345", police_first=True)
    world.expect((QIAN, "sms"), (QIAN, "voice"))
    assert now(world, sent).state is TransferState.NEW
    assert alarms(world) == ["held"]
    world.text(QIAN, "1")
    world.ignore()
    world.advance(10)
    world.ignore()
    assert ZHANG not in {m.to[-11:] for m in world.phones.sent}
    do(world, sent, "dispatched", by="钱一")
    world.expect((ZHANG, "sms"), (ZHAO, "sms"))
    assert now(world, sent).state is TransferState.PAGED
    assert alarms(world) == []
    world.text(ZHANG, "1")
    assert now(world, sent).state is TransferState.PAGED
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.ignore()


def test_clause_13_somebody_may_decide_not_to_wait(world: World) -> None:
    """An override has a reason, and only where somebody waits."""
    sent = world.transfer(origin="12345", police_first=True)
    world.ignore()
    do(world, sent, "force", why="路远，先到先办")
    world.expect((ZHANG, "sms"))
    with pytest.raises(Conflict):
        do(world, sent, "force", why="再来")


def test_clause_31_the_county_hears_of_what_is_major(world: World) -> None:
    """The county's duty office is paged beside the ladder, which goes on as it was."""
    sent = world.transfer()
    world.roster("GOV-OFFICE", "primary", WU, 10)
    world.ignore()
    do(world, sent, "major", by="张三", why="大面积停水")
    world.expect((WU, "sms", "重大"), (WU, "voice"))
    assert now(world, sent).major
    world.text(WU, "1")
    world.ignore()
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect((ZHANG, "voice"))
    assert now(world, sent).state is TransferState.PAGED
