"""What the stories of a transfer's life share: doing a verb, and looking at what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oncall.acts import Acted
from oncall.core.transfers import Transfer
from oncall.intake import Actor
from oncall.store import deadlines, reports, transfers
from oncall.store.alarms import open_alarms
from oncall.verbs import VERBS
from tests.world import DISPATCHER, World


def do(
    world: World,
    about: Transfer,
    verb: str,
    *,
    by: str = "110席",
    unit: str | None = None,
    actor: Actor = DISPATCHER,
    **given: Any,
) -> Acted:
    """Somebody does a verb; whatever follows at this moment is done."""
    done = world.app.acts.do(
        about.code, VERBS[verb], given, by=by, now=world.now, actor=actor, unit=unit
    )
    world.settle()
    return done


def now(world: World, about: Transfer) -> Transfer:
    """The transfer as it stands."""
    with world.app.db.read() as tx:
        found = transfers.find(tx, about.id)
    assert found is not None
    return found


def links(world: World, about: Transfer) -> list[Transfer]:
    """What came out of it."""
    with world.app.db.read() as tx:
        return transfers.linked(tx, about.id)


def holders(world: World, about: Transfer) -> list[tuple[str, str]]:
    """Unit and share of every part the matter has not left."""
    with world.app.db.read() as tx:
        return [(p.unit, p.role) for p in transfers.units_of(tx, about.id) if p.ended_at is None]


def due(world: World, about: Transfer) -> datetime:
    """By when it must be finished."""
    with world.app.db.read() as tx:
        deadline = deadlines.of(tx, about.id)
    assert deadline is not None
    return deadline.due_at


def alarms(world: World) -> list[str]:
    """What the desk is shown."""
    with world.app.db.read() as tx:
        return sorted(one.alarm for one in open_alarms(tx))


def story(world: World, about: Transfer) -> list[tuple[str, str | None]]:
    """The transfer's own log: what happened, and the reason."""
    with world.app.db.read() as tx:
        lines = reports.timeline(tx, about.id)
    return [(one.said.event, one.said.reason) for one in lines if one.page is None]
