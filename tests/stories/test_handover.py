"""Before a duty: reminded, confirmed, refused, given away; and what is left to whoever comes."""

from __future__ import annotations

from datetime import timedelta

from oncall.core.model import Alarm, Reason, State
from oncall.inhand import in_hand
from oncall.relief import relief
from oncall.store import directory, handovers
from oncall.store.alarms import open_alarms
from oncall.store.directory import Batch
from rosters.model import Duty
from tests.county import CHEN, CITY, LI, TOWN, WANG, ZHANG, person_id
from tests.world import DISPATCHER as DESK
from tests.world import World


def planned(world: World) -> None:
    """The roster is looked through, as it is every minute on a living node."""
    world.app.handovers.plan(world.now)


def alarmed(world: World) -> list[tuple[str, str | None]]:
    """What the desk is shown about reliefs."""
    with world.app.db.read() as tx:
        return [(a.alarm, a.who) for a in open_alarms(tx) if a.alarm == Alarm.NOT_RELIEVED]


def given_away(world: World) -> None:
    """WANG's duty of the fourth is LI's from now on."""
    with world.app.db.begin() as tx:
        (old,) = [
            (number, duty)
            for number, duty in directory.duty_rows(
                tx, world.now, world.now + timedelta(hours=24), unit=CITY
            )
            if duty.person == person_id(WANG)
        ]
        new = Duty(
            unit=CITY,
            role="primary",
            person=person_id(LI),
            start=old[1].start,
            end=old[1].end,
            source="test",
        )
        batch = Batch(id="swap", at=world.now, by="admin", files="", sha256="1", summary="{}")
        directory.apply_batch(tx, batch, add=[new], remove=[old[0]])


def test_a_duty_is_reminded_and_confirmed(world: World) -> None:
    """The evening before, WANG is asked; a 1 is noted, and neither he nor his leader hears more."""
    planned(world)
    world.advance(hours=3.99)
    world.expect()
    world.advance(hours=0.02)
    (asked,) = world.expect((WANG, "sms", "回复1确认接班"))
    assert "11-04 08:00您接班：县城建集团主班" in asked.text
    assert world.text(WANG, "1") is None
    world.expect((WANG, "sms", "已确认接班"))
    world.advance(hours=15)
    world.expect()
    assert alarmed(world) == []


def test_an_unconfirmed_duty_is_told_to_the_leader(world: World) -> None:
    """Asked twice and silent: the leader hears of it before the shift starts, not after."""
    planned(world)
    world.advance(hours=4)
    world.expect((WANG, "sms"))
    world.advance(hours=13.5)
    world.expect((WANG, "sms", "回复1确认接班"))
    world.advance(15)
    (told,) = world.expect((CHEN, "sms", "王五"))
    assert "未确认11-04 08:00接班" in told.text
    assert world.text(WANG, "确认接班") is None
    world.expect((WANG, "sms", "已确认接班"))
    world.advance(30)
    world.expect()


def test_who_cannot_come_says_so_in_time(world: World) -> None:
    """A 2 reaches the leader and the desk at once, hours before the duty is empty."""
    planned(world)
    world.advance(hours=4)
    world.ignore()
    assert world.text(WANG, "2") is None
    world.expect((WANG, "sms", "不能接班"), (CHEN, "sms", "王五不能"))
    assert alarmed(world) == [(Alarm.NOT_RELIEVED, "王五")]
    world.advance(hours=14)
    world.expect()


def test_a_duty_given_away_reminds_the_new_person_only(world: World) -> None:
    """Between planning and evening the duty changes hands, and the old person hears nothing."""
    planned(world)
    given_away(world)
    planned(world)
    world.advance(hours=4)
    world.expect((LI, "sms", "县城建集团主班"))
    world.advance(hours=14)
    world.expect((LI, "sms", "回复1确认接班"), (CHEN, "sms", "李四"))


def test_a_duty_given_at_the_last_minute_is_asked_at_once(world: World) -> None:
    """Ten minutes before its start there is no evening left: the new person is asked now."""
    world.advance(hours=17.8)
    given_away(world)
    world.ignore()
    planned(world)
    world.settle()
    world.expect((LI, "sms", "回复1确认接班"))
    world.advance(9)
    world.expect((CHEN, "sms", "李四"))


def test_one_could_mean_a_matter_or_a_duty(world: World) -> None:
    """With a page open and a duty unconfirmed a bare 1 is asked back; each can be named."""
    planned(world)
    world.advance(hours=4)
    world.roster(CITY, "primary", WANG, 4)
    sent = world.transfer()
    world.ignore()
    assert world.text(WANG, "1") is None
    (asked,) = world.expect((WANG, "sms", sent.code))
    assert "接班" in asked.text
    assert world.text(WANG, "1 接班") is None
    world.expect((WANG, "sms", "已确认接班"))
    assert world.text(WANG, "1") is Reason.ACKED
    world.ignore()


def test_whoever_comes_hears_what_is_left(world: World) -> None:
    """Half an hour before the duty the reminder counts what nobody has and what is unfinished."""
    world.transfer(urgency="routine")
    world.transfer(urgency="routine", summary="路灯")
    planned(world)
    world.advance(hours=4)
    world.text(WANG, "1")
    world.app.desk.ack(world.transfer(urgency="routine").code, "张三", world.now, DESK)
    world.ignore()
    world.until(world.now.replace(hour=23, minute=29))
    world.ignore()
    world.advance(1)
    (left,) = world.expect((WANG, "sms", "待签收2件"))
    assert "在办1件" in left.text
    assert "回复1" not in left.text


def test_whoever_goes_on_serving_is_not_asked(world: World) -> None:
    """Who holds a role day after day relieves nobody, however many duties that are."""
    planned(world)
    with world.app.db.read() as tx:
        found = handovers.of_unit(tx, CITY, world.now, world.now + timedelta(days=2))
        others = handovers.of_unit(tx, TOWN, world.now, world.now + timedelta(days=2))
    # LI and CHEN hold their role day after day; only WANG and ZHANG take turns.
    assert {one.person for one in found} == {person_id(WANG)}
    assert others == []


def test_the_list_names_who_leaves_and_who_comes(world: World) -> None:
    """The list shows both watches, what was confirmed, and the matters, past or present."""
    first = world.transfer()
    world.advance(1)
    second = world.transfer(summary="路灯")
    world.text(ZHANG, f"1 {first.code[-4:]}")
    before = world.now
    planned(world)
    world.advance(hours=4)
    world.text(WANG, "确认接班")
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        found = relief(tx, snapshot, CITY, world.now, world.now)
        then = in_hand(tx, CITY, before, world.now)
        earlier = in_hand(tx, CITY, before - timedelta(minutes=1), world.now)
        nothing = in_hand(tx, CITY, before - timedelta(hours=1), world.now)
    primary = next(one for one in found.changes if one.role == "primary")
    assert (primary.now, primary.next, primary.said) == (
        ("张三",),
        ("王五",),
        {"王五": "confirmed"},
    )
    assert [item.code for item in found.items] == [second.code, first.code]
    assert [(item.code, item.state, item.owner) for item in then] == [
        (second.code, State.WAITING, None),
        (first.code, State.ACKED, "张三"),
    ]
    assert [(item.code, item.state) for item in earlier] == [(first.code, State.WAITING)]
    assert nothing == []
    world.ignore()
