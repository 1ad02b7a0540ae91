"""Figures on the command line: tables, JSON, workbooks, visits from a file."""

from __future__ import annotations

import json

import openpyxl

from oncall.clock import SystemClock
from tests.cli.conftest import Cli
from tests.county import CITY, ZONE

NEW = ("transfer", "new", "--to", CITY, "--urgency", "urgent", "--summary", "水管爆裂")


def this_month() -> str:
    """The month in which the commands of these tests run."""
    return SystemClock().now().astimezone(ZONE).strftime("%Y-%m")


def test_the_table_and_the_json_say_the_same(cli: Cli) -> None:
    """One page, answered at once, by somebody it had reached or not."""
    code = cli(*NEW).stdout.strip()
    assert cli("transfer", "ack", code, "--by", "张三").exit_code == 0
    told = json.loads(cli("report", "kpi", "--month", this_month(), "--json").stdout)
    assert told["total"]["ack_in_time"] == {"of": 1, "out_of": 1, "rate": 1.0}
    assert told["units"][CITY]["pages"] == 1
    table = cli("report", "kpi", "--month", this_month()).stdout
    assert "acknowledged in time\t100.0% (1/1)\t–\t100.0% (1/1)\t–" in table
    police = cli("report", "kpi", "--month", this_month(), "--profile", "police").stdout
    assert "satisfied callers" in table
    assert "satisfied callers" not in police
    alone = cli("report", "kpi", "--month", this_month(), "--unit", CITY, "--json")
    assert list(json.loads(alone.stdout)["units"]) == [CITY]


def test_the_workbook_is_written_where_it_was_asked_for(cli: Cli) -> None:
    """In the reader's language; a folder that is not there is told."""
    cli(*NEW)
    file = str(cli.folder / "kpi.xlsx")
    done = cli("report", "kpi", "--month", this_month(), "--xlsx", file, lang="zh_CN")
    assert done.exit_code == 0, done.stderr
    names = openpyxl.load_workbook(file).sheetnames
    assert names == ["总表", "各单位", "签收时长"]
    gone = cli("report", "kpi", "--month", this_month(), "--xlsx", str(cli.folder / "no" / "x"))
    assert gone.exit_code == 1
    assert "x" in gone.stderr


def test_visits_from_a_file(cli: Cli) -> None:
    """Chinese headings; every fault at once, and nothing written unless all is good."""
    code = cli(*NEW).stdout.strip()
    now = f"{SystemClock().now().astimezone(ZONE):%Y/%m/%d}"
    bad = cli.file(
        "bad.csv",
        f"转办单号,回访时间,是否解决,是否满意\nDH1,昨天,是,否\n{code},{now},也许,满意\n",
    )
    refused = cli("report", "visits", bad)
    assert refused.exit_code == 3
    for said in ("DH1", "昨天", "也许"):
        assert said in refused.stderr
    good = cli.file(
        "good.csv", f"转办单号,回访时间,是否解决,是否满意\n{code},{now},已解决,未评价\n"
    )
    assert json.loads(cli("report", "visits", good, "--dry-run", "--json").stdout)["new"] == 0
    assert json.loads(cli("report", "visits", good, "--json").stdout)["new"] == 1
    assert json.loads(cli("report", "visits", good, "--json").stdout)["new"] == 0
    told = json.loads(cli("report", "public", "--month", this_month(), "--json").stdout)
    assert told["total"]["solved"] == {"of": 1, "out_of": 1, "rate": 1.0}
    assert told["total"]["satisfied"] == {"of": 0, "out_of": 0, "rate": None}
    assert "others\t1" in cli("report", "public", "--month", this_month()).stdout


def test_a_quiet_month_has_nothing_for_the_conference(cli: Cli) -> None:
    """And says so instead of printing an empty table."""
    done = cli("report", "conference", "--month", "2020-01")
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads(cli("report", "conference", "--month", "2020-01", "--json").stdout) == {
        "items": []
    }
