"""The county to try: real units, invented people, numbers nobody shares, rosters without holes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall.admin import doctor, rosters, sample, setup
from oncall.admin.findings import Level
from oncall.admin.history import holes
from oncall.admin.uploads import Upload, Wanted
from oncall.config import load
from oncall.store import directory
from oncall.store.database import Database
from rosters.check import lint
from rosters.model import LEADER, PersonRef
from tests.county import ZONE
from tests.databases import Templates, templates_of

NOW = datetime(2026, 11, 24, 9, tzinfo=ZONE).astimezone(UTC)
UNITS = [unit.code for unit in sample.county_units()]


@pytest.fixture(scope="session")
def samples(
    pytestconfig: pytest.Config, run_folder: Path, request: pytest.FixtureRequest
) -> Templates:
    """Databases after `init --sample`."""

    def init(db: Database) -> None:
        setup.prepare(db, NOW, ZONE, sample=True)

    return templates_of(pytestconfig, run_folder, request, "sample", init)


@pytest.fixture
def made(samples: Templates, backend: str, database_file: Path) -> Iterator[Database]:
    """A fresh one of these."""
    with samples.lend(backend, database_file) as url:
        db = Database(url)
        yield db
        db.close()


def test_the_units_are_the_annex_and_the_two_desks() -> None:
    """92 linked units of the county's document, and the two call desks."""
    assert len(UNITS) == 94
    assert {"DESK-110", "DESK-12345", "GOV-OFFICE", "PTY-EFFICIENCY"} <= set(UNITS)


def test_every_number_is_invented_and_somebody_s_alone() -> None:
    """Only 139000000xx and 0595-235000xx, no mobile twice, and a few left for the reader."""
    people, _ = sample.cast(UNITS)
    mobiles = [p.mobile for p in people if p.mobile]
    assert all(re.fullmatch(r"139000000\d\d", number) for number in mobiles)
    assert max(Counter(mobiles).values()) == 1
    assert not {f"139000000{n}" for n in range(90, 100)} & set(mobiles)
    landlines = {p.office_phone for p in people if p.office_phone}
    assert all(re.fullmatch(r"0595-235000\d\d", number) for number in landlines)
    assert all(p.mobile or p.office_phone for p in people)


def test_every_unit_has_a_primary_around_the_clock(made: Database) -> None:
    """From the first of this month to the last of the next there is no hole anywhere."""
    start = datetime(2026, 11, 1, tzinfo=ZONE)
    end = datetime(2027, 1, 1, tzinfo=ZONE)
    with made.read() as tx:
        assert holes(tx, UNITS, start, end) == []


def test_nobody_serves_what_no_one_should(made: Database) -> None:
    """The example rosters do not teach duties of more than a day, or two places at once."""
    with made.read() as tx:
        found = directory.duties_between(tx, NOW, NOW + timedelta(days=30))
        people = [
            PersonRef(id=p.id, unit=p.unit, name=p.name, mobile=p.mobile)
            for p in directory.all_people(tx)
        ]
    assert lint([d for d in found if d.role != LEADER], people) == []


def test_twice_changes_nothing(made: Database) -> None:
    """A second run, and one a week later, find everything there."""
    for later in (timedelta(), timedelta(days=4)):
        again = setup.prepare(made, NOW + later, ZONE, sample=True)
        assert (again.loaded.units, again.loaded.people, again.loaded.duties) == (0, 0, 0)


def test_next_month_brings_the_month_after(made: Database) -> None:
    """Run again in December, January is there as well, and no night is lost between the two."""
    later = NOW + timedelta(days=14)
    again = setup.prepare(made, later, ZONE, sample=True)
    assert again.loaded.duties > 0
    with made.read() as tx:
        assert holes(tx, UNITS, later, datetime(2027, 2, 1, tzinfo=ZONE)) == []


def test_what_somebody_changed_is_kept(made: Database) -> None:
    """A corrected number and a roster of one's own survive the next `init --sample`."""
    with made.begin() as tx:
        (person,) = directory.find_people(tx, "张三", "SOE-CITYBUILD")
        directory.put_people(tx, [type(person)(id=person.id, unit=person.unit, name="张叁")])
    setup.prepare(made, NOW, ZONE, sample=True)
    with made.read() as tx:
        assert directory.find_people(tx, "张叁")


def test_the_roster_to_try_changes_a_little(made: Database, tmp_path: Path) -> None:
    """It is read without an error, changes some nights, and leaves no gap."""
    settings = load({"database_url": f"sqlite:///{tmp_path}/x.db"}, {}, cwd=tmp_path)
    path = setup.write_sample_file(settings, NOW)
    assert path is not None
    assert setup.write_sample_file(settings, NOW) is None
    with made.read() as tx:
        uploads = [Upload(name=path.name, data=path.read_bytes())]
        planned = rosters.plan(tx, uploads, Wanted(), NOW, ZONE)
    assert not planned.failed
    assert planned.counts["change"] == 20
    assert planned.counts["add"] == planned.counts["remove"] == 0
    assert planned.gaps == ()


def test_the_doctor_finds_nothing_to_mend(made: Database, tmp_path: Path) -> None:
    """A newcomer's first `oncall doctor` ends well."""
    settings = load({}, {}, cwd=tmp_path)
    found = doctor.examine(settings, made, lambda: NOW, str)
    # A sample loaded "at" another time than the database's own is what the clock check is for.
    bad = [f.what for f in found if f.level is Level.FAILURE and f.what != "clock"]
    assert bad == []


def test_units_alone_have_nobody(database_url: str, tmp_path: Path) -> None:
    """Without people every unit is named as a thing to mend: never silence."""
    db = Database(database_url)
    setup.prepare(db, NOW, ZONE, sample=False)
    found = doctor.examine(load({}, {}, cwd=tmp_path), db, lambda: NOW, str)
    failures = {f.what: f.text(str) for f in found if f.level is Level.FAILURE}
    assert failures["units"].startswith("94 units have nobody")
    db.close()
