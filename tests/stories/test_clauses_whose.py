"""Clauses 8, 9 and 10: whose matter is it? Nobody waits while that is argued about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oncall.core.errors import Conflict
from oncall.core.policies import default_book, dump
from oncall.core.transfers import TransferState
from oncall.store.directory import put_policy
from tests.county import CHEN, CITY, DESK_110, LI, QIAN, SUN, TOWN, ZHANG, ZHAO
from tests.stories.lives import alarms, do, due, holders, now, story
from tests.world import World


def test_clause_08_a_talk_rings_everybody_at_once(world: World) -> None:
    """Candidates and 110 are called by telephone in the same instant; the deadline counts."""
    sent = world.transfer()
    do(world, sent, "dispute", candidates=[TOWN], why="职责交叉")
    world.ignore()
    do(world, sent, "talk")
    world.expect(
        (ZHANG, "sms"), (ZHANG, "voice", "三方沟通"), (ZHAO, "sms"), (ZHAO, "voice"),
        (QIAN, "sms"), (QIAN, "voice"),
    )  # fmt: skip
    world.press(ZHAO, "1")
    world.press(QIAN, "1")
    world.ignore()
    world.advance(4.99)
    assert "not_joined" not in alarms(world)
    world.advance(0.01)
    assert "not_joined" in alarms(world)
    talk = now(world, sent).life.talk
    assert talk is not None
    assert {(one.unit, one.name) for one in talk.joined} == {(TOWN, "赵六"), (DESK_110, "钱一")}
    do(world, sent, "talked", outcome="属地先处置", owner=TOWN)
    talked = now(world, sent).life.talk
    assert talked is not None
    assert talked.outcome == "属地先处置"
    assert (TOWN, "lead") in holders(world, sent)
    assert alarms(world) == []
    world.ignore()


def test_clauses_08_and_09_the_county_sets_its_own_times(world: World) -> None:
    """The policy file says how long is argued and how long one may take to join; a dispute that
    was open before keeps its deadline."""
    first = world.transfer()
    do(world, first, "dispute", candidates=[TOWN])
    opened = world.now
    text = dump(default_book()).replace('urgent = "15m"', 'urgent = "40m"')
    text = text.replace('join = "5m"', 'join = "9m"')
    with world.app.db.begin() as tx:
        put_policy(tx, name="x", body=text, by="admin", now=world.now)
    second = world.transfer()
    do(world, second, "dispute", candidates=[TOWN])
    do(world, second, "talk")
    world.ignore()
    life = now(world, second).life
    assert life.dispute is not None
    assert life.talk is not None
    assert life.dispute.deadline - opened == timedelta(minutes=40)
    assert life.talk.join_by - opened == timedelta(minutes=9)
    world.advance(15)
    assert now(world, first).state is TransferState.FIRST_RECEIVER
    assert now(world, second).state is TransferState.DISPUTED
    world.advance(25)
    assert now(world, second).state is TransferState.FIRST_RECEIVER
    world.ignore()


def test_clause_09_the_ladder_climbs_while_it_is_argued(world: World) -> None:
    """A dispute stops no page: the deputy is called at his minute; agreement needs the unit and
    110."""
    sent = world.transfer()
    before = due(world, sent)
    world.advance(4)
    do(world, sent, "dispute", candidates=[TOWN])
    world.ignore()
    world.advance(1)
    world.expect((ZHANG, "voice"))
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))
    do(world, sent, "propose", unit=DESK_110, owner=TOWN)
    assert now(world, sent).state is TransferState.DISPUTED
    do(world, sent, "propose", unit=TOWN, owner=TOWN, by="赵六")
    assert now(world, sent).state is TransferState.PAGED
    assert holders(world, sent) == [(TOWN, "lead")]
    (page, *_) = world.expect(
        (ZHAO, "sms", sent.code), (ZHANG, "sms"), (LI, "sms"), (ZHANG, "sms"),
    )  # fmt: skip
    assert "回复1" in page.text
    after = now(world, sent)
    assert (after.received_at, after.transferred_at) == (sent.received_at, sent.transferred_at)
    assert due(world, sent) == before
    world.advance(20)
    world.ignore()
    assert CHEN not in {m.to[-11:] for m in world.phones.sent}


def test_clause_10_the_first_to_hear_of_it_goes_ahead(world: World) -> None:
    """At the deadline, not before it, the first receiver has it, flagged, and must keep it."""
    sent = world.transfer(first_receiver=TOWN)
    do(world, sent, "dispute", candidates=[DESK_110])
    world.ignore()
    world.advance(14.99)
    assert now(world, sent).state is TransferState.DISPUTED
    world.ignore()
    world.advance(0.01)
    after = now(world, sent)
    assert after.state is TransferState.FIRST_RECEIVER
    assert after.life.fallback
    assert holders(world, sent) == [(TOWN, "lead")]
    world.ignore()
    with pytest.raises(Conflict):
        do(world, sent, "return", unit=TOWN, why="不属本镇")
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.ACKED
    do(world, sent, "allow-return", why="情况特殊")
    do(world, sent, "return", unit=TOWN, why="不属本镇", suggestion=CITY)
    # It has been in two hands: a third is not tried.
    assert now(world, sent).state is TransferState.DISPUTED
    world.ignore()


def test_a_routine_dispute_has_longer(world: World) -> None:
    """Half an hour for what is not urgent."""
    sent = world.transfer(urgency="routine", first_receiver=CITY)
    do(world, sent, "dispute", candidates=[TOWN])
    world.advance(29.99)
    assert now(world, sent).state is TransferState.DISPUTED
    world.advance(0.02)
    assert now(world, sent).state is TransferState.FIRST_RECEIVER
    world.ignore()


def test_a_return_is_upheld_or_not(world: World) -> None:
    """The unit gives its reason; the desk decides; no clock is set back; a third hand is none."""
    sent = world.transfer()
    world.advance(1)
    do(world, sent, "return", unit=CITY, why="属镇里", suggestion=TOWN)
    assert now(world, sent).state is TransferState.RETURNED
    assert alarms(world) == ["returned"]
    world.ignore()
    world.advance(4)
    world.expect((ZHANG, "voice"))
    do(world, sent, "deny", why="属城建")
    assert now(world, sent).state is TransferState.PAGED
    world.expect((ZHANG, "sms", "继续办理"))
    do(world, sent, "return", unit=CITY, why="确实不属", suggestion=TOWN)
    world.ignore()
    do(world, sent, "uphold")
    world.expect((ZHAO, "sms", "回复1"), (ZHANG, "sms"))
    after = now(world, sent)
    assert (after.received_at, after.transferred_at) == (sent.received_at, sent.transferred_at)
    assert alarms(world) == []
    do(world, sent, "return", unit=TOWN, why="也不属我镇")
    assert story(world, sent)[-1] == ("Returned", "third_hop")
    assert now(world, sent).state is TransferState.DISPUTED
    world.ignore()
    world.advance(9)
    assert SUN not in {m.to[-11:] for m in world.phones.sent}
    world.ignore()
