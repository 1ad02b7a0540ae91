"""Phones and providers that fail: another channel, another level, and back to normal by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from notifiers.message import Channel, Outcome, OutcomeKind, Receipt, ReceiptResult
from notifiers.phone import e164
from oncall.core.model import Alarm
from oncall.store.alarms import open_alarms
from oncall.tables import outbox
from tests.county import CHEN, LI, ZHANG
from tests.stories.audit import audit
from tests.stories.provider import Provider
from tests.world import World


@pytest.fixture
def provider() -> Provider:
    """The one all phones of the world hang on."""
    return Provider()


@pytest.fixture
def world(furnished_url: str, provider: Provider) -> Iterator[World]:
    """The world, with that provider between it and the phones."""
    made = World(furnished_url, phones=provider)
    try:
        yield made
        audit(made.app.db, made.now)
    finally:
        made.close()


def alarms(world: World) -> list[tuple[str, str | None]]:
    """What the desk is shown: alarm and whom it is about."""
    with world.app.db.read() as tx:
        return sorted((one.alarm, one.who) for one in open_alarms(tx))


def rows(world: World, number: str) -> list[tuple[str, str, int, bool]]:
    """Channel, state, tries and whether it may have been sent twice, of each message to a phone."""
    c = outbox.c
    query = select(c.channel, c.state, c.tries, c.resent).where(c.address == number).order_by(c.id)
    with world.app.db.read() as tx:
        return [(r.channel, r.state, r.tries, r.resent) for r in tx.conn.execute(query)]


def test_a_dead_number_is_found_by_receipts(world: World) -> None:
    """Text undelivered, then the call failed: the deputy is asked at once, the desk is told."""
    world.transfer()
    world.expect((ZHANG, "sms"))
    world.advance(seconds=20)
    world.receipt(ZHANG, "sms", ReceiptResult.FAILED, code="30005")
    world.expect((ZHANG, "voice"))
    assert alarms(world) == []
    world.advance(seconds=5)
    world.receipt(ZHANG, "voice", ReceiptResult.FAILED, code="SIP 404", permanent=True)
    world.expect((LI, "sms"), (LI, "voice"))
    assert alarms(world) == [(Alarm.UNREACHABLE, "张三")]
    world.advance(14)
    world.expect()
    world.advance(1)
    world.expect((CHEN, "sms"), (CHEN, "voice"))


def test_a_call_not_picked_up_is_no_dead_number(world: World) -> None:
    """Nobody picks up: the ladder keeps its pace, for next time somebody may."""
    world.transfer()
    world.advance(5)
    world.ignore()
    world.receipt(ZHANG, "voice", ReceiptResult.FAILED)
    world.expect()
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))


@pytest.mark.parametrize(
    "refusal",
    [
        Outcome(kind=OutcomeKind.UNAVAILABLE, provider="phones", code="20500"),
        Outcome(
            kind=OutcomeKind.UNAVAILABLE,
            provider="phones",
            code="20429",
            retry_after=timedelta(minutes=5),
        ),
        Outcome(kind=OutcomeKind.QUOTA, provider="phones", code="21611"),
        Outcome(kind=OutcomeKind.MISCONFIGURED, provider="phones", code="20003"),
        Outcome(kind=OutcomeKind.UNKNOWN, provider="phones", code="timeout"),
    ],
    ids=["down", "slow-down", "quota", "wrong-token", "hanging"],
)
def test_a_provider_out_of_order(world: World, provider: Provider, refusal: Outcome) -> None:
    """No texts for two minutes: the phone rings in ten seconds, and the text comes once it can."""
    provider.broken[Channel.SMS] = refusal
    world.transfer()
    world.advance(seconds=10)
    world.expect((ZHANG, "voice"))
    world.advance(seconds=110)
    world.expect()
    del provider.broken[Channel.SMS]
    world.advance(1)
    (text,) = world.expect((ZHANG, "sms"))
    assert rows(world, ZHANG)[0][1] == "accepted"
    assert rows(world, ZHANG)[0][3] is (refusal.kind is OutcomeKind.UNKNOWN)
    assert ("可能重复" in text.text) is (refusal.kind is OutcomeKind.UNKNOWN)
    world.advance(2)
    world.expect((ZHANG, "voice"))
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))


def test_losing_its_answers_causes_no_storm(world: World, provider: Provider) -> None:
    """A provider that takes everything and confirms nothing: few repeats, ever further apart."""
    provider.broken[Channel.SMS] = Outcome(kind=OutcomeKind.UNKNOWN, provider="phones")
    world.transfer(settle=True)
    world.advance(9.9)
    tries = [tries for channel, _, tries, _ in rows(world, ZHANG) if channel == "sms"]
    assert tries == [5]
    world.ignore()


def test_everything_down_then_up(world: World, provider: Provider) -> None:
    """Both channels refuse for twelve minutes: all that is still wanted goes out when they work."""
    down = Outcome(kind=OutcomeKind.UNAVAILABLE, provider="phones", code="20500")
    provider.broken = {Channel.SMS: down, Channel.VOICE: down}
    sent = world.transfer()
    world.advance(12)
    world.expect()
    provider.broken.clear()
    world.advance(1)
    found = world.expect(*((n, c) for n in (ZHANG, LI) for c in ("sms", "voice")))
    assert "迟发" in found[0].text
    assert sent.code in found[0].text
    world.advance(2)
    world.expect((CHEN, "sms"), (CHEN, "voice"))


def test_an_answer_drops_what_still_waits(world: World, provider: Provider) -> None:
    """What a stuck provider has not taken by the time of the ack is never sent."""
    provider.broken[Channel.SMS] = Outcome(kind=OutcomeKind.UNAVAILABLE, provider="phones")
    world.transfer()
    world.advance(seconds=30)
    world.expect((ZHANG, "voice"))
    world.press(ZHANG, "1")
    provider.broken.clear()
    world.advance(59)
    world.expect()
    assert rows(world, ZHANG)[0][1] == "superseded"


def test_receipts_in_any_order(world: World) -> None:
    """Late, twice and out of order, a receipt never takes back what a better one has said."""
    world.transfer()
    world.ignore()
    assert world.receipt(ZHANG, "sms", ReceiptResult.DELIVERED)
    assert not world.receipt(ZHANG, "sms", ReceiptResult.DELIVERED)
    assert not world.receipt(ZHANG, "sms", ReceiptResult.PROGRESS)
    assert rows(world, ZHANG)[0][1] == "delivered"
    key = world.last(ZHANG).key
    world.text(ZHANG, "1")
    failed = Receipt(
        key=key,
        provider_id="phone-1",
        status="undelivered",
        rank=50,
        result=ReceiptResult.FAILED,
    )
    assert not world.app.answers.receipt(failed, world.now)
    assert rows(world, ZHANG)[0][1] == "acked"
    world.expect((ZHANG, "sms"))


def test_a_receipt_for_nothing(world: World) -> None:
    """A receipt whose key was never ours is turned away, whatever it looks like."""
    for key in ("0", "999999", "²", "-1", "1" * 40, ""):
        receipt = Receipt(
            key=key, provider_id="SM1", status="sent", rank=40, result=ReceiptResult.PROGRESS
        )
        assert not world.app.answers.receipt(receipt, world.now)


def test_no_number_is_no_silence(world: World) -> None:
    """A number that is none fails at once, and the next level is asked."""
    world.phones.script(e164(ZHANG), OutcomeKind.REJECTED)
    world.transfer(urgency="critical")
    world.expect((LI, "sms"), (LI, "voice"))
    assert alarms(world) == [(Alarm.UNREACHABLE, "张三")]
