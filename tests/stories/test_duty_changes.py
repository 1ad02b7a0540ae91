"""Cover, leave, taking over: one wins, nobody is missing, and what rings goes to the new one."""

from __future__ import annotations

import threading

import pytest

from oncall import duty_changes
from oncall.core.errors import Conflict, Forbidden, Invalid
from oncall.duty_changes import Give, Outcome
from oncall.store import directory
from oncall.store.database import Tx
from oncall.store.directory import Person
from rosters.changes import Verb
from tests.county import (
    CHEN,
    CITY,
    LI,
    LIN,
    TOWN,
    WANG,
    ZHANG,
    ZHAO,
    ZHENG,
    person_id,
)
from tests.stories.changing import act, at, do, stage_of, who
from tests.world import World


def ask_cover(world: World) -> Outcome:
    """张三 needs somebody for the 7th."""
    return do(world, lambda s: duty_changes.ask_cover(s, "张三", Give(at=at(7, 12))), ZHANG)


def test_the_first_who_accepts_serves(world: World) -> None:
    """All who are free are asked; once one accepts the others, the leader and both know."""
    done = ask_cover(world)
    # 李四 and 陈建国 serve that day themselves.
    world.expect((WANG, "sms", "先同意者"), (LIN, "sms", "先同意者"), ("13900000005", "sms"))
    assert who(world, at(7, 12)) == ["张三"]
    act(world, done.change.id, Verb.AGREE, LIN)
    world.expect(
        (ZHANG, "sms", "张三 → 林芳"),
        (LIN, "sms", "张三 → 林芳"),
        (CHEN, "sms", "张三 → 林芳"),
        (WANG, "sms", "林芳"),
        ("13900000005", "sms", "林芳"),
    )
    assert who(world, at(7, 12)) == ["林芳"]
    with pytest.raises(Conflict):
        act(world, done.change.id, Verb.AGREE, WANG)
    for by in (ZHANG, ZHAO):
        with pytest.raises((Forbidden, Conflict)):
            act(world, done.change.id, Verb.AGREE, by)


def test_two_accept_at_the_same_instant(world: World) -> None:
    """One wins, the other is told who; the duty has one person and one override."""
    number = ask_cover(world).change.id
    world.ignore()
    ready = threading.Barrier(2)
    results: dict[str, str] = {}

    def accept(number_of: str) -> None:
        def try_once(tx: Tx) -> None:
            stage = stage_of(world, tx, number_of, free=False)
            duty_changes.act(stage, number, Verb.AGREE)

        ready.wait()
        try:
            world.app.db.attempt(try_once)
            results[number_of] = "won"
        except Conflict as refused:
            results[number_of] = refused.code

    threads = [threading.Thread(target=accept, args=(one,)) for one in (WANG, LIN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.settle()
    assert sorted(results.values()) == ["change_settled", "won"]
    winner = {WANG: "王五", LIN: "林芳"}[next(n for n, r in results.items() if r == "won")]
    assert who(world, at(7, 12)) == [winner]
    texts = world.expect(
        *((n, "sms", f"张三 → {winner}") for n in (ZHANG, CHEN, WANG, LIN, "13900000005"))
    )
    assert len(texts) == 5


def test_nobody_accepts(world: World) -> None:
    """The duty stays where it was, and its owner is told so when it begins."""
    ask_cover(world)
    world.ignore()
    world.until(at(7, 8))
    world.expect((ZHANG, "sms", "原值班安排不变"))
    assert who(world, at(7, 12)) == ["张三"]


def test_leave_is_filled_duty_by_duty(world: World) -> None:
    """The conflicts with the best replacements first; approved; filled; back again exactly."""
    with world.app.db.begin() as tx:
        directory.put_people(
            tx,
            [Person(id="p-new", unit=CITY, name="钱新", mobile="13900000091", post="liaison")],
        )
    done = do(
        world, lambda s: duty_changes.ask_leave(s, "张三", at(7, 0), at(10, 0), why="病假"), ZHANG
    )
    world.expect((CHEN, "sms", "请假"))
    with world.app.db.read() as tx:
        found = duty_changes.conflicts(stage_of(world, tx, None, free=True), done.change)
    assert [one.duty.start for one in found] == [at(7, 8), at(9, 8)]
    assert found[1].duty.end == at(10, 0)
    ranked = found[0].standins
    # Free and meant for it; 王五 is free too, but would serve three days in a row.
    assert [one.person for one in ranked[:2]] == ["p-new", person_id(WANG)]
    assert ranked[1].strains == ("long-stretch", "nights-running")
    assert not next(one for one in ranked if one.person == person_id(LI)).free
    with pytest.raises(Conflict):
        do(world, lambda s: duty_changes.fill(s, done.change.id, "钱新"), CHEN)
    act(world, done.change.id, Verb.APPROVE, CHEN)
    world.expect((ZHANG, "sms", "2"))
    assert who(world, at(7, 12)) == ["张三"]
    do(world, lambda s: duty_changes.fill(s, done.change.id, "钱新", at=at(7, 12)), CHEN)
    world.expect((ZHANG, "sms", "张三 → 钱新"), ("13900000091", "sms", "张三 → 钱新"))
    do(world, lambda s: duty_changes.fill(s, done.change.id, "王五"), CHEN)
    world.expect((ZHANG, "sms", "张三 → 王五"), (WANG, "sms", "张三 → 王五"))
    assert [who(world, at(day, 12)) for day in (7, 9)] == [["钱新"], ["王五"]]
    with pytest.raises(Conflict):
        do(world, lambda s: duty_changes.fill(s, done.change.id, "王五"), CHEN)
    act(world, done.change.id, Verb.UNDO, CHEN)
    world.expect((ZHANG, "sms"), (WANG, "sms"), ("13900000091", "sms"))
    assert [who(world, at(day, 12)) for day in (7, 9)] == [["张三"], ["张三"]]


def test_somebody_on_leave_is_not_asked_to_cover(world: World) -> None:
    """Away is away: neither asked nor called free."""
    leave = do(
        world, lambda s: duty_changes.ask_leave(s, "王五", at(6, 9), at(8, 0)), WANG
    ).change.id
    act(world, leave, Verb.APPROVE, CHEN)
    world.ignore()
    done = ask_cover(world)
    assert person_id(WANG) not in done.change.asked_of
    world.ignore()


def test_a_page_in_flight_goes_to_whoever_takes_over(world: World) -> None:
    """The first was paged and is silent; the second takes over, is paged at once, and owns it."""
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code))
    world.advance(2)
    do(
        world,
        lambda s: duty_changes.take_over(s, CITY, "primary", "王五", why="突发疾病"),
        WANG,
    )
    texts = world.expect(
        (WANG, "sms", "接班"),
        (WANG, "sms", "张三 → 王五"),
        (ZHANG, "sms", "张三 → 王五"),
        (CHEN, "sms", "张三 → 王五"),
    )
    assert "突发疾病" in texts[1].text
    assert who(world, world.now) == ["王五"]
    # The duty it is taken from ends at eight; after that the roster goes on as it was.
    assert who(world, at(4, 7)) == ["王五"]
    assert who(world, at(5, 12)) == ["张三"]
    world.advance(3)
    world.expect((WANG, "voice"))
    world.press(WANG, "1")
    world.expect((ZHANG, "sms", "王五已签收"))


def test_take_overs_that_make_no_sense(world: World) -> None:
    """One's own duty, nobody on duty and no end said, somebody who does not serve."""
    with pytest.raises(Conflict):
        do(world, lambda s: duty_changes.take_over(s, CITY, "primary", "张三"), ZHANG)
    with pytest.raises(Invalid):
        do(world, lambda s: duty_changes.take_over(s, CITY, "team", "王五"), WANG)
    with pytest.raises(Invalid):
        do(
            world,
            lambda s: duty_changes.take_over(s, CITY, "primary", "王五", instead="李四"),
            WANG,
        )
    with pytest.raises(Forbidden):
        do(world, lambda s: duty_changes.take_over(s, CITY, "primary", "王五"), LI)
    with pytest.raises(Invalid):
        do(world, lambda s: duty_changes.take_over(s, TOWN, "primary", "王五"), WANG)
    done = do(
        world,
        lambda s: duty_changes.take_over(s, CITY, "team", "王五", until=at(3, 20)),
        WANG,
    )
    assert done.moves[0].old is None
    assert who(world, at(3, 19), role="team") == ["王五"]
    assert ZHENG not in done.told
    world.ignore()
