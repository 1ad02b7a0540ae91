"""Rosters on the command line: plan, apply, undo, and what scripts read of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.county import CITY, TOWN

HEADER = "unit,date,shift,role,name,mobile\n"


def roster(cli: Cli, *rows: str, name: str = "r.csv") -> str:
    """A flat file of these rows."""
    return cli.file(name, HEADER + "\n".join(rows) + "\n")


def day(number: int, person: str, shift: str = "08:00-08:00", unit: str = CITY) -> str:
    """The primary of a day in November 2099: the machine's clock decides what is past."""
    return f"{unit},2099-11-{number:02},{shift},primary,{person},"


def plan(cli: Cli, *args: str) -> dict[str, Any]:
    """The JSON of a plan."""
    found: dict[str, Any] = json.loads(cli("roster", "plan", *args, "--json").stdout)
    return found


def test_a_whole_life_of_a_roster(cli: Cli) -> None:
    """Plan, apply, apply again, correct, undo twice: every exit code and count as promised."""
    file = roster(cli, day(3, "张三"), day(4, "王五"))
    assert cli("roster", "plan", file).exit_code == 0
    assert cli("roster", "plan", file, "--detailed-exitcode").exit_code == 10
    assert cli("roster", "apply", file, "--yes").exit_code == 0
    assert cli("roster", "plan", file, "--detailed-exitcode").exit_code == 0
    again = cli("roster", "apply", file, "--yes", "--json")
    assert json.loads(again.stdout)["batch"] is None
    corrected = roster(cli, day(3, "李四"), day(4, "王五"))
    done = json.loads(cli("roster", "apply", corrected, "--yes", "--json").stdout)
    assert done["summary"] == {"add": 0, "change": 1, "remove": 0, "unchanged": 1}
    first = json.loads(cli("roster", "history", "--json").stdout)["items"][1]
    assert cli("roster", "undo", first["id"], "--yes").exit_code == 4
    assert cli("roster", "undo", done["batch"], "--yes").exit_code == 0
    assert cli("roster", "undo", done["batch"], "--yes").exit_code == 4
    assert cli("roster", "undo", first["id"], "--yes").exit_code == 0
    shown = json.loads(cli("roster", "show", CITY, "--month", "2099-11", "--json").stdout)
    assert shown["duties"] == []


def test_the_names_scripts_rely_on(cli: Cli) -> None:
    """The plan's JSON: duties with their cell, problems, the summary, gaps, whom to tell."""
    found = plan(cli, roster(cli, day(3, "张三", "08:00-20:00"), day(4, "无此人")))
    assert found["duties"][0] == {
        "unit": CITY,
        "role": "primary",
        "person": "张三",
        "mobile": "13900000001",
        "start": "2099-11-03T08:00:00+08:00",
        "end": "2099-11-03T20:00:00+08:00",
        "source": "r.csv:2",
    }
    (error,) = [p for p in found["problems"] if p["severity"] == "error"]
    assert (error["where"], error["code"], error["value"]) == (
        "r.csv:3",
        "person-unknown",
        "无此人",
    )
    # A unit is called by its name: whoever mends the file need not know codes.
    assert error["message"].startswith("Urban Construction Group has nobody")
    assert set(found["summary"]) == {"add", "change", "remove", "unchanged"}
    assert found["gaps"][0] == {
        "unit": CITY,
        "role": "primary",
        "start": "2099-11-03T20:00:00+08:00",
        "end": "2099-11-05T00:00:00+08:00",
    }
    assert found["notify"][0]["person"] == "张三"


@pytest.mark.parametrize("how", [["plan"], ["apply", "--yes"], ["apply", "--yes", "--json"]])
def test_a_file_with_an_error_changes_nothing(cli: Cli, how: list[str]) -> None:
    """Exit 3, every problem told, the roster as it was."""
    file = roster(cli, day(3, "张三"), day(4, "无此人"), day(31, "张三"))
    done = cli("roster", how[0], file, *how[1:])
    assert done.exit_code == 3
    if "--json" not in how:
        assert "r.csv:3" in done.stderr
        assert "r.csv:4" in done.stderr
    assert json.loads(cli("roster", "history", "--json").stdout)["items"][0]["by"] == "admin"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("word.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
        ("zip.xlsx", b"PK\x03\x04" + b"\x00" * 40),
        ("page.xls", b"<html><table></table></html>"),
        ("noise.csv", bytes(range(256)) * 4),
        ("prose.csv", "请各单位按时报送值班表".encode()),
    ],
)
def test_what_is_no_roster_is_named(cli: Cli, name: str, data: bytes) -> None:
    """Whatever people send: exit 3, the file's name, no traceback, nothing changed."""
    path = cli.folder / name
    path.write_bytes(data)
    done = cli("roster", "apply", str(path), "--yes", "--unit", CITY, "--month", "2099-11")
    assert done.exit_code == 3
    assert name in done.stderr


def test_worse_coverage_has_a_code_of_its_own(cli: Cli) -> None:
    """It is applied, because the file says so; but whoever runs it is told by exit 7."""
    good = roster(cli, day(3, "张三"), day(4, "王五"))
    assert cli("roster", "apply", good, "--yes").exit_code == 0
    half = roster(cli, day(3, "张三"), day(4, "王五", "08:00-20:00"))
    worse = cli("roster", "apply", half, "--yes")
    assert worse.exit_code == 7
    assert "New gap: nobody is primary" in worse.stderr


def test_several_files_and_stdin(cli: Cli) -> None:
    """Two units' files in one commit; and one that comes through a pipe."""
    one = roster(cli, day(3, "张三"), name="a.csv")
    two = roster(cli, day(3, "赵六", unit=TOWN), name="b.csv")
    done = json.loads(cli("roster", "apply", one, two, "--yes", "--json").stdout)
    assert done["summary"]["add"] == 2
    assert {d["source"] for d in done["duties"]} == {"a.csv:2", "b.csv:2"}
    piped = (HEADER + day(5, "张三")).encode("gb18030")
    done = json.loads(cli("roster", "apply", "-", "--yes", "--json", stdin=piped).stdout)
    assert done["duties"][0]["source"] == "stdin:2"


def test_the_unit_may_be_named_by_its_name(cli: Cli) -> None:
    """--unit takes what people call it; a file of another unit is refused."""
    file = roster(cli, day(3, "张三"))
    assert plan(cli, file, "--unit", "县城建集团")["summary"]["add"] == 1
    assert cli("roster", "plan", file, "--unit", "浔中镇").exit_code == 3


def test_an_export_is_no_change(cli: Cli) -> None:
    """What `export` writes, `plan` finds in force already."""
    done = cli("roster", "export", "--month", "2026-11", "--output", "out.csv")
    assert done.exit_code == 0
    assert Path("out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert cli("roster", "plan", "out.csv", "--detailed-exitcode").exit_code == 0


def test_a_template_is_filled_in_and_applied(cli: Cli) -> None:
    """The workbook we hand out is one we take; twice it is not written over."""
    assert cli("roster", "template", TOWN, "--month", "2099-11").exit_code == 0
    assert Path(f"roster-{TOWN}-2099-11.xlsx").stat().st_size > 5_000
    assert cli("roster", "template", TOWN, "--month", "2099-11").exit_code == 1


ASKING = "日期,值班人员,手机\n2099-11-03,张三,\n2099-11-04,王五,\n"


def test_questions_come_with_the_lines_that_answer_them(cli: Cli) -> None:
    """Exit 3 and the exact TOML; with those lines in a file, by flag or beside it, all is well."""
    file = cli.file("r.csv", ASKING)
    asked = cli("roster", "plan", file, "--unit", CITY)
    assert asked.exit_code == 3
    assert 'hours = "08:00-08:00"' in asked.stderr
    found = json.loads(cli("roster", "plan", file, "--unit", CITY, "--json").stdout)
    answer = cli.file("answers.toml", f'unit = "{CITY}"\n' + found["mapping"])
    named = plan(cli, file, "--mapping", answer)
    assert [d["person"] for d in named["duties"]] == ["张三", "王五"]
    assert named["mapping"] == ""
    cli.file("roster-map.toml", f'unit = "{CITY}"\n' + found["mapping"])
    assert cli("roster", "apply", file, "--yes").exit_code == 0


def test_who_is_unknown_is_told_beside_the_hours_that_are_missing(cli: Cli) -> None:
    """Everything at once: a duty without hours still tells that nobody knows its person."""
    file = cli.file("r.csv", ASKING.replace("王五", "无此人"))
    told = plan(cli, file, "--unit", CITY)["problems"]
    assert [(p["code"], p["where"]) for p in told] == [
        ("shift-missing", "r.csv:2"),
        ("person-unknown", "r.csv:3"),
    ]


def test_the_folder_of_mappings(cli: Cli) -> None:
    """The settings name a folder; the unit's own file is found there by its code."""
    folder = cli.folder / "maps"
    folder.mkdir()
    (folder / f"{CITY}.toml").write_text('hours = "08:00-08:00"\n', "utf-8")
    cli.file("oncall.toml", f'roster_mappings = "{folder}"\n')
    settings = str(cli.folder / "oncall.toml")
    file = cli.file("r.csv", ASKING)
    done = cli("roster", "plan", file, "--unit", CITY, "--config", settings)
    assert done.exit_code == 0
    assert cli("roster", "plan", file, "--unit", TOWN, "--config", settings).exit_code == 3


def test_a_mapping_with_faults_keeps_everything_out(cli: Cli) -> None:
    """Its line and the mend; told once, though two files were read with it."""
    text = 'hours = "08:00-08:00"\nunit = "NOBODY"\n[shifts]\n"夜班" = "晚上"\n'
    wrong = cli.file("m.toml", text)
    first, second = cli.file("a.csv", ASKING), cli.file("b.csv", ASKING.replace("11-", "12-"))
    done = cli("roster", "plan", first, second, "--unit", CITY, "--mapping", wrong)
    assert done.exit_code == 3
    assert done.stderr.count("m.toml:4") == 1
    assert done.stderr.count("m.toml: [NOBODY]") == 1
    assert cli("roster", "plan", first, "--mapping", str(cli.folder / "none.toml")).exit_code == 3


def test_a_kept_plan_is_carried_out_as_it_was_seen(cli: Cli) -> None:
    """It holds the files and the answers, and is private; applied once, it is stale."""
    kept = cli.folder / "plan.json"
    file, answer = cli.file("r.csv", ASKING), cli.file("m.toml", 'hours = "08:00-08:00"\n')
    made = cli("roster", "plan", file, "--unit", CITY, "--mapping", answer, "--out", str(kept))
    assert made.exit_code == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    cli.file("r.csv", "changed meanwhile")
    cli.file("m.toml", "changed meanwhile")
    done = json.loads(cli("roster", "apply", str(kept), "--yes", "--json").stdout)
    assert done["summary"]["add"] == 2
    assert done["batch"]
    assert cli("roster", "apply", str(kept), "--yes").exit_code == 4
    shown = json.loads(cli("roster", "show", CITY, "--month", "2099-11", "--json").stdout)
    assert [d["source"] for d in shown["duties"]] == ["r.csv:2", "r.csv:3"]


def test_a_kept_plan_is_refused_when_the_roster_moved(cli: Cli) -> None:
    """Exit 4, and nothing is changed; taken back, the roster is as it was and the plan is good."""
    kept = str(cli.folder / "plan.json")
    file = roster(cli, day(3, "张三"), day(4, "王五"))
    assert cli("roster", "plan", file, "--out", kept).exit_code == 0
    moved = roster(cli, day(3, "李四"), name="other.csv")
    batch = json.loads(cli("roster", "apply", moved, "--yes", "--json").stdout)["batch"]
    assert cli("roster", "apply", kept, "--yes").exit_code == 4
    assert json.loads(cli("roster", "history", "--json").stdout)["items"][0]["id"] == batch
    assert cli("roster", "undo", batch, "--yes").exit_code == 0
    assert cli("roster", "apply", kept, "--yes").exit_code == 0


def test_what_is_no_kept_plan(cli: Cli) -> None:
    """Cut short, of another kind, or beside other files: said, and nothing is changed."""
    kept = cli.folder / "plan.json"
    file = roster(cli, day(3, "张三"))
    assert cli("roster", "plan", file, "--out", str(kept)).exit_code == 0
    assert cli("roster", "apply", str(kept), file, "--yes").exit_code == 2
    assert cli("roster", "apply", str(kept), "--unit", CITY, "--yes").exit_code == 2
    cut = cli.file("cut.json", kept.read_text("utf-8")[:-40])
    assert cli("roster", "apply", cut, "--yes").exit_code == 3
    later = cli.file("later.json", kept.read_text("utf-8").replace('plan":1', 'plan":2'))
    assert cli("roster", "apply", later, "--yes").exit_code == 3
    bad = roster(cli, day(3, "无此人"))
    assert cli("roster", "plan", bad, "--out", str(cli.folder / "none.json")).exit_code == 3
    assert not (cli.folder / "none.json").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_every_export_reads_back_as_no_change(cli: Cli, kind: str) -> None:
    """Into a file or into a pipe, with the people's numbers, and back without a change."""
    long, whole = day(4, "王五", "08:00-次日20:00"), day(6, "李四", "00:00-24:00")
    file = roster(cli, day(3, "张三"), long, whole)
    assert cli("roster", "apply", file, "--yes").exit_code == 0
    out = str(cli.folder / f"out.{kind}")
    how = ("roster", "export", CITY, "--month", "2099-11", "--format", kind)
    assert cli(*how, "--output", out).exit_code == 0
    assert cli("roster", "plan", out, "--detailed-exitcode").exit_code == 0
    piped = cli.folder / f"piped.{kind}"
    piped.write_bytes(cli(*how).stdout_bytes)
    assert cli("roster", "plan", str(piped), "--detailed-exitcode").exit_code == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_form_to_fill_in(cli: Cli, kind: str) -> None:
    """Named after unit and month, never written over, and read back by the plan."""
    out = str(cli.folder / f"form.{kind}")
    how = ("roster", "template", CITY, "--month", "2099-11", "--format", kind, "--output", out)
    assert cli(*how).exit_code == 0
    assert cli(*how).exit_code == 1
    told = json.loads(cli("roster", "plan", out, "--json").stdout)["problems"]
    assert {p["code"] for p in told} <= {"slot-empty", "no-duties", "name-missing"}
