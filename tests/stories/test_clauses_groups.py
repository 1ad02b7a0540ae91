"""Clause 17: units called together, and how many answers are enough."""

from __future__ import annotations

import pytest

from oncall.admin.groups import called
from oncall.core.errors import Conflict, NotFound
from oncall.core.transfers import TransferState
from oncall.store.groups import UnitGroup
from tests.county import CITY, DESK_12345, HE, LI, SUN, TOWN, ZHANG, ZHAO
from tests.stories.lives import do, holders, now
from tests.world import World


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


def test_a_correction_reaches_whoever_was_told(world: World) -> None:
    """One word to every unit, those who need only know included."""
    sent = world.transfer(CITY, copy=(DESK_12345,))
    world.ignore()
    do(world, sent, "correct", text="地点为人民路")
    world.expect((ZHANG, "sms", "更正"), (HE, "sms", "更正"))


def test_a_large_audience_is_counted(world: World) -> None:
    """More than ten units are called only by somebody who typed how many they are."""
    many = {"暴雨内涝": UnitGroup(name="暴雨内涝", units=tuple(f"U-{n}" for n in range(11)))}
    for count in (None, 10):
        with pytest.raises(Conflict):
            called(many, "暴雨内涝", count)
    assert len(called(many, "暴雨内涝", 11).units) == 11
    with pytest.raises(NotFound):
        called(many, "防火", None)
