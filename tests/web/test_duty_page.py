"""The console's page of duties by forms without a script: who may, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from oncall import accounts
from oncall.core.policies import default_book, dump
from oncall.store.directory import put_policy
from tests.browser.serving import console_of
from tests.county import CITY, TOWN, WANG, ZHANG, ZONE, person_id
from tests.databases import Templates
from tests.patience import PATIENCE
from tests.stories.changing import at, who
from tests.world import World

OURS = {"Sec-Fetch-Site": "same-origin"}
EIGHT = datetime(2026, 11, 4, 8, tzinfo=ZONE)


class Visit:
    """One signed-in browser without a script."""

    def __init__(self, world: World, url: str, role: str, unit: str | None = None) -> None:
        made = accounts.create(
            world.app.db,
            name=f"{role}甲",
            role=role,
            unit=unit,
            now=world.now,
            new_id=world.app.new_id,
        )
        self.world = world
        self.client = httpx.Client(base_url=url, headers=OURS, trust_env=False, timeout=PATIENCE)
        self.client.post("/console/sign-in", data={"token": made.token})

    def page(self, **query: str) -> str:
        """The page."""
        answer = self.client.get("/console/duties", params=query)
        return f"{answer.status_code} {answer.text}"

    def send(self, what: str, unit: str = CITY, **form: str) -> httpx.Response:
        """A form; what it sets going comes to rest."""
        answer = self.client.post(f"/console/duties/{unit}/{what}", data=form)
        self.world.settle()
        return answer


@pytest.fixture
def quick(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on SQLite: the page's own reading and writing goes through what both know."""
    made = World(templates.sqlite(tmp_path_factory.mktemp("duties") / "oncall.db"))
    try:
        yield made
    finally:
        made.close()


Opening = Callable[..., Visit]


@pytest.fixture
def visiting(quick: World) -> Iterator[Opening]:
    """Opens its console for somebody of a role, and of a unit."""
    opened: list[Visit] = []
    with console_of(quick.app) as url:

        def visit(role: str, unit: str | None = None) -> Visit:
            opened.append(Visit(quick, url, role, unit))
            return opened[-1]

        yield visit
        for one in opened:
            one.client.close()


def duty(number: str, day: int) -> str:
    """A primary's duty as the form's list names it."""
    return f"primary|{person_id(number)}|{at(day, 8).isoformat()}"


def done(answer: httpx.Response) -> str:
    """The number of the change that came of a form."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("done=")[2].partition("#")[0]


def test_a_liaison_swaps_in_the_names_of_the_unit(quick: World, visiting: Opening) -> None:
    """Asked, agreed and approved by forms alone; the calendar then shows the swap."""
    visit = visiting("liaison", CITY)
    number = done(visit.send("swap", duty=duty(ZHANG, 7), other="王五", back=duty(WANG, 8)))
    assert "待对方答复" in visit.page(done=number)
    assert visit.send(f"changes/{number}/agree", by=person_id(ZHANG)).status_code == 403
    done(visit.send(f"changes/{number}/agree", by=person_id(WANG)))
    done(visit.send(f"changes/{number}/approve", by="陈建国", why="同意调整"))
    assert who(quick, at(7, 12)) == ["王五"]
    shown = visit.page()
    assert '<span class="tag">换班</span>' in shown
    done(visit.send(f"changes/{number}/undo", by="陈建国"))
    assert who(quick, at(7, 12)) == ["张三"]


def test_cover_leave_and_its_filling(quick: World, visiting: Opening) -> None:
    """The desk enters a call for cover, and a leave whose duty is given to the best who is free."""
    visit = visiting("dispatcher")
    number = done(visit.send("cover", duty=duty(ZHANG, 7), why="发烧"))
    done(visit.send(f"changes/{number}/agree", by="林芳"))
    assert who(quick, at(7, 12)) == ["林芳"]
    leave = {"person": person_id(WANG), "from": "2026-11-10T00:00", "to": "2026-11-11T08:00"}
    number = done(visit.send("leave", **leave))
    done(visit.send(f"changes/{number}/approve", by="陈建国"))
    assert "待安排替班" in visit.page(unit=CITY)
    filled = visit.send(f"changes/{number}/fill", person="林芳", at=at(10, 8).isoformat(), by="")
    assert done(filled) == number
    assert who(quick, at(10, 12)) == ["林芳"]
    assert "待安排替班" not in visit.page(unit="县城建集团")


def test_taking_over_ends_a_hold(quick: World, visiting: Opening) -> None:
    """At five past eight the page names who stays; the relief takes over with one button."""
    rules = replace(default_book().handover, hold=frozenset({CITY}))
    with quick.app.db.begin() as tx:
        text = dump(replace(default_book(), handover=rules))
        put_policy(tx, name="x", body=text, by="admin", now=quick.now)
    quick.app.handovers.plan(quick.now)
    quick.until(EIGHT + timedelta(minutes=5))
    visit = visiting("liaison", CITY)
    assert "留岗，待接班确认" in visit.page()
    done(visit.send("takeover", role="primary", person=person_id(WANG)))
    assert "留岗，待接班确认" not in visit.page()


def test_a_refusal_keeps_what_was_typed(quick: World, visiting: Opening) -> None:
    """A swap with oneself, a leave that ends before it begins: said in words, nothing is asked."""
    visit = visiting("liaison", CITY)
    answer = visit.send("swap", duty=duty(ZHANG, 7), other="张三", why="孩子开家长会")
    assert answer.status_code == 422
    assert "孩子开家长会" in answer.text
    backwards = {"person": "王五", "from": "2026-11-11T00:00", "to": "2026-11-10T00:00"}
    assert visit.send("leave", **backwards).status_code == 422
    for form in ({"duty": "x", "other": "王五"}, {"duty": "primary|x|2026-11-07", "other": ""}, {}):
        assert visit.send("swap", **form).status_code == 422
    assert visit.send("leave", person="王五", to="soon", **{"from": "now"}).status_code == 422
    assert visit.send("changes/99/agree", by="王五").status_code == 404
    assert visit.send("changes/x/agree", by="王五").status_code == 404
    assert visit.send("changes/1/lapse", by="王五").status_code == 404
    assert "没有待答复的班次变动" in visit.page()


def test_who_may_see_and_who_may_act(quick: World, visiting: Opening) -> None:
    """A liaison sees and changes the own unit alone, an auditor reads, a stranger signs in."""
    theirs = visiting("liaison", TOWN)
    stranger = httpx.get(
        f"{theirs.client.base_url}/console/duties", trust_env=False, timeout=PATIENCE
    )
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/console/sign-in")
    assert theirs.page(unit=CITY).startswith("403")
    assert theirs.send("cover", duty=duty(ZHANG, 7)).status_code == 403
    auditor = visiting("auditor")
    shown = auditor.page(unit=CITY)
    assert shown.startswith("200")
    assert 'method="post" action="/console/duties' not in shown
    assert auditor.send("cover", duty=duty(ZHANG, 7)).status_code == 403
    ours = visiting("liaison", CITY)
    assert ours.page(unit="没有的单位").startswith("404")
    for site_said in ("cross-site", "none"):
        ours.client.headers["Sec-Fetch-Site"] = site_said
        assert ours.send("cover", duty=duty(ZHANG, 7)).status_code == 403
    assert who(quick, at(7, 12)) == ["张三"]
    quick.expect()
