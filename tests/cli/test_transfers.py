"""Transfers on the command line: handed over once, answered, withdrawn, and their story told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from oncall.store import directory
from oncall.store.database import Database
from oncall.store.directory import Person
from oncall.tables import pages, transfers
from tests.cli.conftest import Cli
from tests.county import CITY, TOWN

NEW = ("transfer", "new", "--to", CITY, "--urgency", "urgent", "--summary", "水管爆裂")


@pytest.fixture
def posted(cli: Cli) -> Cli:
    """A county whose posts answer at any time: the roster of November may be over."""
    db = Database(cli.url)
    with db.begin() as tx:
        directory.put_people(
            tx, [Person(id="lai", unit=CITY, name="联络", mobile="13900000030", post="liaison")]
        )
    db.close()
    return cli


def new(cli: Cli, *more: str) -> dict[str, Any]:
    """Hand over; the JSON."""
    done = cli(*NEW, *more, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def simulated(cli: Cli, silent: str) -> list[dict[str, Any]]:
    """What an urgent matter at two o'clock would do if these people stayed silent."""
    args = ("--to", CITY, "--urgency", "urgent", "--at", "2026-11-03 14:00")
    done = cli("simulate", *args, "--no-answer", silent, "--json")
    lines: list[dict[str, Any]] = json.loads(done.stdout)["lines"]
    return lines


def count(cli: Cli) -> int:
    """How many transfers there are."""
    db = Database(cli.url)
    with db.read() as tx:
        n = tx.conn.execute(select(func.count()).select_from(transfers)).scalar_one()
    db.close()
    return int(n)


def test_a_transfer_and_its_answer(posted: Cli) -> None:
    """Handed over, taken, worked on, given back, withdrawn: each state is shown as promised."""
    made = new(posted, "--from", "110", "--ref", "J1")
    assert made["created"] is True

    def state() -> str:
        shown = json.loads(posted("transfer", "show", "110:J1", "--json").stdout)
        assert shown["code"] == made["code"]
        return str(shown["state"])

    assert state() == "paged"
    for verb, args, then in (
        ("ack", ("--by", "联络"), "acked"),
        ("note", ("到场处置",), "handling"),
        ("release", ("--by", "联络", "--why", "换班"), "paged"),
        ("escalate", ("--why", "急"), "paged"),
        ("decline", ("--by", "联络", "--why", "出差"), "paged"),
        ("cancel", ("--why", "误报"), "cancelled"),
    ):
        done = posted("transfer", verb, made["code"], *args)
        assert done.exit_code == 0, (verb, done.stderr)
        assert state() == then, verb
    assert posted("transfer", "ack", made["id"], "--by", "联络").exit_code == 4


def test_the_same_matter_twice_is_one(posted: Cli) -> None:
    """The sender's number decides; the second time says which transfer it is."""
    one = new(posted, "--from", "110", "--ref", "J1")
    two = new(posted, "--from", "110", "--ref", "J1")
    assert (two["code"], two["created"]) == (one["code"], False)
    assert count(posted) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--to", "NOBODY"), 1),
        (("--to", CITY), 3),
        (("--area", "NOWHERE"), 1),
        (("--summary", " "), 3),
        (("--summary", "x" * 2001), 3),
        (("--summary", "a\x07b"), 3),
        (("--from", ""), 3),
        (("--received-at", "2199-01-01"), 3),
    ],
)
def test_a_transfer_that_is_refused(posted: Cli, more: tuple[str, ...], code: int) -> None:
    """Every refusal says why, and no half of a transfer stays behind."""
    done = posted(*NEW, *more)
    assert done.exit_code == code
    assert done.stderr.strip()
    assert count(posted) == 0


def test_several_units_answer_for_themselves(posted: Cli) -> None:
    """With two parts an answer by somebody nobody paged must say for whom; --unit does."""
    made = new(posted, "--to", TOWN)
    assert [page["unit"] for page in made["pages"]] == [CITY, TOWN]
    ambiguous = posted("transfer", "ack", made["code"], "--by", "过路人")
    assert ambiguous.exit_code == 4
    done = posted("transfer", "ack", made["code"], "--by", "过路人", "--unit", TOWN, "--json")
    (result,) = json.loads(done.stdout)["results"]
    assert (result["unit"], result["state"], result["owner"]) == (TOWN, "acked", "过路人")
    assert posted("transfer", "ack", made["code"], "--by", "x", "--unit", "SOE-POST").exit_code == 1


def test_a_summary_from_a_pipe(posted: Cli) -> None:
    """`-` reads the text from stdin, as other programs hand it over."""
    done = posted(*NEW[:-1], "-", "--json", stdin="路面塌陷\n")
    code = json.loads(done.stdout)["code"]
    assert "路面塌陷" in posted("transfer", "show", code).stdout


def test_nothing_about_the_caller_is_shown(posted: Cli) -> None:
    """Who called stays in the database: not in show, not in list, not in why."""
    who = ("--caller-name", "周小满", "--caller-phone", "13900000099")
    code = new(posted, *who, "--caller-address", "大街88号")["code"]
    for args in (["transfer", "show", code], ["transfer", "show", code, "--json"],
                 ["transfer", "list"], ["why", code], ["why", code, "--json"]):  # fmt: skip
        shown = posted(*args).output
        assert not any(word in shown for word in ("周小满", "13900000099", "大街88号")), args


def test_why_tells_the_story_in_both_languages(posted: Cli) -> None:
    """Every decision in sentences, in the order they came."""
    code = new(posted)["code"]
    posted("transfer", "ack", code, "--by", "联络")
    english = posted("why", code).stdout
    assert english.index("The ladder began.") < english.index("联络 took it")
    chinese = posted("why", code, lang="zh_CN").stdout
    assert "县城建集团 · 主办" in chinese
    assert "took" not in chinese


def test_nobody_to_page_is_an_alarm(cli: Cli) -> None:
    """A unit without people: the alarm is listed, can be closed once, and the ladder goes on."""
    new_ = ("transfer", "new", "--to", "SOE-POST", "--urgency", "urgent", "--summary", "x")
    made = json.loads(cli(*new_, "--json").stdout)
    alarms = json.loads(cli("alarm", "list", "--unit", "SOE-POST", "--json").stdout)["items"]
    assert alarms
    assert all(alarm["text"] for alarm in alarms)
    number = str(alarms[0]["id"])
    assert cli("alarm", "close", number).exit_code == 0
    assert cli("alarm", "close", number).exit_code == 4
    shown = json.loads(cli("transfer", "show", made["code"], "--json").stdout)
    assert shown["parts"][0]["page"]["next_action"]["at"]


def test_without_a_service_it_is_said(posted: Cli) -> None:
    """The transfer is safe, but nothing is sent until somebody starts the service."""
    assert "No service is running" in posted(*NEW).stderr


def test_police_once(posted: Cli) -> None:
    """110 is called in beside all else; a second time changes nothing."""
    code = new(posted)["code"]
    called = [
        json.loads(posted("transfer", "police", code, "--json").stdout)["called"] for _ in range(2)
    ]
    assert called == [True, False]


def test_the_list_is_filtered(posted: Cli) -> None:
    """By state, by unit, at most so many; the newest first."""
    one, two = new(posted)["code"], new(posted, "--to", TOWN)["code"]
    posted("transfer", "cancel", one)

    def codes(*args: str) -> list[str]:
        listed = json.loads(posted("transfer", "list", *args, "--json").stdout)
        return [item["code"] for item in listed["items"]]

    assert codes() == [two, one]
    assert codes("--state", "cancelled") == [one]
    assert codes("--unit", "浔中镇") == [two]
    assert codes("--limit", "1") == [two]


def test_simulate_writes_nothing(posted: Cli) -> None:
    """The ladder is played with the real roster, and not a row is added."""
    played = simulated(posted, "all")
    contacted = [(line["level"], line["person"]) for line in played if line["kind"] == "notify"]
    assert contacted[:4] == [(1, "张三"), (1, "张三"), (2, "李四"), (2, "李四")]
    assert (4, "林芳") in contacted
    assert (5, "黄明") in contacted
    taken = simulated(posted, "张三")
    heard = [line["person"] for line in taken if line["kind"] == "heard"]
    assert heard == ["李四"]
    db = Database(posted.url)
    with db.read() as tx:
        assert tx.conn.execute(select(func.count()).select_from(pages)).scalar_one() == 0
    db.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_comes_from_the_desk_says_so_in_words(cli: Cli) -> None:
    """Whoever names no sender hands over for the desk, which is no code to its readers."""
    made = cli("transfer", "new", "--to", CITY, "--urgency", "urgent", "--summary", "积水")
    assert "值班台" in cli("transfer", "show", made.stdout.strip(), lang="zh_CN").stdout
