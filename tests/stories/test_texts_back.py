"""Every way to answer by text and by key that a person was promised, each with all that follows."""

from __future__ import annotations

from sqlalchemy import select

from notifiers.message import ReceiptResult
from oncall.core.model import Alarm, Reason, State
from oncall.core.transfers import Transfer
from oncall.store import directory, pages, transfers
from oncall.store.alarms import open_alarms
from oncall.store.directory import Unit
from oncall.store.log import of_page
from oncall.tables import log
from tests.county import CHEN, DESK_110, LI, QIAN, ZHANG
from tests.world import DISPATCHER, World


def page_of(world: World, sent: Transfer) -> tuple[State, str | None]:
    """How the first page of a transfer stands, and who has it."""
    with world.app.db.read() as tx:
        loaded = pages.load(tx, transfers.pages_of(tx, sent.id)[0][1])
    assert loaded is not None
    return loaded.page.state, loaded.page.owner_name


def notes(world: World, sent: Transfer) -> list[str]:
    """What was noted on a transfer, as it was written down."""
    query = select(log.c.payload).where(log.c.transfer == sent.id, log.c.event == "Noted")
    with world.app.db.read() as tx:
        return list(tx.conn.execute(query).scalars())


def fresh(world: World) -> Transfer:
    """A transfer whose first text nobody need look at."""
    sent = world.transfer()
    world.ignore()
    return sent


def over(world: World, sent: Transfer) -> None:
    """Withdrawn, so that it is in nobody's way."""
    world.app.desk.cancel(sent.code, "110席", world.now, DISPATCHER, why="演示完毕")
    world.settle()
    world.ignore()
    world.advance(seconds=1)


def test_a_yes_takes_it(world: World) -> None:
    """Each promised form of yes is an ack, is confirmed once, and ends the ladder."""
    for text in ("1", "1.", "１", "好", "收到", "签收", "确认", "ok", "yes", "1 {}", "ack {}"):
        sent = fresh(world)
        assert world.text(ZHANG, text.format(sent.code[-4:])) is Reason.ACKED
        world.expect((ZHANG, "sms", "您已签收"))
        assert page_of(world, sent) == (State.ACKED, "张三")
        world.advance(6)
        world.expect()
        over(world, sent)


def test_a_no_goes_on_at_once(world: World) -> None:
    """Each form of no is confirmed, and the deputy is asked in the same second."""
    for text in ("2", "不能办", "2 {} 在外地", "退回"):
        sent = fresh(world)
        assert world.text(ZHANG, text.format(sent.code[-4:])) is Reason.DECLINED
        world.expect((ZHANG, "sms", "不能办"), (LI, "sms"), (LI, "voice"))
        assert page_of(world, sent) == (State.WAITING, None)
        over(world, sent)


def test_nine_calls_in_the_police(world: World) -> None:
    """The 110 desk is paged as critical beside the ladder, which goes on."""
    for text in ("9", "转110", "9 {}"):
        sent = fresh(world)
        world.text(ZHANG, text.format(sent.code[-4:]))
        world.expect((ZHANG, "sms", "110"), (QIAN, "sms"), (QIAN, "voice"))
        assert page_of(world, sent) == (State.WAITING, None)
        over(world, sent)


def test_every_form_of_a_time(world: World) -> None:
    """Minutes, a clock, with 1 before or a number behind: an ack whose confirmation repeats it."""
    for text in ("20分钟到", "eta 20", "1 20分钟到", "20分钟到 {}", "{} 20分钟到"):
        sent = fresh(world)
        assert world.text(ZHANG, text.format(sent.code[-4:])) is Reason.ACKED
        world.expect((ZHANG, "sms", "14:20到场"))
        assert page_of(world, sent) == (State.ACKED, "张三")
        over(world, sent)
    fresh(world)
    assert world.text(ZHANG, "13:50到") is Reason.ACKED
    world.expect((ZHANG, "sms", "承诺11-04 13:50到场"))


def test_a_time_is_an_ack_and_a_promise(world: World) -> None:
    """The desk sees the time, a broken promise is asked about, and a new one replaces it."""
    sent = fresh(world)
    assert world.text(ZHANG, "14:20到") is Reason.ACKED
    world.expect((ZHANG, "sms", "承诺14:20到场"))
    with world.app.db.read() as tx:
        told = of_page(tx, transfers.pages_of(tx, sent.id)[0][1])
    assert "2026-11-03T06:20:00Z" in told[-1].payload
    world.advance(20)
    world.expect((ZHANG, "sms", "您承诺14:20到场"))
    assert world.text(ZHANG, "半小时到") is Reason.PROMISED
    world.expect((ZHANG, "sms", "承诺14:50到场"))
    world.text(ZHANG, "已到现场，正在关阀")
    world.expect((ZHANG, "sms", "已转告席位"))
    world.advance(180)
    world.expect()


def test_free_words_from_the_owner_are_a_note(world: World) -> None:
    """Clearly about the work: the desk reads it as written, and it is the first action."""
    sent = world.transfer()
    world.text(ZHANG, "1")
    world.ignore()
    assert world.text(ZHANG, "Valve A已关，现场有积水") is Reason.PROGRESSED
    world.expect((ZHANG, "sms", sent.code))
    (kept,) = notes(world, sent)
    assert "Valve A已关，现场有积水" in kept
    world.advance(240)
    world.expect()


def test_free_words_of_somebody_else_are_no_note(world: World) -> None:
    """Who still owes an answer is asked for one; chatter and questions get help, not a note."""
    sent = world.transfer()
    world.ignore()
    assert world.text(ZHANG, "人在路上堵车了啊") is None
    world.expect((ZHANG, "sms", "回复1"))
    assert world.text(ZHANG, "1") is Reason.ACKED
    world.ignore()
    world.advance(11)
    assert world.text(ZHANG, "这个怎么处理呢") is None
    world.expect((ZHANG, "sms", "回复1"))
    assert notes(world, sent) == []


def test_a_note_may_name_its_matter(world: World) -> None:
    """With two matters in hand the number says which one the words are about."""
    first, second = world.transfer(), world.transfer(summary="路灯")
    world.text(ZHANG, "全部签收")
    world.ignore()
    for text in ("备注 {} 阀门已关", "{} 阀门已经关了", "{} 备注：阀门已关"):
        assert world.text(ZHANG, text.format(second.code[-4:])) is Reason.PROGRESSED
        world.expect((ZHANG, "sms", second.code))
        world.advance(seconds=1)
    assert (len(notes(world, first)), len(notes(world, second))) == (0, 3)


def test_the_owner_gives_it_back(world: World) -> None:
    """Given back by text, the ladder goes on, everybody asked hears it, and so does the giver."""
    for text in ("释放", "交回 {}", "退回", "2"):
        sent = world.transfer()
        world.advance(10)
        world.text(ZHANG, "1")
        world.ignore()
        assert world.text(ZHANG, text.format(sent.code[-4:])) is Reason.RESUMED
        world.expect((ZHANG, "sms", "已交回"), (LI, "sms", "张三"))
        assert page_of(world, sent) == (State.WAITING, None)
        over(world, sent)


def test_only_the_owner_gives_back(world: World) -> None:
    """Whoever does not have it is told who has, or that nobody has, and nothing changes."""
    sent = world.transfer()
    world.advance(10)
    world.ignore()
    world.text(LI, f"释放 {sent.code[-4:]}")
    world.expect((LI, "sms", "尚无人签收"))
    world.text(ZHANG, "1")
    world.ignore()
    world.text(LI, f"释放 {sent.code[-4:]}")
    world.expect((LI, "sms", "张三"))
    assert page_of(world, sent) == (State.ACKED, "张三")


def test_taking_over_by_text(world: World) -> None:
    """接管 takes it from whoever has it; both are told."""
    sent = world.transfer()
    world.advance(10)
    world.text(ZHANG, "1")
    world.ignore()
    assert world.text(LI, "接管") is Reason.TAKEN_OVER
    world.expect((LI, "sms", "您已签收"), (ZHANG, "sms", "李四"))
    assert page_of(world, sent) == (State.ACKED, "李四")


def test_returning_the_transfer_is_no_answer(world: World) -> None:
    """退单 is for the sender to agree to: the text changes nothing and says what to do."""
    sent = world.transfer()
    world.ignore()
    assert world.text(ZHANG, "退单") is None
    world.expect((ZHANG, "sms", "退单"))
    assert page_of(world, sent) == (State.WAITING, None)
    world.advance(5)
    world.expect((ZHANG, "voice"))


def test_asking_back_names_what_to_reply(world: World) -> None:
    """Two are open: a time, a no and a 9 without a number are asked back, each in its own words."""
    first = world.transfer()
    world.advance(1)
    second = world.transfer(summary="路灯")
    world.ignore()
    for said, example in (("20分钟到", "20分钟到 "), ("2", "2 "), ("9", "9 ")):
        assert world.text(ZHANG, said) is None
        (asked,) = world.expect((ZHANG, "sms", second.code))
        assert example + second.code[-4:] in asked.text
        assert first.code[-4:] in asked.text
        world.advance(seconds=1)
    assert page_of(world, first) == page_of(world, second) == (State.WAITING, None)


def test_a_number_reaches_what_somebody_else_has(world: World) -> None:
    """With one matter open, naming another that is taken hears who has that one."""
    taken = world.transfer()
    world.advance(10)
    world.text(LI, "1")
    waiting = world.transfer(summary="路灯")
    world.ignore()
    assert world.text(ZHANG, f"1 {taken.code[-4:]}") is Reason.ALREADY_OWNED
    world.expect((ZHANG, "sms", "李四"))
    assert page_of(world, waiting) == (State.WAITING, None)


def test_zero_leads_to_the_desk(world: World) -> None:
    """With a number the call goes on to the desk that handed it over; the ladder goes on too."""
    sent = world.transfer()
    desk = Unit(code=DESK_110, name_zh="110", kind="desk", desk_phone="0595-23500110")
    with world.app.db.begin() as tx:
        directory.put_units(tx, [desk])
    world.advance(5)
    world.ignore()
    spoken = world.press(ZHANG, "0")
    assert (spoken.listen, spoken.dial) == (False, "+8659523500110")
    assert "尚未签收" in spoken.text
    assert page_of(world, sent) == (State.WAITING, None)
    world.advance(5)
    world.expect((LI, "sms"), (LI, "voice"))


def test_zero_without_a_number_alarms_the_desk(world: World) -> None:
    """Nobody can be rung through to: the caller is told, the desk is to call back."""
    sent = world.transfer()
    world.advance(5)
    world.ignore()
    spoken = world.press(ZHANG, "0")
    assert (spoken.listen, spoken.dial) == (True, None)
    assert "回电" in spoken.text
    with world.app.db.read() as tx:
        raised = [(a.alarm, a.who, a.transfer) for a in open_alarms(tx)]
    assert raised == [(Alarm.WANTS_DESK, "张三", sent.id)]
    world.press(ZHANG, "1")
    assert page_of(world, sent) == (State.ACKED, "张三")
    world.expect()


def test_the_five_keys(world: World) -> None:
    """2 asks the next level, * says it again, another key names the keys; 1 takes it."""
    sent = world.transfer()
    world.advance(5)
    world.ignore()
    assert "按0转席位" in world.press(ZHANG, "5").text
    assert world.press(ZHANG, "*").text == world.last(ZHANG, "voice").text
    world.expect()
    assert not world.press(ZHANG, "2").listen
    world.expect((LI, "sms"), (LI, "voice"))
    assert not world.press(LI, "1").listen
    world.expect((ZHANG, "sms", "李四"))
    assert page_of(world, sent) == (State.ACKED, "李四")


def test_silence_voicemail_and_screeners_are_no_answer(world: World) -> None:
    """A call that was picked up, by whatever, and ended without a key changes nothing."""
    sent = world.transfer()
    world.advance(5)
    world.receipt(ZHANG, "voice", ReceiptResult.ANSWERED)
    world.receipt(ZHANG, "voice", ReceiptResult.ENDED)
    assert page_of(world, sent) == (State.WAITING, None)
    world.advance(5)
    world.receipt(LI, "voice", ReceiptResult.ANSWERED)
    world.ignore()
    world.advance(5)
    world.expect((CHEN, "sms"), (CHEN, "voice"))


def test_a_number_we_do_not_know(world: World) -> None:
    """Whatever it writes changes nothing, and nothing is written back to it."""
    sent = world.transfer()
    world.ignore()
    for said in ("1", f"1 {sent.code}", "全部签收", "2", "9", "帮助", "你好"):
        assert world.text("13900000077", said) is None
    world.expect()
    assert page_of(world, sent) == (State.WAITING, None)


def test_two_machines_never_chat(world: World) -> None:
    """Our own answers, sent back to us word for word, lead to one line of help and no more."""
    world.transfer()
    world.ignore()
    assert world.text(ZHANG, "你好，有什么可以帮您") is None
    (helped,) = world.expect((ZHANG, "sms"))
    for _ in range(5):
        world.advance(seconds=30)
        assert world.text(ZHANG, helped.text) is None
    world.expect()
