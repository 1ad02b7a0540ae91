"""`oncall holiday`: import, show, and say aloud what is missing."""

from __future__ import annotations

import json

from oncall.admin.holidays import SHIPPED
from tests.cli.conftest import Cli

FILE = str(SHIPPED / "2026.json")


def test_a_table_is_imported_once(cli: Cli) -> None:
    """First what would change, then the change, then no changes."""
    dry = json.loads(cli("holiday", "import", FILE, "--dry-run", "--json").stdout)
    assert (dry["dry_run"], dry["years"], dry["summary"]["add"]) == (True, [2026], 39)
    done = cli("holiday", "import", FILE)
    assert done.exit_code == 0
    assert "The table of 2026 is in force" in done.stderr
    assert "No changes" in cli("holiday", "import", FILE).stderr


def test_a_year_is_shown_as_the_notice_tells_it(cli: Cli) -> None:
    """Holidays as stretches, make-up days beside them; an unknown year is a loud warning."""
    cli("holiday", "import", FILE)
    shown = cli("holiday", "show", "2026").stdout
    assert "春节\t2026-02-15\t2026-02-23\t9\toff" in shown
    assert "国庆节\t2026-10-10\t2026-10-10\t1\tworking day (made up)" in shown
    found = json.loads(cli("holiday", "show", "2026", "--json").stdout)
    assert (found["known"], len(found["days"])) == (True, 39)
    missing = cli("holiday", "show", "2031")
    assert missing.exit_code == 0
    assert "Monday to Friday count as working days" in missing.stderr


def test_a_bad_file_changes_nothing(cli: Cli) -> None:
    """Exit 3, each place named."""
    file = cli.file("x.json", '{"days": [{"date": "2026-02-30", "isOffDay": 1}]}')
    done = cli("holiday", "import", file)
    assert done.exit_code == 3
    assert done.stderr.count("x.json: days[0]") == 2
    assert json.loads(cli("holiday", "show", "2026", "--json").stdout)["known"] is False


def test_init_brings_the_table_that_ships(cli: Cli) -> None:
    """A new installation knows this year's holidays."""
    url = f"sqlite:///{cli.folder}/new.db"
    assert cli("--database-url", url, "init").exit_code == 0
    found = json.loads(cli("--database-url", url, "holiday", "show", "2026", "--json").stdout)
    assert found["known"] is True


def test_the_doctor_tells_of_holidays_on_the_command_line(cli: Cli) -> None:
    """Its line is there in both languages, with the years that are missing."""
    for lang, words in (("en", "Holidays: There is no holiday table for"), ("zh_CN", "节假日")):
        done = cli("doctor", lang=lang)
        assert words in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert "KeyError" not in done.stderr
