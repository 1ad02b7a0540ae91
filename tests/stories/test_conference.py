"""The telephone conference of a talk: everybody is rung, enters by a key, and no ladder waits."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from notifiers.message import (
    Capabilities,
    Channel,
    KeyPress,
    OutcomeKind,
    ReceiptResult,
    Room,
    RoomNews,
    RoomWord,
)
from notifiers.phone import e164
from notifiers.testing import Phones
from oncall.core.errors import Conflict
from oncall.core.transfers import Transfer
from oncall.core.transfers.talks import Conference, Presence
from oncall.tables import log, outbox
from tests.county import LI, QIAN, TOWN, ZHANG, ZHAO
from tests.stories.lives import alarms, do, now, story
from tests.world import DISPATCHER, World

CALLER = "13900000077"


def talking(world: World) -> Transfer:
    """A dispute whose parties were called to talk: ZHAO for the town and QIAN for 110 have joined,
    ZHANG for the lead has not."""
    sent = world.transfer(caller={"name": "来电人甲", "phone": CALLER})
    do(world, sent, "dispute", candidates=[TOWN])
    do(world, sent, "talk")
    world.text(ZHAO, "1")
    world.text(QIAN, "1")
    world.ignore()
    return sent


def call(world: World, about: Transfer) -> Conference:
    """The conference as the transfer knows it."""
    talk = now(world, about).life.talk
    assert talk is not None
    assert talk.conference is not None
    return talk.conference


def seats(world: World, about: Transfer) -> dict[str, str]:
    """Where everybody is, by name; the caller has none."""
    return {guest.name: guest.presence.value for guest in call(world, about).guests}


def enter(world: World, number: str, digit: str = "1") -> Room | None:
    """Somebody presses a key in the latest call to their phone; the room they are put into."""
    key = world.last(number, "voice").key
    with world.app.db.read() as tx:
        row = tx.conn.execute(select(outbox).where(outbox.c.id == int(key))).one()
    press = KeyPress(key=key, provider_id=row.provider_id, digit=digit)
    spoken = world.app.answers.key(press, world.now)
    world.settle()
    return spoken.room


def heard(world: World, room: Room, word: RoomWord) -> bool:
    """The provider says what somebody did."""
    known = world.app.rooms.heard(RoomNews(room=room.name, word=word, label=room.label), world.now)
    world.settle()
    return known


def inside(world: World, *numbers: str) -> list[Room]:
    """These press 1 and are put together."""
    rooms = [room for number in numbers if (room := enter(world, number)) is not None]
    assert len(rooms) == len(numbers)
    for room in rooms:
        assert heard(world, room, RoomWord.JOINED)
    return rooms


def test_everybody_who_joined_is_rung_and_the_caller(world: World) -> None:
    """Three phones ring at once; each enters by 1; who is in is known; the ladder goes on, and the
    caller's number stands nowhere but where it was."""
    sent = talking(world)
    do(world, sent, "conference", caller=True)
    rung = world.expect((ZHAO, "voice", "按1"), (QIAN, "voice", "按1"), (CALLER, "voice", "按1"))
    assert all(message.keypad for message in rung)
    assert sent.code[-4:] not in rung[2].text.replace(" ", "")
    town, police, caller = inside(world, ZHAO, QIAN, CALLER)
    assert (town.name, police.name) == (caller.name, town.name)
    assert [room.ends for room in (town, police, caller)] == [False, True, False]
    assert seats(world, sent) == {"赵六": "in", "钱一": "in", "": "in"}
    assert story(world, sent)[-1] == ("GuestMoved", "guest_in")
    world.advance(5)
    # Nobody waited for the talk: the lead's own page rings at its own minute.
    assert world.last(ZHANG, "voice").keypad
    world.ignore()
    heard(world, caller, RoomWord.LEFT)
    assert seats(world, sent)[""] == "left"
    assert call(world, sent).ended_at is None
    with world.app.db.read() as tx:
        rows: list[Any] = [*tx.conn.execute(select(outbox)), *tx.conn.execute(select(log))]
    assert not any(CALLER in str(row._mapping) or "来电人甲" in str(row._mapping) for row in rows)


def test_it_ends_when_110_hangs_up(world: World) -> None:
    """Without 110 the parties do not talk: every other call is ended, and it can be opened anew."""
    sent = talking(world)
    with pytest.raises(Conflict):
        do(world, world.transfer(), "conference")
    world.ignore()
    do(world, sent, "conference")
    _, police = inside(world, ZHAO, QIAN)
    before = len(world.phones.stopped)
    heard(world, police, RoomWord.LEFT)
    assert call(world, sent).ended_at == world.now
    assert seats(world, sent) == {"赵六": "left", "钱一": "left"}
    assert len(world.phones.stopped) == before + 2
    world.ignore()
    do(world, sent, "conference")
    world.expect((ZHAO, "voice"), (QIAN, "voice"))
    assert call(world, sent).number == 2
    # What is told of the first one late changes nothing in the second.
    assert heard(world, police, RoomWord.OVER)
    assert call(world, sent).ended_at is None


def test_a_key_in_the_pages_own_call_leads_straight_in(world: World) -> None:
    """Whoever joins once it is open is not rung a second time."""
    sent = talking(world)
    do(world, sent, "conference")
    world.ignore()
    room = enter(world, ZHANG)
    assert room is not None
    world.expect()
    heard(world, room, RoomWord.JOINED)
    assert seats(world, sent)["张三"] == "in"
    # The call is over: so is their part in the conference, whatever the room says.
    world.receipt(ZHANG, "voice", ReceiptResult.ENDED)
    assert seats(world, sent)["张三"] == "left"


def test_who_joins_by_text_is_rung(world: World) -> None:
    """There is no call to put into the conference, so one is made."""
    sent = talking(world)
    do(world, sent, "conference")
    world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER, on_behalf_of="张三")
    world.settle()
    assert "电话会议" in world.last(ZHANG, "voice").text
    assert seats(world, sent)["张三"] == "rung"
    world.ignore()


def test_nobody_comes_in_time(world: World) -> None:
    """Five minutes on, one alone is not kept waiting: it ends, the desk is alarmed, not before."""
    sent = talking(world)
    do(world, sent, "conference")
    inside(world, ZHAO)
    world.advance(4.99)
    assert call(world, sent).ended_at is None
    world.advance(0.01)
    assert call(world, sent).ended_at is not None
    assert seats(world, sent) == {"赵六": "left", "钱一": "missing"}
    assert ("ConferenceDue", "conference_empty") in story(world, sent)
    assert "not_joined" in alarms(world)
    # Whoever presses 1 now is told that it is over.
    assert enter(world, QIAN) is None
    world.ignore()


@pytest.mark.parametrize("how", ["talked", "propose", "cancel"])
def test_it_ends_with_what_it_was_for(world: World, how: str) -> None:
    """The talk is recorded, the dispute agreed on, or the matter withdrawn: every call ends."""
    sent = talking(world)
    do(world, sent, "conference")
    inside(world, ZHAO, QIAN)
    before = len(world.phones.stopped)
    if how == "talked":
        do(world, sent, "talked", outcome="属地先处置")
    elif how == "propose":
        do(world, sent, "propose", unit="DESK-110", owner=TOWN)
        do(world, sent, "propose", unit=TOWN, owner=TOWN)
    else:
        world.app.desk.cancel(sent.code, "110席", world.now, DISPATCHER)
        world.settle()
    assert call(world, sent).ended_at == world.now
    assert len(world.phones.stopped) >= before + 2
    world.ignore()


def test_the_provider_refuses_one_of_them(world: World) -> None:
    """A number that cannot be called: its person is texted to call back, the others talk."""
    sent = talking(world)
    world.phones.script(e164(ZHAO), OutcomeKind.REJECTED)
    do(world, sent, "conference")
    assert seats(world, sent) == {"赵六": "missing", "钱一": "rung"}
    assert "not_joined" in alarms(world)
    refused = [m for m, _ in world.phones.refused if m.to == e164(ZHAO)]
    assert [m.channel for m in refused] == [Channel.VOICE, Channel.SMS]
    assert "请回拨" in refused[1].text
    world.ignore()


def test_not_picked_up_is_missing(world: World) -> None:
    """A voicemail presses nothing: nobody is in the conference who did not want to be."""
    sent = talking(world)
    do(world, sent, "conference")
    world.ignore()
    world.receipt(ZHAO, "voice", ReceiptResult.ANSWERED)
    assert seats(world, sent)["赵六"] == "rung"
    world.receipt(ZHAO, "voice", ReceiptResult.ENDED)
    assert seats(world, sent)["赵六"] == "missing"
    world.expect((ZHAO, "sms", "请回拨"))


def test_words_come_late_twice_and_out_of_order(world: World) -> None:
    """Left stays left; what is not ours is refused; a leave before its join is a leave."""
    sent = talking(world)
    do(world, sent, "conference")
    room, police = inside(world, ZHAO, QIAN)
    for word in (RoomWord.LEFT, RoomWord.JOINED, RoomWord.LEFT, RoomWord.JOINED):
        heard(world, room, word)
    assert seats(world, sent)["赵六"] == "left"
    for strange in (
        Room(name="talk-nobody-1", label=room.label),
        Room(name="elsewhere", label=room.label),
        Room(name=room.name, label="999999"),
        Room(name=room.name, label="x"),
    ):
        assert not heard(world, strange, RoomWord.JOINED)
    heard(world, police, RoomWord.OVER)
    assert call(world, sent).ended_at is not None
    assert [guest.presence for guest in call(world, sent).guests] == [Presence.LEFT] * 2
    world.ignore()


def test_without_a_provider_that_can_they_are_asked_to_call_back(furnished_url: str) -> None:
    """Said plainly in the log, and everybody who joined gets the text instead of a call."""
    deaf = dict.fromkeys(Channel, Capabilities(two_way=True, keypad=True))
    world = World(furnished_url, phones=Phones(deaf))
    try:
        sent = talking(world)
        do(world, sent, "conference")
        world.expect((ZHAO, "sms", "请回拨"), (QIAN, "sms", "请回拨"))
        assert ("GuestMoved", "no_conference") in story(world, sent)
    finally:
        world.close()


def test_a_caller_without_a_number_cannot_be_rung(world: World) -> None:
    """It is refused and changes nothing; without the caller it opens."""
    sent = world.transfer()
    do(world, sent, "talk")
    with pytest.raises(Conflict):
        do(world, sent, "conference", caller=True)
    do(world, sent, "conference")
    assert call(world, sent).guests == ()
    with pytest.raises(Conflict):
        do(world, sent, "conference")
    assert LI not in {m.to for m in world.phones.sent}
    world.ignore()
