"""How a change of duty goes: a swap, a call for cover, a leave, a take-over. Words and a table.

Rule 1: whatever can change a change's state stands in TRANSITIONS.
Rule 2: nothing here knows a roster, a time or a person; whoever asks has checked those.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is wanted."""

    #: Two people exchange duties 换班, or one gives theirs away, agreed by both and by the leader.
    SWAP = "swap"
    #: Somebody asks all who could 求替班; the first who accepts serves.
    COVER = "cover"
    #: Somebody is away 请假; what they would have served is filled one by one.
    LEAVE = "leave"
    #: Somebody serves from this moment on 接替, whoever did before.
    TAKEOVER = "takeover"


class State(StrEnum):
    """Where a change stands."""

    ASKED = "asked"
    AGREED = "agreed"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    #: Its time came and nobody had decided.
    LAPSED = "lapsed"
    UNDONE = "undone"


class Verb(StrEnum):
    """What can be done with a change."""

    #: The other says yes; of a call for cover, the first who does.
    AGREE = "agree"
    REFUSE = "refuse"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    UNDO = "undo"


#: Less ahead than this a change is urgent 紧急调班, and reported.
URGENT = timedelta(hours=24)
#: Not yet decided; the roster is as it was.
OPEN = frozenset({State.ASKED, State.AGREED})

TRANSITIONS: Mapping[tuple[Kind, State, Verb], State] = {
    (Kind.SWAP, State.ASKED, Verb.AGREE): State.AGREED,
    (Kind.SWAP, State.ASKED, Verb.REFUSE): State.REFUSED,
    (Kind.SWAP, State.ASKED, Verb.WITHDRAW): State.WITHDRAWN,
    (Kind.SWAP, State.ASKED, Verb.LAPSE): State.LAPSED,
    (Kind.SWAP, State.AGREED, Verb.APPROVE): State.IN_FORCE,
    (Kind.SWAP, State.AGREED, Verb.REJECT): State.REJECTED,
    (Kind.SWAP, State.AGREED, Verb.WITHDRAW): State.WITHDRAWN,
    (Kind.SWAP, State.AGREED, Verb.LAPSE): State.LAPSED,
    (Kind.SWAP, State.IN_FORCE, Verb.UNDO): State.UNDONE,
    (Kind.COVER, State.ASKED, Verb.AGREE): State.IN_FORCE,
    (Kind.COVER, State.ASKED, Verb.WITHDRAW): State.WITHDRAWN,
    (Kind.COVER, State.ASKED, Verb.LAPSE): State.LAPSED,
    (Kind.COVER, State.IN_FORCE, Verb.UNDO): State.UNDONE,
    (Kind.LEAVE, State.ASKED, Verb.APPROVE): State.IN_FORCE,
    (Kind.LEAVE, State.ASKED, Verb.REJECT): State.REJECTED,
    (Kind.LEAVE, State.ASKED, Verb.WITHDRAW): State.WITHDRAWN,
    (Kind.LEAVE, State.ASKED, Verb.LAPSE): State.LAPSED,
    (Kind.LEAVE, State.IN_FORCE, Verb.UNDO): State.UNDONE,
    (Kind.TAKEOVER, State.IN_FORCE, Verb.UNDO): State.UNDONE,
}


def step(kind: Kind, state: State, verb: Verb) -> State | None:
    """The state after ``verb``; None where it cannot be done now."""
    return TRANSITIONS.get((kind, state, verb))


def possible(kind: Kind, state: State) -> tuple[Verb, ...]:
    """What can be done with a change now, in the order people read it."""
    return tuple(verb for verb in Verb if (kind, state, verb) in TRANSITIONS)


def is_urgent(starts: Iterable[datetime], now: datetime) -> bool:
    """Whether the first duty it touches begins in less than a day."""
    return min(starts) - now < URGENT
