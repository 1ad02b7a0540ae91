"""Rotation files on the command line: dates instead of rules, applied and undone like sheets."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oncall import duty, feeds
from oncall.admin import planning
from oncall.admin.history import undo
from oncall.admin.onduty import look
from oncall.admin.rotations import renew
from oncall.admin.uploads import Upload, Wanted
from oncall.clock import SystemClock
from oncall.core.policies import default_book
from oncall.directory import Directory, duties_of
from oncall.feeds import Feeds
from oncall.store import holidays
from oncall.store.database import Database
from oncall.store.holidays import Holiday
from tests.cli.conftest import Cli
from tests.county import CITY, LI, START, WANG, ZHANG, ZONE, person_id
from tests.world import World, world

__all__ = ["world"]

TEAM = """\
unit = "SOE-CITYBUILD"

[[rotation]]
name = "应急轮值"
role = "team"
turn = "1 day"
handover = "08:00"
start = 2026-11-02
groups = [["张三"], ["李四", "王五"]]
"""


def document(cli: Cli, *args: str, code: int = 0) -> dict[str, Any]:
    """The JSON of a command."""
    done = cli(*args, "--json")
    assert done.exit_code == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_plan_shows_dates_and_changes_nothing(cli: Cli) -> None:
    """The turns of the month asked for, who gains, and exit 10 for scripts that ask."""
    file = cli.file("city.toml", TEAM)
    plan = document(cli, "roster", "plan", file, "--month", "2030-11")
    assert plan["problems"] == []
    assert len(plan["duties"]) == 47
    assert plan["duties"][2]["source"] == "rotation 应急轮值"
    assert {one["person"] for one in plan["notify"]} == {"张三", "李四", "王五"}
    shown = cli("roster", "plan", file, "--month", "2030-11", "--detailed-exitcode")
    assert shown.exit_code == 10
    assert "2030-11-02 08:00\t2030-11-03 08:00" in shown.stdout
    assert "turn" not in shown.stdout
    assert document(cli, "roster", "history")["items"][0]["files"] == "test.csv"


def test_a_unit_is_covered_by_its_rotations_too(cli: Cli) -> None:
    """`unit show`: a rotation without an end lasts for more than a year, one with an end to it."""
    shown = document(cli, "unit", "show", CITY)["rosters"]
    assert {one["role"] for one in shown} == {"primary", "deputy", "leader"}
    assert document(cli, "roster", "apply", cli.file("city.toml", TEAM), "--yes")["batch"]
    assert {"role": "team", "until": None} in document(cli, "unit", "show", CITY)["rosters"]
    assert "一年以上" in cli("unit", "show", CITY, lang="zh_CN").stdout
    ends = (SystemClock().now().astimezone(ZONE) + timedelta(days=40)).date()
    ending = cli.file("ending.toml", TEAM + f"until = {ends}\n")
    document(cli, "roster", "apply", ending, "--yes", code=7)
    rosters = document(cli, "unit", "show", CITY)["rosters"]
    assert {"role": "team", "until": str(ends)} in rosters


def test_apply_again_is_no_change_and_undo_takes_it_back(cli: Cli) -> None:
    """The batch is in the history like any other, and its undo leaves nobody on duty."""
    file = cli.file("city.toml", TEAM)
    batch = document(cli, "roster", "apply", file, "--yes")["batch"]
    assert batch
    serving = document(cli, "who", CITY, "--role", "team")["on_duty"]
    assert {one["source"] for one in serving} == {"rotation 应急轮值"}
    again = cli("roster", "apply", file, "--yes")
    assert "No changes" in again.stderr
    other = cli.file("other.toml", TEAM.replace('[["张三"]', '[["陈建国"]'))
    later = document(cli, "roster", "apply", other, "--yes")["batch"]
    refused = cli("roster", "undo", batch, "--yes")
    assert (refused.exit_code, later[:8] in refused.stderr) == (4, True)
    assert document(cli, "roster", "undo", later, "--yes")["rotations"] == [CITY]
    assert "No changes" in cli("roster", "apply", file, "--yes").stderr
    assert cli("roster", "undo", batch, "--yes").exit_code == 0
    assert document(cli, "who", CITY, "--role", "team")["on_duty"] == []


def test_every_problem_of_every_file_at_once(cli: Cli) -> None:
    """Unknown people and units, a unit twice, a broken line: exit 3, and nothing is applied."""
    one = cli.file("one.toml", TEAM.replace("王五", "无此人").replace('"1 day"', '"1 moon"'))
    two = cli.file("two.toml", TEAM.replace("SOE-CITYBUILD", "NOWHERE"))
    three = cli.file("three.toml", TEAM)
    plan = document(cli, "roster", "plan", one, two, three, code=3)
    assert [(p["where"], p["code"]) for p in plan["problems"]] == [
        ("one.toml:6", "rotation-turn"),
        ("two.toml:1", "rotation-unit"),
        ("three.toml:1", "rotation-unit-twice"),
        ("one.toml:9", "person-unknown"),
    ]
    assert cli("roster", "apply", one, "--yes").exit_code == 3
    other = document(cli, "roster", "plan", three, "--unit", "TWN-100", code=3)
    assert other["problems"][0]["code"] == "rotation-other-unit"
    latin = cli.folder / "latin.toml"
    latin.write_bytes(TEAM.encode("gb18030"))
    assert document(cli, "roster", "plan", str(latin), code=3)["problems"][0]["code"] == (
        "rotation-encoding"
    )


def test_rules_and_sheets_are_two_plans(cli: Cli) -> None:
    """Both kinds in one call are refused before anything is read."""
    sheet = cli.file("a.csv", "unit,date,shift,role,name,mobile\n")
    done = cli("roster", "plan", cli.file("city.toml", TEAM), sheet)
    assert (done.exit_code, "one after the other" in done.stderr) == (2, True)


def test_a_kept_plan_of_rules_is_refused_when_they_moved(cli: Cli) -> None:
    """It holds the file; exit 4 once other rules are in force, and good again when they are not."""
    kept = str(cli.folder / "plan.json")
    file = cli.file("city.toml", TEAM)
    assert cli("roster", "plan", file, "--out", kept).exit_code == 0
    cli.file("city.toml", "changed meanwhile")
    other = cli.file("other.toml", TEAM.replace('[["张三"]', '[["陈建国"]'))
    moved = document(cli, "roster", "apply", other, "--yes")["batch"]
    refused = cli("roster", "apply", kept, "--yes")
    assert (refused.exit_code, "plan.json" in refused.stderr) == (4, True)
    serving = document(cli, "roster", "history")["items"]
    assert serving[0]["id"] == moved
    assert cli("roster", "undo", moved, "--yes").exit_code == 0
    assert document(cli, "roster", "apply", kept, "--yes")["batch"]
    assert cli("roster", "apply", kept, "--yes").exit_code == 4


def test_new_people_come_with_the_file(cli: Cli) -> None:
    """With --create a name nobody knows becomes a person of the unit."""
    file = cli.file("city.toml", TEAM.replace("王五", "新来 13900000066"))
    plan = document(cli, "roster", "apply", file, "--create", "--yes")
    assert [one["name"] for one in plan["new_people"]] == ["新来"]
    assert "新来" in cli("person", "list", CITY).stdout
    assert "No changes" in cli("roster", "apply", file, "--create", "--yes").stderr


# -- at a known moment ---------------------------------------------------------------------


def applied(db: Database, text: str, now: datetime) -> str:
    """Apply one file at a moment; its batch."""
    files = [Upload(name="city.toml", data=text.encode())]
    with db.begin() as tx:
        plan = planning.plan(tx, files, Wanted(), now, ZONE)
        assert not plan.failed, plan.problems
        batch = planning.apply(tx, plan, now, "test")
    assert batch is not None
    return batch.id


def team(db: Database, at: datetime) -> list[str]:
    """Who serves in the team at a moment, by both ways of reading."""
    with db.read() as tx:
        snapshot = Directory(default_book).at(tx, at)
        found = duty.who(tx, snapshot, CITY, at, role="team")
    [glance] = look(str(db.url.render_as_string(hide_password=False)), at, unit=CITY,
                    role="team").found  # fmt: skip
    assert glance == found
    return sorted(one.name for one in found.on_duty)


@pytest.fixture
def db(furnished_url: str) -> Database:
    """The county's database."""
    return Database(furnished_url)


def test_applying_and_undoing_never_rewrite_the_past(db: Database) -> None:
    """Who served by the rules of their time did serve, whatever was applied or undone since."""
    hours = [START + timedelta(hours=n) for n in range(0, 60, 6)]
    applied(db, TEAM, START)
    second = applied(db, TEAM.replace('["张三"]', '["陈建国"]'), START + timedelta(hours=24))
    with db.begin() as tx:
        undo(tx, second, "test", START + timedelta(hours=48))
    assert [team(db, at) for at in hours] == [
        *[["李四", "王五"]] * 3, ["张三"], *[["陈建国"]] * 3, *[["李四", "王五"]] * 3,
    ]  # fmt: skip
    assert team(db, START - timedelta(seconds=1)) == []
    assert team(db, START + timedelta(hours=66)) == ["张三"]
    db.close()


def test_a_sheet_lies_above_a_rotation_and_an_override_above_both(cli: Cli) -> None:
    """Where a sheet names somebody the rotation is silent, and comes through where it ends."""
    cli("roster", "apply", cli.file("city.toml", TEAM), "--yes")
    sheet = (
        "unit,date,shift,role,name,mobile\n" + "SOE-CITYBUILD,2030-11-05,20:00-24:00,team,林芳,\n"
    )
    done = cli("roster", "apply", cli.file("a.csv", sheet), "--yes")
    assert done.exit_code == 0, done.stderr
    cli("override", "add", CITY, "--role", "team", "--replace", "林芳", "--with", "黄明",
        "--from", "2030-11-05 22:00", "--to", "2030-11-05 23:00")  # fmt: skip

    def serving(at: str) -> list[tuple[str, str]]:
        found = document(cli, "who", CITY, "--role", "team", "--at", f"2030-11-05 {at}")
        return [(one["person"], one["source"].split(":")[0]) for one in found["on_duty"]]

    assert [serving(at) for at in ("19:59", "20:00", "22:00", "23:00")] == [
        [("张三", "rotation 应急轮值")], [("林芳", "a.csv")], [("黄明", "override 1")],
        [("林芳", "a.csv")],
    ]  # fmt: skip
    assert serving("23:59:59") != []
    nights = document(cli, "schedule", CITY, "--role", "team", "--from", "2030-11-05 08:00",
                      "--to", "2030-11-06 08:00")  # fmt: skip
    assert [one["people"] for one in nights["segments"]] == [
        ["张三"], ["林芳"], ["黄明"], ["林芳"], ["张三"],
    ]  # fmt: skip


def test_a_holiday_table_that_comes_later_counts_from_then_on(db: Database) -> None:
    """Rules that ask the table go by the new one from that moment; the past keeps the old."""
    office = TEAM + 'days = ["workday", "makeup"]\n'
    applied(db, office, START)
    thursday = datetime(2026, 11, 5, 4, tzinfo=UTC)
    tuesday = START + timedelta(minutes=1)
    assert team(db, thursday) == ["李四", "王五"] or team(db, thursday) == ["张三"]
    with db.begin() as tx:
        days = (tuesday.date(), thursday.date())
        holidays.put(tx, [Holiday(day=day, off=True, name="假") for day in days])
        assert renew(tx, START + timedelta(hours=20)) == (CITY,)
        assert renew(tx, START + timedelta(hours=21)) == ()
    assert team(db, thursday) == []
    assert team(db, tuesday) != []
    db.close()


def test_calendars_change_only_where_a_turn_does(world: World) -> None:
    """A new version moves the events of those whose turns move, and leaves every other's bytes."""
    db = world.app.db
    applied(db, TEAM, START)
    site = Feeds(db, world.app.directory, world.settings)

    def body(number: str) -> list[str]:
        url = feeds.new_address(db, world.settings, person_id(number), world.now)
        found = site.read(url.rpartition("/")[2].removesuffix(".ics"), world.now)
        assert found is not None
        events = found.body.decode().split("BEGIN:VEVENT")[1:]
        return [event for event in events if "应急队" in event]

    before = {number: body(number) for number in (ZHANG, LI, WANG)}
    assert len(before[ZHANG]) > 80
    world.advance(60)
    applied(db, TEAM.replace('"王五"', '"陈建国"'), world.now)
    after = {number: body(number) for number in (ZHANG, LI, WANG)}
    assert after[ZHANG] == before[ZHANG]
    assert after[LI] == before[LI]
    assert len(after[WANG]) == 1
    assert "SEQUENCE:1" in after[WANG][0]


def test_a_turn_of_the_future_is_a_duty_of_the_person(db: Database) -> None:
    """What a person's page lists has the turns a rule gives, in the zone of the file."""
    berlin = TEAM.replace("\n[[rot", 'zone = "Europe/Berlin"\n\n[[rot', 1)
    applied(db, berlin, START)
    with db.read() as tx:
        found = duties_of(tx, person_id(LI), START, START + timedelta(days=3))
    mine = [d for d in found if d.role == "team"]
    zone = ZoneInfo("Europe/Berlin")
    assert [f"{d.end.astimezone(zone):%d %H:%M}" for d in mine] == ["04 08:00", "06 08:00"]
    db.close()
