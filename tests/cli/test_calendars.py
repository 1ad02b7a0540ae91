"""Calendar addresses on the command line: of people, units and roles."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli
from tests.county import CITY


def test_addresses_of_a_unit_and_a_role(cli: Cli) -> None:
    """Made, listed, replaced only when confirmed, ended."""
    made = json.loads(cli("calendar", "url", "--unit", "县城建集团", "--json").stdout)
    assert (made["unit"], made["person"], made["role"]) == (CITY, None, None)
    assert made["url"].startswith("http://127.0.0.1:8110/calendars/")
    assert cli("calendar", "url", "--unit", CITY, "--role", "leader").exit_code == 0
    assert cli("calendar", "url", "张三").exit_code == 0
    # Without a terminal nobody can be asked.
    assert cli("calendar", "url", "--unit", CITY).exit_code == 2
    assert cli("calendar", "url", "--unit", CITY, "--yes").exit_code == 0
    listed = json.loads(cli("calendar", "addresses", "--json").stdout)["items"]
    assert [(one["person"], one["role"]) for one in listed] == [
        (None, None),
        (None, "leader"),
        ("张三", None),
    ]
    assert "never" in cli("calendar", "addresses", "--unit", CITY).stdout
    assert "Ended" in cli("calendar", "revoke", "--unit", CITY, "--role", "leader").stderr
    assert "nothing to do" in cli("calendar", "revoke", "--unit", CITY, "--role", "team").stderr
    assert "Ended" in cli("calendar", "revoke", "张三").stderr


@pytest.mark.parametrize(
    "args", [(), ("张三", "--role", "leader"), ("--role", "leader"), ("--unit", "NOWHERE")]
)
def test_nobody_s_address(cli: Cli, args: tuple[str, ...]) -> None:
    """A person, or a unit: one of the two, and one that exists."""
    done = cli("calendar", "url", *args)
    assert done.exit_code in (1, 2)
    assert done.stdout == ""
    assert "No calendar addresses" in cli("calendar", "addresses").stderr
