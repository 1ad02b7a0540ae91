"""Units on the command line: other names, ends and successors."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli
from tests.county import CITY, TOWN

HEAD = "单位代码,单位名称,类别,停用日期,别名,承接单位\n"


def test_a_closed_unit_is_shown_with_its_successor_and_refused(cli: Cli) -> None:
    """It is found by its alias; what is handed to it is refused, and the next one named."""
    row = f"{CITY},县城建集团,state_enterprise,2020-01-01,城建；老城建,浔中镇\n"
    assert cli("unit", "import", cli.file("units.csv", HEAD + row)).exit_code == 0
    shown = json.loads(cli("unit", "show", "老城建", "--json").stdout)
    assert (shown["code"], shown["aliases"]) == (CITY, ["城建", "老城建"])
    assert shown["successor"] == TOWN
    page = cli("unit", "show", "城建", lang="zh_CN").stdout
    assert "城建、老城建" in page
    assert "TWN-100 浔中镇" in page
    given = ("--to", "城建", "--urgency", "urgent", "--summary", "水管爆裂")
    done = cli("transfer", "new", *given, lang="zh_CN")
    assert done.exit_code == 3
    assert "TWN-100 浔中镇" in done.stderr
    assert json.loads(cli("transfer", "list", "--json").stdout)["items"] == []


def test_an_alias_names_the_unit_of_a_new_matter(cli: Cli) -> None:
    """What people type at the desk is what they say; also where only the roster is looked at."""
    row = f"{CITY},县城建集团,state_enterprise,,城建,\n"
    cli("unit", "import", cli.file("units.csv", HEAD + row))
    given = ("--to", "城建", "--urgency", "urgent", "--summary", "水管爆裂", "--json")
    assert json.loads(cli("transfer", "new", *given).stdout)["pages"][0]["unit"] == CITY
    assert CITY in cli("who", "城建", "--json").stdout


def test_what_is_wrong_with_other_names_and_successors(cli: Cli) -> None:
    """Every fault with its line, and nothing is changed."""
    rows = (
        f"{CITY},县城建集团,state_enterprise,,浔中镇,{CITY}\n"
        "NEW-1,新单位,office,," + "长" * 101 + ",NOBODY\n"
    )
    done = cli("unit", "import", cli.file("units.csv", HEAD + rows))
    assert done.exit_code == 3
    for said in ("TWN-100 浔中镇", "its own successor", "101 characters", "NOBODY"):
        assert said in done.stderr
    assert json.loads(cli("unit", "show", CITY, "--json").stdout)["aliases"] == []
