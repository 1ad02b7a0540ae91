"""Relief that must be taken over in words: nobody leaves unrelieved, nobody is held for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from notifiers.phone import e164
from oncall import duty, duty_changes, overrides
from oncall.admin.onduty import look
from oncall.core.model import Alarm, Ask, Reason, Source
from oncall.core.policies import default_book, dump
from oncall.core.serving import Serving
from oncall.feeds.bodies import enclosure, unit_feed
from oncall.overrides import Wanted
from oncall.papers.sheet import duty_sheet
from oncall.relief import relief
from oncall.store import log
from oncall.store.alarms import open_alarms
from oncall.store.directory import put_policy
from tests.county import CHEN, CITY, LIN, TOWN, WANG, ZHANG, ZONE, person_id
from tests.stories.changing import do
from tests.world import World

EIGHT = datetime(2026, 11, 4, 8, tzinfo=ZONE)
MINUTE = timedelta(minutes=1)


def ask_for_words(world: World, *units: str) -> None:
    """From now on relief in these units must be taken over; the roster is looked through."""
    rules = replace(default_book().handover, hold=frozenset(units))
    text = dump(replace(default_book(), handover=rules))
    with world.app.db.begin() as tx:
        put_policy(tx, name="x", body=text, by="admin", now=world.now)
    world.app.handovers.plan(world.now)
    world.ignore()


def serving(world: World) -> list[Serving]:
    """Who is primary now, the same through every door, and for the pager."""
    (seen,) = look(world.url, world.now, unit=CITY, role="primary").found
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        web = duty.who(tx, snapshot, CITY, world.now, role="primary")
        ask = Ask(source=Source.ROSTER, role="primary", unit=CITY)
        watch = snapshot.on_duty(tx, world.now)(ask)
        end = world.now + timedelta(hours=2)
        tiles = duty.schedule(tx, snapshot, CITY, "primary", world.now, end, world.now)
    assert seen == web
    assert [one.name for one in web.on_duty] == [c.name for c in watch.people]
    assert [one.name for one in web.on_duty if one.held] == list(watch.held)
    assert tiles.segments[0].people == tuple(one.name for one in web.on_duty)
    return list(web.on_duty)


def names(world: World) -> list[str]:
    """Their names."""
    return [one.name for one in serving(world)]


def unrelieved(world: World) -> list[str | None]:
    """Whose relief the desk is alarmed about."""
    with world.app.db.read() as tx:
        return [a.who for a in open_alarms(tx) if a.alarm == Alarm.NOT_RELIEVED]


def test_who_confirms_early_relieves_at_the_second(world: World) -> None:
    """Confirmed the evening before: at eight it is WANG, and nobody hears of any hold."""
    ask_for_words(world, CITY)
    world.advance(hours=4)
    world.text(WANG, "1")
    world.ignore()
    world.until(EIGHT - timedelta(microseconds=1))
    assert names(world) == ["张三"]
    world.until(EIGHT)
    assert names(world) == ["王五"]
    sent = world.transfer()
    world.expect((WANG, "sms", sent.code))
    world.until(EIGHT + 25 * MINUTE)
    world.ignore()


def test_who_confirms_late_is_waited_for(world: World) -> None:
    """Until WANG says so, ZHANG is told to stay and called; then WANG has what is open."""
    ask_for_words(world, CITY)
    world.until(EIGHT - 2 * MINUTE)
    sent = world.transfer()
    world.ignore()
    world.until(EIGHT)
    world.expect((ZHANG, "sms", "最迟到11-04 08:30"), (WANG, "sms", "回复1"))
    (held,) = serving(world)
    assert (held.name, held.held, held.until) == ("张三", True, EIGHT + 30 * MINUTE)
    world.advance(3)
    world.expect((ZHANG, "voice"))
    world.advance(1)
    world.text(WANG, "1")
    world.expect(
        (WANG, "sms", "已确认接班"), (ZHANG, "sms", "王五已接班"), (WANG, "sms", sent.code),
        (WANG, "voice"),
    )  # fmt: skip
    assert names(world) == ["王五"]
    assert unrelieved(world) == []
    with world.app.db.read() as tx:
        told = "".join(line.trail or "" for line in log.of_transfer(tx, sent.id))
    assert f'"{Reason.HELD_OVER}"' in told
    assert world.text(WANG, "1") is Reason.ACKED
    world.ignore()
    world.until(EIGHT + 40 * MINUTE)
    world.expect()


def test_who_never_confirms_ends_the_hold_and_is_told_of(world: World) -> None:
    """At half past ZHANG may go, the leader and the desk know, and the roster's WANG is called."""
    ask_for_words(world, CITY)
    world.until(EIGHT + 29 * MINUTE)
    world.ignore()
    assert names(world) == ["张三"]
    world.until(EIGHT + 30 * MINUTE)
    world.expect((ZHANG, "sms", "不再留岗"), (CHEN, "sms", "仍未确认接班"))
    assert names(world) == ["王五"]
    assert unrelieved(world) == ["王五"]
    sent = world.transfer()
    world.expect((WANG, "sms", sent.code))
    world.text(WANG, "1 接班")
    world.ignore()
    assert unrelieved(world) == []


def test_a_node_that_was_down_at_eight_holds_all_the_same(world: World) -> None:
    """Nobody worked from 07:50 to 08:10; the next process calls ZHANG, and ends it on time."""
    ask_for_words(world, CITY)
    world.until(EIGHT - 10 * MINUTE)
    again = World(world.url, phones=world.phones, node="again")
    again.clock.set(EIGHT + 10 * MINUTE)
    try:
        assert names(again) == ["张三"]
        again.ignore()
        sent = again.transfer()
        told = [m.text for m in again.phones.sent if m.to == e164(ZHANG)]
        assert any("继续留岗" in text for text in told)
        assert any(sent.code in text for text in told)
        again.until(EIGHT + 31 * MINUTE)
        assert names(again) == ["王五"]
        assert any("仍未确认接班" in m.text for m in again.phones.sent if m.to == e164(CHEN))
    finally:
        again.close()


def test_a_unit_that_does_not_ask_for_it_changes_hands_at_once(world: World) -> None:
    """The setting is TOWN's: CITY is relieved at eight, confirmed or not."""
    ask_for_words(world, TOWN)
    world.until(EIGHT)
    world.ignore()
    assert names(world) == ["王五"]


def test_the_list_the_sheet_and_the_calendar_know_of_it(world: World) -> None:
    """The handover list names who stays and who is waited for; paper and calendars say the rule."""
    ask_for_words(world, CITY)
    world.until(EIGHT + 5 * MINUTE)
    world.ignore()
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        found = relief(tx, snapshot, CITY, world.now, world.now)
        sheet = duty_sheet(
            tx, snapshot, world.app.coverage, world.now, 1, lang="zh_CN", t=str, full=False
        )
        feed = unit_feed(tx, snapshot, world.settings, CITY, None, world.now)
        own = enclosure(
            tx, snapshot, world.settings, snapshot.find("王五"), (EIGHT, EIGHT + 60 * MINUTE), EIGHT
        )
    (primary,) = [one for one in found.changes if one.role == "primary"]
    assert (primary.now, primary.next, primary.said) == (("张三",), ("王五",), {"王五": "waiting"})
    marked = [line.unit for line in sheet.pages[0].lines if "before the relief" in line.unit]
    assert len(marked) == 1
    assert own is not None
    assert "20261104T000000Z" in feed.body.decode()
    told = unfolded(feed.body)
    assert told.count("本班次须明确接班") == told.count("BEGIN:VEVENT") > 0
    assert "您确认接班后" in unfolded(own)


def unfolded(calendar: bytes) -> str:
    """The lines of a calendar as they were before they were folded."""
    return calendar.decode().replace("\r\n ", "")


def test_whoever_decides_who_serves_ends_the_hold(world: World) -> None:
    """LIN takes over from the one who did not come: ZHANG may go, only LIN is called."""
    ask_for_words(world, CITY)
    world.until(EIGHT + 5 * MINUTE)
    world.ignore()
    do(world, lambda s: duty_changes.take_over(s, CITY, "primary", "林芳"), LIN)
    assert names(world) == ["林芳"]
    world.expect(
        (ZHANG, "sms", "您可以下岗"), (LIN, "sms", "王五 → 林芳"), (WANG, "sms", "王五 → 林芳"),
        (CHEN, "sms", "王五 → 林芳"),
    )  # fmt: skip
    world.until(EIGHT + 40 * MINUTE)
    world.expect()


def test_taking_over_on_the_console_is_confirming(world: World) -> None:
    """The relief presses the button instead of texting: it is theirs, and kept as a take-over."""
    ask_for_words(world, CITY)
    world.until(EIGHT + 5 * MINUTE)
    world.ignore()
    done = do(world, lambda s: duty_changes.take_over(s, CITY, "primary", "王五"), WANG)
    assert [(m.old, m.new) for m in done.moves] == [(person_id(ZHANG), person_id(WANG))]
    assert names(world) == ["王五"]
    world.until(EIGHT + 40 * MINUTE)
    world.expect((ZHANG, "sms", "张三 → 王五"), (WANG, "sms"), (CHEN, "sms"))


def test_taking_somebody_off_does_not_send_home_who_stays(world: World) -> None:
    """WANG is struck off at five past: ZHANG stays to the bound, for nobody else is there."""
    ask_for_words(world, CITY)
    world.until(EIGHT + 5 * MINUTE)
    wanted = Wanted(
        unit=CITY, kind="remove", person="王五", start=world.now, end=world.now + timedelta(hours=3)
    )
    with world.app.db.begin() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        overrides.add(tx, snapshot, wanted, world.now, "admin", ZONE)
    world.settle()
    world.ignore()
    assert names(world) == ["张三"]
    world.until(EIGHT + 31 * MINUTE)
    assert names(world) == []
    world.ignore()


def test_a_policy_without_the_rule_lets_go(world: World) -> None:
    """The rule is taken out while somebody waits: at the next look nobody waits any more."""
    ask_for_words(world, CITY)
    world.until(EIGHT + 5 * MINUTE)
    ask_for_words(world)
    world.settle()
    assert names(world) == ["王五"]
    world.expect((ZHANG, "sms", "您可以下岗"))
