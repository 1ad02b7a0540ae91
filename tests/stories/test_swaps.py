"""Swaps: agreed, approved, told to exactly those they touch, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oncall import duty_changes
from oncall.core.errors import Conflict, Forbidden, Invalid, NotFound
from oncall.duty_changes import Asked, Give, Outcome
from oncall.store import directory
from oncall.store.directory import Person
from rosters.changes import State, Verb
from tests.county import (
    CHEN,
    CITY,
    LI,
    LIN,
    WANG,
    WU,
    ZHANG,
    ZHOU,
    person_id,
)
from tests.stories.changing import act, at, do, who
from tests.world import World


def swap(world: World, day: int = 7, back: int | None = 8, by: str = ZHANG) -> Outcome:
    """张三 asks 王五 for one of his days, on Saturday the 7th by default."""
    asked = Asked(
        person="张三",
        give=Give(at=at(day, 12)),
        other="王五",
        back=Give(at=at(back, 12)) if back else None,
        why="孩子开家长会",
    )
    return do(world, lambda s: duty_changes.ask_swap(s, asked), by)


def test_a_swap_from_asking_to_duty(world: World) -> None:
    """Asked, agreed, approved: each step tells exactly whom it concerns, then the other serves."""
    done = swap(world)
    assert done.change.state is State.ASKED
    [text] = world.expect((WANG, "sms", "11-07 08:00–11-08 08:00：张三 → 王五"))
    assert "11-08 08:00–11-09 08:00：王五 → 张三" in text.text
    assert "孩子开家长会" in text.text
    assert who(world, at(7, 12)) == ["张三"]
    act(world, done.change.id, Verb.AGREE, WANG)
    world.expect((CHEN, "sms", "审批"))
    assert who(world, at(7, 12)) == ["张三"]
    act(world, done.change.id, Verb.APPROVE, CHEN)
    world.expect((ZHANG, "sms", "张三 → 王五"), (WANG, "sms", "王五 → 张三"))
    assert who(world, at(7, 12)) == ["王五"]
    assert who(world, at(8, 12)) == ["张三"]
    assert who(world, at(9, 12)) == ["张三"]


def test_a_swap_taken_back(world: World) -> None:
    """The roster is exactly as it was, both are told, and it cannot be taken back twice."""
    number = swap(world).change.id
    act(world, number, Verb.AGREE, WANG)
    act(world, number, Verb.APPROVE, CHEN)
    world.ignore()
    done = act(world, number, Verb.UNDO, ZHANG)
    world.expect((ZHANG, "sms", "王五 → 张三"), (WANG, "sms", "张三 → 王五"))
    assert done.change.state is State.UNDONE
    assert [who(world, at(day, 12)) for day in (7, 8)] == [["张三"], ["王五"]]
    with pytest.raises(Conflict):
        act(world, number, Verb.UNDO, ZHANG)


def test_a_swap_of_which_one_half_was_served(world: World) -> None:
    """What was served stays served; only what is still to come goes back; after it nothing does."""
    number = swap(world).change.id
    act(world, number, Verb.AGREE, WANG)
    act(world, number, Verb.APPROVE, CHEN)
    world.until(at(8, 7))
    world.ignore()
    done = act(world, number, Verb.UNDO, CHEN)
    world.expect((ZHANG, "sms"), (WANG, "sms"))
    assert [(m.old, m.new) for m in done.moves] == [
        (person_id(WANG), person_id(ZHANG)),
        (person_id(ZHANG), person_id(WANG)),
    ]
    assert done.moves[0].start == at(8, 7)
    assert who(world, at(8, 6)) == ["王五"]
    assert who(world, at(8, 7) + timedelta(minutes=1)) == ["张三"]


def test_less_than_a_day_ahead_is_urgent_and_reported(world: World) -> None:
    """The county's office hears of it once it is approved, and not before."""
    done = swap(world, day=3, back=None)
    assert done.change.urgent
    world.expect((WANG, "sms"))
    act(world, done.change.id, Verb.AGREE, WANG)
    world.expect((CHEN, "sms"))
    act(world, done.change.id, Verb.APPROVE, CHEN)
    world.expect((ZHANG, "sms"), (WANG, "sms"), (WU, "sms", "紧急"))
    assert who(world, world.now) == ["王五"]


def test_a_swap_that_is_refused_rejected_or_withdrawn(world: World) -> None:
    """Whoever waited for an answer is told, nobody else, and the roster stays as it was."""
    first = swap(world).change.id
    world.ignore()
    act(world, first, Verb.REFUSE, WANG)
    world.expect((ZHANG, "sms", "王五"))
    second = swap(world).change.id
    act(world, second, Verb.AGREE, WANG)
    world.ignore()
    act(world, second, Verb.REJECT, CHEN)
    world.expect((ZHANG, "sms", "未获批准"), (WANG, "sms", "未获批准"))
    third = swap(world).change.id
    world.ignore()
    act(world, third, Verb.WITHDRAW, ZHANG)
    world.expect((WANG, "sms", "撤回"))
    assert who(world, at(7, 12)) == ["张三"]
    for number in (first, second, third):
        with pytest.raises(Conflict):
            act(world, number, Verb.APPROVE, CHEN)


def test_what_nobody_decided_in_time_lapses(world: World) -> None:
    """When the first of the two duties begins it is over: both are told that nothing changed."""
    number = swap(world).change.id
    world.ignore()
    world.until(at(7, 8) - timedelta(seconds=1))
    world.expect()
    world.until(at(7, 8))
    world.expect((ZHANG, "sms", "原值班安排不变"), (WANG, "sms", "原值班安排不变"))
    with pytest.raises(Conflict):
        act(world, number, Verb.AGREE, WANG)


def test_who_may_do_what(world: World) -> None:
    """Nobody asks, answers or decides for another; a leader does not decide their own."""
    with pytest.raises(Forbidden):
        swap(world, by=WANG)
    number = swap(world).change.id
    for verb, by in (
        (Verb.AGREE, ZHANG),
        (Verb.AGREE, LI),
        (Verb.REFUSE, CHEN),
        (Verb.WITHDRAW, WANG),
    ):
        with pytest.raises(Forbidden):
            act(world, number, verb, by)
    act(world, number, Verb.AGREE, WANG)
    for nobody in (ZHANG, WANG, LI, ZHOU, None):
        with pytest.raises(Forbidden):
            act(world, number, Verb.APPROVE, nobody)
    with pytest.raises(Forbidden):
        act(world, number, Verb.APPROVE, ZHANG, free=True)
    # The division leader's post will do; so will an administrator.
    assert act(world, number, Verb.APPROVE, LIN).change.state is State.IN_FORCE
    world.ignore()


def test_a_leader_s_own_swap_goes_to_another(world: World) -> None:
    """The duty leader of that day wants to be relieved: the division leader is asked."""
    asked = Asked(person="陈建国", give=Give(at=at(7, 12)), other="林芳")
    number = do(world, lambda s: duty_changes.ask_swap(s, asked), CHEN).change.id
    world.ignore()
    act(world, number, Verb.AGREE, LIN)
    world.expect(("13900000005", "sms", "陈建国"))
    with pytest.raises(Forbidden):
        act(world, number, Verb.APPROVE, CHEN)


def test_what_cannot_be_swapped(world: World) -> None:
    """No such duty, oneself, another unit, a second wish about the same day: said, nothing done."""
    wrong = (
        Asked(person="张三", give=Give(at=at(8, 12)), other="王五"),
        Asked(person="张三", give=Give(at=at(7, 12)), other="张三"),
        Asked(person="张三", give=Give(at=at(7, 12)), other="赵六"),
        Asked(person="张三", give=Give(at=at(7, 12)), other="无此人"),
        Asked(person="张三", give=Give(at=at(7, 12), until=at(7, 11)), other="王五"),
        Asked(person="张三", give=Give(at=at(7, 12), role="leader"), other="王五"),
    )
    for asked in wrong:
        with pytest.raises(Invalid):
            do(world, lambda s, asked=asked: duty_changes.ask_swap(s, asked), ZHANG)  # type: ignore[misc]
    world.expect()
    swap(world)
    with pytest.raises(Conflict):
        swap(world, back=None)
    with pytest.raises(NotFound):
        act(world, 99, Verb.AGREE, WANG)
    world.ignore()


def test_a_roster_that_moved_on_meanwhile(world: World) -> None:
    """The day was given to somebody else before the approval: it is refused, nothing half done."""
    number = swap(world).change.id
    act(world, number, Verb.AGREE, WANG)
    other = do(
        world,
        lambda s: duty_changes.take_over(s, CITY, "deputy", "王五", until=at(3, 20)),
        WANG,
    )
    assert other.change.state is State.IN_FORCE
    with world.app.db.begin() as tx:
        directory.put_people(tx, [Person(id=person_id(WANG), unit=CITY, name="王五", mobile=WANG)])
    leave = do(
        world, lambda s: duty_changes.ask_leave(s, "王五", at(8, 0), at(9, 0)), WANG
    ).change.id
    act(world, leave, Verb.APPROVE, CHEN)
    do(world, lambda s: duty_changes.fill(s, leave, "李四"), CHEN)
    world.ignore()
    with pytest.raises(Conflict) as refused:
        act(world, number, Verb.APPROVE, CHEN)
    assert refused.value.code == "change_moved_on"
    world.expect()
    assert who(world, at(7, 12)) == ["张三"]


def test_warnings_do_not_stand_in_the_way(world: World) -> None:
    """Three days in a row for 王五: said when asked and when approved, and done all the same."""
    done = swap(world, back=None)
    assert {problem.code for problem in done.warnings} == {"long-stretch", "nights-running"}
    act(world, done.change.id, Verb.AGREE, WANG)
    approved = act(world, done.change.id, Verb.APPROVE, CHEN)
    assert {problem.code for problem in approved.warnings} == {"long-stretch", "nights-running"}
    assert approved.change.state is State.IN_FORCE
    world.ignore()


def test_part_of_a_duty(world: World) -> None:
    """Only the evening goes to the other; the rest stays."""
    asked = Asked(person="张三", give=Give(at=at(7, 18), until=at(7, 22)), other="王五")
    number = do(world, lambda s: duty_changes.ask_swap(s, asked), ZHANG).change.id
    act(world, number, Verb.AGREE, WANG)
    act(world, number, Verb.APPROVE, CHEN)
    assert [who(world, at(7, hour)) for hour in (17, 18, 21, 22)] == [
        ["张三"],
        ["王五"],
        ["王五"],
        ["张三"],
    ]
    world.ignore()
