"""SIGKILL at the worst instants: nothing is lost, and what is sent twice says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from oncall.store.database import Database
from oncall.tables import batches, duties, units
from oncall.verbs import VERBS
from tests.county import LI, TOWN, ZHANG
from tests.stories.audit import audit
from tests.stories.node import DESK
from tests.stories.processes import Scene, line, scene

pytestmark = pytest.mark.waits


@pytest.mark.parametrize("point", ["--before-send", "--after-send"])
def test_between_claim_and_record(furnished_url: str, point: str) -> None:
    """Killed before a send or before its record: what is there is found, the rest is sent once."""

    async def story(at: Scene) -> None:
        poster = at.app()
        at.transfers(poster, 12)
        poster.db.close()
        await at.killed(await at.child("serve", point, "5"))
        held = {key for key, row in at.rows().items() if row.state == "sending"}
        assert held
        before = at.texts()
        assert (sum(before.values()) > 0) is (point == "--after-send")
        async with at.running():
            await at.rest()
        assert set(at.texts().values()) == {1}
        at.check()
        assert {key for key, row in at.rows().items() if row.resent} == held

    asyncio.run(_play(furnished_url, story))


def test_between_two_guests_of_a_conference(furnished_url: str) -> None:
    """Killed when one of two guests is rung: the other is rung too, and nobody twice unmarked."""

    async def story(at: Scene) -> None:
        poster = at.app()
        (sent,) = at.transfers(poster, 1)
        for verb, given in (("dispute", {"candidates": [TOWN]}), ("talk", {})):
            poster.acts.do(sent.code, VERBS[verb], given, by="110席", now=at.now(), actor=DESK)
        async with at.running():
            await at.rest()
        for name in ("赵六", "钱一"):
            poster.desk.ack(sent.code, name, at.now(), DESK, on_behalf_of=name)
        async with at.running():
            await at.rest()
        poster.acts.do(sent.code, VERBS["conference"], {}, by="110席", now=at.now(), actor=DESK)
        poster.db.close()
        await at.killed(await at.child("serve", "--after-send", "1"))
        async with at.running():
            await at.rest()
        legs = {key for key, row in at.rows().items() if row.key.startswith("conference/")}
        rung = at.calls()
        assert len(legs) == 2
        assert all(rung[key] >= 1 for key in legs)
        at.check()

    asyncio.run(_play(furnished_url, story))


def test_between_commit_and_wake_up(furnished_url: str) -> None:
    """Killed after the commit and before anybody heard of it: the accepted transfer is paged."""

    async def story(at: Scene) -> None:
        poster = await at.child("post", "--at-commit", "R-1")
        assert await line(poster) == "ready"
        poster.go()
        await at.killed(poster)
        assert {row.state for row in at.rows().values()} == {"queued"}
        async with at.running():
            await at.until(lambda: sum(at.texts().values()) == 1)
        at.check()
        assert not any(row.resent for row in at.rows().values())

    asyncio.run(_play(furnished_url, story))


def test_in_the_middle_of_a_batch_of_decisions(furnished_url: str) -> None:
    """Killed when thirty pages have moved on and before their messages are written: all or none."""

    async def story(at: Scene) -> None:
        async with at.running() as app:
            at.transfers(app, 30)
            await at.until(lambda: sum(at.texts().values()) == 30)
        at.later(minutes=5)
        await at.killed(await at.child("serve", "--statement", "UPDATE pages"))
        assert sum(at.calls().values()) == 0
        async with at.running():
            await at.until(lambda: sum(at.calls().values()) == 30)
        at.check()
        assert not any(row.resent for row in at.rows().values())

    asyncio.run(_play(furnished_url, story))


def test_the_same_matter_from_two_processes(furnished_url: str) -> None:
    """Two processes post one origin and number at the same instant: one transfer, one page."""

    async def story(at: Scene) -> None:
        refs = [f"R-{n}" for n in range(10)]
        posters = [await at.child("post", *refs) for _ in range(2)]
        assert [await line(poster) for poster in posters] == ["ready", "ready"]
        for poster in posters:
            poster.go()
        for _ in refs:
            said = [await line(poster) for poster in posters]
            assert said[0]["id"] == said[1]["id"]
            assert sorted(one["created"] for one in said) == [False, True]
        db = Database(at.url)
        assert audit(db, at.now()) == len(refs)
        db.close()
        assert len(at.rows()) == len(refs)

    asyncio.run(_play(furnished_url, story))


def rows_of(url: str, table: Table) -> int:
    """How many rows a table has."""
    db = Database(url)
    with db.read() as tx:
        count = int(tx.conn.execute(select(func.count()).select_from(table)).scalar_one())
    db.close()
    return count


ROSTER = "unit,date,shift,role,name,mobile\n" + "".join(
    f"SOE-CITYBUILD,2026-12-{day:02},08:00-08:00,primary,{name},{mobile}\n"
    for day in range(1, 31)
    for name, mobile in (("张三", ZHANG), ("李四", LI))
)
UNITS = "code,name_zh,name_en,kind\n" + "".join(
    f"TWN-{n},第{n}镇,Town {n},township\n" for n in range(200, 260)
)


@pytest.mark.parametrize(
    ("content", "command", "table", "rows"),
    [(ROSTER, ("roster", "apply"), duties, 60), (UNITS, ("unit", "import"), units, 60)],
    ids=["roster", "units"],
)
def test_in_the_middle_of_an_import(
    furnished_url: str,
    tmp_path: Path,
    content: str,
    command: tuple[str, ...],
    table: Table,
    rows: int,
) -> None:
    """Killed once the rows are written and before the commit: none of it; run again: all of it."""
    file = tmp_path / "import.csv"
    file.write_text(content, encoding="utf-8")
    more = ("--yes",) if "apply" in command else ()

    async def story(at: Scene) -> None:
        before = rows_of(at.url, table), rows_of(at.url, batches)
        run = (*command, str(file), *more)
        await at.killed(await at.child("command", "--statement", f"INSERT INTO {table}", *run))
        assert (rows_of(at.url, table), rows_of(at.url, batches)) == before
        again = await at.child("command", *run)
        assert await again.wait() == 0
        assert rows_of(at.url, table) == before[0] + rows

    asyncio.run(_play(furnished_url, story))


async def _play(url: str, story: object) -> None:
    assert callable(story)
    async with scene(url) as at:
        await story(at)
