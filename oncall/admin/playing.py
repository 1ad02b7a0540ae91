"""A ladder played with the real rosters on a virtual clock: whom it would contact, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from oncall.core.errors import NotFound
from oncall.core.model import Ask, Channel, Urgency, Watch
from oncall.core.policies import special
from oncall.core.simulate import Act, Answer, Line, Script, simulate
from oncall.directory import Snapshot
from oncall.store.database import Tx

EVERYBODY = "all"


def play(
    tx: Tx,
    snapshot: Snapshot,
    unit: str,
    urgency: Urgency,
    start: datetime,
    *,
    category: str | None = None,
    silent: Collection[str] = (),
    declining: Collection[str] = (),
    after: timedelta = timedelta(minutes=2),
    failing: Collection[Channel] = (),
    hours: float | None = None,
    person: str | None = None,
) -> list[Line]:
    """Everything a page for ``unit`` opened at ``start`` would do, in order.

    Whoever is reached takes it ``after`` that, except the ``silent`` ("all": everybody) and the
    ``declining``; names or ids. With ``person`` this one alone is asked, as one of a group that is
    called. Raises NotFound for a name nobody has.
    """
    then = replace(snapshot, made_at=start, rosters={})
    policy = snapshot.book.choose(category, urgency)

    def on_duty(ask: Ask, moment: datetime) -> Watch:
        return then.on_duty(tx, moment)(ask)

    everybody = EVERYBODY in silent
    answers = {person: Answer(act=Act.DECLINE, after=after) for person in _ids(snapshot, declining)}
    quiet = _ids(snapshot, [name for name in silent if name != EVERYBODY])
    willing = {
        person: Answer(act=Act.ACK, after=after)
        for person in _everyone(snapshot)
        if not everybody and person not in quiet and person not in answers
    }
    dead = frozenset((person, channel) for person in _everyone(snapshot) for channel in failing)
    length = timedelta(hours=hours) if hours is not None else _length(policy.urgency)
    if person is not None:
        policy = special.alone(special.person(policy, person), length)
    return simulate(
        policy,
        snapshot.calendar,
        unit,
        start,
        on_duty,
        Script(answers=willing | answers, dead=dead),
        start + length,
    )


def _length(urgency: Urgency) -> timedelta:
    """Long enough to see the ladder end and the desk alarmed."""
    return timedelta(days=5) if urgency is Urgency.ROUTINE else timedelta(hours=4)


def _everyone(snapshot: Snapshot) -> list[str]:
    return [*snapshot.people, *(f"desk:{code}" for code in snapshot.units)]


def _ids(snapshot: Snapshot, names: Collection[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        mine = [p.id for p in snapshot.people.values() if name in (p.id, p.name, p.mobile)]
        if not mine:
            raise NotFound("no_such_person", name=name)
        found.update(mine)
    return found
