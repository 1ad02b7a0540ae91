"""A contact card: in what order somebody's numbers are tried, and which are not worth a try.

A number somebody asked us to leave alone is never used. One that is known to be dead is left out
while there is another; the last one is tried all the same, for a wrong mark must silence nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notifiers.phone import mask
from oncall.core.model import Channel


class Flag(StrEnum):
    """What is wrong with a number on a channel."""

    #: Whoever has it told the provider to send nothing more.
    OPTED_OUT = "opted_out"
    #: A provider said that it does not exist, or can never be reached.
    DEAD = "dead"


#: (number, channel) -> what is wrong with it.
Flags = Mapping[tuple[str, Channel], Flag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number on one channel, and how it is called where nobody may see it whole."""

    channel: Channel
    address: str
    label: str


def lines(
    numbers: Sequence[str], mobiles: Sequence[str], flags: Flags | None = None
) -> tuple[Line, ...]:
    """How a card may be used, in order: texts to the mobiles, calls to every number."""
    named = labels(numbers)
    every = [
        Line(channel=channel, address=number, label=named[number])
        for channel, some in ((Channel.SMS, mobiles), (Channel.VOICE, numbers))
        for number in some
    ]
    wrong = {} if flags is None else flags
    allowed = [x for x in every if wrong.get((x.address, x.channel)) is not Flag.OPTED_OUT]
    alive = [x for x in allowed if (x.address, x.channel) not in wrong]
    return tuple(alive or allowed)


def labels(numbers: Sequence[str]) -> dict[str, str]:
    """Number -> what it is called: its middle is hidden, and no two of a card are called alike."""
    found: dict[str, str] = {}
    for number in numbers:
        plain = mask(number)
        same = sum(name.partition("#")[0] == plain for name in found.values())
        found[number] = f"{plain}#{same + 1}" if same else plain
    return found
