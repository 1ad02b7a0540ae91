"""What is planned beside paging: done once, at its moment, and never in a page's way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest

from oncall.agenda import After, Appointment, daily, every
from oncall.core.errors import Conflict
from oncall.core.model import Alarm
from oncall.store import alarms, planned
from oncall.store.database import Tx
from tests.county import CHEN, ZHANG, ZONE, person_id
from tests.patience import PATIENCE
from tests.world import World


def book(world: World, key: str, minutes: float, kind: str = "bell", **more: object) -> None:
    """Plan something so many minutes from now."""
    with world.app.db.begin() as tx:
        planned.book(tx, key, kind, world.now + timedelta(minutes=minutes), payload=more)


def test_an_appointment_is_kept_once_at_its_moment(world: World) -> None:
    """Not a second early, and never again."""
    rung: list[tuple[str, datetime]] = []

    def ring(_: Tx, it: Appointment, now: datetime) -> None:
        rung.append((it.told()["say"], now))

    world.app.agenda.on("bell", ring)
    book(world, "b/1", 10, say="ten")
    world.advance(9.99)
    assert rung == []
    world.advance(60)
    assert [say for say, _ in rung] == ["ten"]
    assert rung[0][1].astimezone(ZONE).time() == time(14, 10)


def test_a_moved_appointment_is_kept_at_the_new_moment_only(world: World) -> None:
    """The same key means the same appointment."""
    rung: list[datetime] = []
    world.app.agenda.on("bell", lambda _tx, _it, now: rung.append(now))
    book(world, "b/1", 10)
    book(world, "b/1", 20)
    start = world.now
    world.advance(60)
    assert rung == [start + timedelta(minutes=20)]


def test_what_is_cancelled_is_not_done(world: World) -> None:
    """By its key, or with everything about its subject."""
    rung: list[str] = []
    world.app.agenda.on("bell", lambda _tx, it, _now: rung.append(it.key))
    with world.app.db.begin() as tx:
        for key, subject in (("a", "x"), ("b", "x"), ("c", "y"), ("d", None)):
            at = world.now + timedelta(minutes=1)
            planned.book(tx, key, "bell", at, subject=subject)
        assert planned.cancel(tx, "d")
        assert not planned.cancel(tx, "d")
        assert [a.key for a in planned.about(tx, "x")] == ["a", "b"]
        assert planned.cancel_about(tx, "x", "other") == 0
        assert planned.cancel_about(tx, "x") == 2
    world.advance(2)
    assert rung == ["c"]


def test_what_fails_is_tried_again_and_alarmed(world: World) -> None:
    """Its half-done work is undone, the others go on, and a human hears of it."""
    tried: list[datetime] = []
    rung: list[str] = []

    def break_down(tx: Tx, _: Appointment, now: datetime) -> None:
        tried.append(now)
        planned.book(tx, "left behind", "bell", now)
        raise Conflict("already_closed") if len(tried) % 2 else ValueError("broken")

    world.app.agenda.on("broken", break_down)
    world.app.agenda.on("bell", lambda _tx, it, _now: rung.append(it.key))
    book(world, "x/1", 0, kind="broken")
    book(world, "b/1", 0)
    world.advance(4)
    assert rung == ["b/1"]
    assert [(t - tried[0]).total_seconds() for t in tried] == [0, 30, 90, 210]
    with world.app.db.read() as tx:
        raised = alarms.open_alarms(tx)
    assert [(a.alarm, a.who) for a in raised] == [(Alarm.NOT_DONE, "x")]


def test_what_nobody_does_is_told_and_kept(world: World) -> None:
    """An older node must not eat a newer one's appointments."""
    book(world, "new/1", 0, kind="from the future")
    world.advance(10)
    with world.app.db.read() as tx:
        assert planned.next_at(tx) is not None
        assert [a.alarm for a in alarms.open_alarms(tx)] == [Alarm.NOT_DONE]


def test_work_that_comes_again_books_itself(world: World) -> None:
    """After an outage it is done once, not for every time it was missed."""
    done: list[datetime] = []
    agenda = world.app.agenda
    agenda.recurring("hourly", every(timedelta(hours=1)), lambda _tx, _it, now: done.append(now))
    agenda.recurring("nightly", daily(time(2), ZONE.key), lambda _tx, _it, now: done.append(now))
    agenda.start(world.now)
    agenda.start(world.now)
    world.advance(hours=2)
    assert len(done) == 2
    world.let_pass(60 * 24)
    world.settle()
    assert len(done) == 4
    world.advance(hours=1)
    assert len(done) == 5


def test_two_nodes_that_start_together_book_once(world: World) -> None:
    """Whoever comes second to the same row waits for the first, and finds it taken."""

    def again() -> bool:
        with world.app.db.begin() as tx:
            return planned.book_once(tx, "hourly", "hourly", world.now)

    with ThreadPoolExecutor(1) as other:
        with world.app.db.begin() as tx:
            assert planned.book_once(tx, "hourly", "hourly", world.now)
            second = other.submit(again)
        assert second.result(PATIENCE) is False


def test_what_follows_the_commit_is_done_after_it(world: World) -> None:
    """A file or a network never holds a transaction open, and its failure undoes nothing."""
    seen: list[bool] = []

    def plan(tx: Tx, _: Appointment, now: datetime) -> After:
        planned.book(tx, "next", "other", now + timedelta(days=1))

        def after() -> None:
            with world.app.db.read() as later:
                seen.append(bool(planned.next_at(later)))
            raise OSError("the disk is full")

        return after

    world.app.agenda.on("bell", plan)
    book(world, "b/1", 1)
    world.advance(2)
    assert seen == [True]
    with world.app.db.read() as tx:
        assert alarms.open_alarms(tx) == []


def test_two_doers_of_one_kind_are_a_mistake(world: World) -> None:
    """Which of them it is must not depend on the order of imports."""
    world.app.agenda.on("bell", lambda _tx, _it, _now: None)
    with pytest.raises(ValueError, match="two doers"):
        world.app.agenda.on("bell", lambda _tx, _it, _now: None)


def test_news_reaches_a_person_once(world: World) -> None:
    """Signed, in their language, behind every page; the same occasion is told once."""
    with world.app.db.begin() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        for number in (ZHANG, ZHANG, CHEN):
            told = world.app.notices.tell(
                tx,
                snapshot,
                person_id(number),
                lambda t: t("duty leader"),
                world.now,
                key=f"test/{number}",
            )
            assert told
        assert not world.app.notices.tell(
            tx, snapshot, "nobody", lambda t: t("duty leader"), world.now, key="test/nobody"
        )
    world.settle()
    world.expect((ZHANG, "sms", "带班领导"), (CHEN, "sms", "】带班领导"))
