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


def _step(level: int, after: timedelta, who: tuple[str, str]) -> Step:
    role, post = who
    asks = (
        Ask(source=Source.ROSTER, role=role),
        Ask(source=Source.POST, role=post),
        Ask(source=Source.DESK, role="desk"),
    )
    return Step(level=level, asks=asks, channels=_BOTH, after=after)
