"""What the doctor must not overlook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oncall.admin.doctor import TITLES, examine
from oncall.admin.findings import Finding, Level
from oncall.config import load
from oncall.page_watch import KIND
from oncall.store import (
    backups,
    calendars,
    directory,
    groups,
    nodes,
    overrides,
    planned,
    upkeep,
)
from oncall.store.database import Database
from oncall.store.directory import Person
from oncall.store.groups import UnitGroup
from tests.county import CITY, POST, START

TWILIO = {
    "ONCALL_CHANNELS": "sms=twilio,voice=twilio",
    "ONCALL_PUBLIC_URL": "https://oncall.example",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_FROM_NUMBER": "+8659523500001",
}


def findings(
    db: Database,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> list[Finding]:
    """Everything found at START, or by this clock."""
    settings = load({"database_url": f"sqlite:///{folder}/x.db"}, environ or {}, cwd=folder)
    return examine(settings, db, clock or (lambda: START), str)


def level(found: list[Finding], what: str) -> Level:
    """How gravely one thing was judged."""
    grades = [Level.OK, Level.WARNING, Level.FAILURE]
    return max((f.level for f in found if f.what == what), key=grades.index)


def test_clocks_are_compared_at_one_moment(db: Database, tmp_path: Path) -> None:
    """However long the other checks took, only what the clocks themselves differ by is told."""

    def there() -> datetime:
        with db.read() as tx:
            return upkeep.database_clock(tx)

    moments = iter([there() - timedelta(minutes=5)])
    slow = findings(db, tmp_path, clock=lambda: next(moments, None) or there())
    assert level(slow, "clock") is Level.OK
    assert level(findings(db, tmp_path), "clock") is Level.FAILURE


def test_a_unit_without_people_is_a_failure(db: Database, tmp_path: Path) -> None:
    """A transfer to it would reach nobody."""
    found = findings(db, tmp_path)
    assert level(found, "units") is Level.FAILURE
    assert any(POST in f.text(str) for f in found)


def test_a_person_without_a_number_is_a_failure(db: Database, tmp_path: Path) -> None:
    """They stand in the roster and cannot be reached."""
    assert level(findings(db, tmp_path), "numbers") is Level.OK
    with db.begin() as tx:
        directory.put_people(tx, [Person(id="x", unit=POST, name="无号")])
    found = findings(db, tmp_path)
    assert level(found, "numbers") is Level.FAILURE
    assert any("无号" in f.text(str) for f in found)


def test_a_group_with_an_ended_unit_is_a_warning(db: Database, tmp_path: Path) -> None:
    """It would be called by its heir, or not at all; the group should name who is there."""
    flood = UnitGroup(name="暴雨内涝", units=(CITY, POST))
    with db.begin() as tx:
        groups.put(tx, [flood])
    assert level(findings(db, tmp_path), "groups") is Level.OK
    with db.begin() as tx:
        (post,) = [unit for unit in directory.all_units(tx) if unit.code == POST]
        directory.put_units(tx, [replace(post, valid_to=START.date())])
    found = findings(db, tmp_path)
    assert level(found, "groups") is Level.WARNING
    assert any(f"暴雨内涝 ({POST})" in f.text(str) for f in found)
    assert level(found, "routes") is Level.OK


def test_a_hole_in_the_roster_is_a_failure_within_a_day(db: Database, tmp_path: Path) -> None:
    """GOV-OFFICE has supervisors but no primary: that is told with its code."""
    found = findings(db, tmp_path)
    assert level(found, "rosters") is Level.FAILURE
    assert any("GOV-OFFICE" in f.text(str) for f in found if f.what == "rosters")


@pytest.mark.parametrize("missing", [name for name in TWILIO if name.startswith("TWILIO")])
def test_a_missing_credential_is_a_failure(db: Database, tmp_path: Path, missing: str) -> None:
    """Twilio is named as the sender and one of its three settings is not there."""
    environ = {name: value for name, value in TWILIO.items() if name != missing}
    found = findings(db, tmp_path, environ)
    assert level(found, "channels") is Level.FAILURE
    assert any(missing in f.text(str) + f.cure(str) for f in found)


def test_twilio_complete_is_fine(db: Database, tmp_path: Path) -> None:
    """All set, an address providers reach: nothing to say."""
    found = findings(db, tmp_path, TWILIO)
    assert level(found, "channels") is Level.OK
    assert level(found, "public address") is Level.OK
    assert not any("together" in f.text(str) for f in found)


def test_calls_that_nobody_puts_together_are_told(db: Database, tmp_path: Path) -> None:
    """A talk of three parties then ends in texts to ring the desk: known beforehand, no fault."""
    gateway = {
        "ONCALL_CHANNELS": "sms=twilio,voice=webhook",
        "ONCALL_WEBHOOK_URL": "https://gateway.example/send",
        "ONCALL_WEBHOOK_SECRET": "a long invented secret",
    }
    found = findings(db, tmp_path, TWILIO | gateway)
    assert level(found, "channels") is Level.OK
    assert any("texted to ring the desk" in f.text(str) for f in found)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8110", Level.FAILURE),
        ("https://10.0.0.5", Level.FAILURE),
        ("http://localhost", Level.FAILURE),
        ("https://oncall.lan", Level.FAILURE),
        ("http://oncall.example", Level.WARNING),
        ("https://oncall.example", Level.OK),
    ],
)
def test_an_address_providers_cannot_reach(
    db: Database, tmp_path: Path, url: str, expected: Level
) -> None:
    """With a real provider a private address means that no answer ever comes back."""
    found = findings(db, tmp_path, TWILIO | {"ONCALL_PUBLIC_URL": url})
    assert level(found, "public address") is expected


def test_a_channel_nobody_knows(db: Database, tmp_path: Path) -> None:
    """A slip in ONCALL_CHANNELS is found before the service is started."""
    found = findings(db, tmp_path, {"ONCALL_CHANNELS": "sms=pigeon"})
    assert level(found, "channels") is Level.FAILURE


def test_messages_that_go_nowhere_are_a_warning(db: Database, tmp_path: Path) -> None:
    """The default only writes to the log, and that is said."""
    assert level(findings(db, tmp_path), "channels") is Level.WARNING


def test_a_key_others_can_read_is_a_failure(db: Database, tmp_path: Path) -> None:
    """Whoever reads it can sign sessions."""
    key = tmp_path / "secret_key"
    key.write_text("k" * 64, "utf-8")
    key.chmod(0o644)
    assert level(findings(db, tmp_path), "secret key") is Level.FAILURE
    key.chmod(0o600)
    assert level(findings(db, tmp_path), "secret key") is Level.OK


def test_a_short_key_is_a_failure(db: Database, tmp_path: Path) -> None:
    """It can be guessed."""
    found = findings(db, tmp_path, {"ONCALL_SECRET_KEY": "geheim"})
    assert level(found, "secret key") is Level.FAILURE


def test_no_service_is_a_warning(db: Database, tmp_path: Path) -> None:
    """Nothing is sent until one runs; one that beats is seen."""
    assert level(findings(db, tmp_path), "service") is Level.WARNING
    with db.begin() as tx:
        nodes.beat(tx, "n", START)
    assert level(findings(db, tmp_path), "service") is Level.OK


def test_a_service_that_does_not_watch_itself_is_a_failure(db: Database, tmp_path: Path) -> None:
    """A node beats, but nothing looks for silent pages, or has not for five minutes."""
    assert not [f for f in findings(db, tmp_path) if f.what == "self-watch"]
    with db.begin() as tx:
        nodes.beat(tx, "n", START)
    assert level(findings(db, tmp_path), "self-watch") is Level.FAILURE
    for late, expected in ((-1, Level.OK), (4, Level.OK), (6, Level.FAILURE)):
        with db.begin() as tx:
            planned.book(tx, KIND, KIND, START - timedelta(minutes=late))
        assert level(findings(db, tmp_path), "self-watch") is expected


def test_a_heart_that_nobody_hears_is_a_warning(db: Database, tmp_path: Path) -> None:
    """Without an address outside nobody notices when everything stops; it is never shown."""
    found = findings(db, tmp_path)
    assert level(found, "heartbeat") is Level.WARNING
    assert any("ONCALL_HEARTBEAT_URL" in f.text(str) for f in found)
    found = findings(db, tmp_path, {"ONCALL_HEARTBEAT_URL": "https://watch.example/geheim"})
    assert level(found, "heartbeat") is Level.OK
    assert "geheim" not in str(found)


def test_a_backup_is_missed_after_two_days(db: Database, tmp_path: Path) -> None:
    """None at all, or none for 48 hours, is a warning; the newest counts and is named."""
    assert level(findings(db, tmp_path), "backup") is Level.WARNING
    for hours, expected in ((49, Level.WARNING), (48, Level.OK), (60, Level.OK)):
        with db.begin() as tx:
            backups.note(tx, f"/copies/{hours}", START - timedelta(hours=hours))
        found = findings(db, tmp_path)
        assert level(found, "backup") is expected
    [one] = [f for f in found if f.what == "backup"]
    assert "/copies/48" in one.text(str)
    assert "2026-11-01 14:00" in one.text(str)


def test_a_policy_that_asks_nobody_we_know(db: Database, tmp_path: Path) -> None:
    """The built-in ladder asks GOV-OFFICE and PTY-EFFICIENCY, which are there."""
    assert level(findings(db, tmp_path), "policy") is Level.OK
    with db.begin() as tx:
        directory.put_policy(tx, name="broken", body="not toml [", by="x", now=START)
    assert level(findings(db, tmp_path), "policy") is Level.FAILURE


def test_an_empty_database_is_a_failure_and_the_rest_is_told(
    database_url: str, tmp_path: Path
) -> None:
    """Before `init` the doctor says so, and still looks at the settings."""
    db = Database(database_url)
    found = findings(db, tmp_path)
    assert level(found, "database") is Level.FAILURE
    assert {f.what for f in found} >= {"database", "channels", "secret key", "public address"}
    db.close()


def test_a_calendar_that_cannot_be_read_is_a_warning(db: Database, tmp_path: Path) -> None:
    """After three hours without a good copy it is told with its unit and for how long."""
    stored = calendars.Stored(
        id=0, unit=POST, role="team", name="x", url="http://127.0.0.1:9/x", mapping="{}", body="",
        problems="[]", read_at=START - timedelta(hours=5), tried_at=START, failure="fetch_slow x",
        etag=None, modified=None, added_by="test", added_at=START,
    )  # fmt: skip
    with db.begin() as tx:
        number = calendars.add(tx, stored)
    found = findings(db, tmp_path)
    assert level(found, "calendars") is Level.WARNING
    assert any(f"Calendar {number} of {POST}" in f.text(str) and "5 hours" in f.text(str)
               for f in found)  # fmt: skip
    with db.begin() as tx:
        calendars.tried(tx, number, START, failure=None, read_at=START)
    found = findings(db, tmp_path)
    assert level(found, "calendars") is Level.OK
    assert {f.what for f in found} <= set(TITLES)


def test_who_left_and_is_still_to_stand_in_is_a_warning(db: Database, tmp_path: Path) -> None:
    """An override that puts somebody on duty who has left gives no cover, and is told."""
    with db.begin() as tx:
        directory.put_people(tx, [Person(id="gone", unit=POST, name="旧人", active=False)])
    assert not [f for f in findings(db, tmp_path) if f.what == "people who left"]
    with db.begin() as tx:
        overrides.add(
            tx,
            overrides.Ordered(
                id=0, unit=POST, role="primary", kind="add", person="gone", replaces=None,
                start_at=START, end_at=START + timedelta(days=1), why="", origin="manual",
                by="test", at=START,
            ),
        )  # fmt: skip
    [told] = [f for f in findings(db, tmp_path) if f.what == "people who left"]
    assert (told.level, "旧人" in told.text(str)) == (Level.WARNING, True)
    assert {f.what for f in findings(db, tmp_path)} <= set(TITLES)
