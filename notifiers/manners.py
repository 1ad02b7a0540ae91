"""How a gateway of one's own tells what became of a message, well or badly, as real ones do. Pure.

For the emulated webhook and spool: which reports it makes of one message, in which order and how
much later. What the reports mean is in docs/providers/webhook.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from notifiers.emulation import Received
from notifiers.message import Channel


class Manner(StrEnum):
    """What a phone, or the way to it, is like."""

    WELL = "well"  # delivered
    FAILED = "failed"  # did not arrive this time
    DEAD = "dead"  # there is no such number
    REFUSES = "refuses"  # its owner wants no more texts
    AWAY = "away"  # the handset is off, and may be back in a moment
    SILENT = "silent"  # nothing is ever told
    LATE = "late"  # delivered, told much later
    TWICE = "twice"  # delivered, told twice
    UNORDERED = "unordered"  # delivered, and then that it is on its way
    UNREADABLE = "unreadable"  # a report that breaks off in its middle


#: How much later a late report comes.
LATE = timedelta(seconds=30)

_FAILED = {"status": "failed"}
_DELIVERED = {"status": "delivered"}
_PROGRESS = {"status": "progress"}

_SAID: Mapping[Manner, Sequence[Mapping[str, object]]] = {
    Manner.WELL: [_DELIVERED],
    Manner.FAILED: [{**_FAILED, "code": "EXPIRED"}],
    Manner.DEAD: [{**_FAILED, "code": "NO_SUCH_NUMBER", "number": "dead"}],
    Manner.REFUSES: [{**_FAILED, "code": "BLACKLIST", "number": "opted_out"}],
    Manner.AWAY: [{**_FAILED, "code": "ABSENT", "number": "away"}],
    Manner.SILENT: [],
    Manner.LATE: [_DELIVERED],
    Manner.TWICE: [_DELIVERED, _DELIVERED],
    Manner.UNORDERED: [_DELIVERED, _PROGRESS],
    Manner.UNREADABLE: [_DELIVERED],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One report as it travels, and how long after the message it does."""

    body: bytes
    after: timedelta = timedelta(0)


def reports(manner: Manner, one: Received) -> list[Report]:
    """What is told of a message, in this order. A call rings where a text would be delivered."""
    after = LATE if manner is Manner.LATE else timedelta(0)
    rings = one.channel is Channel.VOICE
    told = [_PROGRESS if rings and said is _DELIVERED else said for said in _SAID[manner]]
    bodies = [
        json.dumps({"receipts": [{"key": one.key, "id": one.id, **said}]}).encode() for said in told
    ]
    if manner is Manner.UNREADABLE:
        bodies = [body[: len(body) // 2] for body in bodies]
    return [Report(body=body, after=after) for body in bodies]
