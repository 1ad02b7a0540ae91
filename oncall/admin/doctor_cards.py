"""Contact cards: dead numbers, numbers never proven, people who could not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from oncall.admin import chain
from oncall.admin.findings import Finding, Level
from oncall.config import Settings
from oncall.core.errors import Invalid
from oncall.core.policies import PolicyBook
from oncall.core.words import N_
from oncall.coverage import coverage_of
from oncall.directory import Snapshot
from oncall.store.database import Tx
from oncall.store.directory import Person

_NAMED = 5


def look(
    tx: Tx, snapshot: Snapshot, book: PolicyBook, settings: Settings, now: datetime
) -> Iterator[Finding]:
    """Everything about the cards of those who will be called."""
    yield from _marked(snapshot)
    try:
        days = coverage_of(settings).rules.proven_days
        found = chain.look(tx, snapshot, book, settings, now)
    except Invalid:
        # The coverage file is told of where it is used: no service starts with a bad one.
        return
    if found.unproven:
        yield _finding(
            Level.WARNING,
            N_(
                "{count} of {of} people on rosters and chains have no number proven in {days} "
                "days: {names}."
            ),
            N_("Hold a drill, or prove numbers with `oncall person verify NAME`."),
            found.unproven,
            of=str(len(found.people)),
            days=str(days),
        )
    elif found.people and days:
        said = N_("All {of} people on rosters and chains have a number proven in {days} days.")
        params = {"of": str(len(found.people)), "days": str(days)}
        yield Finding(what="proven numbers", level=Level.OK, said=said, params=params)
    if found.mute:
        yield _finding(
            Level.FAILURE,
            N_("{count} people on rosters and chains have no way to answer a page: {names}."),
            N_("Give them a number on a channel that takes answers, or use a provider that does."),
            found.mute,
        )


def _marked(snapshot: Snapshot) -> Iterator[Finding]:
    people = [
        person
        for person in snapshot.people.values()
        if person.active and any(n in person.numbers for n, _ in snapshot.flags.get(person.id, {}))
    ]
    if people:
        yield _finding(
            Level.WARNING,
            N_("{count} people have a number that is dead or wants no more texts: {names}."),
            N_("`oncall person show NAME` says which; ask for another."),
            people,
        )


def _finding(
    level: Level, said: str, mend: str, people: Sequence[Person], **params: str
) -> Finding:
    params |= {"count": str(len(people)), "names": chain.named(people, _NAMED)}
    return Finding(what="proven numbers", level=level, said=said, mend=mend, params=params)
