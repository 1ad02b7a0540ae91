"""Units, people, policies, tokens, calendars, copies: what the records say after a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from notifiers.phone import mask
from oncall.store.database import Database
from oncall.tables import log
from tests.cli.conftest import Cli
from tests.county import CITY, ZHANG

PEOPLE = "单位,姓名,手机,职务\n浔中镇,新人,13900000040,干事\n"


def listed(cli: Cli, *args: str) -> list[dict[str, object]]:
    """The items of a list."""
    found: list[dict[str, object]] = json.loads(cli(*args, "--json").stdout)["items"]
    return found


def test_people_come_and_are_shown_masked(cli: Cli) -> None:
    """Imported once, twice is no change; numbers are masked unless somebody says why."""
    file = cli.file("people.csv", PEOPLE)
    done = json.loads(cli("person", "import", file, "--json").stdout)
    assert done["summary"] == {"add": 1, "change": 0, "unchanged": 0}
    assert "No changes" in cli("person", "import", file).stderr
    (new,) = [p for p in listed(cli, "person", "list", "浔中镇") if p["name"] == "新人"]
    assert new["mobile"] == "139****0040"


def test_numbers_in_full_are_kept_with_the_reason(cli: Cli) -> None:
    """Who looked at numbers in full, and why, stands in the log; without a reason nobody may."""
    shown = json.loads(cli("person", "show", "张三", "--full", "抽查", "--json").stdout)
    assert shown["mobile"] == ZHANG
    assert cli("person", "list", "--full", " ").exit_code == 1
    db = Database(cli.url)
    with db.read() as tx:
        rows = tx.conn.execute(select(log.c.event, log.c.payload)).all()
    db.close()
    (entry,) = [json.loads(r.payload) for r in rows if r.event == "PhonesShown"]
    assert entry["why"] == "抽查"


def test_no_command_shows_a_number_unasked(cli: Cli) -> None:
    """Every list and card that names people masks their numbers."""
    for args in (["person", "list"], ["person", "show", "张三"], ["who", CITY],
                 ["unit", "show", CITY], ["person", "show", "张三", "--json"]):  # fmt: skip
        shown = cli(*args).output
        assert ZHANG not in shown, args
    assert mask(ZHANG) in cli("person", "show", "张三").output


def test_a_dry_run_writes_nothing(cli: Cli) -> None:
    """It says what it would do, and the next real run does exactly that."""
    file = cli.file("people.csv", PEOPLE)
    done = json.loads(cli("person", "import", file, "--dry-run", "--json").stdout)
    assert (done["dry_run"], done["summary"]["add"]) == (True, 1)
    assert not [p for p in listed(cli, "person", "list") if p["name"] == "新人"]


def test_a_bad_import_names_every_line(cli: Cli) -> None:
    """Exit 3, each fault with file and line, how to mend it, and nothing written."""
    text = PEOPLE + "浔中,甲,13900000041\n浔中镇,乙,139\n浔中镇,丙," + ZHANG + "\n"
    done = cli("person", "import", cli.file("people.csv", text))
    assert done.exit_code == 3
    for line in ("people.csv:3", "people.csv:4", "people.csv:5", "3 to mend"):
        assert line in done.stderr
    assert "Did you mean TWN-100 浔中镇" in done.stderr
    assert len(listed(cli, "person", "list", "浔中镇")) == 3


def test_units_from_a_pipe(cli: Cli) -> None:
    """`-` is stdin, in the encoding an old system writes."""
    text = "单位代码,单位,类别,值班电话\nNEW-1,新单位,office,0595-23500077\n".encode("gb18030")
    assert cli("unit", "import", "-", stdin=text).exit_code == 0
    shown = json.loads(cli("unit", "show", "新单位", "--json").stdout)
    assert (shown["code"], shown["desk_phone"]) == ("NEW-1", "0595-23500077")
    assert cli("unit", "import", "-", stdin=text).stderr.strip().endswith("No changes.")


def test_a_policy_is_shown_checked_and_applied(cli: Cli) -> None:
    """What `show` writes is good; a broken one names its line and changes nothing."""
    text = cli("policy", "show").stdout
    good = cli.file("policy.toml", text.replace('ack_within = "15m"', 'ack_within = "20m"'))
    assert cli("policy", "check", good).exit_code == 0
    assert cli("policy", "apply", good).exit_code == 0
    assert 'ack_within = "20m"' in cli("policy", "show").stdout
    assert "No changes" in cli("policy", "apply", good).stderr
    bad = cli.file("bad.toml", text.replace('ack_within = "15m"', 'ack_within = "15 minutes"'))
    for verb in ("check", "apply"):
        done = cli("policy", verb, bad)
        assert done.exit_code == 3
        assert "bad.toml:" in done.stderr
    problems = json.loads(cli("policy", "check", bad, "--json").stdout)["problems"]
    assert [p["code"] for p in problems] == ["policy.bad_duration"]
    assert 'ack_within = "20m"' in cli("policy", "show").stdout


def test_a_policy_that_asks_a_unit_that_is_not_there(cli: Cli) -> None:
    """The units of this county are known, so a slip in a code is found."""
    text = cli("policy", "show").stdout.replace("@GOV-OFFICE", "@GOV-OFICE")
    done = cli("policy", "check", cli.file("p.toml", text))
    assert done.exit_code == 3
    assert "GOV-OFICE" in done.stderr


def test_a_token_is_shown_once(cli: Cli) -> None:
    """Made, listed without its secret, revoked; the database holds no copy of it."""
    made = json.loads(
        cli("token", "create", "--name", "110台", "--role", "dispatcher", "--json").stdout
    )
    assert set(made) >= {"token", "name", "role", "id"}
    assert made["token"] not in cli("token", "list", "--json").stdout
    assert cli("token", "revoke", "110台").exit_code == 2
    assert cli("token", "revoke", made["id"][:8], "--yes").exit_code == 0
    assert cli("token", "revoke", "110台", "--yes").exit_code == 1
    (account,) = listed(cli, "token", "list")
    assert account["revoked_at"]
    plain = cli("token", "create", "--name", "x", "--role", "auditor").stdout
    assert len(plain.split()) == 1


def test_a_calendar_address_ends_the_one_before(cli: Cli) -> None:
    """A second address asks first; revoking twice says there was none."""
    first = cli("calendar", "url", "张三").stdout.strip()
    assert first.startswith("http://127.0.0.1:8110/calendars/")
    assert cli("calendar", "url", "张三").exit_code == 2
    second = json.loads(cli("calendar", "url", "张三", "--yes", "--json").stdout)["url"]
    assert second != first
    assert "Ended" in cli("calendar", "revoke", "张三").stderr
    assert "none" in cli("calendar", "revoke", "张三").stderr


def test_settings_are_shown_with_their_origin(cli: Cli) -> None:
    """Values, where they come from, and no secret in sight."""
    Path("oncall.toml").write_text('twilio_auth_token = "geheim"\n', "utf-8")
    done = cli("config", "show", "--json")
    shown = json.loads(done.stdout)
    assert shown["database_url"]["origin"] == "ONCALL_DATABASE_URL"
    assert shown["twilio_auth_token"]["value"] == "***"
    assert shown["twilio_auth_token"]["origin"].endswith("oncall.toml")
    assert "geheim" not in cli("config", "show").output


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_copy_brings_everything_back(cli: Cli) -> None:
    """Backed up, changed, restored: as it was; and no copy is ever written over."""
    assert "No backup was ever made" in cli("doctor").output
    assert cli("db", "backup", "a.backup").exit_code == 0
    assert cli("db", "backup", "a.backup").exit_code == 1
    assert str(Path("a.backup").resolve()) in cli("doctor").output
    cli("person", "import", cli.file("people.csv", PEOPLE))
    assert cli("db", "restore", "a.backup").exit_code == 2
    assert cli("db", "restore", "a.backup", "--yes").exit_code == 0
    assert not [p for p in listed(cli, "person", "list") if p["name"] == "新人"]
    assert not list(Path().glob("*.part"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_damaged_database_gives_way_to_a_copy(cli: Cli, furnished_url: str) -> None:
    """What can be read no more is set aside, not lost, and the copy takes its place."""
    file = Path(furnished_url.removeprefix("sqlite:///"))
    assert cli("db", "backup", "a.backup").exit_code == 0
    for kept in ("damaged", "damaged2"):
        file.write_bytes(b"no database at all" * 1_000)
        done = cli("db", "restore", "a.backup", "--yes")
        assert done.exit_code == 0
        assert f"{file}.{kept}" in done.stderr
        assert file.with_name(f"{file.name}.{kept}").read_bytes().startswith(b"no database")
        assert listed(cli, "person", "list")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_put_back_by_other_means_is_told_by_hand(cli: Cli) -> None:
    """Asked first; then noted."""
    assert cli("db", "restored").exit_code == 2
    done = cli("db", "restored", "--yes")
    assert done.exit_code == 0
    assert "Nothing new gets a number" in done.stderr


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("damage", ["text", "cut", "flipped", "other"])
def test_a_damaged_copy_is_refused(cli: Cli, damage: str) -> None:
    """What is not a whole copy of ours replaces nothing."""
    cli("db", "backup", "good.db")
    data = bytearray(Path("good.db").read_bytes())
    broken = {
        "text": b"not a database",
        "cut": bytes(data[: len(data) // 2]),
        "flipped": bytes(data[:4096]) + bytes(len(data) - 4096),
        "other": b"SQLite format 3\x00" + bytes(4080),
    }[damage]
    Path("bad.db").write_bytes(broken)
    done = cli("db", "restore", "bad.db", "--yes")
    assert done.exit_code == 1
    assert "bad.db" in done.stderr
    assert listed(cli, "person", "list")


def test_init_on_a_county_that_is_there(cli: Cli) -> None:
    """Only the units that are missing are added, and a second time nothing."""
    before = {u["code"]: u["name_zh"] for u in listed(cli, "unit", "list")}
    assert cli("init").exit_code == 0
    after = {u["code"]: u["name_zh"] for u in listed(cli, "unit", "list")}
    assert len(after) == 94
    assert before.items() <= after.items()
    assert "nothing was changed" in cli("init").stderr


def test_both_revisions_are_told(cli: Cli) -> None:
    """What the database has and what this program needs."""
    told = json.loads(cli("db", "current", "--json").stdout)
    assert told["current"] == told["needed"]
    assert cli("db", "upgrade").exit_code == 0
