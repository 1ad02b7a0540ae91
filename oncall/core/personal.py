"""Personal rules: what reaches one person first, and what after how long, by urgency.

A rule only ever adds to the ladder: everything it plans for a person comes at its minute all the
same. Written as ``urgent = voice, 3 voice, 6 sms``: at once by call as well, after three minutes by
call again, after six by text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from oncall.core.errors import Fault
from oncall.core.model import Channel, Extra, Urgency

#: Messages beyond the ladder's own, for one person and urgency.
MOST = 4
#: The latest a rule may speak, in minutes: by then the ladder is with somebody else.
LATEST = 60
_URGENCIES = {
    **{str(urgency): urgency for urgency in Urgency},
    **{"特急": Urgency.CRITICAL, "紧急": Urgency.URGENT, "一般": Urgency.ROUTINE},
}
_CHANNELS = {
    **{str(channel): channel for channel in Channel},
    **{"短信": Channel.SMS, "电话": Channel.VOICE},
}
_LINE = re.compile(r"\s*(?P<urgency>[^\s=:：]+)\s*[=:：]\s*(?P<rest>.*)")
_ENTRY = re.compile(r"(?P<after>\d{1,4})?\s*(?:分钟?|min)?\s*(?P<channels>[^\d\s].*)")
_EXAMPLE = "urgent = voice, 3 voice, 6 sms"


def parse(lines: Sequence[str], where: str) -> tuple[tuple[Extra, ...], list[Fault]]:
    """The rules in these lines, in order of urgency and time, and everything wrong with them."""
    found: list[Extra] = []
    faults: list[Fault] = []

    def wrong(code: str, value: str, **params: str) -> None:
        faults.append(Fault(where=where, code=code, value=value, params=params))

    for line in lines:
        if not line.strip():
            continue
        read = _LINE.fullmatch(line)
        urgency = _URGENCIES.get(read["urgency"].lower()) if read else None
        if read is None or urgency is None:
            wrong("rule_line", line.strip(), example=_EXAMPLE)
            continue
        if any(one.urgency is urgency for one in found):
            wrong("rule_twice", read["urgency"])
        entries = [entry.strip() for entry in re.split("[,，、;；]", read["rest"]) if entry.strip()]
        if not entries or len(entries) > MOST:
            wrong("rule_count", line.strip(), most=str(MOST))
        for entry in entries:
            extra = _extra(urgency, entry)
            if extra is None:
                wrong("rule_entry", entry, latest=str(LATEST), example=_EXAMPLE)
            else:
                found.append(extra)
    order = list(Urgency)
    return tuple(sorted(found, key=lambda one: (order.index(one.urgency), one.after))), faults


def written(rules: Sequence[Extra]) -> tuple[str, ...]:
    """The same rules as lines, as ``parse`` reads them."""
    lines = []
    for urgency in Urgency:
        own = [_entry(one) for one in rules if one.urgency is urgency]
        if own:
            lines.append(f"{urgency} = {', '.join(own)}")
    return tuple(lines)


@lru_cache(maxsize=4096)
def read(lines: tuple[str, ...]) -> tuple[Extra, ...]:
    """Rules that were checked when they were written down; what no longer reads is left out."""
    return parse(lines, "")[0]


def _extra(urgency: Urgency, entry: str) -> Extra | None:
    found = _ENTRY.fullmatch(entry)
    if found is None:
        return None
    minutes = int(found["after"] or 0)
    words = [word.strip().lower() for word in re.split(r"[+＋]", found["channels"])]
    channels = tuple(dict.fromkeys(_CHANNELS[word] for word in words if word in _CHANNELS))
    if minutes > LATEST or any(word not in _CHANNELS for word in words):
        return None
    return Extra(urgency=urgency, after=timedelta(minutes=minutes), channels=channels)


def _entry(one: Extra) -> str:
    minutes = int(one.after.total_seconds() // 60)
    by = "+".join(one.channels)
    return f"{minutes} {by}" if minutes else by
