"""Clauses 20, 29 and 32: what the county makes of many matters together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oncall import reporting
from oncall.core.errors import Conflict, Invalid
from oncall.core.kpi import Period, Profile, Rate
from oncall.core.routing import Route, suggest
from oncall.core.transfers import Transfer
from oncall.intake import Actor
from oncall.store import routes
from tests.county import CITY, TOWN, ZHANG, ZONE
from tests.stories.lives import do, story
from tests.world import World

#: The rules are the same on either database, and other stories run on both.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

SUPERVISOR = Actor(name="吴九", role="supervisor")


def period(world: World) -> Period:
    """The month so far."""
    start = world.now - timedelta(days=2)
    return Period(start=start, end=start + timedelta(days=30), as_of=world.now)


def suggested(world: World, category: str = "供水", days: int = 0) -> list[Route]:
    """What somebody who takes such a call is told, in so many days."""
    with world.app.db.read() as tx:
        known = routes.all_routes(tx)
    day = (world.now + timedelta(days=days)).astimezone(ZONE).date()
    return list(suggest(known, category, None, day))


def argued(world: World) -> Transfer:
    """A matter that the city's builders give back."""
    sent = world.transfer()
    do(world, sent, "return", unit=CITY, why="不属我单位", suggestion=TOWN)
    do(world, sent, "deny", why="请先办理")
    return sent


def test_clause_20_what_comes_up_again_and_again_is_ruled_on(world: World) -> None:
    """Twice is nothing for the conference, three times is; its ruling becomes a route with its
    provenance, suggested from its day on and not before, and nothing is ever routed by it."""
    first, _ = argued(world), argued(world)

    def listed() -> list[tuple[str | None, str, int]]:
        with world.app.db.read() as tx:
            found = reporting.conference(tx, period(world), 3)
        return [(one.category, one.unit, one.returns) for one in found]

    assert listed() == []
    last = argued(world)
    world.ignore()
    assert listed() == [("供水", CITY, 3)]
    assert suggested(world) == []
    with world.app.db.begin() as tx:
        routes.put(tx, [Route(category="供水", lead=CITY, source="旧表")])
    friday = world.now + timedelta(days=3)
    do(world, last, "rule", by="吴九", actor=SUPERVISOR, owner=TOWN, minutes="会商纪要11号",
       since=friday)  # fmt: skip
    assert story(world, last)[-1] == ("Ruled", "ruled")
    assert [route.lead for route in suggested(world, days=2)] == [CITY]
    (route,) = suggested(world, days=3)
    assert (route.lead, route.source, route.valid_from) == (
        TOWN, "会商纪要11号", friday.astimezone(ZONE).date(),
    )  # fmt: skip
    assert route.ruling is not None
    assert (route.ruling.by, route.ruling.at, route.ruling.matter) == ("吴九", world.now, last.code)
    # A suggestion: whoever takes the call still decides, and the matter itself stays where it was.
    sent = world.transfer()
    world.expect((ZHANG, "sms", sent.code))
    assert story(world, first)[-1][0] != "Ruled"


def test_a_ruling_is_about_a_kind_of_real_matters(world: World) -> None:
    """Neither a drill nor a matter without a category can be ruled on, and a unit must exist."""
    for sent in (world.transfer(drill=True), world.transfer(category=None)):
        with pytest.raises(Conflict):
            do(world, sent, "rule", actor=SUPERVISOR, owner=TOWN, minutes="纪要")
    with pytest.raises(Invalid):
        do(world, world.transfer(), "rule", actor=SUPERVISOR, owner="NOWHERE", minutes="纪要")
    assert suggested(world) == []


def test_clause_29_two_evaluators_read_the_same_lines(world: World) -> None:
    """The government office reads all of it, the police what went through 110; what only 12345 can
    know is not theirs, and before anything is over nothing is counted for either."""
    world.transfer(origin="110")
    world.transfer(origin="12345")

    def pages(profile: Profile) -> int:
        with world.app.db.read() as tx:
            snapshot = world.app.directory.at(tx, world.now)
            found = reporting.kpi(tx, snapshot, world.app.coverage, period(world), profile=profile)
        return found.total.pages

    world.advance(14.99)
    assert (pages(Profile.GOV), pages(Profile.POLICE)) == (0, 0)
    world.text(ZHANG, "全部签收")
    assert (pages(Profile.GOV), pages(Profile.POLICE)) == (2, 1)
    world.ignore()


def test_clause_32_sums_and_nobody_in_them(world: World) -> None:
    """Five of a kind are named, fewer are under the others; no text, place or person is told."""
    for n in range(10):
        category = "供水" if n < 5 else "噪音" if n < 8 else "跑马"
        world.transfer(category=category, area=TOWN, caller={"name": "某甲", "phone": ZHANG})
    world.ignore()
    with world.app.db.read() as tx:
        found = reporting.public(tx, period(world))
    assert dict(found.categories) == {"供水": 5, None: 5}
    assert dict(found.units) == {CITY: 10}
    assert found.total.transferred == 10
    assert found.total.ack_in_time == Rate(of=0, out_of=0)
    said = repr(found)
    for private in ("水管爆裂", "某甲", ZHANG, TOWN, "DH2026"):
        assert private not in said
