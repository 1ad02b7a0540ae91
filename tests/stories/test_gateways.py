"""A gateway for files, with a county behind it: what it writes back moves pages and mends cards.

The real notifier and the emulated other side share nothing but a folder; only the clock is the
test's. What a gateway for HTTP tells is the same (`tests/web/test_pushes.py`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from notifiers.emulation import Received
from notifiers.manners import Manner
from notifiers.message import Channel
from notifiers.phone import e164, national
from notifiers.spool.emulator import SpoolEmulator
from notifiers.spool.notifier import Spool
from oncall.core import model
from oncall.core.cards import Flag
from oncall.store import contacts
from tests.county import CHEN, ZHANG, person_id
from tests.stories.test_contact_cards import SECOND, give
from tests.world import World

#: What a receipt means has nothing to do with where pages are kept.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass(slots=True)
class Ferry:
    """The world, the folder, and whoever carries files from it to phones and back."""

    world: World
    emulator: SpoolEmulator
    seen: int = 0
    told: list[Received] = field(default_factory=list)

    def come(self) -> None:
        """Fetch what there is, tell of it as each number behaves, and let the service read it."""
        self.world.settle()
        self.emulator.sweep()
        for one in self.emulator.received[len(self.told) :]:
            self.emulator.report(one)
            self.told.append(one)
        # It looks into the folder every ten seconds.
        self.world.advance(seconds=10)

        async def look() -> None:
            self.world.app.delivery.soon(self.world.app.puller.pull)
            await self.world.app.delivery.once()

        asyncio.run(look())
        self.world.settle()
        self.emulator.sweep()

    def arrived(self) -> list[tuple[str, str]]:
        """Who got what since the last look: (number, channel)."""
        news = self.emulator.received[self.seen :]
        self.seen += len(news)
        return [(national(one.to), str(one.channel)) for one in news]

    def flag(self, number: str) -> Flag | None:
        """What is marked on Zhang's card of this number for texts."""
        with self.world.app.db.read() as tx:
            marked = contacts.flags(tx).get(person_id(ZHANG), {})
        return marked.get((number, model.Channel.SMS))


@pytest.fixture
def ferry(world: World, tmp_path: Path) -> Ferry:
    """Everything goes through one folder; Zhang has two phones."""
    world.app.delivery.routes.notifiers = dict.fromkeys(
        (Channel.SMS, Channel.VOICE), (Spool(tmp_path),)
    )
    give(world, "张三", ZHANG, SECOND)
    return Ferry(world, SpoolEmulator(tmp_path))


@pytest.mark.parametrize(
    ("manner", "flag"), [(Manner.DEAD, Flag.DEAD), (Manner.REFUSES, Flag.OPTED_OUT)]
)
def test_a_gateway_says_that_a_number_is_no_good(ferry: Ferry, manner: Manner, flag: Flag) -> None:
    """The next number has the text at once, the card is marked, and the unit hears of it once."""
    ferry.world.app.agenda.start(ferry.world.now)
    ferry.emulator.behave(e164(ZHANG), manner)
    ferry.world.transfer()
    ferry.come()
    assert ferry.arrived() == [(ZHANG, "sms"), (SECOND, "sms")]
    assert ferry.flag(ZHANG) is flag
    ferry.emulator.reply(e164(SECOND), "1")
    ferry.come()
    ferry.arrived()
    ferry.world.transfer(category="供电")
    ferry.come()
    assert ferry.arrived() == [(SECOND, "sms")]
    ferry.emulator.reply(e164(SECOND), "1")
    for _ in range(2):
        ferry.come()
        ferry.world.advance(15)
    ferry.come()
    told = [one for one in ferry.emulator.received if "通讯卡待更正" in one.text]
    assert [national(one.to) for one in told] == [CHEN]


def test_a_gateway_says_that_a_handset_is_off(ferry: Ferry) -> None:
    """The other phone at once, the first once more after two minutes; nothing is marked."""
    ferry.emulator.behave(e164(ZHANG), Manner.AWAY)
    ferry.world.transfer()
    ferry.come()
    assert ferry.arrived() == [(ZHANG, "sms"), (SECOND, "sms")]
    ferry.world.advance(2)
    ferry.emulator.sweep()
    assert (ZHANG, "sms") in ferry.arrived()
    assert ferry.flag(ZHANG) is None


@pytest.mark.parametrize(
    "manner", [Manner.TWICE, Manner.UNORDERED, Manner.UNREADABLE, Manner.SILENT]
)
def test_whatever_a_gateway_tells_of_a_text_an_answer_counts(ferry: Ferry, manner: Manner) -> None:
    """Told twice, in no order, unreadably or not at all: nobody else is asked, and a 1 takes it."""
    ferry.emulator.behave(e164(ZHANG), manner)
    sent = ferry.world.transfer()
    for _ in range(3):
        ferry.come()
    assert ferry.arrived() == [(ZHANG, "sms")]
    ferry.emulator.reply(e164(ZHANG), "1")
    ferry.come()
    assert ferry.arrived() == [(ZHANG, "sms")]
    assert sent.code in ferry.emulator.received[-1].text
    ferry.world.advance(30)
    ferry.emulator.sweep()
    assert [one for one in ferry.arrived() if one[1] == "voice"] == []
