"""Asking providers: for nets nobody can call into, and for callbacks that were lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from notifiers.message import (
    Capabilities,
    Channel,
    InboundSms,
    Pending,
    Pulled,
    Receipt,
    ReceiptResult,
    Receipts,
)
from notifiers.phone import e164
from notifiers.testing import Phones
from oncall.config import load
from oncall.core.model import State
from oncall.tables import outbox, pages
from tests.county import CHEN, LI, ZHANG
from tests.world import World


class Asked(Phones):
    """Phones whose provider must be asked, or at least can be."""

    def __init__(self, how: Receipts) -> None:
        super().__init__()
        self.how = how
        self.asked: list[tuple[str, ...]] = []
        self.texts: tuple[InboundSms, ...] = ()
        self.failed: set[str] = set()

    def capabilities(self, channel: Channel) -> Capabilities:
        """As real ones, but for how receipts come."""
        return replace(super().capabilities(channel), receipts=self.how)

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """Everything arrived, but what was said to have failed."""
        self.asked.append(tuple(one.key for one in pending))
        receipts = tuple(
            Receipt(
                key=one.key,
                provider_id=one.provider_id or "",
                status="asked",
                rank=50,
                result=ReceiptResult.FAILED if one.to in self.failed else ReceiptResult.DELIVERED,
                permanent=one.to in self.failed,
            )
            for one in pending
        )
        return Pulled(receipts=receipts, texts=self.texts)


def asking(url: str, how: Receipts, intranet: str = "no") -> tuple[World, Asked]:
    """A world on such phones."""
    flags = {"database_url": url, "intranet": intranet, "gather_seconds": "0"}
    phones = Asked(how)
    world = World(url, load(flags, {}, cwd=Path("/nonexistent")), phones=phones)
    return world, phones


def ask(world: World) -> None:
    """What every node does every few seconds, and what follows from it."""

    async def both() -> None:
        world.app.delivery.soon(world.app.puller.pull)
        await world.app.delivery.once()

    asyncio.run(both())
    world.settle()


def states(world: World) -> list[str]:
    """Of every message."""
    with world.app.db.read() as tx:
        return list(tx.conn.execute(select(outbox.c.state).order_by(outbox.c.id)).scalars())


def test_receipts_are_fetched(furnished_url: str) -> None:
    """A provider that never calls is asked what became of messages, and again only later."""
    world, phones = asking(furnished_url, Receipts.PULL)
    world.transfer()
    ask(world)
    assert states(world) == ["delivered"]
    ask(world)
    assert len(phones.asked) == 1, "the nodes take turns"
    world.advance(seconds=10)
    ask(world)
    assert phones.asked[1:] == [()], "what has ended is not asked for again"
    world.close()


def test_a_failure_that_was_fetched_moves_the_page_on(furnished_url: str) -> None:
    """The number is dead, and nobody could tell us: asked, the phone rings, then the deputy's."""
    world, phones = asking(furnished_url, Receipts.PULL)
    phones.failed = {e164(ZHANG)}
    world.transfer()
    world.expect((ZHANG, "sms"))
    ask(world)
    world.expect((ZHANG, "voice"))
    world.advance(seconds=10)
    ask(world)
    world.expect((LI, "sms"), (LI, "voice"))
    assert not any(one.to == e164(CHEN) for one in phones.sent)
    world.close()


@pytest.mark.parametrize(("intranet", "asked"), [("no", 0), ("yes", 1)])
def test_who_should_have_called_is_asked_late(
    furnished_url: str, intranet: str, asked: int
) -> None:
    """A provider that pushes is asked after a minute of silence; in an intranet at once."""
    world, phones = asking(furnished_url, Receipts.PUSH | Receipts.PULL, intranet)
    world.transfer()
    ask(world)
    assert sum(map(len, phones.asked)) == asked
    world.advance(1)
    ask(world)
    assert sum(map(len, phones.asked)) == 1
    world.close()


def test_an_answer_is_fetched_once(furnished_url: str) -> None:
    """In an intranet a reply waits at the provider: it is fetched, acts, and acts only once."""
    world, phones = asking(furnished_url, Receipts.PUSH | Receipts.PULL, "yes")
    world.transfer()
    world.expect((ZHANG, "sms"))
    phones.texts = (InboundSms(provider_id="SM9", sender=e164(ZHANG), text="1"),)
    ask(world)
    with world.app.db.read() as tx:
        assert tx.conn.execute(select(pages.c.state)).scalar_one() == State.ACKED
    world.expect((ZHANG, "sms"))
    world.advance(seconds=10)
    ask(world)
    world.expect()
    world.close()


class OnceOnly(Asked):
    """Tells everything once, and the database is away by the time it has told it."""

    world: World

    async def pull(self, pending: Sequence[Pending], since: datetime) -> Pulled:
        """A queue: what was taken from it is in it no more."""
        found = await super().pull(pending, since)
        if self.texts:
            self.texts = ()
            with self.world.app.db.begin() as tx:
                tx.conn.execute(text("ALTER TABLE seen RENAME TO seen_elsewhere"))
        return found


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_was_fetched_while_the_database_was_away(furnished_url: str) -> None:
    """A reply that the provider will not tell again is kept and written as soon as it can be."""
    phones = OnceOnly(Receipts.PULL)
    flags = {"database_url": furnished_url, "gather_seconds": "0"}
    world = World(furnished_url, load(flags, {}, cwd=Path("/nonexistent")), phones=phones)
    phones.world = world
    world.transfer()
    world.expect((ZHANG, "sms"))
    phones.texts = (InboundSms(provider_id="SM9", sender=e164(ZHANG), text="1"),)
    for expected in (State.WAITING, State.ACKED):
        ask(world)
        with world.app.db.begin() as tx:
            assert tx.conn.execute(select(pages.c.state)).scalar_one() == expected
            if expected is State.WAITING:
                tx.conn.execute(text("ALTER TABLE seen_elsewhere RENAME TO seen"))
        world.advance(seconds=10)
    world.expect((ZHANG, "sms"))
    world.close()
