"""A group of people: so many of an emergency team must come, and they are called in waves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifiers.message import OutcomeKind
from notifiers.phone import e164
from oncall.admin import group_calls, rollcall
from oncall.admin.group_calls import Wish
from oncall.core.errors import Conflict
from oncall.core.model import Alarm
from oncall.core.rollcall import Response
from oncall.core.transfers import Draft, TransferState
from oncall.core.transfers import Transfer as Matter
from oncall.core.upcoming import What
from oncall.duty import next_action
from oncall.intake import Actor
from oncall.store import directory, groups, reports
from oncall.store import transfers as rows
from oncall.store.alarms import open_alarms
from oncall.store.directory import Person
from oncall.store.groups import TEAM, UnitGroup
from rosters.model import Duty
from tests.county import CITY, START, TOWN, WU, ZHAO, person_id, put_duties
from tests.world import World

RESCUERS = tuple(f"139000000{n}" for n in range(60, 68))
#: Beyond the first story these rules do not depend on where the rows are kept.
once = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
DESK = Actor(name="席位", role="dispatcher")


@pytest.fixture
def crew(world: World) -> World:
    """Eight rescuers of one unit and one of another; three must come, three at a time."""
    with world.app.db.begin() as tx:
        directory.put_people(
            tx,
            [
                Person(id=f"r{i}", unit=CITY, name=f"队员{i}", mobile=number)
                for i, number in enumerate(RESCUERS)
            ],
        )
        ids = tuple(f"r{i}" for i in range(len(RESCUERS)))
        people = {CITY: ids, TOWN: (person_id(ZHAO),)}
        team = UnitGroup(
            name="抢险队", units=(CITY, TOWN), people=people, needed=3, wave=3, minutes=5
        )
        groups.put(tx, [team])
    return world


def call(
    world: World, wish: Wish | None = None, urgency: str = "urgent", *, drill: bool = False
) -> Matter:
    """The team is called."""
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        found = group_calls.called(
            groups.all_groups(tx)["抢险队"],
            snapshot,
            tx,
            world.now,
            START.date(),
            urgency=urgency,
            wish=wish,
        )
    draft = Draft(
        origin="110",
        to=found.units,
        people=found.people,
        needed=found.needed,
        calls=found.calls,
        urgency=urgency,
        summary="堤坝渗漏",
        drill=drill,
    )
    made = world.app.intake.accept(draft, world.now, DESK).transfer
    world.settle()
    return made


def state(world: World, matter: Matter) -> TransferState:
    """Where the whole stands."""
    with world.app.db.read() as tx:
        return rows.by_ids(tx, [matter.id])[matter.id].state


def roll(world: World, matter: Matter) -> dict[str, Response]:
    """By person, what they answered."""
    with world.app.db.read() as tx:
        rolled = rollcall.called_over(tx, matter.id, world.now).roll
    assert rolled.of_people
    return {line.person: line.response for line in rolled.lines}


def coming(world: World, matter: Matter, person: str) -> What:
    """What comes next for the page of one person."""
    with world.app.db.read() as tx:
        brief = reports.one_transfer(tx, matter.id)
        assert brief is not None
        (page,) = (share.page for share in brief.shares if share.part.person == person)
        return next_action(tx, world.app.directory.at(tx, world.now), page).what


def alarms(world: World) -> set[str]:
    """What the desk is alarmed of."""
    with world.app.db.read() as tx:
        return {one.alarm for one in open_alarms(tx)}


def test_three_of_nine_come(crew: World) -> None:
    """Three are asked; two say yes; the next three after five minutes; the third yes is enough."""
    matter = call(crew)
    crew.expect(*((number, "sms", matter.code) for number in RESCUERS[:3]))
    for number in RESCUERS[:2]:
        crew.text(number, "1")
    crew.expect(*((number, "sms", matter.code) for number in RESCUERS[:2]))
    assert state(crew, matter) is TransferState.PAGED
    crew.advance(4)
    crew.expect()
    crew.advance(1)
    crew.expect((RESCUERS[2], "voice"), *((n, "sms", matter.code) for n in RESCUERS[3:6]))
    crew.text(RESCUERS[4], "30分钟到")
    crew.expect(
        (RESCUERS[4], "sms", "您已签收"),
        *((number, "sms", "无需") for number in (RESCUERS[2], RESCUERS[3], RESCUERS[5])),
    )
    assert state(crew, matter) is TransferState.ACKED
    said = roll(crew, matter)
    assert [name for name, one in said.items() if one is Response.ACKED] == [
        "队员0", "队员1", "队员4",
    ]  # fmt: skip
    assert said["队员2"] is said["队员5"] is Response.RELIEVED
    assert said["队员6"] is Response.NOT_CALLED
    crew.advance(20)
    crew.expect()
    assert not alarms(crew)


@once
def test_whoever_declines_drops_out(crew: World) -> None:
    """The next wave goes at once only where those asked cannot come to enough any more."""
    matter = call(crew, Wish(wave=4))
    crew.expect(*((number, "sms", matter.code) for number in RESCUERS[:4]))
    crew.text(RESCUERS[0], "2")
    crew.expect((RESCUERS[0], "sms", matter.code))
    crew.phones.script(e164(RESCUERS[5]), OutcomeKind.REJECTED)
    crew.text(RESCUERS[1], "2 在外地")
    asked = (RESCUERS[4], RESCUERS[6], RESCUERS[7])
    crew.expect((RESCUERS[1], "sms", matter.code), *((n, "sms", matter.code) for n in asked))
    said = roll(crew, matter)
    assert (said["队员1"], said["队员5"]) == (Response.DECLINED, Response.UNREACHABLE)
    assert coming(crew, matter, "r1") is What.NONE
    assert coming(crew, matter, "r2") is What.PAGE_LEVEL
    for _ in range(6):
        crew.advance(0.7)
    crew.ignore()
    assert alarms(crew) == {Alarm.UNREACHABLE}, "nothing was forgotten, so nothing is silent"


@once
def test_too_few_are_told_to_the_county(crew: World) -> None:
    """Nobody of the last wave answers: one alarm, the county's office; no ladder climbs beside."""
    matter = call(crew, Wish(wave=0, needed=9))
    crew.text(RESCUERS[0], "1")
    crew.ignore()
    crew.advance(5)
    assert Alarm.SHORT in alarms(crew)
    assert Alarm.EXHAUSTED not in alarms(crew)
    before = len(crew.phones.sent)
    assert any(one.to == e164(WU) for one in crew.phones.sent)
    crew.ignore()
    crew.advance(60)
    assert not {e164(n) for n in RESCUERS[1:]} & {one.to for one in crew.phones.sent[before:]}
    crew.ignore()
    assert state(crew, matter) is TransferState.PAGED


@once
def test_one_gives_it_back_and_the_next_is_asked(crew: World) -> None:
    """It was enough and is not any more: whoever was not called yet is called at once."""
    matter = call(crew)
    for number in RESCUERS[:3]:
        crew.text(number, "1")
    assert state(crew, matter) is TransferState.ACKED
    crew.ignore()
    crew.text(RESCUERS[1], "释放")
    crew.settle()
    crew.advance(0)
    assert state(crew, matter) is TransferState.PAGED
    assert roll(crew, matter)["队员3"] is Response.WAITING
    crew.ignore()


@once
def test_nobody_answers_for_another(crew: World) -> None:
    """The desk enters an answer by name; a name that was not called takes nobody's page."""
    matter = call(crew)
    crew.ignore()
    desk = crew.app.desk
    with pytest.raises(Conflict):
        desk.ack(matter.code, "席位", crew.now, DESK)
    with pytest.raises(Conflict):
        desk.ack(matter.code, "席位", crew.now, DESK, on_behalf_of="队员6")
    (one,) = desk.ack(matter.code, "席位", crew.now, DESK, on_behalf_of="队员1")
    assert one.owner == "队员1"
    (one,) = desk.ack(matter.code, "队员2", crew.now, DESK)
    (given,) = desk.release(matter.code, "队员2", crew.now, DESK)
    assert given.owner is None
    assert roll(crew, matter)["队员1"] is Response.ACKED
    crew.settle()
    crew.ignore()


@once
def test_the_team_on_duty_is_called(crew: World) -> None:
    """Whoever is on the unit's team roster at that moment, each for themselves."""
    team = UnitGroup(name="抢险队", units=(CITY,), people={CITY: (TEAM,)}, needed=1, wave=1)
    with crew.app.db.begin() as tx:
        groups.put(tx, [team])
        until = START + timedelta(hours=8)
        serving = [
            Duty(unit=CITY, role="team", person=f"r{i}", start=START, end=until, source="test")
            for i in (6, 2)
        ]
        put_duties(tx, serving, START)
    matter = call(crew, urgency="critical", drill=True)
    crew.expect(*((RESCUERS[6], channel, "演练") for channel in ("sms", "voice")))
    crew.press(RESCUERS[6], "1")
    assert state(crew, matter) is TransferState.ACKED
    crew.ignore()
