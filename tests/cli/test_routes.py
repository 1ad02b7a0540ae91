"""Routes on the command line: read from a file in either language, suggested, never forced."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Cli
from tests.county import CITY, DESK_12345, TOWN

FILE = """\
类别,区域,主办,协办,抄送,启用日期,依据
供水,,县城建集团,浔中镇,12345热线,,
供水,浔中镇,TWN-100,,,2026-01-01,会商纪要3号
"""


def test_clause_14_a_file_of_routes_is_suggested_from(cli: Cli, tmp_path: Path) -> None:
    """The same file again changes nothing; the row for the very place comes first."""
    file = tmp_path / "routes.csv"
    file.write_text(FILE, encoding="utf-8")
    first = json.loads(cli("route", "import", str(file), "--json").stdout)
    again = json.loads(cli("route", "import", str(file), "--json").stdout)
    assert (first["summary"]["add"], again["summary"]["unchanged"]) == (2, 2)
    said = cli("route", "suggest", "--category", "供水", "--area", TOWN, "--json").stdout
    best, other = json.loads(said)["items"]
    assert (best["to"], best["source"]) == ([TOWN], "会商纪要3号")
    assert (other["to"], other["copy_to"]) == ([CITY, TOWN], [DESK_12345])
    assert "Urban Construction Group" in cli("route", "list").stdout
    new = ("transfer", "new", "--to", CITY, "--urgency", "routine", "--category", "供水")
    code = cli(*new, "--summary", "水压低").stdout.strip()
    ruling = ("--owner", TOWN, "--minutes", "会商纪要11号", "--by", "吴九")
    done = cli("transfer", "rule", code, *ruling)
    assert done.exit_code == 0, done.stderr
    assert "会商纪要11号" in done.stderr
    said = json.loads(cli("route", "list", "--json").stdout)["items"]
    [ruled] = [one for one in said if one["ruling"]]
    assert (ruled["area"], ruled["to"], ruled["ruling"]["transfer"]) == (None, [TOWN], code)
    [ended] = [one for one in said if one["to"] == [CITY, TOWN]]
    assert ended["valid_to"] == ruled["valid_from"]
    assert f"会商纪要11号 (吴九, {ruled['valid_from']}, on {code})" in cli("route", "list").stdout


def test_every_fault_of_a_file_at_once(cli: Cli, tmp_path: Path) -> None:
    """Unknown units and days that are none are named with their lines, and nothing is changed."""
    file = tmp_path / "routes.csv"
    file.write_text("category,lead,valid_from\n供水,NOWHERE,x\n,TWN-100,\n", encoding="utf-8")
    done = cli("route", "import", str(file))
    assert done.exit_code == 3
    assert "NOWHERE" in done.stderr
    assert json.loads(cli("route", "list", "--json").stdout)["items"] == []


def test_a_route_to_an_ended_unit_is_told(cli: Cli, tmp_path: Path) -> None:
    """The list, the suggestion, a new import and the doctor name it, and the unit to name now."""
    file = tmp_path / "routes.csv"
    file.write_text(FILE, encoding="utf-8")
    cli("route", "import", str(file))
    assert "ended" not in cli("route", "list").stderr
    head = "单位代码,单位名称,类别,停用日期,承接单位\n"
    ended = f"{CITY},县城建集团,state_enterprise,2020-01-01,浔中镇\n"
    assert cli("unit", "import", cli.file("units.csv", head + ended)).exit_code == 0
    for given in (("list",), ("suggest", "--category", "供水")):
        said = cli("route", *given, lang="zh_CN")
        assert (said.exit_code, "TWN-100 浔中镇" in said.stderr) == (0, True)
    file.write_text(FILE.replace("会商纪要3号", "会商纪要4号"), encoding="utf-8")
    assert cli("route", "import", str(file)).exit_code == 0
    doctor = cli("doctor", "--json")
    (route,) = [one for one in json.loads(doctor.stdout)["checks"] if one["check"] == "routes"]
    assert (route["level"], CITY in route["said"]) == ("warning", True)
