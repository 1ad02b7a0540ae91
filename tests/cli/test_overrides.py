"""`oncall override`: what it changes is told, and every door then gives the same answer."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncall import duty, overrides
from oncall.admin.onduty import look
from oncall.core.policies import default_book
from oncall.directory import Directory
from oncall.overrides import Wanted
from oncall.store.database import Database
from tests.cli.conftest import Cli
from tests.county import CITY, LI, START, WANG, ZHANG, ZONE, person_id

#: Hours from the fixed beginning of the county's story; commands count from the machine's clock.
NIGHT = ["--from", "2030-11-03 20:00", "--to", "2030-11-04 06:00"]


def ordered(cli: Cli, *args: str, code: int = 0) -> dict[str, Any]:
    """The JSON of `oncall override add`."""
    done = cli("override", "add", CITY, *args, "--json")
    assert done.exit_code == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout) if code == 0 else {}
    return found


def on_duty(cli: Cli, at: str, role: str = "primary") -> list[tuple[str, str]]:
    """Who serves and where that comes from, by `oncall who`."""
    done = cli("who", CITY, "--role", role, "--at", at, "--json")
    found = json.loads(done.stdout)
    return [(one["person"], one["source"]) for one in found["on_duty"]]


def test_a_vacant_night_is_filled_and_emptied_again(cli: Cli) -> None:
    """Somebody is put on, `who`, `schedule` and `roster show` agree, and undo is exact."""
    made = ordered(cli, "--also", "李四", *NIGHT, "--why", "台风值守")
    assert made["changes"] == [
        {
            "person": "李四",
            "gains": [{"start": "2030-11-03T20:00:00+08:00", "end": "2030-11-04T06:00:00+08:00"}],
            "loses": [],
        }
    ]
    assert on_duty(cli, "2030-11-04 00:00") == [("李四", f"override {made['id']}")]
    assert on_duty(cli, "2030-11-04 06:00") == []
    shown = json.loads(cli("roster", "show", CITY, "--month", "2030-11", "--json").stdout)
    assert [one["source"] for one in shown["duties"]] == [f"override {made['id']}"]
    window = ["--from", "2030-11-03", "--to", "2030-11-05"]
    tiled = json.loads(cli("schedule", CITY, *window, "--json").stdout)
    assert [one["people"] for one in tiled["segments"]] == [[], ["李四"], []]
    back = cli("override", "remove", str(made["id"]), "--why", "已解除")
    assert back.exit_code == 0
    assert "− 李四" in back.stderr
    assert on_duty(cli, "2030-11-04 00:00") == []


def test_both_sides_of_a_contradiction_are_named(cli: Cli) -> None:
    """Exit 4 with the number, the people and the hours of both; nothing is changed."""
    made = ordered(cli, "--also", "李四", *NIGHT)
    done = cli("override", "add", CITY, "--without", "李四", *NIGHT)
    assert done.exit_code == 4
    assert f"− 李四 2030-11-03 20:00–2030-11-04 06:00 contradicts override {made['id']}" in (
        done.stderr
    )
    assert "+ 李四 2030-11-03 20:00–2030-11-04 06:00" in done.stderr
    assert on_duty(cli, "2030-11-04 00:00") == [("李四", f"override {made['id']}")]


def test_what_another_stands_on_is_not_pulled_away(cli: Cli) -> None:
    """李四 was put on and hands on to 张三: the first override stays while the second stands."""
    first = ordered(cli, "--also", "李四", *NIGHT)["id"]
    second = ordered(cli, "--replace", "李四", "--with", "张三", *NIGHT)["id"]
    assert on_duty(cli, "2030-11-04 00:00") == [("张三", f"override {second}")]
    refused = cli("override", "remove", str(first))
    assert refused.exit_code == 4
    assert f"Take override {second} back first" in refused.stderr
    assert cli("override", "remove", str(second)).exit_code == 0
    assert on_duty(cli, "2030-11-04 00:00") == [("李四", f"override {first}")]
    twice = cli("override", "remove", str(second))
    assert (twice.exit_code, "before" in twice.stderr) == (4, True)


def test_every_fault_is_told_at_once(cli: Cli) -> None:
    """A wrong name, a past end: all places, exit 3; two wishes in one call: exit 2."""
    done = cli("override", "add", CITY, "--replace", "无此人", "--with", "也无",
               "--from", "2020-01-01", "--to", "2020-01-02")  # fmt: skip
    assert done.exit_code == 3
    for word in ("无此人", "也无", "which is over", "3 to mend"):
        assert word in done.stderr
    both = cli("override", "add", CITY, "--also", "李四", "--vacant", *NIGHT)
    assert (both.exit_code, "Say one thing" in both.stderr) == (2, True)
    alone = cli("override", "add", CITY, "--with", "李四", *NIGHT)
    assert (alone.exit_code, "go together" in alone.stderr) == (2, True)
    nobody = cli("override", "remove", "999")
    assert (nobody.exit_code, "no override 999" in nobody.stderr) == (1, True)


def test_an_override_without_effect_is_said(cli: Cli) -> None:
    """Relieving somebody who has no duty then is kept, and whoever ordered it hears so."""
    done = cli("override", "add", CITY, "--without", "李四", *NIGHT)
    assert done.exit_code == 0
    assert "Nobody's time changes" in done.stderr


def test_the_list_shows_what_stands_and_what_stood(cli: Cli) -> None:
    """In signs that need no language; those taken back only when asked for."""
    first = ordered(cli, "--replace", "张三", "--with", "李四", *NIGHT, "--why", "出差")["id"]
    ordered(cli, "--vacant", "--role", "leader", *NIGHT)
    cli("override", "remove", str(first))
    window = ["--from", "2030-11-01", "--to", "2030-12-01"]
    plain = cli("override", "list", CITY, *window).stdout
    assert "∅" in plain
    assert "张三 → 李四" not in plain
    every = json.loads(cli("override", "list", *window, "--all", "--json").stdout)["items"]
    assert [(one["kind"], one["why"], one["removed_at"] is None) for one in every] == [
        ("replace", "出差", False),
        ("vacant", "", True),
    ]
    assert cli("override", "list", "--from", "2031-01-01").stderr.strip() == "No overrides."


def test_a_new_sheet_does_not_silently_strand_an_override(cli: Cli) -> None:
    """Who was to be relieved has no duty there any more: an error with its number, until --strand;
    the override stays, and acts again when the sheet is taken back."""
    head = "unit,date,shift,role,name,mobile\n"

    def sheet(name: str) -> str:
        return cli.file("a.csv", f"{head}SOE-CITYBUILD,2030-11-03,20:00-06:00,team,{name},\n")

    assert cli("roster", "apply", sheet("林芳"), "--yes").exit_code == 0
    made = ordered(cli, "--role", "team", "--replace", "林芳", "--with", "黄明", *NIGHT)["id"]
    assert on_duty(cli, "2030-11-04 00:00", "team") == [("黄明", f"override {made}")]
    plan = cli("roster", "plan", sheet("陈建国"), "--json")
    assert plan.exit_code == 3
    [told] = json.loads(plan.stdout)["problems"]
    assert (told["code"], told["severity"], told["value"]) == (
        "override_stranded", "error", "林芳 → 黄明",
    )  # fmt: skip
    assert f"Override {made} (2030-11-03 20:00" in told["message"]
    assert cli("roster", "apply", sheet("陈建国"), "--yes").exit_code == 3
    done = json.loads(cli("roster", "apply", sheet("陈建国"), "--strand", "--yes", "--json").stdout)
    assert on_duty(cli, "2030-11-04 00:00", "team")[0][0] == "陈建国"
    assert cli("roster", "undo", done["batch"], "--yes").exit_code == 0
    assert on_duty(cli, "2030-11-04 00:00", "team") == [("黄明", f"override {made}")]


def test_a_new_rotation_does_not_either(cli: Cli) -> None:
    """The same check stands before a rotation that takes away what an override changes."""
    turn = 'name = "r"\nrole = "team"\nturn = "1 day"\nstart = 2026-01-01\n'

    def file(name: str) -> str:
        text = f'unit = "SOE-CITYBUILD"\n[[rotation]]\n{turn}groups = [["{name}"]]\n'
        return cli.file("city.toml", text)

    assert cli("roster", "apply", file("林芳"), "--yes").exit_code == 0
    ordered(cli, "--role", "team", "--replace", "林芳", "--with", "黄明", "--to", "+9d")
    refused = cli("roster", "plan", file("陈建国"))
    assert (refused.exit_code, "nothing left to change" in refused.stderr) == (3, True)
    assert cli("roster", "apply", file("陈建国"), "--strand", "--yes").exit_code == 0


@pytest.mark.parametrize("hours", [0, 1, 4, 7, 17.99, 18, 30])
def test_a_glance_sees_overrides_as_the_web_does(furnished_url: str, hours: float) -> None:
    """Both ways of reading agree at every edge of three overrides, one of them taken back."""
    db = Database(furnished_url)
    directory = Directory(default_book)
    at = START + timedelta(hours=hours)

    def order(now: datetime, kind: str, first: float, last: float, who: str, instead: str) -> int:
        wanted = Wanted(
            unit=CITY, kind=kind, start=START + timedelta(hours=first),
            end=START + timedelta(hours=last), person=person_id(who),
            replaces=person_id(instead) if instead else None,
        )  # fmt: skip
        with db.begin() as tx:
            done = overrides.add(tx, directory.at(tx, now), wanted, now, "test", ZONE)
        return done.override.id

    order(START, "replace", 1, 4, LI, ZHANG)
    order(START, "remove", 17, 20, WANG, "")
    running = order(START, "add", 0, 30, LI, "")
    with db.begin() as tx:
        overrides.remove(tx, running, START + timedelta(hours=7), "test")
    seen = {one.unit: one for one in look(furnished_url, at).found}
    with db.read() as tx:
        snapshot = directory.at(tx, at)
        found = duty.who(tx, snapshot, CITY, at)
    db.close()
    assert seen[CITY] == found
    primary = {one.name for one in found.on_duty if one.role == "primary"}
    assert primary == {
        0: {"张三", "李四"}, 1: {"李四"}, 4: {"张三", "李四"}, 7: {"张三"}, 17.99: {"张三"},
        18: set[str](), 30: {"王五"},
    }[hours]  # fmt: skip
