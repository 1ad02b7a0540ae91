"""Ladders that no policy file names: made from the critical one when they are needed.

Their names say what the page is about, and the messages say it after them.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from oncall.core.model import Ask, Channel, Policy, Source, Step

#: Called to talk about whose matter it is; the county's duty office for a major matter, and where
#: too few units of a group answer.
TALK, COUNTY, SHORT = "talk", "county", "short"
#: One person, called for themselves.
PERSON = "person"

#: Whoever is waited for in vain is looked at no more often than this.
_DAY = timedelta(days=1)
_BOTH = (Channel.SMS, Channel.VOICE)


def talk(critical: Policy, join_within: timedelta) -> Policy:
    """Everybody who could speak for the unit, by telephone, in a few minutes (clause 8)."""
    third = join_within / 3
    steps = (
        _step(1, timedelta(), ("primary", "liaison")),
        _step(2, third, ("deputy", "deputy")),
        _step(3, third * 2, ("leader", "division_leader")),
    )
    return replace(
        critical,
        name=TALK,
        ack_within=join_within,
        steps=steps,
        # The desk counts who joined at the deadline, and decides by itself what then.
        exhausted_after=join_within * 2,
    )


def county(critical: Policy, about: str = COUNTY) -> Policy:
    """The county's duty office and its duty leader in the same instant (clause 31)."""
    wait = critical.ack_within
    steps = (
        _step(1, timedelta(), ("primary", "liaison")),
        _step(2, timedelta(), ("leader", "division_leader")),
        _step(3, wait, ("deputy", "deputy")),
        _step(4, wait * 2, ("supervisor", "head")),
    )
    return replace(critical, name=about, steps=steps)


def person(usual: Policy, who: str) -> Policy:
    """The ladder with one person, by name, in place of whoever is on duty at its first level."""
    asks = (Ask(source=Source.PERSON, role=who),)
    first = usual.steps[0].level
    steps = tuple(replace(s, asks=asks) if s.level == first else s for s in usual.steps)
    return replace(usual, steps=steps)


def alone(policy: Policy, patience: timedelta) -> Policy:
    """The first level of a ladder and nobody after it: one of several who are called together.

    ``patience`` after the last word they count as silent; who called them goes on meanwhile.
    """
    first = policy.steps[0].level
    return replace(
        policy,
        name=PERSON,
        steps=tuple(s for s in policy.steps if s.level == first),
        exhausted_after=patience,
        alarm_every=_DAY,
        alone=True,
    )


def _step(level: int, after: timedelta, who: tuple[str, str]) -> Step:
    role, post = who
    asks = (
        Ask(source=Source.ROSTER, role=role),
        Ask(source=Source.POST, role=post),
        Ask(source=Source.DESK, role="desk"),
    )
    return Step(level=level, asks=asks, channels=_BOTH, after=after)
