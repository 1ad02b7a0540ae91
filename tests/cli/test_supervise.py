"""Supervision on the command line: from a draft to its end, and the sheet to print."""

from __future__ import annotations

import json

import pytest

from oncall.clock import SystemClock
from oncall.core.model import Colour
from oncall.store import supervisions
from oncall.store.database import Database
from tests.cli.conftest import Cli
from tests.county import CITY

NEW = ("transfer", "new", "--to", CITY, "--urgency", "urgent", "--summary", "水管爆裂", "--json")


@pytest.fixture
def draft(cli: Cli) -> str:
    """A yellow draft about a matter; its id."""
    matter = json.loads(cli(*NEW).stdout)
    db = Database(cli.url)
    with db.begin() as tx:
        supervisions.draft(
            tx,
            transfer=matter["id"],
            page=matter["pages"][0]["id"],
            unit=CITY,
            colour=Colour.YELLOW,
            now=SystemClock().now(),
        )
    db.close()
    return str(json.loads(cli("supervise", "list", "--json").stdout)["items"][0]["id"])


def test_from_the_draft_to_the_end(cli: Cli, draft: str) -> None:
    """Confirmed by name, answered, closed; a second confirmation is a conflict."""
    assert "draft, waits for a person" in cli("supervise", "list").stdout
    assert json.loads(cli("transfer", "list", "--supervised", "--json").stdout)["items"] == []
    done = cli("supervise", "confirm", draft, "--by", "吴九", "--demand", "今日内到场", "--json")
    assert done.exit_code == 0, done.stderr
    number = json.loads(done.stdout)["number"]
    assert number.startswith("德督办〔")
    [matter] = json.loads(cli("transfer", "list", "--supervised", "--json").stdout)["items"]
    assert matter["supervised"]
    assert "supervised" in cli("transfer", "show", matter["code"]).stdout
    assert "supervised" in cli("transfer", "list").stdout
    assert json.loads(cli("report", "orphans", "--json").stdout)["items"] == []
    assert cli("supervise", "confirm", draft, "--by", "吴九").exit_code == 4
    assert cli("supervise", "reply", number, "-", "--by", "张三", stdin="已处置\n").exit_code == 0
    shown = cli("supervise", "show", number).stdout
    assert "今日内到场" in shown
    assert "已处置" in shown
    assert cli("supervise", "close", number, "--by", "吴九").exit_code == 0
    listed = json.loads(cli("supervise", "list", "--state", "closed", "--json").stdout)["items"]
    assert [one["number"] for one in listed] == [number]
    assert cli("supervise", "show", "德督办〔1999〕1号").exit_code == 1


def test_the_sheet_is_printed_to_a_file(cli: Cli, draft: str) -> None:
    """A page for any browser; dropped drafts say so."""
    file = cli.folder / "order.html"
    assert cli("supervise", "print", draft, "--output", str(file)).exit_code == 0
    assert "草稿" in file.read_text("utf-8")
    assert cli("supervise", "drop", draft, "--by", "吴九", "--why", "误报").exit_code == 0
    assert "已作废" in cli("supervise", "print", draft).stdout
    assert cli("supervise", "drop", draft, "--by", "吴九", "--why", "误报").exit_code == 4
