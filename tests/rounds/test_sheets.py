"""The nightly sheet: there in the morning, of that night, and somebody is told where it is not."""

from __future__ import annotations

import logging
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oncall.agenda import Agenda
from oncall.config import load
from oncall.core.model import Alarm
from oncall.rounds.sheets import KIND, NightlySheet
from oncall.store import planned
from oncall.store.alarms import open_alarms
from tests.county import CITY, ZHANG, ZHOU, ZONE
from tests.world import World


def folder(world: World) -> Path:
    """Where the sheets lie."""
    return Path(world.settings.sheet_dir)


def at(day: int, hour: int) -> datetime:
    """An hour in November."""
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def test_clause_35_every_night_a_sheet(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """At two, with today's changes and full numbers; the log says where; the next night again."""
    world.roster(CITY, "team", ZHOU, 24)
    assert not folder(world).exists()
    with caplog.at_level(logging.INFO):
        world.until(at(4, 2))
    names = sorted(path.name for path in folder(world).iterdir())
    assert names == ["duty-sheet-2026-11-04.html", "duty-sheet-2026-11-04.xlsx"]
    page = folder(world) / names[0]
    assert str(page) in caplog.text
    text = page.read_text("utf-8")
    assert text.count("<section>") == 14
    assert f"张三 {ZHANG}" in text
    assert f"周八 {ZHOU}" in text
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    world.until(at(5, 2))
    assert (folder(world) / "duty-sheet-2026-11-05.html").exists()


def test_old_sheets_go_and_nothing_else(world: World) -> None:
    """What is older than a month is removed; other files in the folder are not ours."""
    folder(world).mkdir()
    for name in ("duty-sheet-2026-10-04.html", "duty-sheet-2026-10-05.xlsx", "notes.txt"):
        (folder(world) / name).write_text("x")
    world.until(at(4, 2))
    names = {path.name for path in folder(world).iterdir()}
    assert "duty-sheet-2026-10-04.html" not in names
    assert {"duty-sheet-2026-10-05.xlsx", "notes.txt"} < names


def test_a_folder_that_cannot_be_written(world: World) -> None:
    """The desk is alarmed, it is tried again, and once it works there is a sheet that night."""
    folder(world).write_text("a file where a folder should be")
    world.until(at(4, 2))
    with world.app.db.read() as tx:
        assert [(a.alarm, a.who) for a in open_alarms(tx)] == [(Alarm.NOT_DONE, "duty-sheet")]
    folder(world).unlink()
    world.advance(15)
    assert (folder(world) / "duty-sheet-2026-11-04.html").exists()


def test_a_county_that_wants_none(world: World) -> None:
    """`off` is no folder: nothing is written, however many nights pass."""
    with world.app.db.begin() as tx:
        planned.cancel(tx, KIND)
    settings = load({"database_url": world.url}, {"ONCALL_SHEET_DIR": "off"}, cwd=Path("/none"))
    agenda = Agenda(world.app.db)
    NightlySheet(world.app.db, world.app.directory, world.app.coverage, settings).keep(agenda)
    agenda.start(world.now)
    with world.app.db.read() as tx:
        assert planned.take(tx, KIND, world.now + timedelta(days=2)) is None


def test_without_a_setting_it_lies_beside_the_database(tmp_path: Path, world: World) -> None:
    """Who sets nothing finds it in `sheets`."""
    settings = load({"database_url": f"sqlite:///{tmp_path}/x.db"}, {}, cwd=Path("/none"))
    nightly = NightlySheet(world.app.db, world.app.directory, world.app.coverage, settings)
    assert nightly.folder == tmp_path / "sheets"
