"""People on the command line: one card at a time, and all of them out and in again."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli
from tests.county import ZHANG

SECOND = "13900000031"


def test_a_card_with_several_numbers_is_set_shown_exported_and_read_again(cli: Cli) -> None:
    """Numbers keep their order, are masked where nobody said why, and go round without a change."""
    done = cli("person", "set", "张三", "--numbers", f"0595-23500001,{ZHANG},139-0000-0031")
    assert done.exit_code == 0
    shown = cli("person", "show", SECOND).stdout
    assert [shown.index(one) for one in ("0595****0001", "139****0001", "139****0031")] == sorted(
        shown.index(one) for one in ("0595****0001", "139****0001", "139****0031")
    )
    assert SECOND not in shown
    table = cli("person", "export", "--full", "手册").stdout
    again = cli("person", "import", cli.file("people.csv", table), "--json")
    assert json.loads(again.stdout)["summary"] == {"add": 0, "change": 0, "unchanged": 13}
    given = cli("person", "export", "--full", "手册", "--json").stdout
    read = cli("person", "import", cli.file("people.json", given), "--json")
    assert json.loads(read.stdout)["summary"]["change"] == 0


def test_everything_wrong_with_a_card_is_told_at_once(cli: Cli) -> None:
    """A number of somebody else, one that is none, an address that is none; nothing changes."""
    done = cli(
        *("person", "set", "张三", "--numbers", "13900000002,12", "--email", "x", "--speaks", "fr")
    )
    assert done.exit_code == 3
    for said in ("李四", "“12”", "“x”", "“fr”"):
        assert said in done.stderr
    assert json.loads(cli("person", "show", "张三", "--json").stdout)["email"] is None


def test_numbers_in_full_need_a_reason(cli: Cli) -> None:
    """An export without one writes nothing."""
    assert cli("person", "export").exit_code == 2
    assert cli("person", "export", "--full", " ").exit_code != 0


def test_a_number_is_verified_step_by_step(cli: Cli) -> None:
    """A code is sent, a wrong one refused with what is left, and the card says what is proven."""
    sent = json.loads(cli("person", "verify", "张三", "--json").stdout)
    assert (sent["person"], sent["number"]) == ("张三", "139****0001")
    wrong = cli("person", "verify", "张三", "--code", "12345x")
    assert wrong.exit_code == 3
    assert "4 tries" in wrong.stderr
    again = cli("person", "verify", "张三")
    assert again.exit_code == 4
    numbers = json.loads(cli("person", "show", "张三", "--json").stdout)["contacts"]
    assert [(one["channel"], one["proven"]) for one in numbers] == [("sms", None), ("voice", None)]
    assert "never proven" in cli("person", "show", "张三").stdout


def test_own_rules_are_set_shown_and_cleared(cli: Cli) -> None:
    """One line an urgency; a wrong one is told with how to write it, and changes nothing."""
    done = cli("person", "rules", "张三", "urgent = voice, 3 sms+voice")
    assert done.stdout == "urgent = voice, 3 sms+voice\n"
    wrong = cli("person", "rules", "张三", "urgent = 99 fax")
    assert wrong.exit_code == 3
    assert "99 fax" in wrong.stderr
    table = cli("person", "export", "--full", "手册").stdout
    again = cli("person", "import", cli.file("people.csv", table), "--json")
    assert json.loads(again.stdout)["summary"]["change"] == 0
    listed = cli("person", "list", "--json", "--full", "手册").stdout
    again = cli("person", "import", cli.file("people.json", listed), "--json")
    assert json.loads(again.stdout)["summary"]["change"] == 0
    shown = json.loads(cli("person", "rules", "张三", "--json").stdout)
    assert shown["rules"] == ["urgent = voice, 3 sms+voice"]
    cli("person", "rules", "张三", "--clear")
    assert json.loads(cli("person", "show", "张三", "--json").stdout)["rules"] == []
