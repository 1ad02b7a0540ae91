"""Reachability checks: asked behind every page, answered by any word, counted nowhere else."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from notifiers.message import OutcomeKind, ReceiptResult
from notifiers.phone import e164
from oncall.core.drills import Check, Heard, scores
from oncall.core.errors import Invalid
from oncall.core.model import Alarm, Channel, Reason
from oncall.store import directory, drills, planned
from oncall.store.alarms import open_alarms
from oncall.store.directory import Person
from oncall.tables import pages
from tests.county import CITY, POST, START, TOWN, ZHANG, ZHAO
from tests.world import World


def drill(world: World, *units: str, **more: object) -> int:
    """A drill of these units, now."""
    number = world.app.drills.new(units, "值班长", world.now, **more)  # type: ignore[arg-type]
    world.settle()
    return number


def checks(world: World, number: int) -> dict[str, Heard]:
    """What came of each unit's check."""
    with world.app.db.read() as tx:
        return {check.unit: check.state for check in drills.checks_of(tx, number)}


def score(world: World) -> dict[str, tuple[int, int, int | None]]:
    """By unit: asked, answered in time, and the middle wait."""
    with world.app.db.read() as tx:
        start = world.now - timedelta(days=1)
        found = scores(drills.between(tx, start, world.now + timedelta(days=1), None))
    return {one.unit: (one.asked, one.in_time, one.seconds) for one in found}


def test_a_drill_says_so_and_is_answered(world: World) -> None:
    """Whoever is on duty gets one text that names itself a drill; a 1 ends it, without a page."""
    number = drill(world, CITY, TOWN)
    (asked, _) = world.expect((ZHANG, "sms", "【演练】通讯抽查"), (ZHAO, "sms", "【演练】"))
    assert "14:10前回复1" in asked.text
    world.advance(3)
    assert world.text(ZHANG, "1") is None
    world.expect((ZHANG, "sms", "演练"))
    world.advance(30)
    world.expect()
    assert checks(world, number) == {CITY: Heard.ANSWERED, TOWN: Heard.MISSED}
    assert score(world) == {CITY: (1, 1, 180), TOWN: (1, 0, None)}
    with world.app.db.read() as tx:
        assert tx.conn.execute(pages.select()).all() == []
        assert open_alarms(tx) == []


def test_a_late_answer_is_late(world: World) -> None:
    """After the time the sign of life is kept, but does not count as in time."""
    number = drill(world, CITY)
    world.ignore()
    world.advance(11)
    world.text(ZHANG, "收到")
    world.expect((ZHANG, "sms", "演练"))
    assert checks(world, number) == {CITY: Heard.LATE}
    assert score(world) == {CITY: (1, 0, 660)}


def test_a_dead_number_is_flagged(world: World) -> None:
    """A text that can never arrive alarms the desk about the person, and nobody else is asked."""
    world.phones.script(e164(ZHANG), OutcomeKind.REJECTED)
    number = drill(world, CITY)
    world.advance(10)
    assert checks(world, number) == {CITY: Heard.DEAD}
    with world.app.db.read() as tx:
        raised = [(a.alarm, a.who) for a in open_alarms(tx)]
    assert raised == [(Alarm.UNREACHABLE, "张三")]


def test_a_one_for_a_drill_never_takes_a_matter(world: World) -> None:
    """With a real page open a bare 1 is asked back; the drill has had its answer all the same."""
    number = drill(world, CITY)
    sent = world.transfer()
    world.ignore()
    assert world.text(ZHANG, "1") is None
    (asked,) = world.expect((ZHANG, "sms", sent.code))
    assert "演练" in asked.text
    assert checks(world, number) == {CITY: Heard.ANSWERED}
    assert world.text(ZHANG, "1") is Reason.ACKED
    world.expect((ZHANG, "sms", sent.code))


def test_a_page_goes_before_a_drill(world: World) -> None:
    """Asked of everybody in the same moment as a critical page, the page leaves first."""
    world.app.drills.new((), "值班长", world.now)
    world.transfer(urgency="critical")
    order = [message.text for message in world.phones.sent if message.channel == "sms"]
    first = next(i for i, text in enumerate(order) if "通讯抽查" in text)
    assert all("通讯抽查" in text for text in order[first:])
    assert first == 1
    world.ignore()


def test_a_sample_is_drawn_and_a_moment_kept(world: World) -> None:
    """So many units of those that have people, at the moment that was given, and not before."""
    at = world.now + timedelta(hours=1)
    number = drill(world, sample=3, at=at)
    world.expect()
    world.until(at)
    assert len(checks(world, number)) == 3
    assert len(world.phones.sent) == 3
    world.ignore()
    with pytest.raises(Invalid):
        drill(world, "NOWHERE", at=world.now - timedelta(hours=1))


def test_a_plan_brings_a_drill_at_a_moment_nobody_knows(world: World) -> None:
    """Each night whose turn it is draws one moment within the hours allowed."""
    plan = world.app.drills.plan
    plan("值班长", world.now, every_days=2, sample=2, after=time(9), before=time(17))
    with world.app.db.begin() as tx:
        planned.book(tx, "drill.plans", "drill.plans", world.now)
    world.app.agenda.run_due(world.now)
    with world.app.db.read() as tx:
        (booked,) = drills.listed(tx, 10)
        (known,) = drills.plans(tx)
    assert known.last_at == booked.at
    assert world.now <= booked.at < world.now + timedelta(hours=3)
    assert (booked.sample, booked.minutes) == (2, 10)


def test_the_scorecard_is_the_worst_first() -> None:
    """Rates by unit, names of the silent and of dead numbers, open checks left out."""

    def check(number: int, unit: str, state: Heard, seconds: int | None = None) -> Check:
        return Check(
            id=number,
            drill=1,
            unit=unit,
            person="p",
            name=f"P{number}",
            state=state,
            asked_at=START,
            until=START + timedelta(minutes=10),
            answered_at=None if seconds is None else START + timedelta(seconds=seconds),
        )

    found = scores(
        [
            check(1, "A", Heard.ANSWERED, 30),
            check(2, "A", Heard.ANSWERED, 90),
            check(3, "B", Heard.MISSED),
            check(4, "B", Heard.ANSWERED, 60),
            check(5, "B", Heard.DEAD),
            check(6, "C", Heard.ASKED),
        ]
    )
    assert [(s.unit, s.asked, s.in_time, s.missed, s.dead) for s in found] == [
        ("B", 3, 1, ("P3",), ("P5",)),
        ("A", 2, 2, (), ()),
    ]
    assert [s.seconds for s in found] == [60, 60]


def test_a_drill_may_call(world: World) -> None:
    """The call opens with its own tone and words; one who listens presses a key and is heard."""
    number = drill(world, CITY, TOWN, channel=Channel.VOICE)
    calls = world.expect((ZHANG, "voice", "这是演练"), (ZHAO, "voice", "这是演练"))
    assert all(call.drill and call.keypad for call in calls)
    world.advance(2)
    assert "演练" in world.press(ZHANG, "1").text
    world.receipt(ZHAO, "voice", ReceiptResult.ANSWERED)
    assert world.press(ZHANG, "1").text == ""
    world.advance(30)
    world.expect()
    assert checks(world, number) == {CITY: Heard.ANSWERED, TOWN: Heard.MISSED}
    assert score(world) == {CITY: (1, 1, 120), TOWN: (1, 0, None)}


def test_a_room_with_a_telephone_and_nothing_else_is_rung(world: World) -> None:
    """A text cannot reach a landline: the check calls there instead, and its key counts."""
    room = Person(id="room", unit=POST, name="值班室", office_phone="059523500099", post="liaison")
    with world.app.db.begin() as tx:
        directory.put_people(tx, [room])
    number = drill(world, POST, CITY)
    world.expect(("059523500099", "voice", "这是演练"), (ZHANG, "sms", "通讯抽查"))
    world.press("059523500099", "1")
    world.advance(30)
    assert checks(world, number) == {POST: Heard.ANSWERED, CITY: Heard.MISSED}


def test_a_call_nobody_takes_is_no_dead_number(world: World) -> None:
    """Not picked up is noted; a number that cannot be called alarms the desk."""
    world.phones.script(e164(ZHAO), OutcomeKind.REJECTED)
    number = drill(world, CITY, TOWN, channel=Channel.VOICE)
    world.receipt(ZHANG, "voice", ReceiptResult.FAILED)
    world.advance(10)
    assert checks(world, number) == {CITY: Heard.MISSED, TOWN: Heard.DEAD}


def test_a_real_call_never_sounds_like_a_drill(world: World) -> None:
    """Only the matter that was handed over as a drill opens with the tone."""
    world.transfer(urgency="critical", drill=True)
    assert world.last(ZHANG, "voice").drill
    world.transfer(TOWN, urgency="critical")
    assert not world.last(ZHAO, "voice").drill
    world.ignore()
