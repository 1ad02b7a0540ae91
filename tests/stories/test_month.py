"""A scripted month: the simulator and the real engine tell it alike, and its figures add up.

`make test` plays a few dozen matters, `make soak` more than three thousand with another seed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from oncall import reporting
from oncall.admin import sample
from oncall.config import load
from oncall.core.kpi import Period, Profile, read, report
from oncall.core.model import Ask, Urgency, Watch
from oncall.core.simulate import Kind, Line, simulate
from oncall.store import figures, pages, schema
from oncall.tables import log, outbox, supervisions
from oncall.wiring import App, build
from tests.core.test_kpi import same
from tests.county import ZONE
from tests.month import START, WATCHED, Month, Play
from tests.recount import Slow
from tests.world import ManualClock

SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "search"
#: `make soak SEED=3` plays another month than the usual one.
SIZE, SEED = (3_200, int(os.environ.get("SEED", "20261126"))) if SOAK else (25, 7)

_HEARD = ("Acked", "Declined", "DeliveryFailed")
Told = tuple[datetime, str, str, int, str, str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, Month, Play]]:
    """The sample county after its month."""
    url = f"sqlite:///{tmp_path_factory.mktemp('month')}/oncall.db"
    # Nothing is gathered: when a message leaves may depend on other matters, its decision never.
    given = {"database_url": url, "gather_seconds": "0"}
    settings = load(given, {}, cwd=Path("/nonexistent"))
    app = build(settings, clock=ManualClock(START), notifiers={}, node="month")

    @event.listens_for(app.db.engine, "connect")
    def hurry(dbapi: Any, _: object) -> None:
        # Nobody pulls the plug here; waiting for the disk would be most of the month.
        dbapi.execute("PRAGMA synchronous=OFF")

    schema.upgrade(app.db)
    with app.db.begin() as tx:
        sample.load_sample(tx, START, ZONE)
    with app.db.read() as tx:
        snapshot = app.directory.at(tx, START)
    month = Month(SEED, SIZE, sorted(snapshot.units), sorted(snapshot.people))
    play = Play(app, month)
    play.run()
    yield app, month, play
    app.db.close()


def in_the_engine(app: App, page: str, until: datetime) -> list[Told]:
    """What one page did before ``until``, from what stands in the database."""
    told: list[Told] = []
    with app.db.read() as tx:
        o, c, s = outbox.c, log.c, supervisions.c
        columns = (o.planned_at, o.due_at, o.notice, o.level, o.person, o.channel)
        for row in tx.conn.execute(select(*columns).where(o.page == page, o.level > 0)):
            told.append((row.due_at, "notify", row.notice, row.level, row.person, row.channel))
        query = select(c.at, c.event, c.reason, c.payload).where(
            c.page == page, c.event.in_(_HEARD)
        )
        for heard in tx.conn.execute(query):
            told.append((heard.at, "heard", heard.event, 0, str(heard.reason), ""))
        for drafted in tx.conn.execute(select(s.drafted_at, s.colour).where(s.page == page)):
            told.append((drafted.drafted_at, "draft", drafted.colour, 0, "", ""))
    return sorted(line for line in told if line[0] < until)


def in_the_simulator(lines: list[Line]) -> list[Told]:
    """The same of the simulator's lines."""
    told: list[Told] = []
    for line in lines:
        if line.kind is Kind.NOTIFY:
            channel = str(line.channel)
            told.append((line.at, "notify", line.what, line.level, line.person, channel))
        elif line.kind is Kind.HEARD:
            told.append((line.at, "heard", line.what, 0, str(line.reason), ""))
        elif line.kind is Kind.DRAFT:
            told.append((line.at, "draft", line.what, 0, "", ""))
    return sorted(told)


def test_every_page_of_the_month_goes_as_simulated(played: tuple[App, Month, Play]) -> None:
    """To the second: every message, every answer with its reason, every draft."""
    app, month, play = played
    assert len(play.pages) >= SIZE
    ends = {m.n: m.at + WATCHED[Urgency(m.draft.urgency)] for m in month.matters}
    lines = 0
    with app.db.read() as tx:
        snapshot = app.directory.at(tx, START)

        def on_duty_at(ask: Ask, at: datetime) -> Watch:
            return snapshot.on_duty(tx, at)(ask)

        for page_id, n in play.pages.items():
            loaded = pages.load(tx, page_id)
            assert loaded is not None
            page = loaded.page
            # Afterwards the matter came to its end, of which the simulator knows nothing.
            until = ends[n]
            simulated = simulate(
                page.policy,
                page.calendar,
                page.unit,
                page.paged_at,
                on_duty_at,
                month.script(n),
                until,
            )
            expected = in_the_simulator(simulated)
            assert in_the_engine(app, page_id, until) == expected, (n, page.unit)
            lines += len(expected)
    assert lines > 3 * SIZE


def test_the_figures_of_the_month_counted_again(played: tuple[App, Month, Play]) -> None:
    """County, units, urgencies, either evaluator: to the last digit, and of what is rare too."""
    app, _, play = played
    start, end = (datetime(2026, m, 1, tzinfo=ZONE).astimezone(UTC) for m in (11, 12))
    period = Period(start=start, end=end, as_of=play.now + timedelta(days=1))
    window = (period.start, period.end, period.as_of)
    with app.db.read() as tx:
        lines = list(figures.lines(tx, start, end))
        snapshot = app.directory.at(tx, START)
        shown = reporting.kpi(tx, snapshot, app.coverage, period)
    assert shown.total.pages > SIZE / 2
    assert None not in (shown.total.ack_in_time.value, shown.total.escalated.value)
    assert shown.total.complete.of > 0
    total = shown.total
    rare = (total.returned, total.missent, total.disputed, total.first_receiver, total.extended)
    # In a few dozen matters one of them may well not occur.
    assert sum(rate.of for rate in rare) > SIZE / 20
    assert not SOAK or min(rate.of for rate in rare) > 0
    for profile in Profile:
        police = profile is Profile.POLICE
        found = report(read(lines), period, profile=profile)
        same(found.total, Slow(lines, *window, police=police).figures())
        for urgency, of_urgency in found.urgencies.items():
            same(of_urgency, Slow(lines, *window, urgency=urgency, police=police).figures())
        for unit, of_unit in found.units.items():
            same(of_unit, Slow(lines, *window, unit=unit, police=police).figures())
    same(shown.total, Slow(lines, *window).figures())
