"""`oncall who` and `schedule`: quick, and the same answer the web gives."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from oncall import duty
from oncall.admin.onduty import look
from oncall.core.policies import default_book
from oncall.directory import Directory
from oncall.store.database import Database
from tests.cli.conftest import Cli
from tests.county import CITY, POST, START, TOWN, ZONE
from tests.house.files import ROOT

#: Around a handover, at one, in the middle, before everything and after everything.
MOMENTS = [
    START,
    datetime(2026, 11, 4, 8, tzinfo=ZONE),
    datetime(2026, 11, 4, 7, 59, 59, tzinfo=ZONE),
    datetime(2026, 10, 1, tzinfo=ZONE),
    datetime(2026, 12, 1, 7, tzinfo=ZONE),
    datetime(2027, 5, 1, tzinfo=ZONE),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_glance_sees_what_the_web_sees(furnished_url: str, moment: datetime) -> None:
    """Both ways of reading the tables give the same people at every moment, on both databases."""
    db = Database(furnished_url)
    seen = {one.unit: one for one in look(furnished_url, moment).found}
    with db.read() as tx:
        snapshot = Directory(default_book).at(tx, moment)
        for unit in snapshot.units:
            assert seen[unit] == duty.who(tx, snapshot, unit, moment), unit
    db.close()


def who(cli: Cli, *args: str) -> dict[str, Any]:
    """The JSON of `oncall who`."""
    done = cli("who", *args, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_very_second_of_a_handover(cli: Cli) -> None:
    """At 08:00:00 it is the new person and nobody else; a second before, the old one."""

    def primary(at: str) -> list[str]:
        found = who(cli, CITY, "--at", at, "--role", "primary")
        return [one["person"] for one in found["on_duty"]]

    assert primary("2026-11-04 07:59:59") == ["张三"]
    assert primary("2026-11-04T08:00:00+08:00") == ["王五"]
    assert primary("2026-11-04T00:00:00Z") == ["王五"]


def test_the_names_scripts_rely_on(cli: Cli) -> None:
    """The JSON has the promised names, masked numbers, and times with their offset."""
    found = who(cli, CITY, "--at", "2026-11-03 14:00")
    assert list(found) == ["unit", "at", "on_duty", "next"]
    assert found["at"] == "2026-11-03T14:00:00+08:00"
    assert found["on_duty"][0] == {
        "role": "primary",
        "person": "张三",
        "until": "2026-11-04T08:00:00+08:00",
        "phone": "139****0001",
        "source": "11月!D3",
    }
    assert found["next"][0]["person"] == "王五"
    assert found["next"][0]["start"] == "2026-11-04T08:00:00+08:00"


def test_every_unit_at_once(cli: Cli) -> None:
    """Without a unit every roster is there; a unit without one is not."""
    units = [one["unit"] for one in who(cli, "--at", "2026-11-03 14:00")["units"]]
    assert {CITY, TOWN} <= set(units)
    assert POST not in units


def test_nobody_on_duty_is_said(cli: Cli) -> None:
    """A unit without a roster: an empty answer for scripts, a warning for people; never silence."""
    assert who(cli, POST)["on_duty"] == []
    done = cli("who", POST)
    assert done.exit_code == 0
    assert "no primary" in done.stderr


def test_a_table_in_a_pipe_is_tabs(cli: Cli) -> None:
    """One heading, one line per row, cells parted by tabs, no colours."""
    lines = cli("who", "浔中镇", "--at", "2026-11-03 14:00").stdout.splitlines()
    assert lines[0].split("\t")[:3] == ["Unit", "Role", "On duty"]
    assert [line.split("\t")[2] for line in lines[1:]] == ["赵六", "孙七", "周八"]
    assert not any("\x1b" in line for line in lines)


def test_a_schedule_tiles_its_window(cli: Cli) -> None:
    """Segments follow each other without a hole; where nobody is, that is a segment and a gap."""
    window = ("--from", "2026-11-29 08:00", "--to", "2026-12-02 00:00")
    found = json.loads(cli("schedule", CITY, *window, "--json").stdout)
    edges = [(s["start"], s["end"]) for s in found["segments"]]
    assert edges[0][0] == found["from"] == "2026-11-29T08:00:00+08:00"
    assert edges[-1][1] == found["to"] == "2026-12-02T00:00:00+08:00"
    assert all(one[1] == two[0] for one, two in pairwise(edges))
    assert found["segments"][-1]["people"] == []
    assert found["gaps"] == [
        {"start": "2026-12-01T08:00:00+08:00", "end": "2026-12-02T00:00:00+08:00"}
    ]


@pytest.mark.parametrize(
    "window", [("--to", "2020-01-01"), ("--from", "2026-01-01", "--to", "2028-01-01")]
)
def test_a_window_that_cannot_be(cli: Cli, window: tuple[str, ...]) -> None:
    """One that ends before it starts, and one of two years."""
    assert cli("schedule", CITY, *window).exit_code == 3


def test_who_loads_little(cli: Cli) -> None:
    """The command people wait for loads neither the toolkit nor the web nor a provider's SDK."""
    code = (
        "import sys; sys.argv = ['oncall', 'who', '--help']\n"
        "import commands.who\n"
        "print(sorted(m for m in ('sqlalchemy', 'alembic', 'fastapi', 'twilio', 'pydantic', 'rich',"
        " 'aiohttp', 'openpyxl', 'asyncio') if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_gaps_to_the_minute(cli: Cli) -> None:
    """The end of the month is a gap from 08:00 sharp; a unit without a roster is one throughout."""
    window = ("--from", "2026-11-30 08:00", "--to", "2026-12-02 00:00")
    found = json.loads(
        cli("roster", "gaps", "--unit", CITY, "--unit", POST, *window, "--json").stdout
    )
    starts = {gap["unit"]: gap["start"] for gap in found["gaps"]}
    assert starts == {CITY: "2026-12-01T08:00:00+08:00", POST: "2026-11-30T08:00:00+08:00"}
