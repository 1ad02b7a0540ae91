"""Deadlines on the command line: listed, extended, granted, refused."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli
from tests.county import CITY

NEW = ("transfer", "new", "--to", CITY, "--urgency", "urgent", "--summary", "水管爆裂")


def test_more_time_is_asked_for_and_granted(cli: Cli) -> None:
    """The list shows the wish; granting moves the deadline; a second answer is a conflict."""
    code = cli(*NEW).stdout.strip()
    listed = json.loads(cli("deadline", "list", "--json").stdout)["items"]
    assert [one["code"] for one in listed] == [code]
    assert listed[0]["overdue"] is False
    until = "2099-12-31 18:00"
    done = cli("deadline", "extend", code, "--until", until, "--why", "等配件", "--by", "张三")
    assert done.exit_code == 0, done.stderr
    table = cli("deadline", "list", "--unit", CITY).stdout
    assert "张三, until 2099-12-31 18:00: 等配件" in table
    granted = cli("deadline", "grant", code, "--by", "吴九", "--json")
    assert json.loads(granted.stdout)["due_at"] == "2099-12-31T18:00:00+08:00"
    assert "2099-12-31 18:00" in cli("transfer", "show", code).stdout
    again = cli("deadline", "grant", code)
    assert again.exit_code == 4
    assert "deadline list" in again.stderr


def test_a_refusal_leaves_the_deadline(cli: Cli) -> None:
    """And says so; a date in the past is refused with its mend, exit 3."""
    code = cli(*NEW).stdout.strip()
    before = json.loads(cli("deadline", "list", "--json").stdout)["items"][0]["due_at"]
    cli("deadline", "extend", code, "--until", "2099-12-31", "--why", "等配件")
    assert cli("deadline", "refuse", code).exit_code == 0
    assert json.loads(cli("deadline", "list", "--json").stdout)["items"][0]["due_at"] == before
    wrong = cli("deadline", "extend", code, "--until", "2020-01-01", "--why", "等配件")
    assert wrong.exit_code == 3
    assert "not later" in wrong.stderr
    assert cli("deadline", "list", "--overdue").stdout == ""
