"""Clauses 1 and 26: the kind of a matter chooses ladder and deadline; straight to the line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace as changed

from oncall.core.model import Urgency
from oncall.core.policies import default_book, dump
from oncall.core.transfers import LifeTerms, TransferState
from oncall.store import directory
from oncall.store.directory import Unit
from tests.county import CHEN, CITY, DESK_12345, HE, LI, ZHANG, ZHAO, ZONE
from tests.stories.lives import do, due, holders, now
from tests.world import World

TEAM = "SOE-CITYBUILD-T1"


@pytest.mark.parametrize(
    ("kind", "by"), [("咨询", 4), ("投诉", 10), ("建议", 10), ("求助", 10), (None, 10)]
)
def test_clause_01_the_kind_chooses_the_deadline(world: World, kind: str | None, by: int) -> None:
    """A question is answered on the next working day, whatever else within five."""
    sent = world.transfer(urgency="routine", category=kind, origin="12345")
    assert due(world, sent) == datetime(2026, 11, by, 18, tzinfo=ZONE)


def test_clause_01_the_kind_chooses_the_ladder(world: World) -> None:
    """The county answers complaints faster: their deputy is called when that ladder says, and the
    other kinds keep the general one."""
    book = default_book()
    general = book.choose(None, Urgency.ROUTINE)
    first, again, deputy, leader, *rest = general.steps
    steps = (
        first,
        changed(again, after=timedelta(minutes=3)),
        changed(deputy, after=timedelta(minutes=5)),
        changed(leader, after=timedelta(minutes=7)),
        *rest,
    )
    faster = changed(general, name="complaints", steps=steps)
    written(world, policies={**book.policies, ("投诉", Urgency.ROUTINE): faster})
    for kind in ("咨询", "建议", "求助"):
        world.transfer(urgency="routine", category=kind, origin="12345")
    complaint = world.transfer(urgency="routine", category="投诉", origin="12345")
    world.expect(*[(ZHANG, "sms")] * 4)
    world.advance(4.99)
    world.expect((ZHANG, "sms", complaint.code))
    world.advance(0.01)
    world.expect((LI, "sms", complaint.code))
    world.advance(2)
    world.expect((CHEN, "sms", complaint.code))
    world.advance(7.99)
    world.expect()


def written(world: World, **what: Any) -> None:
    """The county's policy file says so."""
    with world.app.db.begin() as tx:
        body = dump(replace(default_book(), **what))
        directory.put_policy(tx, name="x", body=body, by="admin", now=world.now)


def team(world: World) -> None:
    """The unit has a team of its own, with somebody who is always there."""
    with world.app.db.begin() as tx:
        directory.put_units(tx, [Unit(code=TEAM, name_zh="县城建抢修班", kind="team", parent=CITY)])
        found = next(p for p in directory.all_people(tx) if p.mobile == ZHAO)
        directory.put_people(tx, [replace(found, unit=TEAM, post="liaison")])


def test_clause_26_straight_to_the_line(world: World) -> None:
    """A team of a unit is paged itself; its unit's people are told by themselves, and owe no
    answer."""
    team(world)
    sent = world.transfer(TEAM)
    page, copy = world.expect((ZHAO, "sms", sent.code), (ZHANG, "sms", sent.code))
    assert "回复1" in page.text
    assert "回复1" not in copy.text
    assert holders(world, sent) == [(TEAM, "lead"), (CITY, "copy")]
    world.advance(5)
    world.expect((ZHAO, "voice"))
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.ignore()
    world.advance(30)
    world.expect()


@pytest.mark.parametrize("first", [ZHAO, ZHANG])
def test_clause_26_either_may_answer(world: World, first: str) -> None:
    """Where one answer of the two is asked for, the team's or its unit's will do."""
    team(world)
    sent = world.transfer(TEAM, CITY, needed=1)
    world.expect((ZHAO, "sms", sent.code), (ZHANG, "sms", sent.code))
    world.text(first, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.ignore()
    world.advance(30)
    world.expect()


@pytest.mark.parametrize(("first", "owner"), [(ZHAO, TEAM), (ZHANG, CITY)])
def test_clause_26_the_policy_says_that_either_may(world: World, first: str, owner: str) -> None:
    """Then the unit is paged beside its team; the other of the two stands down at once, while the
    whole waits for the third."""
    team(world)
    written(world, life=LifeTerms(either_may_ack=True))
    sent = world.transfer(TEAM, DESK_12345)
    world.expect((ZHAO, "sms", "回复1"), (ZHANG, "sms", "回复1"), (HE, "sms", "回复1"))
    world.text(first, "1")
    assert now(world, sent).state is TransferState.PAGED
    assert holders(world, sent) == [(owner, "lead"), (DESK_12345, "assist")]
    other = ZHANG if first == ZHAO else ZHAO
    world.expect((first, "sms"), (other, "sms"))
    world.text(HE, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.ignore()
    world.advance(30)
    world.expect()


def test_clause_26_the_county_may_leave_the_copy_out(world: World) -> None:
    """Told off in the policy file, only the team hears of it; a matter handed on tells it again."""
    team(world)
    written(world, life=LifeTerms(copy_parent=False))
    sent = world.transfer(TEAM)
    world.expect((ZHAO, "sms", sent.code))
    written(world, life=LifeTerms())
    other = world.transfer(DESK_12345)
    do(world, other, "return", unit=DESK_12345, why="属抢修班", suggestion=TEAM)
    world.ignore()
    do(world, other, "uphold")
    world.expect((ZHAO, "sms", "回复1"), (ZHANG, "sms", "抄送"), (HE, "sms"))
    assert sorted(holders(world, other)) == [(CITY, "copy"), (TEAM, "lead")]
