"""One page or message that nobody can make sense of: alarmed, and the others go on."""

from __future__ import annotations

from sqlalchemy import select, update

from notifiers.message import (
    InboundSms,
    Outcome,
    OutcomeKind,
    Pulled,
    Receipt,
    ReceiptResult,
)
from notifiers.phone import e164
from oncall.core.model import Alarm, Reason, State
from oncall.core.transfers import Transfer
from oncall.store.alarms import Raised, open_alarms
from oncall.tables import outbox, pages
from tests.county import LI, TOWN, ZHANG
from tests.world import World


def poison(world: World, sent: Transfer, body: str = '{"id":') -> str:
    """Break the stored page of a transfer; gives what was there."""
    with world.app.db.begin() as tx:
        whole: str = tx.conn.execute(
            select(pages.c.body).where(pages.c.transfer == sent.id)
        ).scalar_one()
        tx.conn.execute(update(pages).where(pages.c.transfer == sent.id).values(body=body))
    return whole


def silent(world: World) -> list[Raised]:
    """The alarms about pages that cannot go on."""
    with world.app.db.read() as tx:
        return [one for one in open_alarms(tx) if one.alarm == Alarm.SILENT]


def states(world: World, sent: Transfer) -> list[str]:
    """The states of a transfer's messages, in order."""
    query = select(outbox.c.state).where(outbox.c.transfer == sent.id).order_by(outbox.c.id)
    with world.app.db.read() as tx:
        return list(tx.conn.execute(query).scalars())


def test_a_page_that_cannot_be_read(world: World) -> None:
    """The others are called in time, the desk is alarmed, and once mended the page goes on."""
    world.transfer()
    bad = world.transfer(summary="坏")
    world.ignore()
    whole = poison(world, bad)
    world.advance(5)
    world.expect((ZHANG, "voice"))
    (alarm,) = silent(world)
    assert alarm.transfer == bad.id
    world.advance(2)
    (alarm,) = silent(world)
    assert alarm.times == 3
    poison(world, bad, whole)
    world.advance(1)
    world.expect((ZHANG, "voice"))


def test_all_of_them_but_one(world: World) -> None:
    """One reply for three pages takes the two that can be, and the desk hears of the third."""
    sent = [world.transfer(summary=str(n)) for n in range(3)]
    world.ignore()
    poison(world, sent[1])
    assert world.text(ZHANG, "全部签收") is Reason.ACKED
    world.expect((ZHANG, "sms", sent[0].code), (ZHANG, "sms", sent[2].code))
    assert [one.transfer for one in silent(world)] == [sent[1].id]


def test_a_key_for_a_broken_page_is_no_ack(world: World) -> None:
    """Who presses 1 for it is not told that they have it."""
    sent = world.transfer(urgency="critical")
    world.ignore()
    poison(world, sent)
    assert world.press(ZHANG, "1").listen
    assert len(silent(world)) == 1


def test_its_receipts_and_outcomes_are_still_written(world: World) -> None:
    """What became of its messages is recorded all the same, and holds up no other outcome."""
    world.phones.script(e164(ZHANG), OutcomeKind.REJECTED)
    bad = world.transfer(settle=False)
    good = world.transfer(summary="好", settle=False)
    poison(world, bad)
    world.settle()
    assert states(world, bad) == ["failed"]
    assert states(world, good)[0] == "failed"
    world.expect((LI, "sms"), (LI, "voice"))
    assert [one.transfer for one in silent(world)] == [bad.id]
    world.phones.script(e164(ZHANG), OutcomeKind.ACCEPTED)
    third = world.transfer(summary="三")
    poison(world, third)
    assert world.receipt(ZHANG, "sms", ReceiptResult.DELIVERED)
    assert states(world, third) == ["delivered"]
    world.ignore()


def test_a_message_that_cannot_be_worded(world: World) -> None:
    """A row with broken facts fails at once: the person is called, the desk told, others go out."""
    bad = world.transfer(settle=False)
    good = world.transfer(summary="好", settle=False)
    with world.app.db.begin() as tx:
        tx.conn.execute(update(outbox).where(outbox.c.transfer == bad.id).values(facts="{"))
    world.settle()
    world.expect((ZHANG, "sms", good.code), (ZHANG, "voice"))
    assert [one.transfer for one in silent(world)] == [bad.id]


def test_a_broken_message_among_merged_ones(world: World) -> None:
    """One bad row of several that would be said together leaves the others to be said."""
    sent = [world.transfer(summary=str(n), settle=False) for n in range(3)]
    with world.app.db.begin() as tx:
        tx.conn.execute(update(outbox).where(outbox.c.transfer == sent[1].id).values(facts="{"))
        tx.conn.execute(update(outbox).values(late=True))
    world.settle()
    world.expect((ZHANG, "sms", sent[0].code), (ZHANG, "sms", sent[2].code), (ZHANG, "voice"))


def test_an_outcome_too_long_for_its_row(world: World) -> None:
    """A provider's endless code or id costs its own words, never the outcomes beside it."""
    endless = Outcome(
        kind=OutcomeKind.ACCEPTED, provider="phones", provider_id="x" * 500, code="y" * 500
    )
    world.phones.script(e164(ZHANG), endless)
    sent = world.transfer()
    assert states(world, sent) == ["accepted"]
    world.ignore()


def test_a_receipt_that_cannot_be_applied(world: World) -> None:
    """Of what a provider tells in one go the rest counts, a reply too."""
    bad, good = world.transfer(TOWN), world.transfer()
    with world.app.db.begin() as tx:
        broken = {"page": None, "channel": "voice", "facts": "{"}
        tx.conn.execute(update(outbox).where(outbox.c.transfer == bad.id).values(broken))
        keys = list(tx.conn.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars())
    receipts = tuple(
        Receipt(
            key=str(key), provider_id="", status="failed", rank=60, result=ReceiptResult.FAILED,
            permanent=True,
        )
        for key in keys
    )  # fmt: skip
    text = InboundSms(provider_id="SM1", sender=e164(ZHANG), text="1")
    world.app.answers.take(Pulled(receipts=receipts, texts=(text,)), world.now)
    assert states(world, good)[0] == "failed"
    with world.app.db.read() as tx:
        state = select(pages.c.state).where(pages.c.transfer == good.id)
        assert tx.conn.execute(state).scalar_one() == State.ACKED
    world.settle()
    world.ignore()
