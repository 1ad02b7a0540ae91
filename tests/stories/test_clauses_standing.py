"""Clauses 5, 6, 12, 18, 19, 27, 33 and 34: what stands ready before anybody calls, and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from notifiers.message import OutcomeKind
from notifiers.phone import e164
from oncall import reporting
from oncall.admin.strain import burdens
from oncall.core.drills import Heard
from oncall.core.errors import Invalid
from oncall.core.kpi import Period, Rate, Report
from oncall.core.model import Alarm, Ask, Source, Urgency
from oncall.core.policies import default_book, dump
from oncall.core.transfers import TransferState
from oncall.store import directory, drills
from oncall.store.directory import Person
from tests.county import (
    CHEN,
    CITY,
    DESK_110,
    DESK_12345,
    HE,
    LI,
    POST,
    QIAN,
    TOWN,
    WANG,
    WU,
    ZHANG,
    ZHAO,
    ZHOU,
    ZONE,
    person_id,
)
from tests.stories.lives import alarms, do, now
from tests.world import DISPATCHER, World

#: The rules are the same on either database, and other stories run on both.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def figures(world: World) -> Report:
    """The month so far, as every door shows it."""
    start = world.now - timedelta(days=2)
    period = Period(start=start, end=start + timedelta(days=30), as_of=world.now)
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        return reporting.kpi(tx, snapshot, world.app.coverage, period)


def gone(world: World, number: str) -> None:
    """Somebody has left, and still stands on the roster."""
    with world.app.db.begin() as tx:
        found = next(p for p in directory.all_people(tx) if p.mobile == number)
        directory.put_people(tx, [replace(found, active=False)])


def test_clause_05_the_desks_are_units_like_any_other(world: World) -> None:
    """12345's desk has a roster and a ladder of its own; with nobody left there, it is alarmed and
    supervision called in the same second."""
    sent = world.transfer(DESK_12345, origin="110")
    world.expect((HE, "sms", sent.code))
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect((HE, "voice"))
    assert alarms(world) == []
    world.text(HE, "1")
    world.ignore()
    gone(world, HE)
    world.transfer(DESK_12345, origin="110")
    world.expect((WU, "sms"), (WU, "voice"), (WU, "sms", "督办单"))
    assert "gap" in alarms(world)
    assert "no_target" in alarms(world)


def test_clause_06_both_ways_with_both_moments(world: World) -> None:
    """When it was first heard and when it was handed on are two moments, either way; the time
    between is counted, and a call of tomorrow is refused."""
    with pytest.raises(Invalid):
        world.transfer(received_at=world.now + timedelta(hours=1))
    world.expect()
    there = world.transfer(CITY, origin="110", received_at=world.now - timedelta(minutes=3))
    world.expect((ZHANG, "sms", there.code))
    back = world.transfer(DESK_110, origin=CITY, received_at=world.now - timedelta(minutes=5))
    world.expect((QIAN, "sms", back.code))
    assert (there.transferred_at, back.transferred_at) == (world.now, world.now)
    assert there.received_at == world.now - timedelta(minutes=3)
    found = figures(world).total.hop_time
    assert (found.count, found.mean) == (2, 240.0)


def test_clause_12_somebody_is_always_reached(world: World) -> None:
    """Without a roster the standing liaison is paged and the gap alarmed; the deputy and the duty
    room's telephone come at their own minutes, not before."""
    with world.app.db.begin() as tx:
        people = [("liaison", "13900000031"), ("deputy", "13900000032")]
        directory.put_people(
            tx,
            [Person(id=f"x{post}", unit=POST, name=post, mobile=number, post=post)
             for post, number in people],
        )  # fmt: skip
        unit = next(u for u in directory.all_units(tx) if u.code == POST)
        directory.put_units(tx, [replace(unit, desk_phone="059523550001")])
    world.transfer(POST)
    world.expect(("13900000031", "sms"))
    assert "gap" in alarms(world)
    world.advance(9.99)
    world.expect(("13900000031", "voice"))
    world.advance(0.01)
    world.expect(("13900000032", "sms"), ("13900000032", "voice"))
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect(("059523550001", "voice"))


def test_clause_18_several_people_and_several_rosters(world: World) -> None:
    """Two on duty at once are paged together and one answer will do; the emergency team is on a
    roster of its own, of which only a ladder that asks for it knows."""
    world.roster(CITY, "primary", WANG, 4)
    world.roster(CITY, "team", ZHOU, 4)
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code), (WANG, "sms", sent.code))
    world.advance(4.99)
    world.expect()
    world.text(WANG, "1")
    world.expect((WANG, "sms"), (ZHANG, "sms"))
    world.advance(20)
    world.expect()
    book = default_book()
    urgent = book.choose(None, Urgency.URGENT)
    first, *rest = urgent.steps
    team = changed(first, asks=(Ask(source=Source.ROSTER, role="team"),))
    ladder = changed(urgent, steps=(team, *rest))
    with world.app.db.begin() as tx:
        body = dump(replace(book, policies={**book.policies, (None, Urgency.URGENT): ladder}))
        directory.put_policy(tx, name="x", body=body, by="admin", now=world.now)
    sent = world.transfer()
    world.expect((ZHOU, "sms", sent.code))


def test_clause_19_whoever_should_answer_is_asked_now_and_then(world: World) -> None:
    """A check is one text, no page; unanswered it is missed at its end and not before, and a dead
    number is flagged; in no figure of the work does it count."""
    world.phones.script(e164(ZHAO), OutcomeKind.REJECTED)
    number = world.app.drills.new((CITY, TOWN), "值班长", world.now)
    world.settle()
    world.expect((ZHANG, "sms", "【演练】"))

    def heard() -> dict[str, Heard]:
        with world.app.db.read() as tx:
            return {check.unit: check.state for check in drills.checks_of(tx, number)}

    world.advance(9.99)
    assert heard()[CITY] is Heard.ASKED
    world.advance(0.02)
    assert heard() == {CITY: Heard.MISSED, TOWN: Heard.DEAD}
    assert alarms(world) == [Alarm.UNREACHABLE]
    world.advance(30)
    world.expect()
    total = figures(world).total
    assert (total.pages, total.transferred) == (0, 0)
    assert total.reachable == Rate(of=0, out_of=2)


def test_clause_27_signed_for_and_then_nothing(world: World) -> None:
    """An hour after the answer owner and deputy are asked for a first action, then the leader; a
    note in time asks nobody."""
    idle, busy = world.transfer(), world.transfer()
    world.text(ZHANG, "全部签收")
    world.app.desk.note(busy.code, "张三", "已派人到场", world.now, DISPATCHER)
    world.ignore()
    world.advance(59.99)
    world.expect()
    world.advance(0.01)
    told = world.expect((ZHANG, "sms", idle.code), (LI, "sms", idle.code))
    assert all("签收未办" in one.text for one in told)
    assert alarms(world) == []
    world.advance(60)
    world.expect((CHEN, "sms", idle.code))
    assert alarms(world) == [Alarm.NO_FIRST_ACTION]


def test_clause_33_practice_is_the_same_and_counts_nowhere(world: World) -> None:
    """The same ladder at the same minutes; every message says that it is a drill; the figures of
    the work do not know of it."""
    world.transfer(drill=True)
    world.expect((ZHANG, "sms", "【演练】"))
    world.advance(5)
    world.expect((ZHANG, "voice", "演练"))
    world.advance(4.99)
    world.expect()
    world.advance(0.01)
    world.expect((LI, "sms", "【演练】"), (LI, "voice", "演练"))
    world.text(ZHANG, "1")
    told = world.expect((ZHANG, "sms"), (LI, "sms"))
    assert all("【演练】" in one.text for one in told)
    world.advance(10)
    total = figures(world).total
    assert (total.pages, total.transferred) == (0, 0)
    assert total.reachable == Rate(of=1, out_of=1)


def test_clause_34_too_much_for_one_person_is_told(world: World) -> None:
    """A day on and a day off is no stretch of more than a day; a deputy who is never relieved is
    one, and so is somebody who stays on into the next night."""

    def strain(number: str) -> tuple[str, ...]:
        day = timedelta(days=1)
        with world.app.db.read() as tx:
            snapshot = world.app.directory.at(tx, world.now)
            found = burdens(tx, snapshot, world.now - day, world.now + 3 * day, ZONE, units=[CITY])
        return next(one.codes for one in found if one.load.person == person_id(number))

    assert strain(ZHANG) == ()
    assert strain(LI) == ("long-stretch", "nights-running")
    world.until(world.now.replace(hour=0) + timedelta(days=1))
    world.roster(CITY, "primary", ZHANG, 24)
    assert strain(ZHANG) == ("long-stretch", "nights-running")


def test_a_wrong_turn_does_not_start_the_clock_anew(world: World) -> None:
    """Handed on by a return, both moments are still those of the first day."""
    sent = world.transfer(received_at=world.now - timedelta(minutes=3))
    world.advance(2)
    do(world, sent, "return", unit=CITY, why="属镇里", suggestion=TOWN)
    do(world, sent, "uphold")
    after = now(world, sent)
    assert after.state is TransferState.PAGED
    assert (after.received_at, after.transferred_at) == (sent.received_at, sent.transferred_at)
