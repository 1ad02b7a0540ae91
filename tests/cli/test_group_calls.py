"""Calling a group on the command line: preview, count, roll, correction, withdrawal."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli
from tests.county import CITY, DESK_12345, TOWN

FILE = """\
预案组,单位,需签收,每批,间隔分钟
暴雨内涝,县城建集团,2,1,10
暴雨内涝,浔中镇,,,
暴雨内涝,12345热线,,,
"""
ASKED = ("--urgency", "urgent", "--summary", "城区内涝")


def test_a_group_is_called_seen_corrected_and_withdrawn(cli: Cli) -> None:
    """From the file to the last word, with the same people told each time."""
    assert cli("group", "import", cli.file("groups.csv", FILE)).exit_code == 0
    (listed,) = json.loads(cli("group", "list", "--json").stdout)["items"]
    assert listed == {
        "name": "暴雨内涝", "units": [CITY, TOWN, DESK_12345],
        "people": {}, "needed": 2, "wave": 1, "minutes": 10, "ended": [],
    }  # fmt: skip
    seen = json.loads(cli("group", "preview", "暴雨内涝", "--urgency", "urgent", "--json").stdout)
    assert [one["after_minutes"] for one in seen["waves"]] == [0, 10, 20]
    assert seen["short_after_minutes"] == 30
    assert seen["first"] == {"people": 1, "sms": 1, "calls": 0}
    assert seen["most"]["people"] > 3
    called = cli("group", "call", "start", "暴雨内涝", *ASKED, "--from", "110", "--json")
    sent = json.loads(called.stdout)
    assert (sent["units"], sent["needed"]) == ([CITY, TOWN, DESK_12345], 2)
    assert cli("transfer", "ack", sent["id"], "--by", "张三", "--eta", "20").exit_code == 0
    roll = json.loads(cli("group", "call", "show", sent["code"], "--json").stdout)
    first, *_, left = roll["waves"]
    assert first["units"][0]["response"] == "acked"
    assert first["units"][0]["answered_by"] == "张三"
    assert first["units"][0]["eta_at"] is not None
    assert {one["response"] for one in left["units"]} == {"not_called"}
    assert (roll["needed"], roll["met"], roll["counts"]["acked"]) == (2, False, 1)
    shown = cli("group", "call", "show", sent["code"], lang="zh_CN").stdout
    assert "县城建集团" in shown
    assert "尚未呼叫" in shown
    (one,) = json.loads(cli("group", "call", "list", "--json").stdout)["items"]
    assert (one["group"], one["answered"]) == ("暴雨内涝", 1)
    told = json.loads(
        cli("group", "call", "correct", sent["id"], "--text", "在城东", "--json").stdout
    )
    assert told["people"] == 1
    assert cli("group", "call", "cancel", sent["id"], "--why", "误报").exit_code == 0
    roll = json.loads(cli("group", "call", "show", sent["id"], "--json").stdout)
    assert [word["what"] for word in roll["words"]] == ["corrected", "withdrawn"]
    assert roll["next_at"] is None
    assert "No group" in cli("group", "call", "list").stderr


def test_what_is_refused_is_said_in_both_languages(cli: Cli) -> None:
    """No such group; a number that is not the group's; more answers than units. Nothing is sent."""
    cli("group", "import", cli.file("groups.csv", FILE))
    cli("policy", "apply", cli.file("p.toml", _strict(cli)))
    for given, code, english, chinese in (
        (("防火", *ASKED), 1, "no group", "没有"),
        (("暴雨内涝", *ASKED), 4, "number is given", "3"),
        (("暴雨内涝", *ASKED, "--count", "4"), 4, "number is given", "3"),
        (("暴雨内涝", *ASKED, "--count", "3", "--needed", "4"), 3, "out of range", "needed"),
    ):
        for lang, words in (("en", english), ("zh_CN", chinese)):
            done = cli("group", "call", "start", *given, lang=lang)
            assert (done.exit_code, words in done.stderr) == (code, True), (given, done.stderr)
    assert json.loads(cli("transfer", "list", "--json").stdout)["items"] == []
    assert cli("group", "call", "start", "暴雨内涝", *ASKED, "--count", "3").exit_code == 0


def _strict(cli: Cli) -> str:
    """The policy in force, with every call to a group counted."""
    return cli("policy", "show").stdout.replace("count_above = 10", "count_above = 2")


def test_an_ended_unit_is_called_by_its_heir(cli: Cli) -> None:
    """One that has an heir is called as that; one that has none is left out, and both are said."""
    cli("group", "import", cli.file("groups.csv", FILE))
    head = "单位代码,单位名称,类别,停用日期,承接单位\n"
    ended = f"{CITY},县城建集团,state_enterprise,2020-01-01,县政府办\n"
    ended += f"{DESK_12345},12345热线,desk,2020-01-01,\n"
    assert cli("unit", "import", cli.file("units.csv", head + ended)).exit_code == 0
    listed = cli("group", "list", "--json")
    assert json.loads(listed.stdout)["items"][0]["ended"] == [CITY, DESK_12345]
    assert "GOV-OFFICE 县政府办" in cli("group", "list").stderr
    again = cli("group", "import", cli.file("groups.csv", FILE.replace("2,1,10", "1,1,10")))
    assert (again.exit_code, "ended on 2020-01-01" in again.stderr) == (0, True)
    done = cli("group", "call", "start", "暴雨内涝", *ASKED, "--needed", "2", "--json")
    sent = json.loads(done.stdout)
    assert (sent["units"], sent["gone"]) == (["GOV-OFFICE", TOWN], [DESK_12345])
    assert sent["moved"] == {CITY: "GOV-OFFICE"}
    assert "has ended" in done.stderr
    everybody = (
        head
        + f"GOV-OFFICE,县政府办,gov_department,2020-01-01,\n{TOWN},浔中镇,township,2020-01-01,\n"
    )
    assert cli("unit", "import", cli.file("more.csv", everybody)).exit_code == 0
    refused = cli("group", "call", "start", "暴雨内涝", *ASKED, lang="zh_CN")
    assert refused.exit_code == 4
    assert "均已不存在" in refused.stderr


CREW = """\
预案组,单位,人员,需签收,每批,间隔分钟
抢险队,县城建集团,张三,2,2,5
抢险队,县城建集团,李四,,,
抢险队,浔中镇,应急队,,,
抢险队,浔中镇,赵六,,,
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_people_are_named_in_the_file(cli: Cli) -> None:
    """By name, or whoever is on the unit's team; a stranger or a name twice is refused."""
    for old, new, said in (
        ("李四", "王二麻子", "王二麻子"),
        ("李四", "张三", "named twice"),
        ("李四", "", "named twice"),
        ("赵六", "李四", "李四"),
    ):
        bad = cli("group", "import", cli.file("bad.csv", CREW.replace(old, new)))
        assert (bad.exit_code, said in bad.stderr) == (3, True), bad.stderr
    assert cli("group", "import", cli.file("crew.csv", CREW)).exit_code == 0
    assert "No changes" in cli("group", "import", cli.file("crew.csv", CREW)).stderr
    (listed,) = json.loads(cli("group", "list", "--json").stdout)["items"]
    assert listed["people"] == {CITY: ["p001", "p002"], TOWN: ["@team", "p011"]}
    assert "张三、李四" in cli("group", "list", lang="zh_CN").stdout
    assert "赵六" in cli("group", "preview", "抢险队", "--urgency", "urgent").stdout
    sent = json.loads(cli("group", "call", "start", "抢险队", *ASKED, "--json").stdout)
    assert sent["people"] == ["张三", "李四", "赵六"]
    late = cli("transfer", "ack", sent["code"], "--by", "赵六", lang="en")
    assert (late.exit_code, "none of those who were called" in late.stderr) == (4, True)
    assert cli("transfer", "ack", sent["code"], "--by", "张三").exit_code == 0
    roll = json.loads(cli("group", "call", "show", sent["code"], "--json").stdout)
    assert [(one["person"], one["response"]) for w in roll["waves"] for one in w["units"]] == [
        ("张三", "acked"), ("李四", "waiting"), ("赵六", "not_called"),
    ]  # fmt: skip
    assert "县城建集团 · 张三" in cli("group", "call", "show", sent["code"], lang="zh_CN").stdout
    assert "县城建集团 · 李四" in cli("transfer", "show", sent["code"], lang="zh_CN").stdout
