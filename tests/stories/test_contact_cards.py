"""Contact cards at work: several numbers, dead ones, and people who want no more texts."""

from __future__ import annotations

from notifiers.message import Outcome, OutcomeKind, ReceiptResult
from notifiers.phone import e164
from oncall.admin import cards, matters
from oncall.core.model import Alarm
from oncall.i18n import translator
from oncall.store import alarms
from tests.county import CITY, LI, ZHANG
from tests.world import World

#: Zhang's other phone.
SECOND = "13900000031"
_DEAD = Outcome(kind=OutcomeKind.REJECTED, provider="", code="21211", dead=True)


def give(world: World, name: str, *numbers: str) -> None:
    """Put these numbers on somebody's card."""
    with world.app.db.begin() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        cards.change(tx, snapshot, snapshot.find(name), world.now, numbers=numbers)


def raised(world: World) -> list[str]:
    """The kinds of the open alarms."""
    with world.app.db.read() as tx:
        return [one.alarm for one in alarms.open_alarms(tx)]


def told(world: World, transfer: str) -> str:
    """What `oncall why` says of a transfer."""
    with world.app.db.read() as tx:
        full = matters.in_full(tx, transfer)
        lines = matters.stories(translator("zh_CN"), full, {}, "Asia/Shanghai")
    return "\n".join(str(one) for story in lines for one in story.paragraphs)


def test_a_dead_first_number_costs_no_time(world: World) -> None:
    """The second phone has the text within the same moment, and an answer from it counts."""
    give(world, "张三", ZHANG, SECOND)
    world.phones.script(e164(ZHANG), _DEAD)
    sent = world.transfer()
    world.expect((SECOND, "sms", sent.code))
    world.text(SECOND, "1")
    world.expect((SECOND, "sms", sent.code))
    assert raised(world) == []


def test_a_receipt_of_a_dead_number_does_the_same(world: World) -> None:
    """It was taken, and turns out to be out of service; the next page goes past it at once."""
    give(world, "张三", ZHANG, SECOND)
    sent = world.transfer()
    world.expect((ZHANG, "sms"))
    with world.app.db.read() as tx:
        label = world.app.directory.at(tx, world.now).label("p001", ZHANG)
    world.receipt(ZHANG, "sms", ReceiptResult.FAILED, code="30005", permanent=True, dead=True)
    world.expect((SECOND, "sms", sent.code))
    story = told(world, sent.id)
    assert label in story
    assert ZHANG not in story
    again = world.transfer(category="供电")
    world.expect((SECOND, "sms", again.code))


def test_with_every_number_dead_the_ladder_climbs_at_once(world: World) -> None:
    """Both numbers are tried by text and by call, each once; then the deputy has it."""
    give(world, "张三", ZHANG, SECOND)
    for number in (ZHANG, SECOND):
        world.phones.script(e164(number), _DEAD)
    sent = world.transfer()
    world.expect((LI, "sms", sent.code), (LI, "voice"))
    refused = [(one.to, str(one.channel)) for one, _ in world.phones.refused]
    assert refused == [
        (e164(ZHANG), "sms"),
        (e164(SECOND), "sms"),
        (e164(ZHANG), "voice"),
        (e164(SECOND), "voice"),
    ]
    assert Alarm.UNREACHABLE in raised(world)


def test_who_texts_stop_is_texted_at_no_later_page_until_start(world: World) -> None:
    """Calls go on; START takes it back."""
    world.text(ZHANG, "STOP")
    world.transfer()
    world.expect((ZHANG, "voice", "供水"))
    world.text(ZHANG, "START")
    world.expect((ZHANG, "sms"))
    again = world.transfer(category="供电")
    world.expect((ZHANG, "sms", again.code))


def test_a_text_from_a_number_marked_dead_makes_it_usable(world: World) -> None:
    """Whoever writes from it is there."""
    give(world, "张三", ZHANG, SECOND)
    world.phones.script(e164(ZHANG), _DEAD, OutcomeKind.ACCEPTED)
    first = world.transfer()
    world.expect((SECOND, "sms", first.code))
    world.text(ZHANG, "1")
    world.expect((SECOND, "sms", first.code))
    second = world.transfer(category="供电")
    world.expect((ZHANG, "sms", second.code))


def test_a_number_taken_off_a_card_is_not_used_again(world: World) -> None:
    """The order of the card is the order of the calls."""
    give(world, "张三", SECOND, ZHANG)
    sent = world.transfer(CITY)
    world.expect((SECOND, "sms", sent.code))
    give(world, "张三", ZHANG)
    world.advance(5)
    world.expect((ZHANG, "voice"))


def test_personal_rules_reach_somebody_sooner_and_never_later(world: World) -> None:
    """Zhang wants a call at once and again after two minutes; the ladder's own call comes too."""
    with world.app.db.begin() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        rules = ["紧急：电话，2 电话"]
        cards.change(tx, snapshot, snapshot.find("张三"), world.now, rules=rules)
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code), (ZHANG, "voice"))
    world.advance(1.9)
    world.expect()
    world.advance(0.1)
    world.expect((ZHANG, "voice"))
    assert "张三的个人规则" in told(world, sent.id)
    world.advance(3)
    world.expect((ZHANG, "voice"))
    world.press(ZHANG, "1")
