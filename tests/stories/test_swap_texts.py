"""Changes of duty answered by text: agreed, approved, asked which, too late, never a page's."""

from __future__ import annotations

from oncall import duty_changes
from oncall.core.model import Reason
from oncall.duty_changes import Asked, Give, Outcome
from rosters.changes import State, Verb
from tests.county import CHEN, LI, LIN, WANG, ZHANG
from tests.stories.changing import act, at, do, stage_of, who
from tests.world import World


def swap(world: World, day: int = 7) -> Outcome:
    """张三 asks 王五 to take one of his days."""
    asked = Asked(person="张三", give=Give(at=at(day, 12)), other="王五")
    done = do(world, lambda s: duty_changes.ask_swap(s, asked), ZHANG)
    world.ignore()
    return done


def state(world: World, done: Outcome) -> State:
    """How the change stands now."""
    with world.app.db.begin() as tx:
        stage = stage_of(world, tx, None, free=True)
        return duty_changes.look(stage, done.change.id).change.state


def test_a_swap_by_texts_alone(world: World) -> None:
    """The text says how to answer; 王五 agrees, his leader agrees, and the duty is his."""
    asked = Asked(person="张三", give=Give(at=at(7, 12)), other="王五")
    done = do(world, lambda s: duty_changes.ask_swap(s, asked), ZHANG)
    number = done.change.id
    world.expect((WANG, "sms", f"同意{number}"))
    assert world.text(WANG, f"同意{number}") is None
    world.expect((WANG, "sms", "您同意"), (CHEN, "sms", f"同意{number}"))
    assert world.text(CHEN, "批准") is None
    world.expect(
        (CHEN, "sms", "已批准"), (ZHANG, "sms", "张三 → 王五"), (WANG, "sms", "张三 → 王五")
    )
    assert who(world, at(7, 12)) == ["王五"]


def test_no_and_why(world: World) -> None:
    """A refusal keeps its reason and leaves the roster; the leader's does the same."""
    done = swap(world)
    world.text(WANG, f"不同意 {done.change.id} 那天出差")
    world.expect((WANG, "sms", "您不同意"), (ZHANG, "sms", "那天出差"))
    assert state(world, done) is State.REFUSED
    again = swap(world)
    act(world, again.change.id, Verb.AGREE, WANG)
    world.ignore()
    world.text(CHEN, f"{again.change.id} 不批准")
    world.expect((CHEN, "sms", "未批准"), (ZHANG, "sms", "未获批准"), (WANG, "sms", "未获批准"))
    assert who(world, at(7, 12)) == ["张三"]


def test_cover_goes_to_the_first_text(world: World) -> None:
    """The first yes serves; a later one hears that it is settled; a no is thanked for."""
    done = do(world, lambda s: duty_changes.ask_cover(s, "张三", Give(at=at(7, 12))), ZHANG)
    world.ignore()
    world.text(WANG, f"不能替{done.change.id}")
    world.expect((WANG, "sms", "您不能替班"))
    world.text(LIN, "我可以替班")
    assert who(world, at(7, 12)) == ["林芳"]
    world.ignore()
    world.text(WANG, f"同意{done.change.id}")
    (late,) = world.expect((WANG, "sms", "已生效"))
    assert "未作任何改动" in late.text


def test_several_are_asked_back_and_each_can_be_named(world: World) -> None:
    """Two wait and none is named: one text with both numbers, and nothing is agreed yet."""
    first, second = swap(world), swap(world, 9)
    world.text(WANG, "同意")
    (asked,) = world.expect((WANG, "sms", "2项"))
    assert f"{first.change.id}号" in asked.text
    assert f"{second.change.id}号" in asked.text
    assert (state(world, first), state(world, second)) == (State.ASKED, State.ASKED)
    world.text(WANG, f"同意 {second.change.id}")
    world.ignore()
    assert (state(world, first), state(world, second)) == (State.ASKED, State.AGREED)


def test_a_bare_one_is_a_pages_before_it_is_a_swaps(world: World) -> None:
    """With a page that reached him a 1 is an ack; with nothing else at all it agrees."""
    done = swap(world)
    world.text(WANG, "1")
    world.ignore()
    assert state(world, done) is State.AGREED
    more = swap(world, 9)
    world.roster("SOE-CITYBUILD", "primary", WANG, 3)
    sent = world.transfer()
    world.ignore()
    assert world.text(WANG, "1") is Reason.ACKED
    world.expect((WANG, "sms", sent.code), (ZHANG, "sms"))
    assert state(world, more) is State.ASKED
    world.text(WANG, f"1 {more.change.id}")
    world.ignore()
    assert state(world, more) is State.AGREED


def test_a_yes_to_a_change_never_takes_a_page(world: World) -> None:
    """With a page open 同意 is about the swap; with no swap it is answered with help."""
    done = swap(world)
    world.roster("SOE-CITYBUILD", "primary", WANG, 3)
    sent = world.transfer()
    world.ignore()
    assert world.text(WANG, "同意") is None
    assert state(world, done) is State.AGREED
    world.ignore()
    assert world.text(LI, "同意") is None
    world.expect((LI, "sms", "没有"))
    assert world.text(ZHANG, "同意") is None
    (helped,) = world.expect((ZHANG, "sms", "签收"))
    assert sent.code[-4:] in helped.text


def test_too_late_says_what_became_of_it(world: World) -> None:
    """Withdrawn meanwhile, lapsed, or the roster moved on: the words say so, nothing is done."""
    done = swap(world)
    act(world, done.change.id, Verb.WITHDRAW, ZHANG)
    world.ignore()
    world.text(WANG, "同意")
    world.expect((WANG, "sms", "已撤回"))
    other = swap(world, 9)
    world.until(at(9, 9))
    world.ignore()
    world.text(WANG, f"同意{other.change.id}")
    world.expect((WANG, "sms", "逾期"))
    world.text(WANG, "同意 4711")
    world.expect((WANG, "sms"))
