"""`oncall handover` and `oncall drill`: what they book, what they list, and what they refuse."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli
from tests.county import CITY


def test_the_handover_list_of_a_unit(cli: Cli) -> None:
    """Who serves and who comes, and a matter as it stood at a moment; a table for people."""
    shown = json.loads(cli("handover", CITY, "--at", "2026-11-03 14:00", "--json").stdout)
    primary = next(one for one in shown["changes"] if one["role"] == "primary")
    assert primary["now"] == ["张三"]
    assert primary["next"] == [{"person": "王五", "said": None}]
    assert primary["at"] == "2026-11-04T08:00:00+08:00"
    assert shown["items"] == []
    assert "王五" in cli("handover", "县城建集团", "--at", "2026-11-03 14:00").stdout
    assert cli("handover", "NOWHERE").exit_code == 1
    assert "36 hours" in cli("handover", CITY, "--confirm", "林芳").stderr


def test_a_drill_is_booked_and_listed(cli: Cli) -> None:
    """One way to say whom; the node does the rest, and a plan can be made and ended."""
    made = json.loads(cli("drill", "new", "--unit", CITY, "--minutes", "5", "--json").stdout)
    listed = json.loads(cli("drill", "list", "--json").stdout)["items"]
    assert [(one["id"], one["minutes"], one["asked"]) for one in listed] == [(made["id"], 5, 0)]
    assert json.loads(cli("drill", "show", str(made["id"]), "--json").stdout)["checks"] == []
    (plan,) = json.loads(cli("drill", "plan", "--every", "7", "--json").stdout)["items"]
    assert (plan["every_days"], plan["after"], plan["before"]) == (7, "08:00", "20:00")
    assert (
        json.loads(cli("drill", "plan", "--end", str(plan["id"]), "--json").stdout)["items"] == []
    )
    assert json.loads(cli("report", "drills", "--json").stdout) == {"units": []}


def test_what_a_drill_refuses(cli: Cli) -> None:
    """Two ways to say whom, none, a unit nobody knows, a moment that is over, no such drill."""
    assert cli("drill", "new").exit_code == 2
    assert cli("drill", "new", "--all", "--sample", "3").exit_code == 2
    assert cli("drill", "new", "--unit", "NOWHERE").exit_code == 1
    late = cli("drill", "new", "--all", "--at", "2020-01-01 00:00")
    assert late.exit_code == 3
    assert "This moment is over" in late.stderr
    strict = cli("policy", "show").stdout.replace("count_above = 10", "count_above = 2")
    cli("policy", "apply", cli.file("p.toml", strict))
    for given in ((), ("--count", "3")):
        many = cli("drill", "new", "--all", *given)
        assert (many.exit_code, "asks 6 units" in many.stderr) == (4, True)
    assert cli("drill", "show", "99").exit_code == 1
    assert cli("drill", "plan", "--end", "99").exit_code == 1
    assert cli("drill", "plan", "--every", "1", "--after", "20", "--before", "8").exit_code == 3
    assert json.loads(cli("drill", "list", "--json").stdout)["items"] == []
    assert cli("drill", "new", "--all", "--count", "6").exit_code == 0
