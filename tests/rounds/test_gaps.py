"""Gaps are told seven days, a day and two hours ahead, each once, to whom it concerns."""

from __future__ import annotations

from datetime import datetime, timedelta

from oncall.core.model import Alarm
from oncall.store import directory
from oncall.store.alarms import open_alarms
from oncall.store.directory import Person
from rosters.model import Duty
from tests.county import CHEN, CITY, POST, TOWN, WU, ZHANG, ZHAO, ZHOU, ZONE, person_id, put_duties
from tests.world import World

#: The county's rosters end on 1 December at 08:00.
END = datetime(2026, 12, 1, 8, tzinfo=ZONE)


def go(world: World, moment: datetime) -> None:
    """Straight to a moment: what was due on the way is done there, once."""
    world.clock.set(moment)
    world.settle()


def filled(world: World, unit: str, role: str, number: str, until: datetime) -> None:
    """Somebody serves on after the end."""
    duty = Duty(unit=unit, role=role, person=person_id(number), start=END, end=until, source="more")
    with world.app.db.begin() as tx:
        put_duties(tx, [duty], world.now)


def gap_alarms(world: World) -> set[tuple[str | None, str | None]]:
    """What the desk is shown of gaps."""
    with world.app.db.read() as tx:
        return {(one.unit, one.who) for one in open_alarms(tx) if one.alarm == Alarm.GAP}


def test_clause_12_gaps_are_told_seven_days_a_day_and_two_hours_ahead(world: World) -> None:
    """One text each to the leaders of the two units and to the county's office, at each horizon."""
    go(world, END - timedelta(days=7, minutes=20))
    world.expect()
    world.advance(35)
    texts = world.expect((CHEN, "sms", "七天内"), (ZHOU, "sms", "七天内"), (WU, "sms", "七天内"))
    assert "县城建集团 主班联络员 12-01 08:00" in texts[0].text
    assert "浔中镇" in texts[1].text
    assert "浔中镇" not in texts[0].text
    assert "另有" in texts[2].text
    world.advance(hours=3)
    world.expect()
    assert gap_alarms(world) == set()
    go(world, END - timedelta(days=1, minutes=20))
    world.advance(35)
    world.expect((CHEN, "sms", "一天内"), (ZHOU, "sms", "一天内"), (WU, "sms", "一天内"))
    go(world, END - timedelta(hours=2, minutes=20))
    world.expect()
    world.advance(35)
    world.expect((CHEN, "sms", "两小时内"), (ZHOU, "sms", "两小时内"), (WU, "sms", "两小时内"))
    assert {(CITY, "primary"), (CITY, "leader"), (TOWN, "deputy")} < gap_alarms(world)
    world.advance(30)
    world.expect()


def test_who_never_was_on_a_roster_is_no_news(world: World) -> None:
    """The unit without a roster is in the proof, but nobody is texted about it every week."""
    world.advance(hours=1)
    world.expect()
    assert POST not in {unit for unit, _ in gap_alarms(world)}


def test_what_is_mended_is_told_no_more(world: World) -> None:
    """Filled before a horizon comes it is not told; filled after the alarm, the alarm is over."""
    go(world, END - timedelta(days=1, minutes=20))
    world.ignore()
    for role in ("primary", "deputy", "leader"):
        filled(world, TOWN, role, ZHAO, END + timedelta(days=30))
    world.advance(35)
    world.expect((CHEN, "sms", "一天内"), (WU, "sms", "一天内"))
    go(world, END - timedelta(minutes=100))
    world.advance(15)
    assert (CITY, "primary") in gap_alarms(world)
    filled(world, CITY, "primary", ZHANG, END + timedelta(days=30))
    world.advance(15)
    assert (CITY, "primary") not in gap_alarms(world)
    assert (CITY, "deputy") in gap_alarms(world)
    world.ignore()


def test_at_night_only_what_is_pressing(world: World) -> None:
    """A gap a day and a half ahead waits for eight in the morning; one in an hour does not."""
    night = datetime(2026, 11, 24, 2, tzinfo=ZONE)
    go(world, night - timedelta(hours=1))
    world.ignore()
    with world.app.db.begin() as tx:
        rows = directory.duty_rows(tx, night, night + timedelta(days=3), unit=CITY)
        soon = [n for n, d in rows if d.role == "deputy"][:2]
        batch = directory.Batch(
            id="gone", at=world.now, by="x", files="x", sha256="0", summary="{}"
        )
        [first] = [d for n, d in rows if n == soon[0]]
        begun = Duty(
            unit=CITY, role="deputy", person=first.person, start=first.start,
            end=night + timedelta(hours=1), source="short",
        )  # fmt: skip
        directory.apply_batch(tx, batch, add=[begun], remove=[soon[0]])
    go(world, night)
    world.advance(15)
    world.expect((CHEN, "sms", "两小时内"), (WU, "sms", "两小时内"))
    world.until(datetime(2026, 11, 24, 7, 50, tzinfo=ZONE))
    world.expect()
    # The roster's end is seven days ahead by eight.
    world.advance(30)
    world.expect((CHEN, "sms", "七天内"), (ZHOU, "sms", "七天内"), (WU, "sms", "七天内"))


def test_somebody_who_left_leaves_a_gap(world: World) -> None:
    """Still on the roster, but gone: that is a gap, and the keeper of the roster hears of it."""
    with world.app.db.begin() as tx:
        directory.put_people(
            tx,
            [
                Person(id=person_id(ZHAO), unit=TOWN, name="赵六", mobile=ZHAO, active=False),
                Person(id="keeper", unit=TOWN, name="管表", mobile="13900000095", post="liaison"),
            ],
        )
    world.advance(15)
    world.expect(
        ("13900000095", "sms", "浔中镇 主班联络员"), (ZHOU, "sms", "浔中镇"), (WU, "sms", "浔中镇")
    )
    assert gap_alarms(world) == {(TOWN, "primary")}
