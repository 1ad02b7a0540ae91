"""The sending half at work: what hangs delays nothing else, what breaks on the way is found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from sqlalchemy import func, select, update

from notifiers.message import (
    Channel,
    Message,
    Outcome,
    OutcomeKind,
    Receipt,
    ReceiptResult,
)
from notifiers.phone import e164
from notifiers.testing import Phones
from oncall.core.errors import Unreachable
from oncall.delivery import PLACES
from oncall.packing import Parcel, pack
from oncall.routes import Paid
from oncall.sending import Sender
from oncall.store import outbox as queue
from oncall.store.database import Database, Tx
from oncall.store.outbox import give_back
from oncall.tables import outbox
from tests import patience
from tests.county import CITY, LI, ZHANG, ZHAO
from tests.patience import PATIENCE, until
from tests.world import DISPATCHER as DESK
from tests.world import World


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """The node at work, on the world's clock that stands still."""
    work = asyncio.create_task(world.app.run())
    try:
        yield
    finally:
        await world.app.stop()
        await asyncio.wait_for(work, PATIENCE)


def play(world: World, story: Callable[[], Awaitable[None]]) -> None:
    """Tell a story while the node works."""

    async def told() -> None:
        async with running(world):
            await story()

    patience.play(told())


def states(world: World) -> dict[str, int]:
    """How many messages are in which state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    with world.app.db.read() as tx:
        return {row[0]: row[1] for row in tx.conn.execute(query)}


def calls(world: World) -> list[Message]:
    """The calls that reached a phone."""
    return [one for one in world.phones.sent if one.channel is Channel.VOICE]


def test_a_hanging_number_delays_nobody(world: World) -> None:
    """A send that never ends holds its own place only."""

    async def story() -> None:
        world.phones.hold(e164(ZHANG))
        world.transfer(settle=False)
        world.transfer("TWN-100", settle=False)
        await until(lambda: [one.to for one in world.phones.sent] == [e164(ZHAO)])
        world.phones.release(e164(ZHANG))
        await until(lambda: len(world.phones.sent) == 2)

    play(world, story)
    assert states(world) == {"accepted": 2}


def test_places_kept_for_the_gravest(world: World) -> None:
    """With every place taken by messages that hang, a critical text still goes out at once."""
    world.phones.hold(e164(ZHANG))
    for n in range(PLACES + 20):
        world.transfer(urgency="routine", summary=str(n), settle=False)

    async def story() -> None:
        await until(lambda: states(world).get("sending") == PLACES)
        world.transfer("TWN-100", urgency="critical", settle=False)
        await until(lambda: len(world.phones.sent) == 2)
        assert {one.to for one in world.phones.sent} == {e164(ZHAO)}
        world.phones.release(e164(ZHANG))
        await until(lambda: states(world).get("accepted") == PLACES + 22)

    play(world, story)


class Broken(Phones):
    """Breaks its promise not to raise: on sending a text, or on hanging up the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.stops = 0

    async def send(self, message: Message) -> Outcome:
        """A text is too much for it."""
        if message.channel is Channel.SMS:
            raise ZeroDivisionError
        return await super().send(message)

    async def stop(self, provider_id: str, channel: Channel) -> bool:
        """The second time it works."""
        self.stops += 1
        if self.stops == 1:
            raise ZeroDivisionError
        return await super().stop(provider_id, channel)


def test_a_notifier_with_a_bug(furnished_url: str) -> None:
    """A text that makes a notifier raise becomes a call; a hang-up that raises is tried again."""
    phones = Broken()
    world = World(furnished_url, phones=phones)

    async def story() -> None:
        sent = world.transfer(settle=False)
        await until(lambda: len(calls(world)) == 1)
        await asyncio.to_thread(
            world.app.desk.ack, sent.code, "李四", world.now, DESK, unit=CITY, on_behalf_of="李四"
        )
        await until(lambda: phones.stopped == ["phone-1"])

    play(world, story)
    world.close()


class Stumbling(Sender):
    """Breaks on every text before a provider is asked."""

    def __init__(self, whole: Sender) -> None:
        self.whole = whole

    async def send(
        self, channel: Channel, parcel: Parcel, paid: Paid | None, *, claimed: float
    ) -> Outcome:
        """Calls go their way."""
        if channel is Channel.SMS:
            raise ZeroDivisionError
        return await self.whole.send(channel, parcel, paid, claimed=claimed)


def test_what_breaks_before_a_provider_is_asked(world: World) -> None:
    """A text that breaks on its way to a provider is in doubt, and the person is called instead."""
    world.app.delivery.sender = Stumbling(world.app.delivery.sender)

    async def story() -> None:
        world.transfer(settle=False)
        await until(lambda: len(calls(world)) == 1)

    play(world, story)
    assert states(world) == {"unknown": 1, "accepted": 1}


class Second(Phones):
    """The provider that is asked when the first does not take a message."""

    name = "second"


@pytest.mark.parametrize("answered", [True, False])
def test_a_slow_refusal_goes_to_the_second_provider_while_nobody_answers(
    world: World, answered: bool
) -> None:
    """Whoever was reached by telephone meanwhile gets no text from it; else it is sent."""
    delivery, second = world.app.delivery, Second()
    delivery.routes.notifiers = {Channel.SMS: (world.phones, second)}
    world.phones.script(e164(ZHANG), OutcomeKind.UNAVAILABLE)
    sent = world.transfer(settle=False)
    long_ago = time.monotonic() - 1
    with world.app.db.begin() as tx:
        rows = queue.claim(tx, delivery.node, Channel.SMS, world.now, 1)
    [parcel], _ = pack(rows, world.now, "zh_CN", "德化县政府办", digits=delivery.links.digits)
    if answered:
        desk = world.app.desk
        desk.ack(sent.code, "张三", world.now, DESK, unit=CITY, on_behalf_of="张三")
    send = delivery.sender.send(Channel.SMS, parcel, None, claimed=long_ago)
    outcome = patience.play(send)
    assert [one.to for one in second.sent] == [e164(ZHANG)] * (not answered)
    assert (outcome.provider == "second") is not answered


class Hasty(Phones):
    """Its receipts come before its answers: every text has failed for good by then."""

    world: World

    async def send(self, message: Message) -> Outcome:
        """Say yes after the receipt has said no."""
        outcome = await super().send(message)
        if message.channel is Channel.SMS:
            failed = Receipt(
                key=message.key, provider_id=outcome.provider_id or "", status="failed", rank=60,
                result=ReceiptResult.FAILED, code="30005", permanent=True,
            )  # fmt: skip
            self.world.app.answers.receipt(failed, self.world.now)
        return outcome


def test_a_text_for_two_pages_that_failed_before_it_was_recorded(furnished_url: str) -> None:
    """Both pages hear of it at once, though the receipt knew of the first one only."""
    phones = Hasty()
    world = phones.world = World(furnished_url, phones=phones)
    for n in range(2):
        world.transfer(summary=str(n), settle=False)
    with world.app.db.begin() as tx:
        tx.conn.execute(update(outbox).values(late=True))
    world.settle()
    assert (
        len([one for one in phones.sent if one.channel is Channel.SMS and one.to == e164(ZHANG)])
        == 1
    )
    query = select(outbox.c.page).where(outbox.c.channel == "voice", outbox.c.address == ZHANG)
    with world.app.db.read() as tx:
        assert len(set(tx.conn.execute(query).scalars())) == 2
    world.close()


class Unlucky(Database):
    """Loses the answer to its next commits, or the commits themselves."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.answers, self.commits = 0, 0

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A transaction whose end may go wrong."""
        with super().begin() as tx:
            yield tx
            if self.commits > 0:
                self.commits -= 1
                raise Unreachable("database_unreachable")
        if self.answers > 0:
            self.answers -= 1
            raise Unreachable("database_unreachable")


def test_a_claim_that_broke_on_the_way(world: World) -> None:
    """Claimed in the database, but we never heard: sent all the same, marked as perhaps twice."""
    unlucky = Unlucky(world.url)
    world.app.delivery.db = unlucky
    unlucky.answers = 1
    world.transfer(settle=False)

    async def story() -> None:
        await until(lambda: states(world) == {"accepted": 1})

    play(world, story)
    unlucky.close()
    (text,) = world.phones.sent
    assert "可能重复" in text.text


def test_an_outcome_that_could_not_be_written(world: World) -> None:
    """The database goes away between send and record: written when it is back, and sent once."""
    unlucky = Unlucky(world.url)

    async def story() -> None:
        world.phones.hold(e164(ZHANG))
        world.transfer(settle=False)
        await until(lambda: states(world) == {"sending": 1})
        world.app.delivery.db = unlucky
        unlucky.commits = 1
        world.phones.release(e164(ZHANG))
        await until(lambda: states(world) == {"accepted": 1})

    play(world, story)
    unlucky.close()
    assert len(world.phones.sent) == 1


def test_taken_for_lost_while_it_is_being_sent(world: World) -> None:
    """A node that stood still for a while sends what was taken from it again, to its end."""

    async def story() -> None:
        world.phones.hold(e164(ZHANG))
        world.transfer(settle=False)
        await until(lambda: states(world) == {"sending": 1})
        with world.app.db.begin() as tx:
            assert give_back(tx, outbox.c.node == world.app.node) == 1
        await until(lambda: states(world) == {"sending": 1})
        world.phones.release(e164(ZHANG))
        await until(lambda: states(world) == {"accepted": 1})

    play(world, story)
    assert sorted("可能重复" in text.text for text in world.phones.sent) == [False, True]


def test_an_orderly_stop_leaves_nothing_in_the_air(world: World) -> None:
    """A node told to stop while it sends waits, records, and nobody takes its messages for lost."""

    async def told() -> None:
        world.phones.hold(e164(ZHANG))
        work = asyncio.create_task(world.app.run())
        world.transfer(settle=False)
        await until(lambda: states(world) == {"sending": 1})
        await world.app.stop()
        await asyncio.sleep(0)
        assert not work.done()
        world.phones.release(e164(ZHANG))
        await asyncio.wait_for(work, PATIENCE)

    patience.play(told())
    with world.app.db.read() as tx:
        (row,) = tx.conn.execute(select(outbox)).all()
    assert (row.state, row.resent, row.tries) == ("accepted", False, 1)


def test_a_channel_nobody_carries(furnished_url: str) -> None:
    """Without any provider for calls the text is all there is, and the ladder is not held up."""
    world = World(furnished_url)
    world.app.delivery.routes.notifiers = {Channel.SMS: (world.phones,)}
    world.transfer(urgency="critical")
    world.expect((ZHANG, "sms"))
    world.advance(3)
    world.expect((LI, "sms"))
    assert states(world) == {"accepted": 2, "failed": 2}
    world.close()
