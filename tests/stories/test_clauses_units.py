"""Units come and go: a matter never goes to one that is no more, and old names still mean it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from oncall.core.errors import Fault, Invalid
from oncall.intake import Actor
from oncall.store import directory
from oncall.verbs import VERBS
from tests.county import CITY, TOWN, ZHANG
from tests.world import World

#: Whoever sits at the desk.
DESK = Actor(name="desk", role="dispatcher")
#: The world's first day.
TODAY = date(2026, 11, 3)


def change(world: World, code: str, **what: Any) -> None:
    """Something about a unit is different from now on."""
    with world.app.db.begin() as tx:
        unit = next(u for u in directory.all_units(tx) if u.code == code)
        directory.put_units(tx, [replace(unit, **what)])


def refused(world: World, *to: str, copy: tuple[str, ...] = ()) -> tuple[Fault, ...]:
    """What is said about a matter for these units, that is not taken."""
    with pytest.raises(Invalid) as said:
        world.transfer(*to, copy=copy)
    world.expect()
    return tuple(said.value.faults)


def test_a_merged_unit_gets_nothing_and_its_successor_is_named(world: World) -> None:
    """On the day it ends it takes no matter more; the day before it took one."""
    change(world, CITY, valid_to=TODAY + timedelta(days=1), successor=TOWN)
    world.transfer(CITY)
    world.expect((ZHANG, "sms"))
    change(world, CITY, valid_to=TODAY)
    [fault] = refused(world, CITY)
    assert (fault.where, fault.code, fault.value) == ("to[0]", "unit_succeeded", CITY)
    assert fault.params["heir"].startswith(TOWN)
    assert fault.params["day"] == "2026-11-03"


def test_a_copy_to_a_closed_unit_is_refused_as_well(world: World) -> None:
    """Also what asks for no answer must have somebody who reads it."""
    change(world, CITY, valid_to=TODAY)
    [fault] = refused(world, TOWN, copy=(CITY,))
    assert (fault.where, fault.code) == ("copy[0]", "unit_ended")


def test_a_unit_that_does_not_exist_yet(world: World) -> None:
    """It is told from when it does; on that day it is paged."""
    change(world, CITY, valid_from=TODAY + timedelta(days=1))
    [fault] = refused(world, CITY)
    assert (fault.code, fault.params["day"]) == ("unit_not_begun", "2026-11-04")
    change(world, CITY, valid_from=TODAY)
    world.transfer(CITY)
    world.expect((ZHANG, "sms"))


def test_the_successor_of_a_successor(world: World) -> None:
    """A chain of mergers leads to whoever is there today; a ring of them to nobody."""
    with world.app.db.begin() as tx:
        unit = next(u for u in directory.all_units(tx) if u.code == CITY)
        middle = replace(unit, code="MIDDLE", name_zh="过渡局", aliases=(), valid_to=TODAY)
        directory.put_units(tx, [replace(middle, successor=TOWN)])
    change(world, CITY, valid_to=TODAY, successor="MIDDLE")
    assert refused(world, CITY)[0].params["heir"].startswith(TOWN)
    change(world, "MIDDLE", successor=CITY)
    assert refused(world, CITY)[0].code == "unit_ended"


def test_no_act_brings_in_a_closed_unit(world: World) -> None:
    """Adding it to a matter under way is refused like handing the matter over to it."""
    transfer = world.transfer(TOWN)
    change(world, CITY, valid_to=TODAY)
    with pytest.raises(Invalid) as said:
        world.app.acts.do(
            transfer.id, VERBS["add"], {"units": [CITY]}, by="desk", now=world.now, actor=DESK
        )
    assert [(f.where, f.code) for f in said.value.faults] == [("units[0]", "unit_ended")]


def test_a_page_that_is_open_when_its_unit_closes_goes_on(world: World) -> None:
    """What was accepted is never lost: the ladder climbs as if nothing had happened."""
    world.transfer(CITY)
    world.expect((ZHANG, "sms"))
    change(world, CITY, valid_to=TODAY, successor=TOWN)
    world.advance(5)
    world.expect((ZHANG, "voice"))
