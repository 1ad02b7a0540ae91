"""Copies for a chat group: once a step, within the robot's limits, and never in a page's way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from notifiers.message import Capabilities, Channel, Limit, Message, Outcome, OutcomeKind
from notifiers.testing import Phones
from oncall.courtesy import Courtesy
from oncall.packing import Parcel
from oncall.routes import Routes
from oncall.store import outbox
from oncall.tables import outbox as outbox_table
from tests.county import ZHANG
from tests.world import World


class Robot(Phones):
    """A robot in one group, which may misbehave."""

    name = "robot"
    channels = frozenset({Channel.CHAT})

    def __init__(self, per_minute: int = 20) -> None:
        rate = (Limit(count=per_minute, span=timedelta(minutes=1)),)
        super().__init__({Channel.CHAT: Capabilities(links=True, rate=rate)})
        self.raises = False

    async def send(self, message: Message) -> Outcome:
        """Take it, refuse it as scripted, or fail."""
        if self.raises:
            raise RuntimeError("a robot's own fault")
        return await super().send(message)

    def read(self) -> list[str]:
        """What stands in the group."""
        return [one.text for one in self.sent]


def with_robot(world: World, robot: Robot) -> Robot:
    """The world with a robot in the group of the desk."""
    routes = world.app.delivery.routes
    routes.notifiers = {
        Channel.SMS: (world.phones,),
        Channel.VOICE: (world.phones,),
        Channel.CHAT: (robot,),
    }
    return robot


def test_each_step_is_copied_once(world: World) -> None:
    """Who was paged and what it said; calls, answers and notices make no copy."""
    robot = with_robot(world, Robot())
    sent = world.transfer()
    [copy] = robot.read()
    assert copy.startswith("【抄送，请勿在此回复】已发")
    assert sent.code in copy
    assert robot.sent[0].mention == ZHANG
    assert ZHANG not in copy
    world.advance(5)
    assert len(robot.read()) == 1
    world.advance(5)
    assert len(robot.read()) == 2
    world.text(ZHANG, "1")
    world.settle()
    assert len(robot.read()) == 2


def test_two_nodes_make_one_copy(world: World) -> None:
    """Both send messages of one step in the same moment: one of them copies it, whichever."""
    world.transfer()
    with world.app.db.read() as tx:
        row = outbox.select_rows(tx, outbox_table.c.channel == "sms")[0]
    robot, parcel = Robot(), Parcel(rows=(row,), text="二", late=False)
    nodes = [
        Courtesy(
            world.app.db,
            Routes({Channel.CHAT: (robot,)}, node=node, limits={}),
            lambda: world.now,
            lang="zh_CN",
        )
        for node in "ab"
    ]

    async def both() -> None:
        await asyncio.gather(*(node.copy(parcel) for node in nodes for _ in range(2)))

    asyncio.run(both())
    assert len(robot.read()) == 1


@pytest.mark.parametrize("how", ["raises", "refuses"])
def test_a_robot_that_fails_changes_no_page(world: World, how: str) -> None:
    """The person is paged, and the page goes its way."""
    robot = with_robot(world, Robot())
    robot.raises = how == "raises"
    robot.script("", OutcomeKind.MISCONFIGURED)
    world.transfer()
    world.expect((ZHANG, "sms"))
    world.advance(5)
    world.expect((ZHANG, "voice"))
    assert robot.read() == []


def test_beyond_its_limit_copies_are_dropped(world: World) -> None:
    """Two a minute: the third is dropped, and a minute later there is room again."""
    robot = with_robot(world, Robot(per_minute=2))
    for _ in range(3):
        world.transfer()
    assert len(robot.read()) == 2
    world.advance(2)
    world.transfer()
    assert len(robot.read()) == 3


def test_without_a_robot_nothing_is_copied(world: World) -> None:
    """A county without a group notices nothing."""
    world.transfer()
    world.expect((ZHANG, "sms"))
