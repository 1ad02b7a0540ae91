"""Who will be called if something happens: are their numbers proven, and can they answer?

They are the people on rosters in the coming week, and the holders of the posts that a policy asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifiers import registry
from notifiers.errors import NotifierError
from oncall.config import Settings
from oncall.core.errors import Fault
from oncall.core.model import Channel, Source
from oncall.core.policies import PolicyBook
from oncall.coverage import coverage_of
from oncall.directory import Snapshot, duties_in_force
from oncall.providers import makers
from oncall.store.database import Tx
from oncall.store.directory import Person
from rosters.coverage import Why

#: So far ahead a roster is looked through.
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who will be called, and what is wrong with which of them; all by unit and name."""

    people: tuple[Person, ...]
    #: None of their numbers lately proved to reach them.
    unproven: tuple[Person, ...]
    #: No channel that reaches them lets them answer.
    mute: tuple[Person, ...]


def look(tx: Tx, snapshot: Snapshot, book: PolicyBook, settings: Settings, now: datetime) -> Chain:
    """Everybody on the rosters of the coming week or on a post that ``book`` asks.

    Raises Invalid for a coverage file that cannot be read.
    """
    asked = {
        ask.role
        for policy in book.policies.values()
        for step in policy.steps
        for ask in step.asks
        if ask.source is Source.POST
    }
    ids = {duty.person for duty in duties_in_force(tx, now, now + AHEAD)}
    ids |= {one.id for (_, post), some in snapshot.posts.items() if post in asked for one in some}
    found = [snapshot.people[one] for one in ids if one in snapshot.people]
    people = sorted(
        (one for one in found if one.active), key=lambda one: (one.unit, one.name, one.id)
    )
    weak = coverage_of(settings).weakness(tx, snapshot, now)
    answers = answerable(settings)
    return Chain(
        people=tuple(people),
        unproven=tuple(one for one in people if weak(one.id) is Why.UNPROVEN),
        mute=tuple(one for one in people if answers and not _can_answer(snapshot, one, answers)),
    )


def warnings(
    tx: Tx, snapshot: Snapshot, book: PolicyBook, settings: Settings, now: datetime, where: str
) -> list[Fault]:
    """What a policy should know of those whom it would call: nothing of it keeps it from use."""
    found = look(tx, snapshot, book, settings, now)
    several = (("chain_unproven", found.unproven), ("chain_mute", found.mute))
    return [
        Fault(
            where=where,
            code=code,
            severity="warning",
            params={"count": str(len(some)), "of": str(len(found.people)), "names": named(some)},
        )
        for code, some in several
        if some
    ]


def named(people: Sequence[Person], most: int = 20) -> str:
    """Their names with their units, the first of them where there are many."""
    shown = ", ".join(f"{one.name} ({one.unit})" for one in people[:most])
    return shown + (", …" if len(people) > most else "")


def answerable(settings: Settings) -> Mapping[Channel, bool]:
    """Whether somebody reached by a channel can answer: on it, by a key, or at a link it carries.

    Empty where no real provider is used, or what is used is not set up: others tell of that.
    """
    try:
        built = registry.build(settings.channels, makers(settings, 1))
    except NotifierError:
        return {}
    if all(one.name == "log" for some in built.values() for one in some):
        return {}
    return {
        Channel(way): any(
            can.two_way or can.keypad or can.links
            for one in some
            for can in (one.capabilities(way),)
        )
        for way, some in built.items()
        if way.value in [channel.value for channel in Channel]
    }


def _can_answer(snapshot: Snapshot, person: Person, answers: Mapping[Channel, bool]) -> bool:
    lines = snapshot.lines(person.id)
    # Who has no number at all is told of as such.
    return not lines or any(answers.get(line.channel, False) for line in lines)
