"""The drills' page without a browser: who may ask, what it shows, how a drill looks."""

from __future__ import annotations

import pytest

from oncall.core.model import Alarm
from oncall.store import directory
from oncall.store.alarms import open_alarms
from oncall.store.directory import Person, Unit
from tests.browser.test_doors import desk
from tests.county import CITY, TOWN, ZHANG, ZHAO
from tests.world import World

#: A page looks the same wherever its rows are kept.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_the_desk_asks_and_reads_the_score(world: World) -> None:
    """One press asks the unit by a call; the answer is on the scorecard, the silent one first."""
    with desk(world) as client:
        never = client.get("/console/drills").text
        assert "浔中镇" in never
        assert "邮政德化分公司" not in never, "nobody could be asked there"
        for unit, channel in ((CITY, "voice"), (TOWN, "sms")):
            held = client.post("/console/drills", data={"unit": unit, "channel": channel})
            assert held.status_code == 303
        world.settle()
        world.expect((ZHANG, "voice", "演练"), (ZHAO, "sms", "演练"))
        begun = client.get(held.headers["location"]).text
        assert "正在抽查" in begun
        world.press(ZHANG, "1")
        world.advance(11)
        page = client.get("/console/drills").text
    scores = page.partition('class="scores"')[2]
    assert scores.index("浔中镇") < scores.index("县城建集团")
    assert "赵六" in scores
    assert "100%" in scores
    with world.app.db.read() as tx:
        assert Alarm.UNREACHABLE not in {one.alarm for one in open_alarms(tx)}


def test_others_look_and_do_not_ask(world: World) -> None:
    """An auditor reads the scores of all, a liaison the own unit's, and neither may ask."""
    world.app.drills.new((CITY, TOWN), "值班长", world.now)
    world.advance(11)
    world.ignore()
    for role, unit, others in (("auditor", None, True), ("liaison", CITY, False)):
        with desk(world, role, unit) as client:
            page = client.get("/console/drills").text
            assert ("浔中镇" in page) is others
            assert "<button" not in page.partition("<main")[2]
            assert client.post("/console/drills", data={"unit": TOWN}).status_code == 403
    world.settle()
    world.expect()


@pytest.mark.parametrize(
    "form", [{"unit": "NONE"}, {"sample": "0"}, {"sample": "x"}, {"channel": "pigeon"}]
)
def test_what_cannot_be_asked_is_said(world: World, form: dict[str, str]) -> None:
    """An unknown unit, a number that is none, another way: said, and nobody is asked."""
    with desk(world) as client:
        answer = client.post("/console/drills", data=form)
        assert answer.status_code == 422
        assert 'class="banner"' in answer.text
    world.settle()
    world.expect()


def test_a_drill_of_all_is_counted_first(world: World) -> None:
    """Where there are many, everybody is asked only with the number typed; a sample has its own."""
    with world.app.db.begin() as tx:
        directory.put_units(tx, [Unit(code=f"U-{n}", name_zh=f"单位{n}") for n in range(9)])
        directory.put_people(
            tx,
            [
                Person(id=f"q{n}", unit=f"U-{n}", name=f"值班{n}", mobile=f"139000000{n + 50}")
                for n in range(9)
            ],
        )
    with desk(world) as client:
        size = 9 + 6
        assert f"共{size}个" in client.get("/console/drills").text
        for form in ({}, {"count": "14"}):
            answer = client.post("/console/drills", data=form)
            assert (answer.status_code, f"{size}个单位" in answer.text) == (409, True)
        world.settle()
        world.expect()
        for form in ({"count": str(size)}, {"sample": "2"}, {"unit": TOWN}):
            assert client.post("/console/drills", data=form).status_code == 303
    world.ignore()


def test_a_drilled_matter_is_violet_on_the_console(world: World) -> None:
    """Its card, its tag and a band above its details say so; a real one has none of it."""
    with desk(world) as client:
        world.transfer(TOWN)
        assert "drill-band" not in client.get("/console/live").text
        code = world.transfer(CITY, drill=True).code
        page = client.get(f"/console/live?t={code}").text
    assert page.count("practice") == 1
    assert page.count('class="tag drill"') == 1
    assert page.count("drill-band") == 1
    world.ignore()
