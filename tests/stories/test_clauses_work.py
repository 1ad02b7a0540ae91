"""Clauses 3, 4, 7, 14, 23, 24, 28 and 30: from the door to the end, each with one end."""

from __future__ import annotations

from typing import Any

import pytest

from notifiers.phone import national
from oncall.admin import orphans
from oncall.core.errors import Conflict, Invalid
from oncall.core.transfers import Draft, Transfer, TransferState
from oncall.store import planned, transfers
from oncall.store.alarms import close, open_alarms
from oncall.verbs import VERBS
from tests.county import CITY, DESK_12345, HE, QIAN, TOWN, ZHANG, ZHAO
from tests.stories.lives import alarms, do, holders, links, now, story
from tests.world import DISPATCHER, World


def test_clause_03_what_is_not_accepted_says_why(world: World) -> None:
    """A coded ground and a reason; whoever was paged stands down; R6 goes to its line as well."""
    sent = world.transfer(origin="12345")
    world.ignore()
    with pytest.raises(Invalid):
        do(world, sent, "reject", ground="R9", why="x")
    with pytest.raises(Conflict):
        do(world, sent, "reject", ground="R6", why="属119")
    do(world, sent, "reject", ground="R6", why="有人受伤", forward="DESK-110")
    assert now(world, sent).state is TransferState.REJECTED
    assert now(world, sent).life.ground == "R6"
    assert story(world, sent)[-1] == ("Rejected", "rejected")
    (linked,) = links(world, sent)
    assert holders(world, linked) == [("DESK-110", "lead")]
    world.expect((QIAN, "sms"), (QIAN, "voice"), (ZHANG, "sms"), (HE, "sms", "R6"))
    world.advance(60)
    assert ZHANG not in {m.to[-11:] for m in world.phones.sent[4:]}
    world.ignore()


def test_clause_28_three_things_or_a_waiver(world: World) -> None:
    """It cannot be closed without response, result and feedback, unless a waiver stands for it."""
    sent = world.transfer(origin="12345")
    with pytest.raises(Conflict):
        do(world, sent, "close")
    world.text(ZHANG, "1")
    world.ignore()
    with pytest.raises(Conflict):
        do(world, sent, "feedback", to="caller")
    do(world, sent, "result", by="张三", unit=CITY, text="已修复")
    # The result always flows back to whoever sent it (clause 7).
    world.expect((HE, "sms", sent.code))
    assert now(world, sent).state is TransferState.REPLIED
    with pytest.raises(Conflict):
        do(world, sent, "close")
    do(world, sent, "feedback", to="both", text="诉求人满意")
    do(world, sent, "close")
    life = now(world, sent).life
    assert now(world, sent).state is TransferState.CLOSED
    moments = (life.responded_at, life.result_at, life.feedback_at, life.closed_at)
    assert None not in moments
    world.advance(300)
    world.expect()
    # What is closed is not given back by a late text.
    world.text(ZHANG, "2")
    assert now(world, sent).state is TransferState.CLOSED
    world.ignore()


def test_clause_28_a_waiver_is_a_code(world: World) -> None:
    """Closed without a result, with the code that stands for it, and everybody falls silent."""
    sent = world.transfer()
    world.ignore()
    do(world, sent, "close", waivers=["W3"], why="并入另单")
    world.expect((ZHANG, "sms"))
    assert now(world, sent).life.waivers == ("W3",)
    world.advance(120)
    world.expect()


def test_clause_23_reopened_once(world: World) -> None:
    """The units that had it are paged anew, no clock is set back, and a second time is refused."""
    sent = world.transfer()
    world.text(ZHANG, "1")
    do(world, sent, "result", text="已修")
    do(world, sent, "feedback", to="caller")
    do(world, sent, "close")
    first = now(world, sent).life.responded_at
    world.ignore()
    world.advance(60)
    do(world, sent, "reopen", why="又漏了")
    world.expect((ZHANG, "sms", sent.code))
    again = now(world, sent)
    assert (again.state, again.life.responded_at) == (TransferState.PAGED, first)
    assert again.received_at == sent.received_at
    world.text(ZHANG, "1")
    do(world, sent, "result", text="换了管")
    do(world, sent, "feedback", to="caller")
    do(world, sent, "close")
    with pytest.raises(Conflict):
        do(world, sent, "reopen", why="还漏")
    world.ignore()


def test_clause_14_12345_gets_a_copy_without_a_duty(world: World) -> None:
    """A copy is one message: no ladder climbs for it, and the transfer does not wait for it."""
    sent = world.transfer(copy=(DESK_12345,))
    world.expect((ZHANG, "sms"), (HE, "sms", "抄送"))
    world.text(ZHANG, "1")
    assert now(world, sent).state is TransferState.ACKED
    world.ignore()
    world.advance(30)
    world.expect()


def test_more_units_join(world: World) -> None:
    """An assisting unit that joins later has its own ladder, and the whole waits for it."""
    sent = world.transfer()
    world.text(ZHANG, "1")
    world.ignore()
    do(world, sent, "add", units=[TOWN])
    world.expect((ZHAO, "sms"))
    assert now(world, sent).state is TransferState.PAGED
    world.text(ZHAO, "1")
    assert now(world, sent).state is TransferState.ACKED
    with pytest.raises(Conflict):
        do(world, sent, "add", units=[TOWN])
    world.ignore()


def test_a_reminder_finds_who_is_on_duty_then(world: World) -> None:
    """Whoever holds the duty at that moment hears it, not whoever held it when it was planned."""
    sent = world.transfer()
    world.text(ZHANG, "1")
    world.app.desk.note(sent.code, "张三", "到场", world.now, DISPATCHER)
    world.ignore()
    do(world, sent, "remind", at=world.now.replace(hour=6, minute=30), text="复查水压")
    world.advance(29.99)
    world.expect()
    world.advance(0.02)
    world.expect((ZHANG, "sms", "提醒"))


def test_clause_30_a_malicious_caller(world: World) -> None:
    """Two other people must confirm the mark; nothing stops before, and it lapses by itself."""
    sent = world.transfer()
    world.ignore()
    do(world, sent, "nuisance", by="甲", evidence="一小时内二十次")
    assert alarms(world) == ["nuisance"]
    with pytest.raises(Conflict):
        do(world, sent, "confirm", by="甲")
    do(world, sent, "confirm", by="乙")
    with pytest.raises(Conflict):
        do(world, sent, "confirm", by="乙")
    assert now(world, sent).state is TransferState.PAGED
    world.advance(5)
    world.expect((ZHANG, "voice"))
    do(world, sent, "confirm", by="丙")
    world.expect((ZHANG, "sms"))
    assert (now(world, sent).state, now(world, sent).nuisance) == (TransferState.CLOSED, True)
    # The danger path stays open.
    do(world, sent, "danger", why="真的有人受伤")
    world.expect((QIAN, "sms"), (QIAN, "voice"))
    world.text(QIAN, "1")
    world.ignore()
    world.advance(hours=24 * 30 + 1)
    world.ignore()
    assert not now(world, sent).nuisance


def marked(world: World) -> None:
    """A caller whom two others agree to call malicious."""
    sent = world.transfer(caller={"phone": "13900000099"})
    do(world, sent, "nuisance", by="甲", evidence="一小时内二十次")
    do(world, sent, "confirm", by="乙")
    do(world, sent, "confirm", by="丙")
    world.ignore()


def test_clause_30_a_marked_caller_is_never_forgotten(world: World) -> None:
    """The desk has a quarter of an hour, even if it waves the alarm away; then units are paged."""
    marked(world)
    sent = world.transfer(caller={"phone": "139 0000 0099"})
    world.expect()
    with world.app.db.begin() as tx:
        for one in open_alarms(tx):
            close(tx, one.id, "何二", world.now)
    world.advance(14.99)
    world.expect()
    world.advance(0.01)
    world.expect((ZHANG, "sms", sent.code))
    assert now(world, sent).state is TransferState.PAGED


def test_clause_30_no_mark_holds_up_what_is_critical(world: World) -> None:
    """The liar may be telling the truth: what is critical is paged at once, and 110 with it."""
    marked(world)
    world.transfer(origin="12345", urgency="critical", caller={"phone": "13900000099"})
    world.expect(*((n, c) for n in (ZHANG, QIAN) for c in ("sms", "voice")))


@pytest.mark.parametrize(
    ("more", "called"),
    [
        ({"urgency": "critical"}, True),
        ({"urgency": "critical", "origin": "110"}, False),
        ({"police": True}, True),
        ({}, False),
    ],
)
def test_clause_02_what_is_critical_goes_to_110_as_well(
    world: World, more: dict[str, Any], called: bool
) -> None:
    """Critical, or a police matter: the 110 desk is paged in the same second, unless it sent it."""
    world.transfer(**({"origin": "12345"} | more))
    reached = {national(m.to) for m in world.phones.sent}
    assert (QIAN in reached) is called
    assert ZHANG in reached


def test_clause_13_units_that_wait_for_the_police_are_not_forgotten(world: World) -> None:
    """Waved away or not, the alarm comes back every five minutes until somebody decides."""
    sent = world.transfer(police_first=True)
    for _ in range(3):
        assert "held" in alarms(world)
        with world.app.db.begin() as tx:
            for one in open_alarms(tx):
                close(tx, one.id, "何二", world.now)
        world.advance(4.99)
        assert "held" not in alarms(world)
        world.advance(0.01)
    assert "held" in alarms(world)
    world.ignore()
    do(world, sent, "dispatched")
    world.advance(0)
    assert "held" not in alarms(world)
    assert ZHANG in {national(m.to) for m in world.phones.sent}
    world.advance(30)
    assert "held" not in alarms(world)
    world.ignore()


def door(world: World, verb: str, given: dict[str, str], **more: Any) -> Transfer:
    """Somebody calls, and whoever takes the call decides it at once."""
    draft = Draft(origin="12345", to=(), urgency="routine", summary="咨询", decided=True, **more)
    accepted = world.app.acts.at_the_door(
        draft, VERBS[verb], given, by="何二", now=world.now, actor=DISPATCHER
    )
    world.settle()
    return accepted.transfer


def test_clause_24_answered_on_the_spot(world: World) -> None:
    """Closed in the breath in which it came, with all three moments, and nobody is paged."""
    sent = door(world, "answer", {"text": "窗口周一至周五办理"})
    life = now(world, sent).life
    assert now(world, sent).state is TransferState.CLOSED
    assert (life.responded_at, life.result_at, life.feedback_at) == (world.now,) * 3
    world.advance(60)
    world.expect()
    assert [event for event, _ in story(world, sent)] == ["Accepted", "DueSet", "Answered"]


def test_clause_04_guided_elsewhere(world: World) -> None:
    """The text the caller was given is kept, and nobody is paged."""
    sent = door(world, "guide", {"text": "请向法院提起诉讼"})
    assert now(world, sent).state is TransferState.GUIDED
    world.advance(60)
    world.expect()
    with pytest.raises(Conflict):
        do(world, sent, "guide", text="再说一次")


def test_clause_03_refused_at_the_door(world: World) -> None:
    """A refusal without its reason is none: then nothing at all is written down."""
    with pytest.raises(Invalid):
        door(world, "reject", {"ground": "R3"}, origin_ref="X-9")
    with world.app.db.read() as tx:
        assert transfers.find(tx, "12345:X-9") is None
    sent = door(world, "reject", {"ground": "R3", "why": "已在诉讼中"})
    assert now(world, sent).state is TransferState.REJECTED
    world.expect((HE, "sms", "R3"))


def test_clause_30_the_next_call_of_a_marked_caller(world: World) -> None:
    """It is accepted, the desk decides before a unit is disturbed, and danger is not held up."""
    caller = {"name": "某甲", "phone": "139 0000 0077"}
    sent = world.transfer(caller=caller)
    do(world, sent, "nuisance", by="甲", evidence="连续拨打")
    do(world, sent, "confirm", by="乙")
    do(world, sent, "confirm", by="丙")
    world.ignore()
    again = world.transfer(caller={"phone": "+86 139-0000-0077"})
    world.expect()
    assert (now(world, again).state, alarms(world)) == (TransferState.NEW, ["nuisance"])
    do(world, again, "force", why="核实为真实诉求")
    world.expect((ZHANG, "sms"))
    world.transfer(caller=caller, danger=True, origin="12345")
    world.expect((ZHANG, "sms"), (QIAN, "sms"), (QIAN, "voice"))
    do(world, sent, "lift", why="误标")
    world.transfer(caller=caller)
    world.expect((ZHANG, "sms"))


def found_now(world: World) -> list[tuple[str, bool]]:
    """What anybody who asks is shown of it: number, and whether the desk was told."""
    with world.app.db.read() as tx:
        found = [(one.brief.transfer.code, one.alarmed) for one in orphans.found(tx)]
        said = [finding.params.get("codes", "") for finding in orphans.look(tx)]
    assert said == [", ".join(code for code, _ in found)]
    return found


def test_clause_23_nothing_is_forgotten(world: World) -> None:
    """The nightly check finds a transfer to which nothing will happen any more, and tells once."""
    sent = world.transfer()
    world.text(ZHANG, "1")
    world.app.desk.note(sent.code, "张三", "到场", world.now, DISPATCHER)
    with world.app.db.begin() as tx:
        planned.cancel_about(tx, sent.id)
    world.app.agenda.start(world.now)
    # Nobody looks in between: what comes again is done once, however often it was missed.
    world.let_pass(12 * 60 + 29)
    world.settle()
    assert "orphan" not in alarms(world)
    assert found_now(world) == [(sent.code, False)]
    world.let_pass(2)
    world.settle()
    assert alarms(world).count("orphan") == 1
    assert found_now(world) == [(sent.code, True)]
    do(world, sent, "close", waivers=["W2"])
    assert "orphan" not in alarms(world)
    assert found_now(world) == []
    world.ignore()


def test_what_is_held_can_be_withdrawn(world: World) -> None:
    """A transfer whose units still wait has no page, and can be taken back all the same."""
    sent = world.transfer(origin="12345", police_first=True)
    world.app.desk.cancel(sent.code, "12345席", world.now, DISPATCHER, why="误报")
    world.settle()
    assert now(world, sent).state is TransferState.CANCELLED
    assert alarms(world) == []
    assert story(world, sent)[-1] == ("Withdrawn", "cancelled")
    world.ignore()
    world.advance(120)
    world.expect()
