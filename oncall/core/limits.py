"""The setting that changes how much a provider may be given: read, with every fault in it.

"twilio:sms=10/s, twilio:voice=1/s each 1/m 5/h 20/d" gives texts another pace, and calls a pace and
limits for each number. What is not named stays as the provider's own notifier declares it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from notifiers.message import Channel, Limit

_ENTRY = re.compile(r"(?P<provider>[\w-]+):(?P<channel>\w+)=(?P<rate>.*?)(?:\beach\b(?P<each>.*))?")
_LIMIT = re.compile(r"([1-9]\d{0,5})/([smhd])")
_SPANS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the setting says about one provider and channel; None where it says nothing."""

    rate: tuple[Limit, ...] | None = None
    each: tuple[Limit, ...] | None = None


#: By provider and channel.
Limits = Mapping[tuple[str, Channel], Given]


def parse(text: str) -> tuple[Limits, list[str]]:
    """The limits, and the entries that cannot be read as they were written."""
    found: dict[tuple[str, Channel], Given] = {}
    wrong: list[str] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        match = _ENTRY.fullmatch(entry)
        if match is None or match["channel"] not in list(Channel):
            wrong.append(entry)
            continue
        key = match["provider"], Channel(match["channel"])
        try:
            given = Given(rate=_limits(match["rate"]), each=_limits(match["each"] or ""))
        except ValueError:
            wrong.append(entry)
            continue
        if key in found or given == Given():
            wrong.append(entry)
        found[key] = given
    return found, wrong


def _limits(text: str) -> tuple[Limit, ...] | None:
    words = text.split()
    if not words:
        return None
    if words == [_NONE]:
        return ()
    limits = []
    for word in words:
        match = _LIMIT.fullmatch(word)
        if match is None:
            raise ValueError(word)
        limits.append(Limit(count=int(match[1]), span=_SPANS[match[2]]))
    return tuple(limits)
