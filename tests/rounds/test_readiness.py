"""What nobody needs on a good day is looked at all the same, and the desk hears when it is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from oncall import certificates
from oncall.core.model import Alarm
from oncall.i18n import translator
from oncall.lookout import Lookout
from oncall.rounds.readiness import EVERY, KIND, Readiness
from oncall.store import backups, planned, upkeep
from oncall.store.alarms import Raised, open_alarms
from oncall.store.planned import Appointment
from tests.county import ZONE
from tests.patience import PATIENCE
from tests.web.test_doctor_outside import CERTIFICATE, ENDS, free_port, secured
from tests.world import World


def shown(world: World, alarm: Alarm) -> list[Raised]:
    """What the desk sees of this kind."""
    with world.app.db.read() as tx:
        return [one for one in open_alarms(tx) if one.alarm == alarm]


def test_copies_that_are_made_no_more(world: World) -> None:
    """Two days without one are an alarm until the next; whoever never made one has none."""
    with world.app.db.begin() as tx:
        planned.book(tx, KIND, KIND, world.now + EVERY)
    world.advance(hours=1)
    assert shown(world, Alarm.OLD_BACKUP) == []
    with world.app.db.begin() as tx:
        backups.note(tx, "/srv/night.backup", world.now)
    world.advance(hours=48)
    assert shown(world, Alarm.OLD_BACKUP) == []
    world.advance(hours=3)
    assert [one.times for one in shown(world, Alarm.OLD_BACKUP)] == [1]
    with world.app.db.begin() as tx:
        backups.note(tx, "/srv/night.backup", world.now)
    world.advance(hours=1)
    assert shown(world, Alarm.OLD_BACKUP) == []
    world.ignore()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_certificate_that_nobody_renews(world: World) -> None:
    """Three weeks before its end, or not believed: an alarm until it is renewed; unread: none."""

    def look(url: str, now: datetime, *, known: bool = True) -> list[str | None]:
        trust = certificates.trusting(str(CERTIFICATE) if known else None)
        round_ = Readiness(
            world.app.db, url, ends=lambda url: certificates.ends(url, trust, PATIENCE)
        )
        with world.app.db.begin() as tx:
            after = round_.look(
                tx, Appointment(key=KIND, kind=KIND, subject=None, at=now, payload="{}"), now
            )
        if after is not None:
            after()
        return [one.who for one in shown(world, Alarm.CERTIFICATE)]

    with secured() as url:
        assert look(url, ENDS - timedelta(days=100)) == []
        assert look(url, ENDS - timedelta(days=20)) == ["127.0.0.1"]
        assert look(f"https://127.0.0.1:{free_port()}", ENDS) == ["127.0.0.1"]
        assert look("http://127.0.0.1", ENDS) == ["127.0.0.1"]
        assert look(url, ENDS - timedelta(days=100)) == []
        assert look(url, ENDS - timedelta(days=100), known=False) == ["127.0.0.1"]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_machine_whose_clock_is_wrong(world: World) -> None:
    """Its name stands at the desk until it is right again, or it is another one's matter."""

    def look(machine: str, *, wrong: timedelta) -> list[str]:
        def wall() -> datetime:
            with world.app.db.read() as tx:
                return upkeep.database_clock(tx) + wrong

        eye = Lookout(
            world.app.db, canary="", words=lambda: translator("en"), signature="", zone=ZONE,
            wall=wall, machine=machine,
        )  # fmt: skip
        eye.look(world.now)
        return sorted(one.who or "" for one in shown(world, Alarm.CLOCK))

    assert look("one", wrong=timedelta(0)) == []
    assert look("one", wrong=timedelta(hours=1)) == ["one"]
    assert look("two", wrong=timedelta(hours=-1)) == ["one", "two"]
    assert look("one", wrong=timedelta(0)) == ["two"]
