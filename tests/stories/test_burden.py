"""How often somebody is paged is part of what they carry."""

from __future__ import annotations

from datetime import timedelta

from oncall.admin.strain import burdens
from tests.county import CITY, LI, ZHANG, ZONE, person_id
from tests.world import World


def paged(world: World) -> dict[str, tuple[int, int]]:
    """Of each person who serves: pages, and pages at night, in the day around now."""
    day = timedelta(days=1)
    with world.app.db.read() as tx:
        snapshot = world.app.directory.at(tx, world.now)
        found = burdens(tx, snapshot, world.now - day, world.now + day, ZONE, units=[CITY])
        return {one.load.person: (one.pages, one.night_pages) for one in found}


def test_a_page_counts_once_for_each_person_it_reached(world: World) -> None:
    """However many messages it took; a drill is no burden; after ten in the evening it is night."""
    world.transfer()
    world.transfer(drill=True)
    world.advance(12)
    assert paged(world)[person_id(ZHANG)] == (1, 0)
    assert paged(world)[person_id(LI)] == (1, 0)
    world.text(ZHANG, "全部签收")
    world.advance(hours=9)
    world.transfer(summary="夜间")
    assert paged(world)[person_id(ZHANG)] == (2, 1)
    assert paged(world)[person_id(LI)] == (1, 0)
