"""A breaker per provider and channel: stop asking one that fails, and find out when it is well.

CLOSED: everything goes through. After a few failures in a row it is OPEN: nothing does, so that
nobody waits for a provider that does not answer. When its rest is over it is TRYING: one message
goes through, and what comes of that one closes it, or opens it for longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

#: Failures in a row that open it: one alone may be the message's own fault.
TRIPS_AT = 4
#: How long it rests: longer each time it fails its trial, never long enough to miss a recovery.
_RESTS = tuple(timedelta(seconds=s) for s in (5, 10, 20, 30))
#: A trial that nothing was heard of is no longer waited for.
_TRIAL = timedelta(seconds=15)
#: A provider may ask for more patience than a page has.
_LONGEST_REST = timedelta(seconds=60)


class Verdict(StrEnum):
    """What one send says about the provider, whatever it says about the message."""

    WELL = "well"
    #: No answer, or a refusal that has nothing to do with the message.
    ILL = "ill"
    #: It asked to be left alone for a while.
    BUSY = "busy"


class BreakerState(StrEnum):
    """Whether messages go through."""

    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """One provider on one channel, as one node sees it. Moments are aware UTC."""

    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    #: Rests in a row without a success between them.
    trips: int = 0
    #: Since when it has not been well.
    since: datetime | None = None
    #: When it may be tried again; while TRYING, when the trial is given up.
    until: datetime | None = None
    #: The provider's own word for what was wrong last.
    code: str = ""


def admits(breaker: Breaker, now: datetime) -> bool:
    """Whether a message may go through; whoever sends one then says so with ``tried``."""
    return breaker.state is BreakerState.CLOSED or breaker.until is None or breaker.until <= now


def tried(breaker: Breaker, now: datetime) -> Breaker:
    """A message goes through: after a rest it is the one that tells."""
    if breaker.state is BreakerState.CLOSED:
        return breaker
    return replace(breaker, state=BreakerState.TRYING, until=now + _TRIAL)


def heard(
    breaker: Breaker,
    verdict: Verdict,
    now: datetime,
    *,
    code: str = "",
    rest: timedelta | None = None,
) -> Breaker:
    """What a send that ended like this makes of it; ``rest`` is what the provider asked for."""
    if verdict is Verdict.WELL:
        return Breaker()
    failures = breaker.failures + 1
    since = breaker.since or now
    trial_failed = breaker.state is BreakerState.TRYING
    enough = failures >= TRIPS_AT or verdict is Verdict.BUSY
    if breaker.state is BreakerState.OPEN or not (trial_failed or enough):
        # What was already under way when it opened tells nothing new.
        return replace(breaker, failures=failures, since=since, code=code or breaker.code)
    asked = min(rest, _LONGEST_REST) if rest is not None else timedelta(0)
    pause = _RESTS[min(breaker.trips, len(_RESTS) - 1)]
    if verdict is Verdict.BUSY and rest is not None:
        pause = asked
    return Breaker(
        state=BreakerState.OPEN,
        failures=failures,
        trips=breaker.trips + 1,
        since=since,
        until=now + max(pause, asked),
        code=code or breaker.code,
    )
