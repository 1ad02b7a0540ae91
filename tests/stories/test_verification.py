"""Numbers that are proven: by a code, by an answer, and what is marked is told once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from notifiers.message import Outcome, OutcomeKind
from notifiers.phone import e164
from oncall.core.errors import Conflict, Invalid, NotFound
from oncall.core.model import Channel
from oncall.rounds.numbers import KIND
from oncall.store import contacts, planned
from oncall.store.contacts import Known
from oncall.tables import outbox
from tests.county import CHEN, LI, WANG, ZHANG
from tests.stories.test_contact_cards import SECOND, give
from tests.world import World

SMS, VOICE = Channel.SMS, Channel.VOICE
_DEAD = Outcome(kind=OutcomeKind.REJECTED, provider="", code="21211", dead=True)


def card(world: World, name: str) -> dict[tuple[str, Channel], Known]:
    """What is known of the numbers of a card."""
    with world.app.db.read() as tx:
        person = world.app.directory.at(tx, world.now).find(name)
        return {(one.address, one.channel): one for one in contacts.of_card(tx, person)}


def proven(world: World, name: str, number: str, channel: Channel) -> tuple[datetime | None, str]:
    """When and how a number was last proven."""
    one = card(world, name)[number, channel]
    return one.proven, one.proven_by or ""


def code_in(text: str) -> str:
    """The six digits of a message."""
    return "".join(re.findall(r"\d", text.partition("验证码")[2].partition("，")[0]))


def ask(world: World, channel: Channel = SMS, number: str | None = None) -> None:
    """The keeper has a code sent to Zhang."""
    world.app.verifying.ask("p001", channel, world.now, by="管理员", number=number)
    world.settle()


def take(world: World, code: str, channel: Channel = SMS) -> None:
    """The keeper types in what Zhang says."""
    world.app.verifying.take("p001", channel, code, world.now, by="管理员")


def watch(world: World) -> None:
    """Let the numbers be looked through every quarter of an hour, and nothing else."""
    with world.app.db.begin() as tx:
        planned.book(tx, KIND, KIND, world.now)


def test_a_code_told_back_proves_the_number_and_is_kept_nowhere(world: World) -> None:
    """The text has six digits; neither the outbox nor the log has them, before or after."""
    ask(world)
    (message,) = world.expect((ZHANG, "sms", "验证码"))
    code = code_in(message.text)
    assert re.fullmatch(r"\d{6}", code)
    with world.app.db.read() as tx:
        rows = tx.conn.execute(select(outbox.c.text, outbox.c.facts)).all()
    assert all(code not in f"{row.text}{row.facts}" for row in rows)
    take(world, f" {code} ")
    assert proven(world, "张三", ZHANG, SMS) == (world.now, "code")
    with pytest.raises(Conflict, match="code_expired"):
        take(world, code)


def test_a_call_says_the_code_to_the_number_that_was_named(world: World) -> None:
    """A landline can be proven too, and only the channel that was used counts as proven."""
    give(world, "张三", ZHANG, "0595-23500001")
    ask(world, VOICE, "0595****0001")
    (message,) = world.expect(("059523500001", "voice", "验证码"))
    take(world, code_in(message.text.replace("再说一遍", "，")), VOICE)
    known = card(world, "张三")
    assert known["0595-23500001", VOICE].proven == world.now
    assert known[ZHANG, VOICE].proven is None


def test_guessing_locks_and_a_code_ends_by_itself(world: World) -> None:
    """Five wrong tries, half an hour; a right code afterwards is worth nothing."""
    with pytest.raises(NotFound, match="no_code"):
        take(world, "000000")
    ask(world)
    code = code_in(world.last(ZHANG).text)
    wrong = "000000" if code != "000000" else "000001"
    said = []
    for _ in range(5):
        with pytest.raises(Invalid) as refused:
            take(world, wrong)
        said.append(refused.value.faults[0].code)
    assert said == ["code_wrong"] * 4 + ["code_locks"]
    with pytest.raises(Conflict, match="code_locked"):
        take(world, code)
    with pytest.raises(Conflict, match="code_locked"):
        ask(world)
    world.advance(30)
    ask(world)
    world.advance(10)
    with pytest.raises(Conflict, match="code_expired"):
        take(world, code_in(world.last(ZHANG).text))


def test_codes_are_not_sent_one_after_another(world: World) -> None:
    """One a minute, five a day, to each number by itself."""
    give(world, "张三", ZHANG, SECOND)
    for sent in range(5):
        ask(world)
        if not sent:
            with pytest.raises(Conflict, match="code_too_soon"):
                ask(world)
        world.advance(1)
    with pytest.raises(Conflict, match="code_too_many"):
        ask(world)
    ask(world, number=SECOND)
    world.advance(hours=24)
    ask(world)


def test_an_answer_to_a_page_proves_the_channel_it_came_by(world: World) -> None:
    """A text proves texts, a key proves calls; what was merely delivered proves nothing."""
    world.transfer()
    world.advance(5)
    assert proven(world, "张三", ZHANG, SMS) == (None, "")
    world.press(ZHANG, "*")
    assert proven(world, "张三", ZHANG, VOICE) == (world.now, "key")
    world.advance(1)
    world.text(ZHANG, "1")
    assert proven(world, "张三", ZHANG, SMS) == (world.now, "text")
    assert proven(world, "张三", ZHANG, VOICE) == (world.now - timedelta(minutes=1), "key")


def test_a_code_that_arrives_clears_every_mark(world: World) -> None:
    """A number marked dead or opted out, and heard from by its code, is used again."""
    world.text(ZHANG, "STOP")
    ask(world)
    take(world, code_in(world.last(ZHANG).text))
    sent = world.transfer()
    assert sent.code in world.last(ZHANG).text


def test_a_mark_is_told_to_the_unit_once_and_by_day(world: World) -> None:
    """The duty leader of a unit that nobody keeps hears of it at the next look, not per page."""
    watch(world)
    give(world, "张三", ZHANG, SECOND)
    world.phones.script(e164(ZHANG), _DEAD)
    for category in ("供水", "供电"):
        sent = world.transfer(category=category)
        world.text(SECOND, "1 " + sent.code[-4:])
    world.ignore()
    world.advance(20)
    (told,) = world.expect((CHEN, "sms", "张三139****0001短信空号或停机"))
    assert ZHANG not in told.text
    world.advance(60)
    news = [m for m in world.phones.sent if "通讯卡待更正" in m.text]
    assert len(news) == 1
    world.ignore()


def test_at_night_a_mark_waits_for_the_morning(world: World) -> None:
    """Nobody is woken because a card must be mended."""
    watch(world)
    world.advance(hours=9)
    world.ignore()
    world.text(WANG, "STOP")
    world.text(LI, "STOP")
    world.advance(hours=8)
    assert not [m for m in world.phones.sent if "通讯卡待更正" in m.text]
    world.advance(hours=1.3)
    (told,) = [m for m in world.phones.sent if "通讯卡待更正" in m.text]
    assert "王五" in told.text
    assert "李四" in told.text
    world.ignore()
