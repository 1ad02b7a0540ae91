"""How many messages may still go: an account's pace, and what one number has had already.

A pace is kept as the moment at which everything spent so far will have been earned again (one per
limit), so it needs no clock of its own and forgets nothing when a process dies. What a number had
is kept as the moments of its sends. Moments are aware UTC; all of it is plain numbers to store.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifiers.message import Limit, Quiet

#: Seconds since 1970, UTC.
Epoch = float

_DAY = timedelta(days=1)


def may_spend(paid: Sequence[Epoch], limits: Sequence[Limit], now: datetime) -> int:
    """How many messages the account may send at this moment under every one of its limits."""
    at = now.timestamp()
    rooms = []
    for i, limit in enumerate(limits):
        step = limit.span.total_seconds() / limit.count
        owed = max(0.0, (paid[i] if i < len(paid) else 0.0) - at)
        # A grain of tolerance: sums of floats must not cost a whole message.
        rooms.append(int((limit.count * step - owed) / step + 1e-6))
    return max(0, min(rooms, default=0))


def spend(
    paid: Sequence[Epoch], limits: Sequence[Limit], count: int, now: datetime
) -> tuple[Epoch, ...]:
    """What is paid once ``count`` more have gone; more than there was leaves a debt."""
    at = now.timestamp()
    return tuple(
        max(at, paid[i] if i < len(paid) else 0.0)
        + count * limit.span.total_seconds() / limit.count
        for i, limit in enumerate(limits)
    )


def free_at(paid: Sequence[Epoch], limits: Sequence[Limit], now: datetime) -> datetime:
    """When the next message may go; ``now`` if it may at once."""
    at = now.timestamp()
    waits = [0.0]
    for i, limit in enumerate(limits):
        span = limit.span.total_seconds()
        owed = (paid[i] if i < len(paid) else 0.0) - at
        waits.append(owed + span / limit.count - span)
    return now + timedelta(seconds=max(waits))


def next_send(
    sent: Sequence[Epoch], limits: Sequence[Limit], quiet: Quiet | None, now: datetime
) -> datetime:
    """When a number that had messages at these moments may get its next; ``now`` if at once."""
    at = now.timestamp()
    free = now
    for limit in limits:
        span = limit.span.total_seconds()
        within = sorted(one for one in sent if one > at - span)
        if len(within) >= limit.count:
            free = max(free, now + timedelta(seconds=within[-limit.count] + span - at))
    window = _window(quiet, free) if quiet is not None else None
    if quiet is not None and window is not None:
        begins, ends = window
        if sum(begins.timestamp() <= one for one in sent) >= quiet.count:
            return ends
    return free


def kept(sent: Sequence[Epoch], limits: Sequence[Limit], now: datetime) -> tuple[Epoch, ...]:
    """The sends that still count, and the one that goes now."""
    longest = max([limit.span for limit in limits] + [_DAY])
    oldest = (now - longest).timestamp()
    return (*(one for one in sent if one > oldest), now.timestamp())


def _window(quiet: Quiet, moment: datetime) -> tuple[datetime, datetime] | None:
    """The quiet hours that ``moment`` falls in; None outside of them."""
    zone = ZoneInfo(quiet.zone)
    day = moment.astimezone(zone).date()
    for first in (day - _DAY, day):
        last = first if quiet.start < quiet.end else first + _DAY
        begins = datetime.combine(first, quiet.start, zone).astimezone(moment.tzinfo)
        ends = datetime.combine(last, quiet.end, zone).astimezone(moment.tzinfo)
        if begins <= moment < ends:
            return begins, ends
    return None
