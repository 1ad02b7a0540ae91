"""Clauses 22 and 29: the figures of real pages are those of the log, counted by anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from oncall import reporting
from oncall.core.kpi import Period, Rate, Report
from oncall.core.model import Channel
from oncall.store import figures
from oncall.store.directory import Unit, put_units
from oncall.tables import log
from tests.core.test_kpi import same
from tests.county import CITY, DESK_110, POST, TOWN, ZHANG, ZONE
from tests.recount import Slow
from tests.world import DISPATCHER, World


def month(world: World) -> Period:
    """November, as far as it is over."""
    start, end = (datetime(2026, m, 1, tzinfo=ZONE).astimezone(UTC) for m in (11, 12))
    return Period(start=start, end=end, as_of=world.now)


def counted(world: World) -> Report:
    """The report of the month, as every door shows it."""
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        return reporting.kpi(tx, snapshot, world.app.coverage, month(world))


def test_clause_22_the_figures_follow_from_what_happened(world: World) -> None:
    """One taken in time, one climbed to the leader, one withdrawn early, one practice."""
    first = world.transfer()
    world.advance(4)
    world.text(ZHANG, "1")
    world.transfer()
    world.transfer(drill=True)
    early = world.transfer()
    world.advance(10)
    world.app.desk.cancel(early.code, "席位", world.now, DISPATCHER)
    world.advance(6)
    found = counted(world)
    assert found.total.pages == 2
    assert found.total.ack_in_time == Rate(of=1, out_of=2)
    assert found.total.escalated == Rate(of=1, out_of=2)
    assert found.total.first_level == Rate(of=1, out_of=1)
    assert found.total.ack_time.median == 240.0
    assert found.total.reachable == Rate(of=0, out_of=1)
    assert found.units[CITY].transferred == 3
    with world.app.db.begin() as tx:
        visit = reporting.Visit(transfer=first.id, at=world.now, solved=True, satisfied=False)
        assert reporting.record_visits(tx, [visit, visit], "热线") == 1
        assert reporting.record_visits(tx, [visit], "热线") == 0
    assert counted(world).total.solved == Rate(of=1, out_of=1)
    assert counted(world).total.satisfied == Rate(of=0, out_of=1)


def test_the_log_alone_gives_the_same_figures(world: World) -> None:
    """Counted again from every line, the slow way: the same to the last digit."""
    for n in range(6):
        sent = world.transfer(CITY, TOWN, urgency=("urgent", "critical", "routine")[n % 3])
        world.advance(2.5 * n)
        if n % 2:
            world.app.desk.ack(sent.code, "张三", world.now, DISPATCHER, unit=CITY)
            world.advance(3)
    world.advance(hours=1)
    found = counted(world)
    period = month(world)
    with world.app.db.read() as tx:
        lines = list(figures.lines(tx, period.start, period.end))
        everything = tx.conn.execute(select(log.c.id)).all()
    assert lines
    assert len(lines) <= len(everything)
    window = (period.start, period.end, period.as_of)
    same(found.total, Slow(lines, *window).figures())
    for unit, of_unit in found.units.items():
        same(of_unit, Slow(lines, *window, unit=unit).figures())
    for urgency, of_urgency in found.urgencies.items():
        same(of_urgency, Slow(lines, *window, urgency=urgency).figures())


def test_cover_is_counted_from_the_rosters_to_the_second(world: World) -> None:
    """The town is covered since its roster began, the post office never, a closed one not asked."""
    with world.app.db.begin() as tx:
        ended = date(2026, 10, 1)
        put_units(tx, [Unit(code="OLD", name_zh="旧局", kind="gov_department", valid_to=ended)])
    found = counted(world).units
    # The roster begins on the first at 08:00; it is the third, 14:00.
    over = timedelta(days=2, hours=14) // timedelta(seconds=1)
    # A primary, a deputy and a leader, each around the clock.
    assert found[TOWN].covered == Rate(of=3 * (over - 8 * 3600), out_of=3 * over)
    assert found[POST].covered == Rate(of=0, out_of=3 * over)
    assert "OLD" not in found


def test_reachability_checks_count_as_reached(world: World) -> None:
    """One answered in time, one not: of each unit and of the whole, and in no other figure."""
    world.app.drills.new((CITY, TOWN), "值班长", world.now)
    world.advance(3)
    world.text(ZHANG, "1")
    assert counted(world).total.reachable == Rate(of=1, out_of=1)
    world.advance(10)
    found = counted(world)
    assert found.total.reachable == Rate(of=1, out_of=2)
    assert found.units[CITY].reachable == Rate(of=1, out_of=1)
    assert found.units[TOWN].reachable == Rate(of=0, out_of=1)
    assert (found.total.pages, found.total.transferred) == (0, 0)
    with world.app.db.read() as tx:
        assert reporting.public(tx, month(world)).total.reachable == Rate(of=1, out_of=2)


def test_drills_are_in_no_figure_but_their_own(world: World) -> None:
    """A drilled matter and checks by text and call leave every other figure as it was."""
    world.transfer()
    world.advance(4)
    world.text(ZHANG, "1")
    before = counted(world)
    world.transfer(drill=True)
    world.text(ZHANG, "1")
    for channel in Channel:
        world.app.drills.new((CITY, TOWN), "值班长", world.now, channel=channel)
    world.settle()
    world.text(ZHANG, "演练")
    world.press(ZHANG, "1")
    after = counted(world)
    assert before.total.reachable != after.total.reachable
    none = before.total.reachable
    assert replace(after.total, reachable=none) == before.total
    for unit, found in after.units.items():
        assert replace(found, reachable=none) == replace(before.units[unit], reachable=none)


@pytest.mark.parametrize("days", [-400, 40])
def test_another_month_knows_nothing_of_this_one(world: World, days: int) -> None:
    """What happened outside of the period is not in it."""
    world.transfer()
    world.advance(20)
    period = month(world)
    move = timedelta(days=days)
    other = Period(start=period.start + move, end=period.end + move, as_of=world.now + abs(move))
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        found = reporting.kpi(tx, snapshot, world.app.coverage, other)
    assert (found.total.pages, found.total.transferred) == (0, 0)
    assert found.units.get(DESK_110) is None or found.units[DESK_110].pages == 0
