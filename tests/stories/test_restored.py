"""A copy of the database put back: what it knows waits for a human, what it does not know is lost.

Lost messages still have receipts, replies and keys on their way: none of them may meet a new one.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from notifiers.message import KeyPress, Receipt, ReceiptResult
from oncall.admin import copies, restored
from oncall.core.model import Alarm, Reason
from oncall.core.watchdog import Silence, silent
from oncall.store import duty_changes, pages, restoring, watching
from oncall.store.alarms import open_alarms
from oncall.store.duty_changes import Change
from rosters.changes import Kind, State
from tests.county import CITY, LI, TOWN, ZHANG, person_id
from tests.stories.test_lessons import alarmed
from tests.world import DISPATCHER, World


def put_back(world: World, copy: Path) -> None:
    """As `oncall db restore` does."""
    copies.restore(world.app.db, copy)
    assert restored.settle(world.app.db, world.now, world.app.settings.zone) is not None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_old_copy_put_back(world: World, tmp_path: Path) -> None:
    """What it shows as open pages nobody before a human decides; what it does not know is said."""
    finished, real = world.transfer(), world.transfer(TOWN)
    world.ignore()
    world.let_pass(1)
    copies.backup(world.app.db, tmp_path / "night.backup", world.now)
    world.text(ZHANG, "1")
    lost = world.transfer(origin_ref="A-7")
    world.ignore()
    world.let_pass(18 * 60)
    copies.restore(world.app.db, tmp_path / "night.backup")
    done = restored.settle(world.app.db, world.now, world.app.settings.zone)
    assert done is not None
    assert done.held == 2
    assert restored.settle(world.app.db, world.now, world.app.settings.zone) is None
    with world.app.db.begin() as tx:
        pages.nudge(tx, world.now)
    world.advance(hours=2)
    world.expect()
    assert alarmed(world) >= {Alarm.RESTORED, Alarm.OPEN_IN_COPY}
    with world.app.db.read() as tx:
        found = silent(watching.seen(tx, world.now), world.now, timedelta(minutes=2))
        told = {one.who for one in open_alarms(tx) if one.alarm == Alarm.RESTORED}
    assert {one.silence for one in found} == {Silence.NO_WAKE}, "the heartbeat must stay silent"
    assert told == {"2026-11-03 14:00"}
    desk = world.app.desk
    desk.cancel(finished.code, "110席", world.now, DISPATCHER, why="早已办结")
    world.settle()
    world.ignore()
    desk.escalate(real.code, "110席", world.now, DISPATCHER, why="核实仍未处理", unit=TOWN)
    world.settle()
    assert world.phones.sent
    world.ignore()
    assert Alarm.OPEN_IN_COPY not in alarmed(world)
    again = world.transfer(origin_ref="A-7")
    assert again.id != lost.id
    assert int(again.code[-4:]) >= restoring.SKIPPED or again.code[:10] != lost.code[:10]
    world.ignore()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_fresh_copy_goes_on(world: World, tmp_path: Path) -> None:
    """Put back within minutes it is like a service that stood still: the ladder goes on, late."""
    world.transfer()
    world.ignore()
    copies.backup(world.app.db, tmp_path / "now.backup", world.now)
    world.let_pass(12)
    copies.restore(world.app.db, tmp_path / "now.backup")
    done = restored.settle(world.app.db, world.now, world.app.settings.zone)
    assert done is not None
    assert done.held == 0
    world.settle()
    (call, *_) = world.expect((ZHANG, "voice"), (LI, "sms"), (LI, "voice"))
    assert "迟" in call.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("minutes", [10, 20])
def test_a_late_word_about_a_lost_message(
    world: World, tmp_path: Path, minutes: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Receipts, keys and replies of what came after the copy change nothing, and are logged."""
    world.transfer(TOWN)
    copies.backup(world.app.db, tmp_path / "a.backup", world.now)
    lost = world.transfer(urgency="critical")
    text, call = world.last(ZHANG, "sms"), world.last(ZHANG, "voice")
    world.let_pass(minutes)
    put_back(world, tmp_path / "a.backup")
    world.settle()
    world.ignore()
    new = world.transfer(urgency="critical")
    fresh = world.expect((ZHANG, "sms", new.code), (ZHANG, "voice"))
    assert new.code != lost.code
    assert not {one.key for one in fresh} & {text.key, call.key}
    for message in (text, call):
        caplog.clear()
        late = Receipt(
            key=message.key, provider_id="gone", status="failed", rank=50,
            result=ReceiptResult.FAILED, code="30005", permanent=True, dead=True,
        )  # fmt: skip
        assert not world.app.answers.receipt(late, world.now)
        assert f"message {message.key}, which is not here" in caplog.text
    caplog.clear()
    press = KeyPress(key=call.key, provider_id="gone", digit="1")
    assert not world.app.answers.key(press, world.now).text
    assert f"message {call.key}, which is not here" in caplog.text
    world.app.answers.pressed(press, world.now)
    world.settle()
    world.expect()
    assert world.text(ZHANG, f"1 {lost.code}") is None
    world.expect((ZHANG, "sms", new.code[-4:]))
    assert world.press(ZHANG, "1").text, "the new call is answered as ever"
    world.ignore()


def test_put_back_by_other_means(world: World) -> None:
    """A snapshot of the machine: told by hand, ids and numbers go on above all that may be lost."""
    first = world.transfer()
    asked = Change(
        kind=Kind.COVER, state=State.ASKED, unit=CITY, role="primary", person=person_id(ZHANG),
        start_at=world.now, end_at=world.now + timedelta(hours=1), asked_by="张三",
        asked_at=world.now,
    )  # fmt: skip
    with world.app.db.begin() as tx:
        before = duty_changes.add(tx, asked).id
    for again in (1, 2):
        world.let_pass(1)
        copies.put_back(world.app.db)
        assert restored.settle(world.app.db, world.now, world.app.settings.zone) is not None
        world.settle()
        moment = int(world.now.timestamp() * 1_000)
        sent = world.transfer(summary=str(again))
        assert int(world.last(ZHANG, "sms").key) >= moment
        assert int(sent.code[-4:]) > int(first.code[-4:]) + again * restoring.SKIPPED
        with world.app.db.begin() as tx:
            number = duty_changes.add(tx, asked).id
        assert number >= before + 1_000
        before = number
    assert world.text(ZHANG, f"1 {sent.code[-4:]}") is Reason.ACKED
    world.ignore()
