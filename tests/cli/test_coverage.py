"""Is everything covered, can they bear it, and what hangs on the wall when the server is dead."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from oncall.store.database import Database
from oncall.store.directory import Person, put_people
from tests.cli.conftest import Cli
from tests.county import CITY, POST, TOWN, WANG, ZHANG, person_id

WEEK = ("--from", "2026-11-09 08:00", "--to", "2026-11-16 08:00")


def told(cli: Cli, *args: str) -> Any:
    """The JSON of a command."""
    done = cli(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def leave(cli: Cli, number: str) -> None:
    """Somebody is no longer there; the roster still names them."""
    db = Database(cli.url)
    with db.begin() as tx:
        put_people(
            tx,
            [Person(id=person_id(number), unit=CITY, name="王五", mobile=number, active=False)],
        )
    db.close()


def test_a_unit_that_has_all_it_needs(cli: Cli) -> None:
    """No gap, and a proof that says so."""
    assert told(cli, "roster", "gaps", "--unit", CITY, *WEEK)["gaps"] == []
    proof = told(cli, "roster", "proof", "--unit", CITY, *WEEK)
    assert proof["summary"] == {
        "proven_days": 180,
        "proven_minutes": 0,
        "proven_share": 0.0,
        "proven_units": 0,
        "unproven_people": 4,
        "units": 1,
        "whole": 1,
        "exceptions": 0,
        "needed_minutes": 3 * 7 * 24 * 60,
        "held_minutes": 3 * 7 * 24 * 60,
        "share": 1.0,
    }
    assert [role["role"] for role in proof["units"][0]["roles"]] == ["primary", "deputy", "leader"]


def test_time_held_by_somebody_who_left_is_a_gap(cli: Cli) -> None:
    """Every second day of the primary, to the minute, in gaps, proof and lint alike."""
    leave(cli, WANG)
    gaps = told(cli, "roster", "gaps", "--unit", CITY, *WEEK)["gaps"]
    assert [gap["start"] for gap in gaps] == [
        f"2026-11-{day}T08:00:00+08:00" for day in ("10", "12", "14")
    ]
    assert {gap["role"] for gap in gaps} == {"primary"}
    proof = told(cli, "roster", "proof", "--unit", "县城建集团", *WEEK)
    [primary] = [r for r in proof["units"][0]["roles"] if r["role"] == "primary"]
    assert primary["exceptions"][0] == {
        "start": "2026-11-10T08:00:00+08:00",
        "end": "2026-11-11T08:00:00+08:00",
        "why": "left",
        "people": ["王五"],
    }
    assert [day["share"] for day in primary["days"]][:3] == [1.0, 0.3333, 0.6666]
    assert proof["summary"]["whole"] == 0
    warned = told(cli, "roster", "lint", *WEEK)["warnings"]
    left = [one for one in warned if one["code"] == "person-left"]
    assert len(left) >= 3
    assert {one["unit"] for one in left} == {CITY}


def test_every_unit_and_every_role_it_needs(cli: Cli) -> None:
    """A unit without a roster lacks everything all the time; --role narrows it."""
    everything = told(cli, "roster", "gaps", *WEEK)["gaps"]
    mine = [gap for gap in everything if gap["unit"] == POST]
    assert {gap["role"] for gap in mine} == {"primary", "deputy", "leader"}
    only = told(cli, "roster", "gaps", "--role", "primary", *WEEK)["gaps"]
    assert {gap["unit"] for gap in only} > {POST}
    assert {gap["role"] for gap in only} == {"primary"}


def test_closed_hours_are_no_gaps(cli: Cli) -> None:
    """The coverage file says what is needed and when nobody need be there."""
    file = cli.file(
        "coverage.toml",
        f'[unit.{POST}]\nroles = ["primary"]\n'
        'closed = ["daily 17:30-08:00", "休息日 0:00-24:00"]\n',
    )
    cli.file("oncall.toml", f'coverage = "{file}"\n')
    gaps = told(cli, "roster", "gaps", "--unit", POST, *WEEK)["gaps"]
    assert [(gap["start"][8:16], gap["end"][8:16]) for gap in gaps] == [
        (f"{day:02}T08:00", f"{day:02}T17:30") for day in range(9, 14)
    ]


def test_a_coverage_file_with_faults_is_refused(cli: Cli) -> None:
    """Exit 3, each fault with its place and its mend; a missing file too."""
    cli.file("c.toml", 'roles = ["boss"]\nclosing = 1\n')
    cli.file("oncall.toml", 'coverage = "c.toml"\n')
    done = cli("roster", "gaps")
    assert done.exit_code == 3
    assert "c.toml:roles" in done.stderr
    assert "c.toml:closing" in done.stderr
    cli.file("oncall.toml", 'coverage = "nowhere.toml"\n')
    assert cli("roster", "proof").exit_code == 3


def test_a_proof_to_print(cli: Cli) -> None:
    """Chinese unless asked otherwise, whole in itself, escaped, for its owner's eyes."""
    leave(cli, WANG)
    done = cli("roster", "proof", *WEEK, "--html", "proof.html", lang="")
    assert done.exit_code == 0
    page = Path("proof.html").read_text("utf-8")
    assert "值守证明" in page
    assert "邮政德化分公司" in page
    assert "只有已离岗人员" in page
    assert "http" not in page.replace('http-equiv="', "")
    assert stat.S_IMODE(Path("proof.html").stat().st_mode) == 0o640
    assert ZHANG not in page
    assert cli("roster", "proof", "--html", "no/such/folder/x.html").exit_code == 1


def test_a_month_of_load(cli: Cli) -> None:
    """Hours, nights and weekends of November; a deputy for a month on end is warned about."""
    found = told(cli, "report", "duty", "--from", "2026-11-02 08:00", "--to", "2026-11-16 08:00")
    people = {one["person"]: one for one in found["people"]}
    assert people["张三"]["hours"] == 7 * 24
    assert people["张三"]["nights"] == 7
    assert people["张三"]["warnings"] == []
    assert people["李四"]["hours"] == 14 * 24
    assert people["李四"]["warnings"] == ["long-stretch", "nights-running"]
    assert people["李四"]["longest_hours"] == 14 * 24
    assert people["陈建国"]["warnings"] == []
    assert people["张三"]["pages"] == 0
    only = told(cli, "report", "duty", "--unit", TOWN, "--from", "2026-11-02", "--to", "2026-11-03")
    assert {one["unit"] for one in only["people"]} == {TOWN}


def test_windows_that_make_no_sense(cli: Cli) -> None:
    """Backwards or longer than a year: told, exit 2."""
    for command in (
        ("roster", "gaps"),
        ("roster", "proof"),
        ("roster", "lint"),
        ("report", "duty"),
    ):
        back = cli(*command, "--from", "2026-11-03", "--to", "2026-11-02")
        long = cli(*command, "--from", "2026-11-03", "--to", "2028-11-04")
        assert (back.exit_code, long.exit_code) == (2, 2)


@pytest.mark.parametrize("full", [(), ("--full", "打印上墙")])
def test_the_sheet_on_the_wall(cli: Cli, full: tuple[str, ...]) -> None:
    """As many days as asked, as a page and as a workbook; full numbers leave a line in the log."""
    done = cli(
        "roster", "sheet", "--days", "3", "--html", "s.html", "--xlsx", "s.xlsx", *full, lang=""
    )
    assert done.exit_code == 0, done.output
    page = Path("s.html").read_text("utf-8")
    book = load_workbook(io.BytesIO(Path("s.xlsx").read_bytes()))
    assert page.count("<section>") == len(book.sheetnames) == 3
    assert "邮政德化分公司" in page
    assert "缺岗" in page
    with_log = Database(cli.url)
    with with_log.read() as tx:
        shown = tx.conn.exec_driver_sql("SELECT count(*) FROM log WHERE event = 'PhonesShown'")
        assert shown.scalar() == len(full) // 2
    with_log.close()


def test_a_sheet_needs_to_know_where_to(cli: Cli) -> None:
    """No file, no days, an empty reason: told, nothing written."""
    assert cli("roster", "sheet").exit_code == 2
    assert cli("roster", "sheet", "--days", "0", "--html", "x.html").exit_code == 2
    assert cli("roster", "sheet", "--html", "x.html", "--full", " ").exit_code == 1
    assert not Path("x.html").exists()
