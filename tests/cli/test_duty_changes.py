"""Swaps, cover, leave and take-over on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.county import CITY


@pytest.fixture
def ready(cli: Cli) -> Cli:
    """Three days of November 2099: the machine's clock decides what is past."""
    rows = [
        f"{CITY},2099-11-{day:02},08:00-08:00,{role},{name},"
        for day, primary in ((3, "张三"), (4, "王五"), (5, "张三"))
        for role, name in (("primary", primary), ("leader", "陈建国"))
    ]
    file = cli.file("r.csv", "unit,date,shift,role,name,mobile\n" + "\n".join(rows) + "\n")
    assert cli("roster", "apply", file, "--yes").exit_code == 0
    return cli


def run(cli: Cli, *args: str, code: int = 0) -> Any:
    """A command's JSON."""
    done = cli(*args, "--json")
    assert done.exit_code == code, done.output + done.stderr
    return json.loads(done.stdout) if code == 0 else None


def primary(cli: Cli, moment: str) -> list[str]:
    """Who is primary then."""
    found = run(cli, "who", CITY, "--role", "primary", "--at", moment)
    return [one["person"] for one in found["on_duty"]]


def test_a_swap_by_commands(ready: Cli) -> None:
    """Request, accept, approve, list, show, undo: exit codes and the names scripts rely on."""
    made = run(
        ready, "swap", "request", "张三", "--at", "2099-11-03 12:00", "--with", "王五",
        "--back", "2099-11-04 12:00", "--why", "x",
    )  # fmt: skip
    number = str(made["id"])
    assert made["state"] == "asked"
    assert [m["new"] for m in made["moves"]] == ["王五", "张三"]
    assert [one["id"] for one in run(ready, "swap", "list")["items"]] == [made["id"]]
    run(ready, "swap", "accept", number, "--by", "李四", code=5)
    run(ready, "swap", "accept", number, "--by", "王五")
    run(ready, "swap", "approve", number, "--by", "张三", code=5)
    run(ready, "swap", "approve", number, "--by", "陈建国")
    assert primary(ready, "2099-11-03 12:00") == ["王五"]
    assert run(ready, "swap", "list")["items"] == []
    shown = run(ready, "change", "show", number)
    assert (shown["state"], len(shown["overrides"])) == ("in_force", 2)
    run(ready, "change", "undo", number)
    run(ready, "change", "undo", number, code=4)
    assert primary(ready, "2099-11-03 12:00") == ["张三"]
    assert len(run(ready, "change", "list", "--all", "--unit", "县城建集团")["items"]) == 1
    run(ready, "change", "show", "99", code=1)


def test_cover_leave_and_what_people_read(ready: Cli) -> None:
    """Tables on stdout, the rest on stderr; the leave lists its duties with the best first."""
    asked = ready("cover", "ask", "张三", "--at", "2099-11-05 12:00")
    assert asked.exit_code == 0, asked.output
    assert "Told:" in asked.stderr
    assert "cover no. 1: asked" in asked.stderr
    assert ready("cover", "accept", "1", "--by", "林芳").exit_code == 0
    assert ready("cover", "accept", "1", "--by", "王五").exit_code == 4
    assert "in force" in ready("cover", "list", "--all").stdout
    assert "No changes" in ready("cover", "list").stderr
    leave = ready("leave", "add", "张三", "--from", "2099-11-03", "--to", "2099-11-04")
    assert leave.exit_code == 0, leave.output
    assert "needs somebody" in leave.stderr
    assert "林芳" in leave.stderr
    assert ready("leave", "fill", "2", "--with", "林芳").exit_code == 4
    assert ready("leave", "approve", "2", "--by", "陈建国").exit_code == 0
    assert ready("leave", "fill", "2", "--with", "林芳", "--at", "2099-11-03 12:00").exit_code == 0
    assert primary(ready, "2099-11-03 12:00") == ["林芳"]
    # Before the leave begins on its day nothing was served, and at midnight it ends.
    assert primary(ready, "2099-11-04 03:00") == ["张三"]
    assert ready("leave", "list", "--all").exit_code == 0
    assert ready("change", "withdraw", "2").exit_code == 4


def test_a_take_over_by_command(ready: Cli) -> None:
    """Where nobody serves it needs an end; then it is in force at once, and can be taken back."""
    assert ready("takeover", CITY, "--by", "王五", "--role", "team").exit_code == 3
    made = run(ready, "takeover", CITY, "--by", "王五", "--role", "team", "--until", "+2h")
    assert (made["state"], made["moves"][0]["old"]) == ("in_force", None)
    assert ready("takeover", CITY, "--by", "王五", "--role", "team").exit_code == 4
    run(ready, "change", "undo", str(made["id"]))


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("swap", "request", "张三", "--at", "2099-11-04 12:00", "--with", "王五"), 3),
        (("swap", "request", "张三", "--at", "nonsense", "--with", "王五"), 2),
        (("swap", "accept", "1"), 2),
        (("swap", "accept", "7", "--by", "王五"), 1),
        (("leave", "add", "张三", "--from", "2099-11-05", "--to", "2099-11-04"), 3),
        (("leave", "add", "张三", "--from", "2001-11-05", "--to", "2001-11-06"), 3),
        (("takeover", "NOWHERE", "--by", "王五"), 1),
    ],
)
def test_mistakes(ready: Cli, args: tuple[str, ...], code: int) -> None:
    """Told with the way out; nothing is changed."""
    done = ready(*args)
    assert done.exit_code == code, done.output
    assert done.stderr
    assert run(ready, "change", "list", "--all")["items"] == []
