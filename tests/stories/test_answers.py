"""What people answer, by text, by key or through the desk, and what everybody hears of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from notifiers.message import InboundSms, ReceiptResult
from notifiers.phone import e164
from oncall.core.errors import Conflict
from oncall.core.model import Alarm, Reason, State
from oncall.core.transfers import Transfer, TransferState
from oncall.intake import Actor
from oncall.store import pages, transfers
from oncall.store.alarms import open_alarms
from oncall.tables import outbox
from tests.county import CHEN, CITY, DESK_110, LI, QIAN, SUN, TOWN, ZHANG, ZHAO
from tests.world import DISPATCHER, World


def attempts(world: World, number: str) -> list[tuple[str, str]]:
    """Channel and state of every message to a phone, in order."""
    query = select(outbox.c.channel, outbox.c.state).where(outbox.c.address == number)
    with world.app.db.read() as tx:
        return [(r.channel, r.state) for r in tx.conn.execute(query.order_by(outbox.c.id))]


def state(world: World, sent: Transfer) -> TransferState:
    """Where a transfer stands."""
    with world.app.db.read() as tx:
        found = transfers.find(tx, sent.id)
    assert found is not None
    return found.state


def alarms(world: World) -> list[tuple[str, str | None]]:
    """What the desk is shown: alarm and whom it is about."""
    with world.app.db.read() as tx:
        return sorted((one.alarm, one.who) for one in open_alarms(tx))


def test_an_ack_by_text_ends_the_ladder(world: World) -> None:
    """A text of 1 is confirmed, the message it answered is marked, and nothing more is sent."""
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code))
    assert world.text(ZHANG, "１。") is Reason.ACKED
    world.expect((ZHANG, "sms", sent.code))
    assert attempts(world, ZHANG) == [("sms", "acked"), ("sms", "accepted")]
    assert state(world, sent) is TransferState.ACKED
    world.advance(59)
    world.expect()


def test_the_phone_that_answers_by_text_stops_ringing(world: World) -> None:
    """Who answers by text while the call rings is not rung any further."""
    world.transfer()
    world.advance(5)
    world.text(ZHANG, "收到")
    # The text was the first message to any phone, the call the second.
    assert world.phones.stopped == ["phone-2"]
    assert attempts(world, ZHANG)[:2] == [("sms", "acked"), ("voice", "superseded")]
    world.ignore()


def test_an_ack_by_key_lets_the_caller_hear_the_end(world: World) -> None:
    """The call in which 1 is pressed goes on; every other one of that page is hung up."""
    world.transfer(urgency="critical")
    world.advance(3)
    world.ignore()
    spoken = world.press(LI, "1")
    assert not spoken.listen
    world.expect((ZHANG, "sms", "李四"))
    assert attempts(world, LI) == [("sms", "accepted"), ("voice", "acked")]
    assert attempts(world, ZHANG)[1] == ("voice", "superseded")


def test_other_keys_change_nothing(world: World) -> None:
    """A wrong key hears the menu, * hears the message again, 9 tells the police desk as well."""
    sent = world.transfer()
    world.advance(5)
    world.ignore()
    assert world.press(ZHANG, "7").listen
    assert world.press(ZHANG, "*").text == world.last(ZHANG, "voice").text
    world.expect()
    assert world.press(ZHANG, "9").listen
    world.expect((QIAN, "sms", "特急"), (QIAN, "voice"))
    world.press(ZHANG, "9")
    world.expect()
    assert state(world, sent) is TransferState.PAGED


def test_the_dispatcher_acks_for_somebody(world: World) -> None:
    """ "I have it", said on the telephone, is entered at the desk with both names."""
    sent = world.transfer()
    world.ignore()
    (outcome,) = world.app.desk.ack(
        sent.code, "110席", world.now, DISPATCHER, on_behalf_of="李四", unit=CITY
    )
    world.settle()
    assert (outcome.reason, outcome.owner) == (Reason.ACKED, "李四")
    world.expect((ZHANG, "sms", "李四"))
    with world.app.db.read() as tx:
        loaded = pages.load(tx, outcome.page)
    assert loaded is not None
    assert loaded.page.acked_via == "phone"


def test_a_late_ack_hears_who_has_it(world: World) -> None:
    """The second answer changes nothing and is told so."""
    world.transfer()
    world.advance(10)
    world.text(LI, "1")
    world.ignore()
    assert world.text(ZHANG, "1") is Reason.ALREADY_OWNED
    world.expect((ZHANG, "sms", "李四"))


def test_a_decline_advances_at_once(world: World) -> None:
    """Who cannot is thanked, not called again, and the deputy is asked without waiting."""
    world.transfer()
    world.ignore()
    assert world.text(ZHANG, "2 在外地") is Reason.DECLINED
    world.expect((ZHANG, "sms"), (LI, "sms"), (LI, "voice"))
    world.advance(10)
    world.expect()
    world.advance(5)
    world.expect((CHEN, "sms"), (CHEN, "voice"))


def test_giving_it_back_resumes_the_ladder(world: World) -> None:
    """Released after three minutes: everybody is told, and the ladder goes on where it stood."""
    sent = world.transfer()
    world.advance(10)
    world.text(LI, "1")
    world.ignore()
    world.advance(3)
    world.app.desk.release(sent.code, "李四", world.now, DISPATCHER, why="走不开")
    world.settle()
    world.expect((ZHANG, "sms", "李四"))
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect((CHEN, "sms"), (CHEN, "voice"))
    assert world.text(ZHANG, "1") is Reason.ACKED
    world.ignore()


def test_a_withdrawn_transfer_falls_silent(world: World) -> None:
    """Everybody who was asked is told, calls end, and a later answer hears that it is over."""
    sent = world.transfer()
    world.advance(5)
    world.ignore()
    world.app.desk.cancel(sent.code, "110席", world.now, DISPATCHER, why="重复")
    world.settle()
    world.expect((ZHANG, "sms", sent.code))
    assert attempts(world, ZHANG)[1] == ("voice", "superseded")
    assert state(world, sent) is TransferState.CANCELLED
    world.advance(120)
    world.expect()
    assert world.text(ZHANG, "1") is Reason.CLOSED
    world.expect((ZHANG, "sms", sent.code))
    with pytest.raises(Conflict):
        world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER)


def test_one_of_two_pages(world: World) -> None:
    """A bare 1 between two pages asks back with their numbers, and a number decides."""
    first = world.transfer()
    world.advance(1)
    second = world.transfer(summary="路灯不亮")
    world.ignore()
    assert world.text(ZHANG, "1") is None
    (asked,) = world.expect((ZHANG, "sms", second.code))
    assert f"、{first.code[-4:]}" in asked.text
    assert world.text(ZHANG, f"1 {second.code[-4:]}") is Reason.ACKED
    world.expect((ZHANG, "sms", second.code))
    assert (state(world, first), state(world, second)) == (
        TransferState.PAGED,
        TransferState.ACKED,
    )
    world.text(ZHANG, "1")
    world.expect((ZHANG, "sms", first.code))


def test_all_of_them(world: World) -> None:
    """One reply takes everything that is open, and each is confirmed and written down by itself."""
    sent = [world.transfer(summary=str(n)) for n in range(3)]
    world.ignore()
    assert world.text(ZHANG, "全部签收") is Reason.ACKED
    world.expect(*((ZHANG, "sms", one.code) for one in sent))
    assert {state(world, one) for one in sent} == {TransferState.ACKED}


def test_one_person_in_two_units_says_no_once(world: World) -> None:
    """A decline that concerns two pages of one transfer is heard for both and answered once."""
    world.roster(TOWN, "primary", ZHANG, 8)
    sent = world.transfer(CITY, TOWN)
    world.expect((ZHANG, "sms"), (ZHANG, "sms"), (ZHAO, "sms"))
    assert world.text(ZHANG, f"2 {sent.code[-4:]}") is Reason.DECLINED
    world.expect(
        (ZHANG, "sms", sent.code), (LI, "sms"), (LI, "voice"), (SUN, "sms"), (SUN, "voice")
    )


def test_rubbish_gets_one_line_of_help(world: World) -> None:
    """Two machines never chat: one help line in ten minutes, and strangers hear nothing."""
    world.transfer()
    world.ignore()
    assert world.text(ZHANG, "哈哈哈") is None
    world.expect((ZHANG, "sms"))
    for _ in range(3):
        assert world.text(ZHANG, "什么意思啊您是哪位") is None
    assert world.text("13900000099", "1") is None
    world.expect()
    world.advance(11)
    world.ignore()
    world.text(ZHANG, "哈哈哈")
    world.expect((ZHANG, "sms"))


def test_the_same_text_twice_is_one_answer(world: World) -> None:
    """A provider that posts a text again changes nothing and says nothing."""
    world.transfer()
    world.ignore()
    inbound = InboundSms(provider_id="SM-1", sender=e164(ZHANG), text="1")
    assert world.app.answers.sms(inbound, world.now) is Reason.ACKED
    assert world.app.answers.sms(inbound, world.now) is None
    world.settle()
    world.expect((ZHANG, "sms"))


def test_stop_is_heard_and_told(world: World) -> None:
    """Who opts out is called instead, at once, and the desk sees it."""
    world.transfer()
    world.ignore()
    world.text(ZHANG, "STOP")
    world.expect((ZHANG, "voice"))
    world.text(ZHANG, "STOP")
    assert alarms(world) == [(Alarm.OPTED_OUT, "张三")], "not that nothing reaches him: calls do"
    world.advance(10)
    world.expect((ZHANG, "voice"), (LI, "sms"), (LI, "voice"))
    world.press(LI, "1")
    world.expect((ZHANG, "voice", "李四"))
    world.text(ZHANG, "START")
    assert alarms(world) == []
    world.ignore()


def test_several_units_own_it_together(world: World) -> None:
    """A transfer to two units is acknowledged when both have; danger also pages the police desk."""
    sent = world.transfer(CITY, TOWN, danger=True, origin="12345", origin_ref="X-1")
    world.expect((ZHANG, "sms"), (ZHAO, "sms"), (QIAN, "sms"), (QIAN, "voice"))
    world.text(ZHANG, "1")
    assert state(world, sent) is TransferState.PAGED
    world.text(ZHAO, "1")
    assert state(world, sent) is TransferState.ACKED
    actor = Actor(name="钱一", role="liaison", unit=DESK_110)
    (outcome,) = world.app.desk.ack(sent.id, "钱一", world.now, actor)
    assert outcome.state is State.ACKED
    world.settle()
    world.ignore()


def test_delivered_is_no_answer(world: World) -> None:
    """A receipt that a text arrived stops nothing."""
    world.transfer()
    world.receipt(ZHANG, "sms", ReceiptResult.DELIVERED)
    world.ignore()
    world.advance(5)
    world.expect((ZHANG, "voice"))
    world.receipt(ZHANG, "voice", ReceiptResult.ANSWERED)
    world.receipt(ZHANG, "voice", ReceiptResult.ENDED)
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))
