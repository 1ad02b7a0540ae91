"""What a provider's word about one send means: the row's next state, when again, who must know.

A duplicate page annoys and a lost one harms, so a send in doubt is repeated; but ever more slowly,
and not after its useful life, so that a provider that loses its answers causes no storm.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from msgspec.structs import replace

from notifiers.message import Channel, Outcome, OutcomeKind
from oncall.cards import flag_of
from oncall.packing import PAGING, Parcel
from oncall.routes import RESTING
from oncall.store.outbox import ACCEPTED, FAILED, QUEUED, SUPERSEDED, UNKNOWN, Row, Sent

#: Seconds before another try while a provider is unavailable, by number of tries; then the last.
_BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: A provider may ask for more patience than a page has.
_LONGEST_PATIENCE = timedelta(seconds=60)
#: After this many tries the page is told, so that another channel is used meanwhile.
_STALLED_AFTER = 2
#: What one number may get is not asked for again before it is free, or this has passed.
_LONGEST_QUOTA = timedelta(minutes=10)
#: It is told at once when the next try is further away than this.
_STALLED_BEYOND = timedelta(seconds=5)
#: How long to wait for a receipt before a send in doubt is repeated, by lane; the last for others.
_DOUBT = (timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=60))
#: A second call while the first may be ringing would find the line busy.
_DOUBT_VOICE = timedelta(seconds=30)
#: Each wait in doubt is so many times as long as the one before.
_DOUBT_GROWS = 3
#: A mere notice in doubt is repeated once; a page at least twice, and while it is of use.
_NOTICE_TRIES, _PAGE_TRIES = 2, 3

#: Nothing will come of these by waiting a moment.
_HOPELESS = frozenset({OutcomeKind.UNKNOWN, OutcomeKind.QUOTA, OutcomeKind.MISCONFIGURED})


def settle_all(parcel: Parcel, outcome: Outcome, now: datetime) -> list[Sent]:
    """What an outcome means for every row of a parcel; what waits goes together again."""
    first, *others = [settle(row, parcel, outcome, now) for row in parcel.rows]
    return [first, *(replace(one, due_at=first.due_at) for one in others)]


def settle(row: Row, parcel: Parcel, outcome: Outcome, now: datetime) -> Sent:
    """What an outcome means for one row of a parcel."""
    state, due = FAILED, now
    if outcome.kind is OutcomeKind.ACCEPTED:
        state = ACCEPTED if row is parcel.rows[0] else SUPERSEDED
    elif outcome.kind is OutcomeKind.UNKNOWN:
        if not _gives_up(row, now):
            state, due = UNKNOWN, now + _doubt(row)
    elif outcome.kind is not OutcomeKind.REJECTED and (row.notice in PAGING or not old(row, now)):
        longest = _LONGEST_QUOTA if outcome.kind is OutcomeKind.QUOTA else _LONGEST_PATIENCE
        state, due = QUEUED, now + _backoff(row.tries, outcome.retry_after, longest)
    waits = state in (QUEUED, UNKNOWN)
    resting = outcome.code == RESTING
    hopeless = outcome.kind in _HOPELESS or resting or due - now > _STALLED_BEYOND
    return Sent(
        id=row.id,
        tries=row.tries,
        state=state,
        text=parcel.kept,
        provider=outcome.provider,
        provider_id=outcome.provider_id,
        code=outcome.code,
        at=now,
        due_at=due,
        late=parcel.late,
        stalled=waits and not row.stalled and (hopeless or row.tries >= _STALLED_AFTER),
        flag=flag_of(outcome),
    )


def unsent(row: Row, state: str, code: str | None, now: datetime) -> Sent:
    """A row that ends in ``state`` without ever being offered to a provider."""
    return Sent(
        id=row.id,
        tries=row.tries,
        state=state,
        text="",
        provider="none" if code else "",
        provider_id=None,
        code=code,
        at=now,
        due_at=now,
        late=row.late,
    )


def old(row: Row, now: datetime) -> bool:
    """Whether a message is past its useful life."""
    return (now - row.planned_at).total_seconds() > row.useful_seconds


def _gives_up(row: Row, now: datetime) -> bool:
    if row.notice not in PAGING:
        return row.tries >= _NOTICE_TRIES or old(row, now)
    return row.tries >= _PAGE_TRIES and old(row, now)


def _doubt(row: Row) -> timedelta:
    first = _DOUBT_VOICE if row.channel == Channel.VOICE else _DOUBT[min(row.lane, len(_DOUBT) - 1)]
    grown: int = _DOUBT_GROWS ** min(row.tries - 1, _PAGE_TRIES)
    return first * grown


def _backoff(tries: int, retry_after: timedelta | None, longest: timedelta) -> timedelta:
    base = _BACKOFF[min(tries, len(_BACKOFF)) - 1]
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
    wait = timedelta(seconds=base * jitter)
    return max(wait, min(retry_after, longest)) if retry_after is not None else wait
